#include "deploy/plan/invocation.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "deploy/topology/user_data.hpp"

namespace deploy {
namespace {

/// As a person would type it: in quotes only where a shell wants them.
std::string word(const std::string& text) {
    const bool plain = !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("-_./:@%+=,").find(static_cast<char>(c)) != std::string_view::npos;
    });
    return plain ? text : shell_quote(text);
}

}  // namespace

std::string invocation(const Options& options, std::string_view operation) {
    auto text = "`" + options.program;
    const char* usual_cloud = std::getenv("OS_CLOUD");
    if (!options.cloud.empty() && (usual_cloud == nullptr || options.cloud != usual_cloud))
        text += " --cloud " + word(options.cloud);
    if (options.deployment != options.program) text += " --name " + word(options.deployment);
    if (!operation.empty()) text += " " + std::string(operation);
    return text + "`";
}

}  // namespace deploy
