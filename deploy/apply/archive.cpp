#include "deploy/apply/archive.hpp"

#include <openstack/error.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/process/process.hpp"

namespace deploy {
namespace {

/// The names in the archive; none where it is none, or a part of one.
std::vector<std::string> names_in(const std::filesystem::path& file) {
    const auto result = common::process::run(
        {.arguments = {"tar", "-tf", file.string()}, .timeout = std::chrono::minutes(5)});
    std::vector<std::string> names;
    if (!result.ok()) return names;
    std::istringstream lines(result.output);
    for (std::string line; std::getline(lines, line);)
        names.push_back(line);
    return names;
}

/// Everything in one folder, as those who make the archives pack it.
void require(const std::filesystem::path& file, std::string_view name, const std::string& option,
             const std::string& what) {
    if (file.empty()) return;
    for (const auto& found : names_in(file))
        if (found.substr(found.find('/') + 1) == name) return;
    throw openstack::ConfigError("the file " + file.string() + " (" + option + ") is no " + what +
                                 ", or damaged: it has no " + std::string(name) + " in it. Nothing was done");
}

}  // namespace

void require_archives(const Options& options) {
    require(options.package, "install.sh", "--package",
            "package of faafo (faafo-VERSION-ARCHITECTURE.tar.gz)");
    require(options.services_packages, "SHA256SUMS", "--services-packages", "archive of collect-services.sh");
}

}  // namespace deploy
