// Steps that make, change and remove what spreads requests over the APIs.
#pragma once

#include <stop_token>

#include "deploy/apply/board.hpp"
#include "deploy/apply/steps.hpp"

namespace deploy {

/// Makes the load balancer with all that is below it in one call, on the port that was made for it, and its members on
/// the APIs' fixed addresses; replaces one that is beyond repair. Returns when Octavia has accepted it.
StepResult make_balancer(const Work& work, const StepReport& report, const std::stop_token& stop);

/// When the APIs answer: mends what is wrong below the load balancer, takes in new members, lets go those that are to
/// leave, waits until that is done and, unless the user does not want to wait, until it serves.
StepResult settle_balancer(const Work& work, const StepReport& report, const std::stop_token& stop);

/// Makes the zone; with the deployment's mark, so that `destroy` removes it.
StepResult make_zone(const Work& work, const std::stop_token& stop);

/// When the APIs answer: gives the name their addresses. Where some are taken from it, waits until no resolver remembers
/// them, unless the user does not want to wait.
StepResult publish_name(const Work& work, const StepReport& report, const std::stop_token& stop);

// Each waits until it is gone, and is content when there is none.
void remove_balancer(const Context& context, const std::string& id, const std::stop_token& stop);
void remove_recordset(const Context& context, const openstack::dns::Recordset& recordset,
                      const std::stop_token& stop);
void remove_zone(const Context& context, const std::string& id, const std::stop_token& stop);

/// Stops giving new requests to one API, or gives them to it again: by its member's weight, or its address behind the
/// name. Returns when that has come into effect. Nothing happens without balancing.
void set_serving(const Context& context, const ObservedBalance& observed, const ObservedInstance& instance,
                 bool serving, const StepReport& report, const std::stop_token& stop);
/// Whether it was given requests when that was observed; without balancing always.
[[nodiscard]] bool is_serving(const Context& context, const ObservedBalance& observed,
                              const ObservedInstance& instance);

}  // namespace deploy
