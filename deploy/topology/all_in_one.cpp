#include "deploy/topology/topology.hpp"

namespace deploy {

Topology all_in_one(const AllInOneNames& names, bool first_fractals) {
    InstallSpec install{.install = {"faafo", "messaging"}, .roles = {"api", "worker"}};
    if (first_fractals) install.roles.emplace_back("demo");
    return {
        .deployment = names.deployment,
        .groups = {{.name = names.security_group, .ingress = {{.port = 22}, {.port = 80}}}},
        .instances = {{.name = names.instance,
                       .groups = {names.security_group},
                       .install = install,
                       .floating_ip = true,
                       .health_port = 80}},
        .entrance = names.instance,
    };
}

}  // namespace deploy
