// Whether what is there of a deployment's name is what this program may change.
#pragma once

#include <string>
#include <string_view>

#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"

namespace deploy {

/// Which program makes instances of that role, in words; empty when none does.
[[nodiscard]] std::string_view program_of(std::string_view role);

/// Whether instances of that role, as their metadata has it, are of this kind of deployment.
[[nodiscard]] bool has_role(const Topology& topology, std::string_view role);

/// Throws openstack::Conflict when the instances are another program's, or when the only one with the deployment's data
/// would be replaced by one of another name.
void require_belonging(const Context& context, const ObservedInstances& instances);

}  // namespace deploy
