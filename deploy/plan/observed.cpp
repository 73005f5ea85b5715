#include "deploy/plan/observed.hpp"

#include <algorithm>
#include <future>
#include <openstack/compute.hpp>
#include <openstack/network.hpp>
#include <openstack/object_store.hpp>

#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

std::string metadata_of(const openstack::compute::Server& server, std::string_view key) {
    const auto found = server.metadata.find(std::string(key));
    return found == server.metadata.end() ? std::string() : found->second;
}

std::multimap<std::string, ObservedInstance> observe_instances(const Context& context) {
    std::multimap<std::string, ObservedInstance> instances;
    for (const auto& server : context.cloud.compute().servers({}, context.call())) {
        if (metadata_of(server, deployment_key) != context.topology.deployment) continue;
        if (server.status == openstack::compute::ServerStatus::deleted) continue;
        const auto name = metadata_of(server, instance_key);
        ObservedInstance instance{.server = server};
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

std::multimap<std::string, openstack::network::SecurityGroup> observe_groups(const Context& context) {
    std::multimap<std::string, openstack::network::SecurityGroup> groups;
    const auto network = context.cloud.network();
    // An administrator would see those of other projects, too.
    const auto project = network.adapter().project_id(context.call());
    for (const auto& spec : context.topology.groups)
        for (auto& group :
             network.security_groups({.name = spec.name, .project_id = project}, context.call()))
            groups.emplace(spec.name, std::move(group));
    return groups;
}

std::multimap<std::string, openstack::network::FloatingIP> observe_addresses(const Context& context) {
    std::multimap<std::string, openstack::network::FloatingIP> addresses;
    for (const auto& ip : context.cloud.network().ips({}, context.call())) {
        const auto prefix = group_mark(context.topology.deployment) + " for ";
        if (ip.description.starts_with(prefix)) addresses.emplace(ip.description.substr(prefix.size()), ip);
    }
    return addresses;
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

}  // namespace

bool is_ours(const openstack::network::SecurityGroup& group, const std::string& deployment) {
    return group.description == group_mark(deployment);
}

bool is_ours(const openstack::network::FloatingIP& ip, const std::string& deployment) {
    return ip.description.starts_with(group_mark(deployment) + " for ");
}

bool is_ours(const openstack::compute::Keypair& keypair, const std::string& deployment) {
    return comment_of(keypair.public_key) == key_comment(deployment);
}

std::string package_container(const std::string& deployment) {
    return deployment + "-package";
}

Observed observe(const Context& context) {
    const auto beside = [](auto work) { return std::async(std::launch::async, std::move(work)); };
    auto instances = beside([&] { return observe_instances(context); });
    auto groups = beside([&] { return observe_groups(context); });
    auto addresses = beside([&] { return observe_addresses(context); });
    auto container = beside([&] { return observe_package_container(context); });
    auto keypair = beside([&] {
        return context.cloud.compute().find_keypair_or_null(context.options.keypair, context.call());
    });
    return {.groups = groups.get(),
            .instances = instances.get(),
            .addresses = addresses.get(),
            .keypair = keypair.get(),
            .has_package_container = container.get()};
}

}  // namespace deploy
