#include "deploy/balance/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "deploy/plan/marks.hpp"
#include "deploy/topology/services.hpp"

namespace deploy {
namespace {

using openstack::load_balancer::LoadBalancer;
using openstack::load_balancer::Member;
using openstack::load_balancer::ProvisioningStatus;

/// The fixed addresses of the APIs, by name; empty where one has still to be made.
std::map<std::string, std::string> fixed_addresses(const Topology& topology, const Observed& observed) {
    std::map<std::string, std::string> addresses;
    for (const auto* api : topology.apis()) {
        auto& address = addresses[api->name];
        if (const auto* port = observed.port(api->name))
            address = ipv4_of(*port);
        else if (const auto* instance = observed.instance(api->name))
            address = instance->fixed_address;
    }
    return addresses;
}

/// Those of the floating IPs that the plan gives to APIs. False: some of them are not known yet.
bool floating_addresses(const Topology& topology, const Plan& plan, std::set<std::string>& addresses) {
    bool complete = true;
    for (const auto* api : topology.apis()) {
        const auto& address = plan.item("floating IP", api->name).id;
        if (address.empty())
            complete = false;
        else
            addresses.insert(address);
    }
    return complete;
}

PlannedItem plan_balancer(const Topology& topology, const Observed& observed) {
    const auto& name = topology.balancer->name;
    const auto* found = observed.balance.balancer(topology);
    const auto item = [&](Action action, std::string why) {
        return PlannedItem{"load balancer", name, action, std::move(why), found->id};
    };
    if (found == nullptr)
        return {"load balancer", name, Action::create,
                fmt::format("spreads requests over {} APIs", topology.apis().size())};
    if (found->provisioning_status == ProvisioningStatus::error)
        return item(Action::replace, "it is in ERROR");
    if (found->provisioning_status == ProvisioningStatus::pending_delete)
        return item(Action::replace, "it is being deleted");
    const auto* port = observed.port(name);
    if (port == nullptr || port->id != found->vip_port_id)
        return item(Action::replace, "it does not listen on the port that was made for it");
    const auto faults = faults_of(observed.balance.parts, fixed_addresses(topology, observed));
    return faults.empty() ? item(Action::keep, "")
                          : item(Action::change, fmt::format("{}", fmt::join(faults, "; ")));
}

PlannedItem plan_zone(const Context& context, const Observed& observed) {
    const auto& name = context.topology.balance.zone;
    const auto& zone = observed.balance.zone;
    if (!zone) return {"zone", name, Action::create, "there is none"};
    const bool ours = zone->description == group_mark(context.topology.deployment);
    return {"zone", name, Action::keep, ours ? "" : "was there before this deployment", zone->id};
}

PlannedItem plan_recordset(const Context& context, const Observed& observed, const Plan& plan) {
    const auto& topology = context.topology;
    const auto name = balanced_name(topology.deployment, topology.balance.zone);
    const auto& recordset = observed.balance.recordset;
    if (!recordset)
        return {"recordset", name, Action::create,
                fmt::format("has the addresses of {} APIs", topology.apis().size())};
    if (recordset->description != group_mark(topology.deployment))
        throw openstack::Conflict(fmt::format(
            "the zone has a recordset {} ({}) that this deployment did not make. Delete it, choose "
            "another zone with --zone or another deployment name with --name",
            name, recordset->id));
    const auto change = [&](std::string why) {
        return PlannedItem{"recordset", name, Action::change, std::move(why), recordset->id};
    };
    std::set<std::string> wanted;
    if (!floating_addresses(topology, plan, wanted)) return change("gets the address of a new API");
    if (wanted != std::set(recordset->records.begin(), recordset->records.end()))
        return change("has other addresses than the APIs");
    if (recordset->ttl != name_ttl) return change(fmt::format("its TTL is not {} s", name_ttl));
    return {"recordset", name, Action::keep, "", recordset->id};
}

/// Ours of another choice, or of another time.
void plan_leavings(const Context& context, const Observed& observed, Plan& plan) {
    const auto& topology = context.topology;
    const auto& balance = observed.balance;
    const auto why = std::string("requests are not spread by it any more");
    const auto* wanted = balance.balancer(topology);
    for (const auto& balancer : balance.balancers)
        if (&balancer != wanted)
            plan.items.push_back({"load balancer", balancer.name, Action::remove, why, balancer.id});
    const auto is_wanted = [](const auto& one, const auto& item) { return one && one->id == item.id; };
    const bool by_name = topology.balance.method == BalanceMethod::dns;
    for (const auto& recordset : balance.recordsets)
        if (!by_name || !is_wanted(balance.recordset, recordset))
            plan.items.push_back({"recordset", recordset.name, Action::remove, why, recordset.id});
    for (const auto& zone : balance.zones)
        if (!by_name || !is_wanted(balance.zone, zone))
            plan.items.push_back({"zone", zone.name, Action::remove, why, zone.id});
}

void note_wrong_members(const std::vector<Member>& members, const std::map<std::string, std::string>& wanted,
                        std::vector<std::string>& faults) {
    std::set<std::string> superfluous;
    for (const auto& member : members)
        superfluous.insert(member.name.empty() ? member.address : member.name);
    for (const auto& [name, address] : wanted) {
        const auto member = std::ranges::find_if(members, [&](const Member& one) {
            return one.address == address && one.protocol_port == web_port;
        });
        if (address.empty() || member == members.end()) {
            faults.push_back(name + " is no member of it");
            continue;
        }
        superfluous.erase(member->name.empty() ? member->address : member->name);
        if (member->weight == 0 || !member->is_admin_state_up)
            faults.push_back(name + " is given no requests");
    }
    for (const auto& name : superfluous)
        if (!wanted.contains(name)) faults.push_back(name + " is to leave it");
}

}  // namespace

std::vector<std::string> faults_of(const BalancerParts& parts,
                                   const std::map<std::string, std::string>& members) {
    std::vector<std::string> faults;
    if (!parts.listener) faults.push_back(fmt::format("nothing listens on its port {}", web_port));
    if (!parts.pool)
        faults.emplace_back("it has no pool");
    else if (parts.listener && parts.listener->default_pool_id != parts.pool->id)
        faults.emplace_back("its listener does not use its pool");
    if (parts.pool && !parts.monitor)
        faults.emplace_back("nothing monitors the health of its members");
    else if (parts.monitor && parts.monitor->url_path != monitor_path)
        faults.push_back(fmt::format("its health monitor does not ask for {}", monitor_path));
    if (parts.pool) note_wrong_members(parts.members, members, faults);
    return faults;
}

void plan_balance(const Context& context, const Observed& observed, Plan& plan) {
    if (context.topology.balancer) plan.items.push_back(plan_balancer(context.topology, observed));
    if (context.topology.balance.method == BalanceMethod::dns) {
        plan.items.push_back(plan_zone(context, observed));
        plan.items.push_back(plan_recordset(context, observed, plan));
    }
    plan_leavings(context, observed, plan);
}

}  // namespace deploy
