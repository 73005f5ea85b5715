#include "deploy/plan/belonging.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "deploy/plan/invocation.hpp"
#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

/// The instance that such a deployment has its fractals on.
const InstanceSpec& keeper_of(const Topology& topology) {
    const auto* services = topology.services();
    return services != nullptr ? *services : topology.instances.front();
}

}  // namespace

std::string_view program_of(std::string_view role) {
    if (role == to_string(Role::all_in_one)) return "fractals";
    if (role == to_string(Role::controller)) return "micro_fractals";
    if (role == to_string(Role::services) || role == to_string(Role::api)) return "scaling_fractals";
    if (role == to_string(Role::worker)) return "micro_fractals or scaling_fractals";
    return {};
}

bool has_role(const Topology& topology, std::string_view role) {
    // Where workers are counted there may be none just now.
    if (topology.counts && role == to_string(Role::worker)) return true;
    return std::ranges::any_of(topology.instances,
                               [&](const InstanceSpec& spec) { return to_string(spec.role) == role; });
}

void require_belonging(const Context& context, const ObservedInstances& instances) {
    const auto& topology = context.topology;
    const auto& keeper = keeper_of(topology);
    for (const auto& [name, instance] : instances) {
        const auto role = metadata_of(instance.server, role_key);
        if (const auto program = program_of(role); !program.empty() && !has_role(topology, role))
            throw openstack::Conflict(
                fmt::format("'{}' is a deployment of {}, whose instances ('{}' is one) and fractals would be "
                            "lost. Choose "
                            "another name with --name, or remove it first with {}",
                            topology.deployment, program, name, invocation(context.options, "destroy")));
        if (role == to_string(keeper.role) && !topology.has(name))
            throw openstack::Conflict(
                fmt::format("'{0}' has the fractals of the deployment '{1}', and '{2}' would be made in its "
                            "place, without "
                            "them. Say {3} {0} to keep it, choose another deployment's name with --name, or "
                            "remove it first "
                            "with {4}",
                            name, topology.deployment, keeper.name, keeper.option,
                            invocation(context.options, "destroy")));
    }
}

}  // namespace deploy
