#include "deploy/apply/server.hpp"

#include <algorithm>
#include <openstack/compute.hpp>

#include "deploy/apply/lingering.hpp"
#include "deploy/plan/marks.hpp"
#include "deploy/plan/recorded.hpp"

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

/// With the port that was prepared for it, which another server may have had a moment ago.
std::string create_server(const Work& work, const InstanceSpec& spec, const std::string& zone,
                          const StepReport& report, const std::stop_token& stop) {
    openstack::compute::ServerCreate request{.name = spec.name,
                                             .image_id = work.target.image_of(spec).id,
                                             .flavor_id = work.target.flavor_of(spec).id,
                                             .key_name = work.context.options.keypair,
                                             .availability_zone = zone};
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
        request.metadata.merge(url_metadata(board.package_url));
    });
    return while_in_use(work.context, "the port of '" + spec.name + "'", report, stop, Refusals::of_use, [&] {
        return work.context.cloud.compute().create_server(request, work.context.call(stop)).id;
    });
}

std::string fixed_address(const Server& server) {
    for (const auto& [network, addresses] : server.addresses)
        for (const auto& address : addresses)
            if (address.version == 4 && address.type != "floating") return address.address;
    throw openstack::ResourceFailed("the server '" + server.name + "' (" + server.id +
                                    ") is ACTIVE but has no IPv4 address; does its network have a subnet?");
}

/// Clouds may list zones that they do not let everybody use.
std::string create_elsewhere(const Work& work, const InstanceSpec& spec, const std::string& zone,
                             const StepReport& report, const std::stop_token& stop) {
    try {
        return create_server(work, spec, zone, report, stop);
    } catch (const openstack::BadRequest& refusal) {
        if (zone.empty()) throw;
        work.note("It cannot be made in the availability zone " + zone +
                  ", so where is left to the cloud: " + refusal.what());
        return create_server(work, spec, "", report, stop);
    }
}

/// Whether this run has made it, or found it before it had ever run: nothing is lost with it.
bool is_new(const Work& work, const InstanceSpec& spec) {
    const auto action = work.plan.item("server", spec.name).action;
    return action == Action::create || action == Action::replace ||
           (action == Action::keep &&
            work.observed.instance(spec.name)->server.status == ServerStatus::build);
}

/// Nova's words, behind a colon; without the dots that would end the sentence twice.
std::string reason_of(const Server& server) {
    auto words = server.fault ? server.fault->message : std::string();
    while (!words.empty() && (words.back() == '.' || words.back() == ' ' || words.back() == '\n'))
        words.pop_back();
    return words.empty() ? ", and Nova gives no reason" : ": " + words;
}

std::string failure_of(const Server& server, int earlier_failures) {
    auto text = "the server '" + server.name + "' (" + server.id + ") went to " + server.status.text() +
                reason_of(server);
    if (earlier_failures > 0)
        return text + ". So did " + std::to_string(earlier_failures) +
               " before it. Run this again to replace it when the cause is mended";
    return text +
           ". Run this again to replace it; with --retry-errors 2 a new one is made up to twice, in another "
           "availability zone where there is one";
}

/// Those that servers may be made in, in the cloud's order; none where it does not say.
std::vector<std::string> zones_of(const Context& context, const std::stop_token& stop) {
    std::vector<std::string> names;
    try {
        for (const auto& zone : context.cloud.compute().availability_zones(false, context.call(stop)))
            if (zone.is_available) names.push_back(zone.name);
    } catch (const openstack::HttpError&) {
        return {};
    }
    return names;
}

}  // namespace

StepResult start_instance(const Work& work, const InstanceSpec& spec, const StepReport& report,
                          std::stop_token stop) {
    const auto compute = work.context.cloud.compute();
    const auto& item = work.plan.item("server", spec.name);
    auto id = item.id;
    if (item.action == Action::replace)
        retire_server(work.context, work.observed.instance(spec.name)->server, report, stop);
    if (item.action == Action::create || item.action == Action::replace)
        id = create_server(work, spec, "", report, stop);
    if (item.action == Action::change) compute.start_server(id, work.context.call(stop));
    work.board.with([&](Board& board) { board.server_ids[spec.name] = id; });
    return {.changed = item.action != Action::keep,
            .detail = item.action == Action::create    ? "asked for"
                      : item.action == Action::replace ? "replaced"
                      : item.action == Action::change  ? "started"
                                                       : item.why};
}

StepResult await_instance(const Work& work, const InstanceSpec& spec, const StepReport& report,
                          std::stop_token stop) {
    const int retries = is_new(work, spec) ? work.context.options.retry_errors : 0;
    std::set<std::string> tried;
    for (int failures = 0;; ++failures) {
        const auto id = work.board.with([&](Board& board) { return board.server_ids.at(spec.name); });
        const auto server = with_fault(work.context, work.watch.wait_until_settled(id, report, stop), stop);
        if (server.status == ServerStatus::active) {
            const auto address = fixed_address(server);
            work.board.with([&](Board& board) { board.result.fixed_addresses[spec.name] = address; });
            return {.detail = "ACTIVE, " + address};
        }
        if (server.status != ServerStatus::error || failures == retries)
            throw openstack::ResourceFailed(failure_of(server, failures));
        tried.insert(server.availability_zone);
        const auto zone = next_zone(zones_of(work.context, stop), tried);
        work.note("The server '" + spec.name + "' (" + id + ") went to ERROR" + reason_of(server) +
                  ". It is deleted and made again" +
                  (zone.empty() ? "" : " in the availability zone " + zone) + " (" +
                  std::to_string(failures + 1) + " of " + std::to_string(retries) + " retries)");
        tried.insert(zone);
        retire_server(work.context, server, report, stop);
        const auto another = create_elsewhere(work, spec, zone, report, stop);
        work.board.with([&](Board& board) { board.server_ids[spec.name] = another; });
    }
}

std::string next_zone(const std::vector<std::string>& zones, const std::set<std::string>& tried) {
    if (zones.size() < 2) return {};
    const auto next = std::ranges::find_if(zones, [&](const auto& zone) { return !tried.contains(zone); });
    return next == zones.end() ? std::string() : *next;
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
