#include "acceptance/cloud/leftovers.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <openstack/compute.hpp>
#include <openstack/dns.hpp>
#include <openstack/error.hpp>
#include <openstack/image.hpp>
#include <openstack/load_balancer.hpp>
#include <openstack/network.hpp>
#include <openstack/object_store.hpp>
#include <thread>
#include <utility>

#include "acceptance/cloud/deployment_names.hpp"
#include "acceptance/cloud/suite.hpp"
#include "common/process/process.hpp"

namespace acceptance::cloud {

using openstack::Connection;

namespace {

constexpr auto between_passes = std::chrono::seconds(3);

/// What a service that is not there, or not for this user, has: nothing.
void where_offered(const std::function<void()>& list) {
    try {
        list();
    } catch (const openstack::EndpointNotFound&) {
    } catch (const openstack::Forbidden&) {
    } catch (const openstack::Unauthorized&) {
    }
}

void remove_router(const Connection& cloud, const std::string& id) {
    const auto neutron = cloud.network();
    for (const auto& port : neutron.ports({.device_id = id}).to_vector())
        if (port.device_owner.starts_with("network:") && port.device_owner != "network:router_gateway")
            neutron.remove_interface_from_router(id, {.port_id = port.id});
    neutron.delete_router(id);
}

void remove_container(const Connection& cloud, const std::string& name) {
    const auto swift = cloud.object_store();
    for (const auto& object : swift.objects(name).to_vector())
        swift.delete_object(name, object.name);
    swift.delete_container(name);
}

struct Kind {
    const char* name;
    std::function<void(const Connection&, const std::string& id)> remove;
};

/// In the order that dependencies ask for.
const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all{
        {"load balancer",
         [](const auto& cloud, const auto& id) {
             // One that is stuck takes no change, ever; the other things must not wait for it.
             cloud.load_balancer().delete_load_balancer(
                 id, true, openstack::CallOptions::within(std::chrono::minutes(1)));
         }},
        {"server", [](const auto& cloud, const auto& id) { cloud.compute().delete_server(id); }},
        {"floating IP", [](const auto& cloud, const auto& id) { cloud.network().delete_ip(id); }},
        {"port", [](const auto& cloud, const auto& id) { cloud.network().delete_port(id); }},
        {"router", remove_router},
        {"network", [](const auto& cloud, const auto& id) { cloud.network().delete_network(id); }},
        {"security group",
         [](const auto& cloud, const auto& id) { cloud.network().delete_security_group(id); }},
        {"keypair", [](const auto& cloud, const auto& id) { cloud.compute().delete_keypair(id); }},
        {"container", remove_container},
        {"image", [](const auto& cloud, const auto& id) { cloud.image().delete_image(id); }},
        {"zone", [](const auto& cloud, const auto& id) { cloud.dns().delete_zone(id); }}};
    return all;
}

/// Each deployment of the run by its own program, which knows best; what that cannot do, the rest does.
void destroy_deployments(const Connection& cloud, const std::string& programs, const std::string& name,
                         std::chrono::seconds timeout) {
    for (const auto& deployment : deployments) {
        const auto deployment_name = name + "-" + std::string(deployment.suffix);
        try {
            if (nothing(named(belongings(cloud), deployment_name))) continue;
            Suite::say("    " + std::string(deployment.program) + " destroy --name " + deployment_name);
            std::vector<std::string> arguments{programs + "/" + std::string(deployment.program),
                                               "destroy",
                                               "--yes",
                                               "--name",
                                               deployment_name,
                                               "--timeout",
                                               std::to_string(timeout.count()) + "s"};
            if (!cloud.config().name().empty() && cloud.config().name() != "envvars")
                arguments.insert(arguments.end(), {"--cloud", cloud.config().name()});
            const auto result = common::process::run(
                {.arguments = std::move(arguments), .timeout = timeout + std::chrono::minutes(1)});
            if (!result.ok()) Suite::say(result.error);
        } catch (const std::exception& error) {
            Suite::say(std::string("    ") + error.what());
        }
    }
}

}  // namespace

Belongings belongings(const Connection& cloud) {
    Belongings all;
    const auto project = cloud.adapter("network").project_id();
    where_offered([&] {
        for (const auto& server : cloud.compute().servers())
            all["server"][server.id] = server.name;
        for (const auto& keypair : cloud.compute().keypairs())
            all["keypair"][keypair.name] = keypair.name;
    });
    where_offered([&] {
        const auto neutron = cloud.network();
        for (const auto& group : neutron.security_groups({.project_id = project}))
            if (group.name != "default") all["security group"][group.id] = group.name;
        for (const auto& ip : neutron.ips({.project_id = project}))
            all["floating IP"][ip.id] = ip.floating_ip_address + " " + ip.description;
        for (const auto& port : neutron.ports({.project_id = project}))
            if (!port.device_owner.starts_with("network:"))
                all["port"][port.id] = port.name.empty() ? "of " + port.device_owner : port.name;
        for (const auto& router : neutron.routers({.project_id = project}))
            all["router"][router.id] = router.name;
        for (const auto& network : neutron.networks({.project_id = project}))
            all["network"][network.id] = network.name;
    });
    where_offered([&] {
        for (const auto& image : cloud.image().images({.owner_id = project}))
            all["image"][image.id] = image.name;
    });
    where_offered([&] {
        for (const auto& container : cloud.object_store().containers())
            all["container"][container.name] = container.name;
    });
    where_offered([&] {
        for (const auto& balancer : cloud.load_balancer().load_balancers({.project_id = project}))
            all["load balancer"][balancer.id] = balancer.name;
    });
    where_offered([&] {
        for (const auto& zone : cloud.dns().zones())
            all["zone"][zone.id] = zone.name;
    });
    return all;
}

Belongings named(const Belongings& all, std::string_view name) {
    Belongings found;
    for (const auto& [kind, items] : all)
        for (const auto& [id, known_as] : items)
            if (known_as.find(name) != std::string::npos) found[kind][id] = known_as;
    return found;
}

Belongings without(const Belongings& left, const Belongings& right) {
    Belongings rest;
    for (const auto& [kind, items] : left) {
        const auto others = right.find(kind);
        for (const auto& [id, known_as] : items)
            if (others == right.end() || !others->second.contains(id)) rest[kind][id] = known_as;
    }
    return rest;
}

bool nothing(const Belongings& belongings) {
    return std::ranges::all_of(belongings, [](const auto& kind) { return kind.second.empty(); });
}

std::string describe(const Belongings& belongings) {
    std::string text;
    for (const auto& [kind, items] : belongings)
        for (const auto& [id, known_as] : items)
            text += kind + " " + known_as + (id == known_as ? "" : " (" + id + ")") + "\n";
    return text;
}

std::set<std::string> runs_in(const Belongings& all) {
    constexpr std::size_t digits = 8;
    std::set<std::string> runs;
    for (const auto& [kind, items] : all)
        for (const auto& [id, known_as] : items) {
            const auto at = known_as.find(name_of_runs);
            if (at == std::string::npos) continue;
            const auto run = known_as.substr(at, name_of_runs.size() + digits);
            const auto number = run.substr(name_of_runs.size());
            if (number.size() == digits && number.find_first_not_of("0123456789abcdef") == std::string::npos)
                runs.insert(run);
        }
    return runs;
}

std::string remove_all(const Connection& cloud, const std::string& programs, const std::string& name,
                       std::chrono::seconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    destroy_deployments(cloud, programs, name, timeout);
    for (;;) {
        std::string refused;
        Belongings left;
        try {
            left = named(belongings(cloud), name);
            if (nothing(left)) return {};
        } catch (const openstack::Error& error) {
            // Not now; perhaps in the next pass.
            refused = std::string(error.what()) + "\n";
        }
        for (const auto& kind : kinds()) {
            const auto items = left.find(kind.name);
            if (items == left.end()) continue;
            for (const auto& [id, known_as] : items->second) {
                try {
                    kind.remove(cloud, id);
                } catch (const openstack::Error& error) {
                    // Most often something that still uses it: the next pass knows.
                    refused += std::string(kind.name) + " " + known_as + ": " + error.what() + "\n";
                }
            }
        }
        if (std::chrono::steady_clock::now() >= end) return refused.empty() ? describe(left) : refused;
        std::this_thread::sleep_for(between_passes);
    }
}

}  // namespace acceptance::cloud
