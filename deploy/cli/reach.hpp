// The first word with a cloud, and what to say where there is none.
#pragma once

#include <openstack/error.hpp>

#include "deploy/cli/outage.hpp"
#include "deploy/plan/context.hpp"

namespace deploy {

/// Signs in. Bears less than a later outage: a cloud that was never there is more likely down, or another, than away.
void reach(const Context& context, const Outage::Say& say);

/// The same failure; where nobody listens at the address, that is what it says, and what to do.
[[nodiscard]] openstack::TransportError explained(const openstack::TransportError& error);

}  // namespace deploy
