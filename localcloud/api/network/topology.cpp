#include "localcloud/api/network/topology.hpp"

#include <map>
#include <mutex>
#include <set>

#include "localcloud/api/network/ports.hpp"

namespace localcloud::api::network {

using state::Kind;

namespace {

std::string service_address(const state::View& view, const std::string& subnet_id) {
    for (const Document* port : view.with(Kind::port, "device_owner", "network:dhcp")) {
        for (const json::value& fixed : array(*port, "fixed_ips")) {
            if (text(fixed.as_object(), "subnet_id") == subnet_id)
                return text(fixed.as_object(), "ip_address");
        }
    }
    return {};
}

std::optional<int> port_number(const Document& rule, std::string_view key) {
    if (member(rule, key) == nullptr) return std::nullopt;
    return static_cast<int>(integer(rule, key));
}

/// As of a server, the port that its load balancer knows, not every one that names it.
bool is_vip(const state::View& view, const Document& port) {
    const std::string device = text(port, "device_id");
    if (text(port, "device_owner") != "Octavia" || !device.starts_with("lb-")) return false;
    const Document* load_balancer = view.find(Kind::load_balancer, std::string_view{device}.substr(3));
    return load_balancer != nullptr && text(*load_balancer, "vip_port_id") == text(port, "id");
}

/// As with Octavia, a VIP's port admits by itself what its load balancer's listeners want, and may send anything.
void add_listener_rules(const state::View& view, std::string_view load_balancer_id,
                        std::vector<fabric::SecurityRule>& rules) {
    rules.push_back({.ingress = false});
    for (const Document* listener : view.all(Kind::listener)) {
        if (text(*listener, "_loadbalancer_id") != load_balancer_id ||
            text(*listener, "provisioning_status") == "PENDING_DELETE" ||
            !boolean(*listener, "admin_state_up", true))
            continue;
        const int port = static_cast<int>(integer(*listener, "protocol_port"));
        std::vector<std::string> cidrs = texts(*listener, "allowed_cidrs");
        if (cidrs.empty()) cidrs.emplace_back();
        for (const std::string& cidr : cidrs)
            rules.push_back({.ingress = true,
                             .protocol = "tcp",
                             .port_min = port,
                             .port_max = port,
                             .remote_ip_prefix = cidr});
    }
}

}  // namespace

fabric::Topology topology(const state::View& view) {
    fabric::Topology result;
    std::set<std::string> routed;
    for (const Document* router : view.all(Kind::router)) {
        fabric::Router entry{.id = text(*router, "id"), .subnet_ids = {}};
        for (const Document* port : view.with(Kind::port, "device_id", entry.id)) {
            if (text(*port, "device_owner") != "network:router_interface" ||
                !boolean(*router, "admin_state_up", true) || !boolean(*port, "admin_state_up", true)) {
                continue;
            }
            for (const json::value& fixed : array(*port, "fixed_ips")) {
                entry.subnet_ids.push_back(text(fixed.as_object(), "subnet_id"));
                routed.insert(entry.subnet_ids.back());
            }
        }
        result.routers.push_back(std::move(entry));
    }
    for (const Document* network : view.all(Kind::network)) {
        if (boolean(*network, "router:external")) continue;  // its addresses are the host's own
        fabric::Network entry{.id = text(*network, "id"),
                              .mtu = static_cast<int>(integer(*network, "mtu", 1500)),
                              .subnets = {}};
        for (const Document* subnet : view.with(Kind::subnet, "network_id", entry.id)) {
            const std::string id = text(*subnet, "id");
            entry.subnets.push_back({.id = id,
                                     .cidr = text(*subnet, "cidr"),
                                     .gateway = text(*subnet, "gateway_ip"),
                                     .service_address = service_address(view, id),
                                     .routed = routed.contains(id)});
        }
        if (!entry.subnets.empty()) result.networks.push_back(std::move(entry));
    }
    for (const Document* port : view.all(Kind::port)) {
        const std::string device = text(*port, "device_id");
        const bool balancer = is_vip(view, *port);
        if (!balancer && !is_in_server(view, *port)) continue;
        fabric::Port entry{.id = text(*port, "id"),
                           .instance_id = text(*port, "device_id"),
                           .network_id = text(*port, "network_id"),
                           .ip_addresses = {},
                           .security_group_ids = texts(*port, "security_groups"),
                           .port_security = boolean(*port, "port_security_enabled", true),
                           .up = boolean(*port, "admin_state_up", true)};
        for (const json::value& fixed : array(*port, "fixed_ips")) {
            entry.ip_addresses.push_back(text(fixed.as_object(), "ip_address"));
        }
        if (balancer) {
            entry.security_group_ids.push_back(device);
            add_listener_rules(view, std::string_view{device}.substr(3), result.security_groups[device]);
        }
        result.ports.push_back(std::move(entry));
    }
    for (const Document* group : view.all(Kind::security_group))
        result.security_groups[text(*group, "id")];
    for (const Document* rule : view.all(Kind::security_group_rule)) {
        if (text(*rule, "ethertype") != "IPv4") continue;
        result.security_groups[text(*rule, "security_group_id")].push_back(
            {.ingress = text(*rule, "direction") == "ingress",
             .protocol = text(*rule, "protocol"),
             .port_min = port_number(*rule, "port_range_min"),
             .port_max = port_number(*rule, "port_range_max"),
             .remote_ip_prefix = text(*rule, "normalized_cidr"),
             .remote_group_id = text(*rule, "remote_group_id")});
    }
    for (const Document* floating_ip : view.all(Kind::floating_ip)) {
        if (member(*floating_ip, "port_id") == nullptr) continue;
        result.floating_ips.push_back({.address = text(*floating_ip, "floating_ip_address"),
                                       .port_id = text(*floating_ip, "port_id"),
                                       .fixed_address = text(*floating_ip, "fixed_ip_address")});
    }
    return result;
}

void apply_topology(Cloud& cloud) {
    const std::lock_guard lock{cloud.fabric_mutex};
    const fabric::Topology wanted = topology(cloud.store.read());
    cloud.fabric.apply(wanted);

    // Now that they answer (or no longer do), floating IPs say so.
    auto transaction = cloud.store.write();
    for (const Document* floating_ip : transaction.all(Kind::floating_ip)) {
        const std::string_view status = member(*floating_ip, "port_id") == nullptr ? "DOWN" : "ACTIVE";
        if (text(*floating_ip, "status") == status) continue;
        transaction.edit(Kind::floating_ip, text(*floating_ip, "id"))["status"] = status;
    }
    transaction.commit();
}

}  // namespace localcloud::api::network
