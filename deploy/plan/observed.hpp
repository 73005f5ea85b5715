// What the cloud has of a deployment.
#pragma once

#include <map>
#include <openstack/compute/keypair.hpp>
#include <openstack/compute/server.hpp>
#include <openstack/network/router.hpp>
#include <openstack/network/security_group.hpp>
#include <optional>
#include <string>
#include <vector>

#include "deploy/plan/context.hpp"

namespace deploy {

struct ObservedInstance {
    openstack::compute::Server server;
    std::string fixed_address;     ///< empty until Neutron has given one
    std::string floating_address;  ///< empty when none is attached
};

/// Multimaps, because two runs at the same moment may have made something twice: a plan refuses then, destroy removes all.
struct Observed {
    std::multimap<std::string, openstack::network::SecurityGroup>
        groups;                                              ///< by name; those of the topology's names
    std::multimap<std::string, ObservedInstance> instances;  ///< by name; those with our mark
    std::multimap<std::string, openstack::network::FloatingIP>
        addresses;  ///< by the name of the instance they are for
    std::optional<openstack::compute::Keypair> keypair;
    bool has_package_container = false;

    [[nodiscard]] bool empty() const {
        return groups.empty() && instances.empty() && addresses.empty() && !has_package_container;
    }
};

/// Asks the services side by side.
[[nodiscard]] Observed observe(const Context& context);

/// Whether this deployment made it.
[[nodiscard]] bool is_ours(const openstack::network::SecurityGroup& group, const std::string& deployment);
[[nodiscard]] bool is_ours(const openstack::network::FloatingIP& ip, const std::string& deployment);
[[nodiscard]] bool is_ours(const openstack::compute::Keypair& keypair, const std::string& deployment);

/// The container that the deployment keeps its package in.
[[nodiscard]] std::string package_container(const std::string& deployment);

}  // namespace deploy
