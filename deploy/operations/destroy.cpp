#include "deploy/operations/destroy.hpp"

#include <openstack/compute.hpp>
#include <openstack/network.hpp>

#include "deploy/apply/keypair.hpp"
#include "deploy/apply/lingering.hpp"
#include "deploy/apply/package.hpp"
#include "deploy/apply/steps.hpp"
#include "deploy/balance/apply.hpp"

namespace deploy {
namespace {

/// What a server had stays "in use" for a moment after the server is gone.
template <class Deletion>
StepResult delete_when_free(const Context& context, std::string what, const StepReport& report,
                            const std::stop_token& stop, const Deletion& deletion) {
    while_in_use(context, std::move(what), report, stop, Refusals::all,
                 [&] { deletion(context.call(stop)); });
    return {.detail = "gone"};
}

}  // namespace

std::vector<Removed> removable(const Context& context, const Observed& observed) {
    const auto& deployment = context.topology.deployment;
    std::vector<Removed> list;
    for (const auto& balancer : observed.balance.balancers)
        list.push_back({"load balancer", balancer.name});
    for (const auto& recordset : observed.balance.recordsets)
        list.push_back({"recordset", recordset.name});
    for (const auto& zone : observed.balance.zones)
        list.push_back({"zone", zone.name});
    for (const auto& [name, instance] : observed.instances)
        list.push_back({"server", name});
    for (const auto& [name, ip] : observed.addresses)
        list.push_back({"floating IP", ip.floating_ip_address});
    for (const auto& [name, port] : observed.ports)
        list.push_back({"port", name});
    for (const auto& [name, group] : observed.groups)
        if (is_ours(group, deployment)) list.push_back({"security group", name});
    for (const auto& keypair : observed.keypairs)
        list.push_back({"keypair", keypair.name});
    if (observed.has_package_container) list.push_back({"container", package_container(deployment)});
    return list;
}

std::vector<std::filesystem::path> private_keys_of(const std::vector<Removed>& removed) {
    std::vector<std::filesystem::path> keys;
    for (const auto& item : removed)
        if (item.kind == "keypair" && std::filesystem::exists(private_key_path(item.name)))
            keys.push_back(private_key_path(item.name));
    return keys;
}

std::vector<Removed> destroy(const Context& context, const Observed& observed,
                             common::tty::Progress& progress) {
    std::vector<Step> steps;
    std::vector<std::size_t> servers;
    const auto& balance = observed.balance;
    // First what sends requests to the rest.
    for (const auto& balancer : balance.balancers) {
        servers.push_back(steps.size());
        steps.push_back(
            {.title = "load balancer " + balancer.name, .run = [&](const auto&, auto stop) -> StepResult {
                 remove_balancer(context, balancer.id, stop);
                 return {.detail = "gone"};
             }});
    }
    std::vector<std::size_t> recordsets;
    for (const auto& recordset : balance.recordsets) {
        recordsets.push_back(steps.size());
        steps.push_back(
            {.title = "recordset " + recordset.name, .run = [&](const auto&, auto stop) -> StepResult {
                 remove_recordset(context, recordset, stop);
                 return {.detail = "gone"};
             }});
    }
    for (const auto& zone : balance.zones)
        steps.push_back({.title = "zone " + zone.name,
                         .after = recordsets,
                         .run = [&](const auto&, auto stop) -> StepResult {
                             remove_zone(context, zone.id, stop);
                             return {.detail = "gone"};
                         }});
    for (const auto& [name, instance] : observed.instances) {
        servers.push_back(steps.size());
        steps.push_back({.title = "server " + name, .run = [&](const auto& report, auto stop) -> StepResult {
                             const auto compute = context.cloud.compute();
                             auto wait = context.wait(stop);
                             wait.progress = [&](std::string_view status, auto) {
                                 report(std::string(status));
                             };
                             compute.delete_server(instance.server.id, context.call(stop));
                             compute.wait_for_delete(instance.server.id, wait);
                             return {.detail = "gone"};
                         }});
    }
    for (const auto& [name, ip] : observed.addresses)
        steps.push_back({.title = "floating IP " + ip.floating_ip_address,
                         .after = servers,
                         .run = [&](const auto& report, auto stop) -> StepResult {
                             return delete_when_free(
                                 context, "the floating IP " + ip.floating_ip_address, report, stop,
                                 [&](const auto& call) { context.cloud.network().delete_ip(ip.id, call); });
                         }});
    auto users = servers;
    for (const auto& [name, port] : observed.ports) {
        users.push_back(steps.size());
        steps.push_back({.title = "port of " + name,
                         .after = servers,
                         .run = [&](const auto& report, auto stop) -> StepResult {
                             return delete_when_free(context, "the port of '" + name + "' (" + port.id + ")",
                                                     report, stop, [&](const auto& call) {
                                                         context.cloud.network().delete_port(port.id, call);
                                                     });
                         }});
    }
    for (const auto& [name, group] : observed.groups)
        if (is_ours(group, context.topology.deployment))
            steps.push_back({.title = "security group " + name,
                             .after = users,
                             .run = [&](const auto& report, auto stop) -> StepResult {
                                 return delete_when_free(
                                     context, "the security group '" + name + "' (" + group.id + ")", report,
                                     stop, [&](const auto& call) {
                                         context.cloud.network().delete_security_group(group.id, call);
                                     });
                             }});
    for (const auto& keypair : observed.keypairs)
        steps.push_back(
            {.title = "keypair " + keypair.name, .run = [&](const auto&, auto stop) -> StepResult {
                 context.cloud.compute().delete_keypair(keypair.name, context.call(stop));
                 return {.detail = "gone"};
             }});
    if (observed.has_package_container)
        steps.push_back(
            {.title = "package", .after = servers, .run = [&](const auto&, auto stop) -> StepResult {
                 const bool removed = remove_package(context, stop);
                 return {.changed = removed, .detail = removed ? "gone" : "was not made by this deployment"};
             }});
    constexpr std::size_t at_once = 64;
    run_steps(steps, progress, context.stop, at_once);
    return removable(context, observed);
}

}  // namespace deploy
