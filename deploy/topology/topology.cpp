#include "deploy/topology/topology.hpp"

#include <algorithm>

#include "deploy/topology/placeholders.hpp"

namespace deploy {

const InstanceSpec* Topology::find(std::string_view instance) const {
    const auto found = std::ranges::find(instances, instance, &InstanceSpec::name);
    return found == instances.end() ? nullptr : &*found;
}

const InstanceSpec* Topology::services() const {
    const auto found = std::ranges::find(instances, true, &InstanceSpec::runs_services);
    return found == instances.end() ? nullptr : &*found;
}

bool Topology::needs_port(const InstanceSpec& instance) const {
    return instance.floating_ip || std::ranges::any_of(instances, [&](const InstanceSpec& other) {
               return addresses_in(other.install).contains(instance.name);
           });
}

std::string_view to_string(Role role) {
    switch (role) {
        case Role::all_in_one:
            return "all-in-one";
        case Role::controller:
            return "controller";
        case Role::services:
            return "services";
        case Role::api:
            return "api";
        case Role::worker:
            return "worker";
    }
    return "";
}

std::set<std::string> addresses_in(const InstallSpec& install) {
    auto names = placeholders(install.endpoint_url, "address");
    names.merge(placeholders(install.listen, "address"));
    for (const auto& setting : install.settings)
        names.merge(placeholders(setting.value, "address"));
    return names;
}

bool uses_secrets(const InstallSpec& install) {
    return std::ranges::any_of(install.settings, [](const Setting& setting) {
        return !placeholders(setting.value, "secret").empty();
    });
}

}  // namespace deploy
