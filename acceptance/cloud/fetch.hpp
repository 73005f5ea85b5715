// One HTTP or HTTPS request without a token, as a browser or a guest would make it.
#pragma once

#include <chrono>
#include <string>

#include "openstack/config.hpp"

namespace acceptance::cloud {

struct Fetched {
    int status = 0;
    std::string body;
};

/// Follows no redirect. `cloud` says which certificates are trusted. Throws std::runtime_error when there is no whole answer.
[[nodiscard]] Fetched fetch(const std::string& url, const openstack::CloudConfig& cloud,
                            std::chrono::seconds timeout = std::chrono::seconds(60));
/// The same as a POST of JSON.
[[nodiscard]] Fetched post(const std::string& url, const std::string& json,
                           const openstack::CloudConfig& cloud,
                           std::chrono::seconds timeout = std::chrono::seconds(60));
/// Whether somebody accepts a connection at host:port.
[[nodiscard]] bool accepts(const std::string& address, int port,
                           std::chrono::seconds timeout = std::chrono::seconds(5));

}  // namespace acceptance::cloud
