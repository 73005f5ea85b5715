#include "deploy/topology/topology.hpp"

#include <algorithm>

#include "deploy/topology/placeholders.hpp"

namespace deploy {

const InstanceSpec* Topology::find(std::string_view instance) const {
    const auto found = std::ranges::find(instances, instance, &InstanceSpec::name);
    return found == instances.end() ? nullptr : &*found;
}

bool Topology::has(std::string_view name) const {
    return find(name) != nullptr || (balancer && balancer->name == name);
}

std::vector<const InstanceSpec*> Topology::addressed() const {
    std::vector<const InstanceSpec*> specs;
    for (const auto& instance : instances)
        specs.push_back(&instance);
    if (balancer) specs.push_back(&*balancer);
    return specs;
}

std::vector<const InstanceSpec*> Topology::apis() const {
    std::vector<const InstanceSpec*> specs;
    for (const auto& instance : instances)
        if (instance.role == Role::api) specs.push_back(&instance);
    return specs;
}

const std::string& Topology::front() const {
    return balancer ? balancer->name : entrance;
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

std::string_view to_string(BalanceMethod method) {
    switch (method) {
        case BalanceMethod::none:
            return "none";
        case BalanceMethod::dns:
            return "dns";
        case BalanceMethod::octavia:
            return "octavia";
    }
    return "";
}

std::optional<BalanceMethod> balance_method(std::string_view name) {
    for (const auto method : {BalanceMethod::none, BalanceMethod::dns, BalanceMethod::octavia})
        if (to_string(method) == name) return method;
    return std::nullopt;
}

std::string balanced_name(std::string_view deployment, std::string_view zone) {
    constexpr std::size_t longest_label = 63;
    std::string label;
    for (const char c : deployment.substr(0, longest_label)) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        label += is_upper ? static_cast<char>(c - 'A' + 'a') : is_plain ? c : '-';
    }
    if (label.empty()) label = "fractals";
    // A label neither begins nor ends in a hyphen.
    for (auto* end : {&label.front(), &label.back()})
        if (*end == '-') *end = 'x';
    return label + "." + std::string(zone);
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
