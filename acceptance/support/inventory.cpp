#include "acceptance/support/inventory.hpp"

#include <openstack/compute.hpp>
#include <openstack/dns.hpp>
#include <openstack/load_balancer.hpp>
#include <openstack/network.hpp>
#include <openstack/object_store.hpp>

namespace acceptance {

Inventory inventory(const openstack::Connection& cloud) {
    Inventory result;
    for (const auto& server : cloud.compute().servers())
        result.servers.insert(server.name);
    for (const auto& keypair : cloud.compute().keypairs())
        result.keypairs.insert(keypair.name);
    for (const auto& group : cloud.network().security_groups()) {
        if (group.name == "default") continue;
        result.security_groups.insert(group.name);
        for (const auto& rule : group.security_group_rules)
            result.rules.insert(group.name + " " + rule.direction + " " + rule.ether_type + " " +
                                rule.protocol + " " +
                                (rule.port_range_min ? std::to_string(*rule.port_range_min) : "any"));
    }
    for (const auto& ip : cloud.network().ips())
        result.floating_ips.insert(ip.description);
    for (const auto& port : cloud.network().ports())
        if (!port.device_owner.starts_with("network:")) result.ports.insert(port.device_owner);
    for (const auto& container : cloud.object_store().containers())
        result.containers.insert(container.name);
    for (const auto& balancer : cloud.load_balancer().load_balancers())
        result.load_balancers.insert(balancer.name);
    for (const auto& zone : cloud.dns().zones())
        result.zones.insert(zone.name);
    return result;
}

std::ostream& operator<<(std::ostream& out, const Inventory& inventory) {
    const auto list = [&](const char* kind, const std::multiset<std::string>& names) {
        out << kind << ":";
        for (const auto& name : names)
            out << " [" << name << "]";
        out << "\n";
    };
    list("servers", inventory.servers);
    list("security groups", inventory.security_groups);
    list("rules", inventory.rules);
    list("floating IPs", inventory.floating_ips);
    list("keypairs", inventory.keypairs);
    list("containers", inventory.containers);
    list("ports", inventory.ports);
    list("load balancers", inventory.load_balancers);
    list("zones", inventory.zones);
    return out;
}

}  // namespace acceptance
