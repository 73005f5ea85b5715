// What the suite is told: by options, each of which may also be a variable of the environment.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace acceptance::cloud {

struct Settings {
    std::string cloud;  ///< of clouds.yaml; OS_CLOUD and OS_* when empty
    bool embedded = false;

    // Found by itself when empty and there is exactly one candidate.
    std::string image, flavor, external_network;
    std::string network;         ///< with a router to the outside; the run makes its own when empty
    std::string services_image;  ///< for instances with database and broker
    std::string services_flavor;
    std::filesystem::path services_packages;

    std::filesystem::path package;
    std::string package_url, package_sha256;

    bool full = false;
    std::string stories;  ///< separated by commas; all when empty
    std::chrono::seconds timeout{3600};
    std::chrono::milliseconds poll_interval{2000};

    std::filesystem::path programs;  ///< the folder that they are in
    std::filesystem::path logs;
    bool keep = false;
    bool shared_project = false;
    bool clean_up = false;

    [[nodiscard]] int apis() const { return full ? 2 : 1; }
    [[nodiscard]] int workers() const { return full ? 3 : 1; }
};

/// Nothing when there is nothing to do any more (--help); `status` is the program's then.
[[nodiscard]] std::optional<Settings> parse(int argc, const char* const* argv, int& status);

}  // namespace acceptance::cloud
