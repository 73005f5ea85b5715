// What every operation works with: the cloud, what the user said, what should be, and when to give up.
#pragma once

#include <chrono>
#include <openstack/call_options.hpp>
#include <openstack/connection.hpp>
#include <openstack/error.hpp>
#include <openstack/wait.hpp>
#include <stop_token>
#include <string>

#include "deploy/cli/options.hpp"
#include "deploy/topology/topology.hpp"

namespace deploy {

struct Context {
    openstack::Connection cloud;
    Options options;
    Topology topology;
    std::stop_token stop;
    std::chrono::steady_clock::time_point deadline;

    /// For calls of a step that has a stop token of its own.
    [[nodiscard]] openstack::CallOptions call(std::stop_token step_stop) const {
        return {.deadline = deadline, .stop = std::move(step_stop)};
    }
    [[nodiscard]] openstack::CallOptions call() const { return call(stop); }
    [[nodiscard]] openstack::WaitOptions wait(std::stop_token step_stop) const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        return {.timeout = std::max(left, std::chrono::milliseconds(0)),
                .first_interval = std::chrono::milliseconds(500),
                .stop = std::move(step_stop)};
    }
};

/// Where a port of a floating IP answers. On most clouds that is the port itself; an entry of clouds.yaml may say
/// `floating_ip_port_offset: 8000` for a cloud whose gateway cannot listen below port 1024.
[[nodiscard]] int reachable_port(const openstack::Connection& cloud, int port);
/// "http://127.31.7.12" or, with any other port than 80, "http://127.31.7.12:8080".
[[nodiscard]] std::string entrance_url(const openstack::Connection& cloud, const std::string& address,
                                       int port);

}  // namespace deploy
