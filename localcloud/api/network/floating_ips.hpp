// Floating IPs.
#pragma once

#include <string>

#include "localcloud/api/network/resource.hpp"

namespace localcloud::api::network {

/// The floating IPs of a port are free again, and stay the project's.
void release_floating_ips(Transaction& transaction, const std::string& port_id);

}  // namespace localcloud::api::network
