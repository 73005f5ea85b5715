#include "deploy/topology/placeholders.hpp"
#include "deploy/topology/services.hpp"

namespace deploy {

Topology micro(const MicroNames& names, bool first_fractals) {
    const auto worker = names.worker + "-1";
    InstanceSpec controller{
        .name = names.controller,
        .option = "--controller-name",
        .role = Role::controller,
        .groups = {names.control_group},
        .install = {.install = {"faafo", "database", "messaging"},
                    .roles = {"api"},
                    .listen = "0.0.0.0",
                    .settings = services_passwords()},
        .floating_ip = true,
        .health_port = web_port,
        .runs_services = true,
    };
    if (first_fractals) controller.install.roles.emplace_back("demo");
    // The worker is told private addresses: a packet to a floating IP would lose its membership in the worker's group
    // on the way, and the broker's port is for members only.
    InstanceSpec drawing{
        .name = worker,
        .option = "--worker-name",
        .role = Role::worker,
        .groups = {names.worker_group},
        .install = {.install = {"faafo"},
                    .roles = {"worker"},
                    .endpoint_url = "http://" + address_of(names.controller),
                    .settings = {messaging_on(names.controller)}},
        .floating_ip = true,
        .endpoint_instance = names.controller,
    };
    return {
        .deployment = names.deployment,
        .groups = {{.name = names.worker_group, .ingress = {{.port = ssh_port}}, .option = "--worker-group"},
                   {.name = names.control_group,
                    .ingress = {{.port = ssh_port},
                                {.port = web_port},
                                {.port = messaging_port, .from_group = names.worker_group}},
                    .option = "--control-group"}},
        .instances = {std::move(controller), std::move(drawing)},
        .entrance = names.controller,
    };
}

}  // namespace deploy
