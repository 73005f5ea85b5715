// Steps that make what instances are connected with: security groups, ports, floating IPs.
#pragma once

#include <stop_token>

#include "deploy/apply/board.hpp"
#include "deploy/apply/steps.hpp"

namespace deploy {

/// Makes the group, or adds the rules that it lacks. Groups that its rules name are on the board already.
StepResult make_group(const Work& work, const GroupSpec& spec, std::stop_token stop);

/// Makes the instance's port, with its groups, so that its address is known before it boots.
StepResult make_port(const Work& work, const InstanceSpec& spec, std::stop_token stop);

/// Ours from an earlier run, the one the user named, a free one, or a new one: attached to the instance's port.
StepResult make_address(const Work& work, const InstanceSpec& spec, const StepReport& report,
                        const std::stop_token& stop);

}  // namespace deploy
