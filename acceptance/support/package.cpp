#include "acceptance/support/package.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>

#include "acceptance/support/embedded_cloud.hpp"
#include "common/process/process.hpp"

namespace acceptance {

using common::process::check;

std::filesystem::path built_package() {
    for (const auto& entry : std::filesystem::directory_iterator(BUILD_DIR)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with("faafo-") && name.ends_with(".tar.gz")) return entry.path();
    }
    throw std::runtime_error("faafo's package is not built");
}

std::filesystem::path package_of_version(const std::string& version, const std::filesystem::path& folder) {
    // faafo-VERSION-ARCHITECTURE.tar.gz
    const auto built = built_package().filename().string();
    const auto ending = built.substr(built.rfind('-'));
    const auto architecture = ending.substr(1, ending.find('.') - 1);
    const auto package = folder / ("faafo-" + version + ending);
    check({.arguments = {"sh", (SOURCE_DIR "/faafo/package/build_package.sh"), version, architecture,
                         package.string(), program("faafo"), program("faafo-api"), program("faafo-worker")},
           .timeout = std::chrono::minutes(5)});
    return package;
}

std::filesystem::path services_packages() {
    const std::filesystem::path cache = SOURCE_DIR "/.cache/testing";
    std::filesystem::create_directories(cache);
    const auto archive = cache / "services-packages.tar";
    // Tests run side by side, and only one collects.
    const int lock = ::open((cache / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    ::flock(lock, LOCK_EX);
    std::string trouble;
    if (!std::filesystem::exists(archive)) {
        const auto collected =
            common::process::run({.arguments = {"sh", (SOURCE_DIR "/faafo/package/collect-services.sh"),
                                                "--suite", "bookworm", "--output", archive.string()},
                                  .timeout = std::chrono::minutes(8)});
        if (!collected.ok()) trouble = collected.error;
    }
    ::close(lock);
    if (!trouble.empty()) throw std::runtime_error("collect-services.sh: " + trouble);
    return archive;
}

}  // namespace acceptance
