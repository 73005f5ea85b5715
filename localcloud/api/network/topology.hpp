// From Neutron's state to what the host's networks should be.
#pragma once

#include "localcloud/api/cloud.hpp"

namespace localcloud::api::network {

[[nodiscard]] localcloud::fabric::Topology topology(const state::View& view);

/// Makes the fabric follow the state; calls from several threads come one after the other, the last state wins.
/// Throws std::runtime_error with a sentence when the fabric cannot. No lock on the state may be held.
void apply_topology(Cloud& cloud);

}  // namespace localcloud::api::network
