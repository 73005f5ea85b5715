// For tests of what asks no cloud.
#pragma once

#include <openstack/openstack.hpp>

#include "deploy/plan/context.hpp"

namespace deploy {

/// Of a cloud where nobody listens: whoever asked it would fail.
inline Context offline_context(Topology topology = {}) {
    return {.cloud = openstack::connect({.settings = {{"auth_url", "http://127.0.0.1:1/v3"},
                                                      {"username", "nobody"},
                                                      {"password", "none"},
                                                      {"user_domain_name", "Default"},
                                                      {"project_domain_name", "Default"},
                                                      {"project_name", "none"}},
                                         .config = {.environment = std::map<std::string, std::string>{},
                                                    .folders = std::vector<std::string>{}}}),
            .options = {},
            .topology = std::move(topology),
            .stop = {},
            .deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1)};
}

}  // namespace deploy
