#include "deploy/plan/observed.hpp"

#include <algorithm>
#include <future>
#include <openstack/compute.hpp>
#include <openstack/network.hpp>
#include <openstack/object_store.hpp>

#include "deploy/apply/probe.hpp"
#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

std::multimap<std::string, openstack::network::SecurityGroup> observe_groups(const Context& context) {
    std::multimap<std::string, openstack::network::SecurityGroup> groups;
    const auto network = context.cloud.network();
    const auto& topology = context.topology;
    // An administrator would see those of other projects, too.
    const auto project = network.adapter().project_id(context.call());
    for (auto& group : network.security_groups({.project_id = project}, context.call())) {
        const bool ours = is_ours(group, topology.deployment);
        const bool named =
            std::ranges::find(topology.groups, group.name, &GroupSpec::name) != topology.groups.end();
        if (ours || (named && !is_any_mark(group.description))) groups.emplace(group.name, std::move(group));
    }
    // Where we have made one, somebody's of the same name is nothing to us.
    for (const auto& spec : topology.groups) {
        const auto [begin, end] = groups.equal_range(spec.name);
        const auto is_our = [&](const auto& item) { return is_ours(item.second, topology.deployment); };
        if (std::any_of(begin, end, is_our))
            std::erase_if(groups, [&](const auto& item) { return item.first == spec.name && !is_our(item); });
    }
    return groups;
}

std::multimap<std::string, openstack::network::Port> observe_ports(const Context& context) {
    std::multimap<std::string, openstack::network::Port> ports;
    const auto network = context.cloud.network();
    const auto project = network.adapter().project_id(context.call());
    for (auto& port : network.ports({.project_id = project}, context.call()))
        if (const auto instance = instance_in_mark(port.description, context.topology.deployment);
            !instance.empty())
            ports.emplace(instance, std::move(port));
    return ports;
}

/// Clouds without object storage are fine as long as the user says where the package is.
bool observe_package_container(const Context& context) {
    try {
        const auto container = context.cloud.object_store().find_container_or_null(
            package_container(context.topology.deployment), context.call());
        return container.has_value();
    } catch (const openstack::EndpointNotFound&) {
        return false;
    }
}

/// Before it is made, it is recorded; and a load balancer's port outlives the instance that it is recorded in.
bool may_be_balanced(const Context& context, const Observed& observed) {
    return context.topology.balance.method != BalanceMethod::none ||
           std::ranges::any_of(
               observed.instances,
               [](const auto& item) { return !metadata_of(item.second.server, balance_key).empty(); }) ||
           std::ranges::any_of(observed.ports,
                               [](const auto& item) { return item.second.device_owner == "Octavia"; });
}

bool answers(const Context& context, const InstanceSpec& spec, const ObservedInstance& instance) {
    constexpr auto patience_of_a_probe = std::chrono::seconds(5);
    if (spec.health_port == 0 || instance.floating_address.empty()) return false;
    const auto url = entrance_url(context.cloud, instance.floating_address, spec.health_port);
    return probe(url + spec.health_path, patience_of_a_probe, context.stop).ok();
}

/// What failed and was mended by hand has fractals on its disk by now: it is recognised by its answer, an instance with
/// the database by that of an API.
bool was_mended(const Context& context, const InstanceSpec& spec, const ObservedInstances& instances) {
    return std::ranges::any_of(instances, [&](const auto& item) {
        const auto* asked = context.topology.find(item.first);
        return asked != nullptr && (asked == &spec || spec.runs_services) &&
               answers(context, *asked, item.second);
    });
}

void note_failures(const Context& context, ObservedInstances& instances) {
    for (auto& [name, instance] : instances) {
        auto failure = metadata_of(instance.server, failed_key);
        const auto* spec = context.topology.find(name);
        if (!failure.empty() && spec != nullptr && !was_mended(context, *spec, instances))
            instance.failure = std::move(failure);
    }
}

}  // namespace

std::string metadata_of(const openstack::compute::Server& server, std::string_view key) {
    const auto found = server.metadata.find(std::string(key));
    return found == server.metadata.end() ? std::string() : found->second;
}

openstack::compute::Server with_fault(const Context& context, openstack::compute::Server server,
                                      const std::stop_token& stop) {
    if (server.status != openstack::compute::ServerStatus::error || server.fault) return server;
    try {
        return context.cloud.compute().get_server(server.id, context.call(stop));
    } catch (const openstack::NotFound&) {
        return server;  // somebody deletes it meanwhile
    }
}

ObservedInstances observe_instances(const Context& context) {
    ObservedInstances instances;
    for (const auto& server : context.cloud.compute().servers({}, context.call())) {
        if (metadata_of(server, deployment_key) != context.options.deployment) continue;
        if (server.status == openstack::compute::ServerStatus::deleted) continue;
        const auto name = metadata_of(server, instance_key);
        ObservedInstance instance{.server = with_fault(context, server)};
        for (const auto& [network, addresses] : server.addresses) {
            for (const auto& address : addresses) {
                if (address.version != 4) continue;
                (address.type == "floating" ? instance.floating_address : instance.fixed_address) =
                    address.address;
            }
        }
        instances.emplace(name, std::move(instance));
    }
    return instances;
}

const ObservedInstance* Observed::instance(const std::string& name) const {
    const auto found = instances.find(name);
    return found == instances.end() ? nullptr : &found->second;
}

const openstack::network::Port* Observed::port(const std::string& instance) const {
    const auto [begin, end] = ports.equal_range(instance);
    const auto used =
        std::find_if(begin, end, [](const auto& item) { return !item.second.device_id.empty(); });
    if (used != end) return &used->second;
    return begin == end ? nullptr : &begin->second;
}

std::string ipv4_of(const openstack::network::Port& port) {
    for (const auto& fixed : port.fixed_ips)
        if (fixed.ip_address.find(':') == std::string::npos) return fixed.ip_address;
    return {};
}

bool is_ours(const openstack::network::SecurityGroup& group, const std::string& deployment) {
    return group.description == group_mark(deployment);
}

bool is_ours(const openstack::network::FloatingIP& ip, const std::string& deployment) {
    return !instance_in_mark(ip.description, deployment).empty();
}

bool is_ours(const openstack::compute::Keypair& keypair, const std::string& deployment) {
    return comment_of(keypair.public_key) == key_comment(deployment);
}

std::string package_container(const std::string& deployment) {
    return deployment + "-package";
}

Observed observe(const Context& context, Look look) {
    const auto beside = [](auto work) { return std::async(std::launch::async, std::move(work)); };
    auto instances = beside([&] { return observe_instances(context); });
    auto groups = beside([&] { return observe_groups(context); });
    auto ports = beside([&] { return observe_ports(context); });
    auto floating_ips = beside([&] { return context.cloud.network().ips({}, context.call()).to_vector(); });
    auto container = beside([&] { return observe_package_container(context); });
    auto keypairs = beside([&] { return context.cloud.compute().keypairs({}, context.call()).to_vector(); });
    Observed observed{.groups = groups.get(),
                      .instances = instances.get(),
                      .ports = ports.get(),
                      .floating_ips = floating_ips.get(),
                      .has_package_container = container.get()};
    note_failures(context, observed.instances);
    for (auto& keypair : keypairs.get()) {
        if (keypair.name == context.options.keypair) observed.keypair = keypair;
        if (is_ours(keypair, context.topology.deployment)) observed.keypairs.push_back(std::move(keypair));
    }
    for (const auto& ip : observed.floating_ips)
        if (const auto instance = instance_in_mark(ip.description, context.topology.deployment);
            !instance.empty())
            observed.addresses.emplace(instance, ip);
    // The deployment may be one of another program, which destroys it as well.
    if ((context.topology.counts && look == Look::everywhere) || may_be_balanced(context, observed))
        observed.balance = observe_balance(context);
    return observed;
}

}  // namespace deploy
