// What HAProxy reads for a load balancer.
#pragma once

#include <filesystem>
#include <string>

#include "localcloud/balancer/balancer.hpp"

namespace localcloud::balancer {

struct ConfigPaths {
    std::filesystem::path socket;        ///< of its statistics and of listeners that a new process takes over
    std::filesystem::path server_state;  ///< the health of members, kept from one process to the next
    bool drop_privileges = false;        ///< workers as nobody
};

/// Frontends are named after listeners, backends after pools, servers after members: by their IDs.
[[nodiscard]] std::string haproxy_config(const Specification& specification, const ConfigPaths& paths);

/// What the process that has read this configuration says of itself in "show info": another one for each configuration.
[[nodiscard]] std::string description_of(const std::string& config);

/// Reads the CSV of "show stat".
[[nodiscard]] Report read_statistics(const std::string& csv);

}  // namespace localcloud::balancer
