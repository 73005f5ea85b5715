// clouds.yaml: whatever is in it, there is a configuration or a ConfigError, and no explanation shows a password.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "fuzz/target.hpp"
#include "openstack/config.hpp"
#include "openstack/error.hpp"

namespace {

/// A file in memory, by a path that the SDK can open.
const std::string& file_with(std::string_view content) {
    static const int file = ::memfd_create("clouds.yaml", 0);
    static const std::string path = "/proc/self/fd/" + std::to_string(file);
    const bool written = ::ftruncate(file, 0) == 0 && ::pwrite(file, content.data(), content.size(), 0) ==
                                                          static_cast<ssize_t>(content.size());
    fuzz::require(written, "the test's own file can be written");
    return path;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace openstack;
    ConfigOptions options{.config_file = file_with(fuzz::text(data, size)),
                          .environment = std::map<std::string, std::string>{},
                          .folders = std::vector<std::string>{}};
    try {
        for (const auto& name : CloudConfig::names(options)) {
            options.cloud = name;
            try {
                const auto config = CloudConfig::load(options);
                for (const auto& [key, value, origin] : config.explain()) {
                    if (key == "auth.password")
                        fuzz::require(value == "***", "an explanation masks the password");
                }
                static_cast<void>(config.api_timeout());
                static_cast<void>(config.interfaces("compute"));
                static_cast<void>(config.service_setting("block-storage", "endpoint_override"));
            } catch (const ConfigError&) {
            }
        }
    } catch (const ConfigError&) {
    }
    return 0;
}
