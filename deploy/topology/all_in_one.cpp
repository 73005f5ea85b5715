#include "deploy/topology/services.hpp"

namespace deploy {

Topology all_in_one(const AllInOneNames& names, bool first_fractals) {
    InstallSpec install{.install = {"faafo", "messaging"}, .roles = {"api", "worker"}};
    if (first_fractals) install.roles.emplace_back("demo");
    return {
        .deployment = names.deployment,
        .groups = {{.name = names.security_group,
                    .ingress = {{.port = ssh_port}, {.port = web_port}},
                    .option = "--security-group"}},
        .instances = {{.name = names.instance,
                       .option = "--instance-name",
                       .role = Role::all_in_one,
                       .groups = {names.security_group},
                       .install = install,
                       .floating_ip = true,
                       .health_port = web_port}},
        .entrance = names.instance,
    };
}

}  // namespace deploy
