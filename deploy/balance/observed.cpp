#include "deploy/balance/observed.hpp"

#include <algorithm>
#include <future>
#include <openstack/dns.hpp>
#include <openstack/load_balancer.hpp>

#include "deploy/plan/marks.hpp"
#include "deploy/topology/services.hpp"

namespace deploy {
namespace {

using openstack::load_balancer::LoadBalancer;

void observe_balancers(const Context& context, ObservedBalance& observed) {
    const auto service = context.cloud.load_balancer();
    const auto project = service.adapter().project_id(context.call());
    for (auto& balancer : service.load_balancers({.project_id = project}, context.call()))
        if (balancer.description == group_mark(context.topology.deployment))
            observed.balancers.push_back(std::move(balancer));
    if (const auto* wanted = observed.balancer(context.topology))
        observed.parts = observe_parts(context, wanted->id, context.call());
}

void observe_names(const Context& context, ObservedBalance& observed) {
    const auto dns = context.cloud.dns();
    const auto mark = group_mark(context.topology.deployment);
    const auto& wanted_zone = context.topology.balance.zone;
    const auto wanted_name = balanced_name(context.topology.deployment, wanted_zone);
    for (auto& zone : dns.zones({}, context.call())) {
        if (zone.action == "DELETE") continue;
        if (zone.name == wanted_zone) observed.zone = zone;
        if (zone.description == mark) observed.zones.push_back(std::move(zone));
    }
    const auto in_any_zone = balanced_name(context.topology.deployment, "*");
    for (auto& recordset : dns.recordsets({.name = in_any_zone, .type = "A"}, context.call())) {
        if (recordset.action == "DELETE") continue;
        if (recordset.name == wanted_name) observed.recordset = recordset;
        if (recordset.description == mark) observed.recordsets.push_back(std::move(recordset));
    }
}

}  // namespace

const LoadBalancer* ObservedBalance::balancer(const Topology& topology) const {
    if (!topology.balancer) return nullptr;
    const LoadBalancer* found = nullptr;
    for (const auto& balancer : balancers) {
        if (balancer.name != topology.balancer->name) continue;
        if (found != nullptr)
            throw openstack::DuplicateResource("there are several load balancers '" + balancer.name +
                                               "': " + found->id + ", " + balancer.id +
                                               ". Delete all but one of them, then run this again");
        found = &balancer;
    }
    return found;
}

BalancerParts observe_parts(const Context& context, const std::string& load_balancer_id,
                            const openstack::CallOptions& call) {
    const auto service = context.cloud.load_balancer();
    BalancerParts parts;
    for (auto& listener : service.listeners({.load_balancer_id = load_balancer_id}, call))
        if (listener.protocol_port == web_port) parts.listener = std::move(listener);
    for (auto& pool : service.pools({.loadbalancer_id = load_balancer_id}, call))
        if (!parts.pool || (parts.listener && pool.id == parts.listener->default_pool_id))
            parts.pool = std::move(pool);
    if (!parts.pool) return parts;
    parts.members = service.members(parts.pool->id, {}, call).to_vector();
    if (!parts.pool->health_monitor_id.empty())
        parts.monitor = service.get_health_monitor(parts.pool->health_monitor_id, call);
    return parts;
}

bool has_service(const Context& context, std::string_view type) {
    try {
        (void)context.cloud.session()->endpoint(type, context.call());
        return true;
    } catch (const openstack::EndpointNotFound&) {
        return false;
    }
}

ObservedBalance observe_balance(const Context& context) {
    ObservedBalance observed;
    auto balancers = std::async(std::launch::async, [&] {
        if (has_service(context, "load-balancer")) observe_balancers(context, observed);
    });
    // The two write to different members.
    if (has_service(context, "dns")) observe_names(context, observed);
    balancers.get();
    return observed;
}

}  // namespace deploy
