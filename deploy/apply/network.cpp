#include "deploy/apply/network.hpp"

#include <algorithm>
#include <openstack/network.hpp>

#include "deploy/apply/lingering.hpp"
#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

using openstack::network::FloatingIP;

StepResult note_address(const Work& work, const InstanceSpec& spec, const FloatingIP& ip, bool changed) {
    work.board.with([&](Board& board) {
        board.result.floating_addresses[spec.name] = ip.floating_ip_address;
        const auto url = entrance_url(work.context.cloud, ip.floating_ip_address, spec.health_port);
        if (spec.name == work.context.topology.entrance) board.api_url = url;
        if (spec.name == work.context.topology.front()) board.result.entrance_url = url;
    });
    return {.changed = changed, .detail = ip.floating_ip_address};
}

}  // namespace

StepResult make_group(const Work& work, const GroupSpec& spec, std::stop_token stop) {
    const auto network = work.context.cloud.network();
    const auto call = work.context.call(stop);
    const auto& item = work.plan.item("security group", spec.name);
    auto id = item.id;
    auto wanted = spec.ingress;
    if (item.action == Action::create)
        id = network
                 .create_security_group(
                     {.name = spec.name, .description = group_mark(work.context.topology.deployment)}, call)
                 .id;
    else
        wanted = missing_rules(spec, work.observed.groups.find(spec.name)->second, work.observed.groups);
    work.board.with([&](Board& board) { board.group_ids[spec.name] = id; });
    for (const auto& rule : wanted) {
        openstack::network::SecurityGroupRuleCreate request{.security_group_id = id,
                                                            .protocol = rule.protocol,
                                                            .port_range_min = rule.port,
                                                            .port_range_max = rule.port};
        if (!rule.from_group.empty())
            request.remote_group_id =
                work.board.with([&](Board& board) { return board.group_ids.at(rule.from_group); });
        network.ensure_security_group_rule(request, call);
    }
    return {.changed = item.action != Action::keep,
            .detail = item.action == Action::change ? "missing rules added" : item.why};
}

StepResult make_port(const Work& work, const InstanceSpec& spec, std::stop_token stop) {
    std::vector<std::string> groups;
    work.board.with([&](Board& board) {
        for (const auto& group : spec.groups)
            groups.push_back(board.group_ids.at(group));
    });
    const auto port = work.context.cloud.network().create_port(
        {.name = spec.name,
         .network_id = work.target.network.id,
         .security_group_ids = groups,
         .description = address_mark(work.context.topology.deployment, spec.name)},
        work.context.call(std::move(stop)));
    const auto address = ipv4_of(port);
    if (address.empty())
        throw openstack::ResourceFailed("the port for '" + spec.name + "' (" + port.id +
                                        ") has no IPv4 address; does the network " +
                                        work.target.network.name + " have a subnet?");
    work.board.with([&](Board& board) {
        board.port_ids[spec.name] = port.id;
        board.result.fixed_addresses[spec.name] = address;
    });
    return {.detail = address};
}

StepResult make_address(const Work& work, const InstanceSpec& spec, const StepReport& report,
                        const std::stop_token& stop) {
    const auto network = work.context.cloud.network();
    const auto call = work.context.call(stop);
    const auto attach = [&](const auto& how) {
        return while_in_use(work.context, "the port of '" + spec.name + "'", report, stop, Refusals::of_use,
                            how);
    };
    const auto& item = work.plan.item("floating IP", spec.name);
    const auto [port_id, server_id] = work.board.with(
        [&](Board& board) { return std::pair(board.port_ids[spec.name], board.server_ids[spec.name]); });
    if (item.action == Action::create && !port_id.empty())
        return note_address(
            work, spec, attach([&] {
                return network.create_ip(
                    {.floating_network_id = work.target.external_network->id,
                     .port_id = port_id,
                     .description = address_mark(work.context.topology.deployment, spec.name)},
                    call);
            }),
            true);
    if (item.action == Action::create) {
        const auto ip =
            network.create_ip({.floating_network_id = work.target.external_network->id,
                               .description = address_mark(work.context.topology.deployment, spec.name)},
                              call);
        return note_address(work, spec, network.add_ip_to_server(ip, server_id, call), true);
    }
    const auto known =
        std::ranges::find(work.observed.floating_ips, item.id, &FloatingIP::floating_ip_address);
    if (known == work.observed.floating_ips.end())
        throw openstack::NotFound("the floating IP " + item.id + " is gone; run this again");
    if (item.action == Action::keep) return note_address(work, spec, *known, false);
    return note_address(work, spec, attach([&] {
                            return port_id.empty() ? network.add_ip_to_server(*known, server_id, call)
                                                   : network.update_ip(*known, {.port_id = port_id}, call);
                        }),
                        true);
}

}  // namespace deploy
