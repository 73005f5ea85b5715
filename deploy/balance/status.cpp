#include "deploy/balance/status.hpp"

#include <algorithm>
#include <openstack/dns.hpp>
#include <openstack/load_balancer.hpp>

namespace deploy {
namespace {

using openstack::load_balancer::OperatingStatus;
using openstack::load_balancer::ProvisioningStatus;

std::string floating_address(const Observed& observed, const std::string& name) {
    const auto found = observed.addresses.find(name);
    if (found != observed.addresses.end()) return found->second.floating_ip_address;
    const auto* port = observed.port(name);
    for (const auto& ip : observed.floating_ips)
        if (port != nullptr && ip.port_id == port->id) return ip.floating_ip_address;
    return {};
}

BalanceStatus of_balancer(const Topology& topology, const Observed& observed) {
    BalanceStatus status{
        .method = BalanceMethod::octavia, .name = topology.balancer->name, .state = "missing"};
    const auto* balancer = observed.balance.balancer(topology);
    if (balancer == nullptr) return status;
    status.state = balancer->provisioning_status.text();
    status.address = floating_address(observed, status.name);
    for (const auto& member : observed.balance.parts.members)
        status.members.push_back(
            {.name = member.name.empty() ? member.address : member.name,
             .address = member.address,
             .health = member.weight == 0 ? "gets no requests" : member.operating_status.text()});
    const auto& members = observed.balance.parts.members;
    status.healthy = balancer->provisioning_status == ProvisioningStatus::active && !status.address.empty() &&
                     members.size() == topology.apis().size() &&
                     std::ranges::none_of(members, [](const auto& member) {
                         return member.operating_status == OperatingStatus::error ||
                                member.operating_status == OperatingStatus::offline || member.weight == 0;
                     });
    return status;
}

BalanceStatus of_name(const Context& context, const Observed& observed) {
    const auto& topology = context.topology;
    BalanceStatus status{.method = BalanceMethod::dns,
                         .name = balanced_name(topology.deployment, topology.balance.zone),
                         .state = "missing"};
    if (observed.balance.zone)
        for (const auto& server :
             context.cloud.dns().zone_nameservers(observed.balance.zone->id, context.call()))
            status.name_servers.push_back(server.hostname);
    const auto& recordset = observed.balance.recordset;
    if (!recordset) return status;
    status.state = recordset->status.text();
    std::vector<std::string> wanted;
    for (const auto* api : topology.apis())
        wanted.push_back(floating_address(observed, api->name));
    for (const auto& address : recordset->records) {
        const auto api = std::ranges::find(wanted, address);
        status.members.push_back(
            {.name = api == wanted.end()
                         ? address
                         : topology.apis()[static_cast<std::size_t>(api - wanted.begin())]->name,
             .address = address});
    }
    std::ranges::sort(status.members, {}, &MemberHealth::name);
    auto there = recordset->records;
    std::ranges::sort(there);
    std::ranges::sort(wanted);
    status.healthy = recordset->status == openstack::dns::Status::active && there == wanted;
    return status;
}

}  // namespace

std::optional<BalanceStatus> balance_status(const Context& context, const Observed& observed) {
    if (context.topology.balancer) return of_balancer(context.topology, observed);
    if (context.topology.balance.method == BalanceMethod::dns) return of_name(context, observed);
    return std::nullopt;
}

}  // namespace deploy
