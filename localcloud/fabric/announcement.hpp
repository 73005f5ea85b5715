// Who has an address now: said to a whole network.
#pragma once

#include <cstdint>
#include <string>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::fabric {

/// Sends a gratuitous ARP out of the bridge. By the bridge and not by the port's own system: a new port does not pass
/// frames on until the bridge has noticed its cable, and nobody says when that is.
void announce(const host::Descriptor& network_namespace, const std::string& bridge, std::uint32_t address,
              const std::string& mac_address);

}  // namespace localcloud::fabric
