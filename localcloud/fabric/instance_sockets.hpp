// Sockets of the cloud's own that listen inside an instance's network namespace.
#pragma once

#include <cstdint>
#include <utility>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::fabric {

/// Listens on a high port of 169.254.169.254 in that namespace. Not on the port that clients ask for: a program of the
/// instance's that listens on all addresses at that port could not start then. nftables leads the clients there.
[[nodiscard]] std::pair<host::Descriptor, std::uint16_t> listen_inside(
    const host::Descriptor& network_namespace);

}  // namespace localcloud::fabric
