#include "deploy/topology/placeholders.hpp"
#include "deploy/topology/services.hpp"

namespace deploy {
namespace {

std::string numbered(const std::string& name, int number) {
    return name + "-" + std::to_string(number);
}

/// The guide's groups and rules, none more and none fewer. `control` is the guide's, too, which gives it to no instance
/// here: it is for what a reader adds.
std::vector<GroupSpec> groups_of(const ScalingNames& names) {
    return {{.name = names.api_group,
             .ingress = {{.port = ssh_port}, {.port = web_port}},
             .option = "--api-group"},
            {.name = names.worker_group, .ingress = {{.port = ssh_port}}, .option = "--worker-group"},
            {.name = names.control_group,
             .ingress = {{.port = ssh_port},
                         {.port = web_port},
                         {.port = messaging_port, .from_group = names.worker_group}},
             .option = "--control-group"},
            // APIs publish tasks, so the broker's port is open to them, too.
            {.name = names.services_group,
             .ingress = {{.port = ssh_port},
                         {.port = database_port, .from_group = names.api_group},
                         {.port = messaging_port, .from_group = names.worker_group},
                         {.port = messaging_port, .from_group = names.api_group}},
             .option = "--services-group"}};
}

}  // namespace

Topology scaling(const ScalingNames& names, Counts counts, bool first_fractals, const Balance& balance) {
    Topology topology{.deployment = names.deployment,
                      .groups = groups_of(names),
                      .entrance = numbered(names.api, 1),
                      .counts = counts,
                      .balance = balance};
    // The balancer's address is let in where the APIs' are.
    if (balance.method == BalanceMethod::octavia)
        topology.balancer = InstanceSpec{.name = names.balancer,
                                         .option = "--balancer-name",
                                         .role = Role::api,
                                         .groups = {names.api_group},
                                         .floating_ip = true,
                                         .health_port = web_port};
    topology.instances.push_back({.name = names.services,
                                  .option = "--services-name",
                                  .role = Role::services,
                                  .groups = {names.services_group},
                                  .install = {.install = {"database", "messaging"},
                                              .listen = "0.0.0.0",
                                              .settings = services_passwords()},
                                  .runs_services = true});
    for (int number = 1; number <= counts.apis; ++number) {
        InstanceSpec api{.name = numbered(names.api, number),
                         .option = "--api-name",
                         .role = Role::api,
                         .groups = {names.api_group},
                         .install = {.install = {"faafo"},
                                     .roles = {"api"},
                                     .settings = {database_on(names.services), messaging_on(names.services)}},
                         .floating_ip = true,
                         .health_port = web_port};
        if (number == 1 && first_fractals) api.install.roles.emplace_back("demo");
        topology.instances.push_back(std::move(api));
    }
    for (int number = 1; number <= counts.workers; ++number) {
        // Results go through the load balancer, or else through one API each, evenly.
        const auto api =
            topology.balancer ? names.balancer : numbered(names.api, (number - 1) % counts.apis + 1);
        topology.instances.push_back({.name = numbered(names.worker, number),
                                      .option = "--worker-name",
                                      .role = Role::worker,
                                      .groups = {names.worker_group},
                                      .install = {.install = {"faafo"},
                                                  .roles = {"worker"},
                                                  .endpoint_url = "http://" + address_of(api),
                                                  .settings = {messaging_on(names.services)}},
                                      .endpoint_instance = api});
    }
    return topology;
}

}  // namespace deploy
