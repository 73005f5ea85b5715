#include "deploy/apply/server.hpp"

#include <openstack/compute.hpp>

#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

using openstack::compute::Server;
using openstack::compute::ServerStatus;

/// A guest that does not shut down in this time is not waited for: what it has not finished is delivered again.
constexpr auto shutdown_time = std::chrono::seconds(90);

std::map<std::string, std::string> metadata_for(const Context& context, const InstanceSpec& spec,
                                                const PackageSource& package,
                                                const std::optional<Secrets>& secrets) {
    std::map<std::string, std::string> metadata{
        {std::string(deployment_key), context.topology.deployment},
        {std::string(instance_key), spec.name},
        {std::string(role_key), std::string(to_string(spec.role))},
        {std::string(package_key), package_mark(package.version, package.sha256)}};
    if (!spec.endpoint_instance.empty()) metadata.emplace(std::string(endpoint_key), spec.endpoint_instance);
    if (uses_secrets(spec.install)) metadata.emplace(std::string(secrets_key), secrets->fingerprint());
    if (spec.runs_services) {
        metadata.emplace(std::string(seed_key), secrets->seed());
        if (context.topology.counts) metadata.merge(to_metadata(*context.topology.counts));
        if (context.topology.balance.method != BalanceMethod::none)
            metadata.merge(to_metadata(context.topology.balance));
    }
    return metadata;
}

std::string create_server(const Work& work, const InstanceSpec& spec, std::stop_token stop) {
    openstack::compute::ServerCreate request{.name = spec.name,
                                             .image_id = work.target.image_of(spec).id,
                                             .flavor_id = work.target.flavor_of(spec).id,
                                             .key_name = work.context.options.keypair};
    work.board.with([&](Board& board) {
        if (const auto port = board.port_ids.find(spec.name); port != board.port_ids.end()) {
            request.networks = {{.port_id = port->second}};  // which has the groups
        } else {
            request.networks = {{.network_id = work.target.network.id}};
            // IDs, because names of groups need not be unique.
            for (const auto& group : spec.groups)
                request.security_groups.push_back(board.group_ids.at(group));
        }
        request.user_data = user_data(spec, board.package, board.result.fixed_addresses, board.secrets);
        request.metadata = metadata_for(work.context, spec, board.package, board.secrets);
    });
    return work.context.cloud.compute().create_server(request, work.context.call(std::move(stop))).id;
}

std::string fixed_address(const Server& server) {
    for (const auto& [network, addresses] : server.addresses)
        for (const auto& address : addresses)
            if (address.version == 4 && address.type != "floating") return address.address;
    throw openstack::ResourceFailed("the server '" + server.name + "' (" + server.id +
                                    ") is ACTIVE but has no IPv4 address; does its network have a subnet?");
}

}  // namespace

StepResult start_instance(const Work& work, const InstanceSpec& spec, const StepReport& report,
                          std::stop_token stop) {
    const auto compute = work.context.cloud.compute();
    const auto& item = work.plan.item("server", spec.name);
    auto id = item.id;
    if (item.action == Action::replace)
        retire_server(work.context, work.observed.instance(spec.name)->server, report, stop);
    if (item.action == Action::create || item.action == Action::replace) id = create_server(work, spec, stop);
    if (item.action == Action::change) compute.start_server(id, work.context.call(stop));
    work.board.with([&](Board& board) { board.server_ids[spec.name] = id; });
    return {.changed = item.action != Action::keep, .detail = item.why};
}

StepResult await_instance(const Work& work, const InstanceSpec& spec, const StepReport& report,
                          std::stop_token stop) {
    const auto id = work.board.with([&](Board& board) { return board.server_ids.at(spec.name); });
    const auto server = work.watch.wait_until_active(id, report, stop);
    const auto address = fixed_address(server);
    work.board.with([&](Board& board) { board.result.fixed_addresses[spec.name] = address; });
    return {.detail = "ACTIVE, " + address};
}

void retire_server(const Context& context, const Server& server, const StepReport& report,
                   const std::stop_token& stop) {
    const auto compute = context.cloud.compute();
    auto wait = context.wait(stop);
    wait.progress = [&](std::string_view status, auto) { report(std::string(status)); };
    // An earlier run may have been interrupted while the server was shutting down.
    const bool is_stopping = server.task_state == "powering-off";
    if (server.status == ServerStatus::active && (server.task_state.empty() || is_stopping)) {
        report("shutting down");
        try {
            if (!is_stopping) compute.stop_server(server.id, context.call(stop));
            auto patience = wait;
            patience.timeout = std::min<std::chrono::milliseconds>(wait.timeout, shutdown_time);
            compute.wait_for_status(server.id, ServerStatus::shutoff, patience);
        } catch (const openstack::Timeout&) {
        } catch (const openstack::HttpError&) {
            // It went away or into a state that cannot be stopped; deleting says the rest.
        }
    }
    report("deleting");
    compute.delete_server(server.id, context.call(stop));
    compute.wait_for_delete(server.id, wait);
}

}  // namespace deploy
