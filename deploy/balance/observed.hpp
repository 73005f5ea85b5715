// Balancing over the APIs, by a load balancer or a name in DNS: what of it is there, what is to be done, and doing it.
// The load balancer is called as its InstanceSpec and carries the deployment's mark in its description, as do a zone
// and a recordset; what is below a load balancer of ours is ours.
#pragma once

#include <openstack/dns/recordset.hpp>
#include <openstack/dns/zone.hpp>
#include <openstack/load_balancer/load_balancer.hpp>
#include <optional>
#include <string>
#include <vector>

#include "deploy/plan/context.hpp"

namespace deploy {

/// What is below a load balancer, as far as it is there: the listener on the APIs' port, its pool, and so on.
struct BalancerParts {
    std::optional<openstack::load_balancer::Listener> listener;
    std::optional<openstack::load_balancer::Pool> pool;
    std::optional<openstack::load_balancer::HealthMonitor> monitor;
    std::vector<openstack::load_balancer::Member> members;
};

struct ObservedBalance {
    std::vector<openstack::load_balancer::LoadBalancer> balancers;  ///< ours
    BalancerParts parts;                                 ///< of the one that is wanted, if it is there
    std::vector<openstack::dns::Zone> zones;             ///< ours
    std::vector<openstack::dns::Recordset> recordsets;   ///< ours
    std::optional<openstack::dns::Zone> zone;            ///< the wanted one, whoever made it
    std::optional<openstack::dns::Recordset> recordset;  ///< the wanted one, whoever made it

    /// Ours with the name that is wanted. Throws openstack::DuplicateResource when there are several.
    [[nodiscard]] const openstack::load_balancer::LoadBalancer* balancer(const Topology& topology) const;
};

/// Asks the services that the cloud has.
[[nodiscard]] ObservedBalance observe_balance(const Context& context);

/// The parts of a load balancer, as they are now.
[[nodiscard]] BalancerParts observe_parts(const Context& context, const std::string& load_balancer_id,
                                          const openstack::CallOptions& call);

/// Whether the catalog has the service: "load-balancer", "dns".
[[nodiscard]] bool has_service(const Context& context, std::string_view type);

}  // namespace deploy
