#include "acceptance/support/inventory.hpp"

#include <map>
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

Resources resources_in(const openstack::Connection& cloud) {
    Resources found;
    const auto network = cloud.network();
    std::map<std::string, std::string> groups;
    for (const auto& group : network.security_groups())
        groups[group.id] = group.name;
    for (const auto& server : cloud.compute().servers()) {
        auto text = "server " + server.name + " " + server.status.text() + " " + server.key_name + " " +
                    server.image.id;
        std::multiset<std::string> more;
        for (const auto& group : server.security_groups)
            more.insert(" group " + group);
        for (const auto& [name, value] :
             server.metadata)  // seed and fingerprint differ from one deployment to the next
            more.insert(" " + name +
                        (name == "deployment_seed" || name == "deployment_secrets" ? "" : "=" + value));
        for (const auto& [name, addresses] : server.addresses)
            for (const auto& address : addresses)
                more.insert(" " + name + " " + address.type);
        for (const auto& word : more)
            text += word;
        found.insert(text);
    }
    for (const auto& keypair : cloud.compute().keypairs())
        found.insert("keypair " + keypair.name);
    for (const auto& group : network.security_groups()) {
        if (group.name == "default") continue;
        found.insert("group " + group.name + ": " + group.description);
        for (const auto& rule : group.security_group_rules)
            found.insert("rule of " + group.name + " " + rule.direction + " " + rule.ether_type + " " +
                         rule.protocol + " " + std::to_string(rule.port_range_min.value_or(0)) + "-" +
                         std::to_string(rule.port_range_max.value_or(0)) + " from " +
                         (rule.remote_group_id.empty() ? "anywhere" : groups[rule.remote_group_id]));
    }
    for (const auto& ip : network.ips())
        found.insert("floating IP " + ip.description + " " + ip.status.text() +
                     (ip.port_id.empty() ? "" : " in use"));
    for (const auto& port : network.ports())
        if (!port.device_owner.starts_with("network:"))
            found.insert("port " + port.name + " " + port.description + " " + port.device_owner);
    const auto balancing = cloud.load_balancer();
    for (const auto& balancer : balancing.load_balancers())
        found.insert("load balancer " + balancer.name + " " + balancer.provisioning_status.text());
    for (const auto& listener : balancing.listeners())
        found.insert("listener " + listener.name + " " + std::to_string(listener.protocol_port));
    for (const auto& pool : balancing.pools()) {
        found.insert("pool " + pool.name);
        for (const auto& member : balancing.members(pool))
            found.insert("member of " + pool.name + ": " + member.name +
                         (member.address.empty() ? "" : " with address") + " weight " +
                         std::to_string(member.weight));
    }
    for (const auto& monitor : balancing.health_monitors())
        found.insert("health monitor " + monitor.name);
    for (const auto& zone : cloud.dns().zones()) {
        found.insert("zone " + zone.name + " " + zone.status.text());
        for (const auto& set : cloud.dns().recordsets(zone))
            found.insert("records " + set.name + " " + set.type + " " +
                         std::to_string(set.type == "A" ? set.records.size() : 1));
    }
    for (const auto& container : cloud.object_store().containers()) {
        found.insert("container " + container.name);
        for (const auto& object : cloud.object_store().objects(container.name))
            found.insert("object " + container.name + "/" + object.name);
    }
    return found;
}

}  // namespace acceptance
