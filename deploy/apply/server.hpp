// Steps that make instances, wait for them, and let them go.
#pragma once

#include <openstack/compute/server.hpp>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "deploy/apply/board.hpp"
#include "deploy/apply/steps.hpp"

namespace deploy {

/// Makes, replaces or starts the server; returns when Nova has accepted it, so that all boot at the same time.
StepResult start_instance(const Work& work, const InstanceSpec& spec, const StepReport& report,
                          std::stop_token stop);

/// Waits until Nova says ACTIVE. A new server that goes to ERROR instead is deleted and made again as often as
/// --retry-errors says, elsewhere if possible and with the same port.
StepResult await_instance(const Work& work, const InstanceSpec& spec, const StepReport& report,
                          std::stop_token stop);

/// The first of a cloud's availability zones that was not tried; empty where it is better left to the scheduler.
[[nodiscard]] std::string next_zone(const std::vector<std::string>& zones,
                                    const std::set<std::string>& tried);

/// Shuts the server down, so that what runs in it can end its work, then deletes it and waits until it is gone.
/// Its port and floating IP stay.
void retire_server(const Context& context, const openstack::compute::Server& server, const StepReport& report,
                   const std::stop_token& stop);

}  // namespace deploy
