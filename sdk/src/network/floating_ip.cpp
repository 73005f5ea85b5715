// Floating IPs: addresses of an external network that lead to a port.
#include <set>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/network/tables.hpp"

namespace openstack::resource {

using namespace network;

template <>
const Fields& fields_of<FloatingIPPort>() {
    static const Fields fields = table<FloatingIPPort>({
        {"name", &FloatingIPPort::name},
        {"network_id", &FloatingIPPort::network_id},
        {"mac_address", &FloatingIPPort::mac_address},
        {"admin_state_up", &FloatingIPPort::is_admin_state_up},
        {"status", &FloatingIPPort::status},
        {"device_id", &FloatingIPPort::device_id},
        {"device_owner", &FloatingIPPort::device_owner},
    });
    return fields;
}

template <>
const Fields& fields_of<PortForwarding>() {
    static const Fields fields = table<PortForwarding>({
        {"id", &PortForwarding::id},
        {"protocol", &PortForwarding::protocol},
        {"internal_ip_address", &PortForwarding::internal_ip_address},
        {"internal_port_id", &PortForwarding::internal_port_id},
        {"internal_port", &PortForwarding::internal_port},
        {"external_port", &PortForwarding::external_port},
        {"internal_port_range", &PortForwarding::internal_port_range},
        {"external_port_range", &PortForwarding::external_port_range},
        {"description", &PortForwarding::description},
    });
    return fields;
}

template <>
const Fields& fields_of<FloatingIP>() {
    static const Fields fields = table<FloatingIP>({
        {"id", &FloatingIP::id},
        {"floating_ip_address", &FloatingIP::floating_ip_address},
        {"floating_network_id", &FloatingIP::floating_network_id},
        {"fixed_ip_address", &FloatingIP::fixed_ip_address},
        {"port_id", &FloatingIP::port_id},
        {"router_id", &FloatingIP::router_id},
        {"status", &FloatingIP::status},
        {"project_id", &FloatingIP::project_id},
        {"tenant_id", &FloatingIP::project_id},
        {"description", &FloatingIP::description},
        {"dns_name", &FloatingIP::dns_name},
        {"dns_domain", &FloatingIP::dns_domain},
        {"qos_policy_id", &FloatingIP::qos_policy_id},
        {"port_details", &FloatingIP::port_details},
        {"port_forwardings", &FloatingIP::port_forwardings},
        {"tags", &FloatingIP::tags},
        {"created_at", &FloatingIP::created_at},
        {"updated_at", &FloatingIP::updated_at},
        {"revision_number", &FloatingIP::revision_number},
    });
    return fields;
}

template <>
const Fields& fields_of<FloatingIPCreate>() {
    static const Fields fields = table<FloatingIPCreate>({
        {"floating_network_id", &FloatingIPCreate::floating_network_id},
        {"port_id", &FloatingIPCreate::port_id},
        {"fixed_ip_address", &FloatingIPCreate::fixed_ip_address},
        {"floating_ip_address", &FloatingIPCreate::floating_ip_address},
        {"subnet_id", &FloatingIPCreate::subnet_id},
        {"description", &FloatingIPCreate::description},
        {"dns_name", &FloatingIPCreate::dns_name},
        {"dns_domain", &FloatingIPCreate::dns_domain},
        {"tags", &FloatingIPCreate::tags},
        {"project_id", &FloatingIPCreate::project_id},
    });
    return fields;
}

template <>
const Fields& fields_of<FloatingIPUpdate>() {
    static const Fields fields = table<FloatingIPUpdate>({
        {"port_id", &FloatingIPUpdate::port_id},
        {"fixed_ip_address", &FloatingIPUpdate::fixed_ip_address},
        {"description", &FloatingIPUpdate::description},
    });
    return fields;
}

template <>
const Fields& fields_of<FloatingIPQuery>() {
    static const Fields fields = table<FloatingIPQuery>({
        {"floating_ip_address", &FloatingIPQuery::floating_ip_address},
        {"floating_network_id", &FloatingIPQuery::floating_network_id},
        {"fixed_ip_address", &FloatingIPQuery::fixed_ip_address},
        {"port_id", &FloatingIPQuery::port_id},
        {"router_id", &FloatingIPQuery::router_id},
        {"status", &FloatingIPQuery::status},
        {"description", &FloatingIPQuery::description},
        {"project_id", &FloatingIPQuery::project_id},
        {"tags", &FloatingIPQuery::tags},
        {"tags-any", &FloatingIPQuery::tags_any},
        {"sort_key", &FloatingIPQuery::sort_key},
        {"sort_dir", &FloatingIPQuery::sort_dir},
        {"limit", &FloatingIPQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<FloatingIP>() {
    static const Definition definition{.noun = "floating IP",
                                       .path = "/floatingips",
                                       .key = "floatingip",
                                       .list_key = "floatingips",
                                       .paging = Paging::key_links,
                                       .name_key = "floating_ip_address"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using network::FloatingIP;

Paged<FloatingIP> NetworkService::ips(const network::FloatingIPQuery& query,
                                      const CallOptions& options) const {
    return resource::list<FloatingIP>(adapter_, query, options);
}
FloatingIP NetworkService::get_ip(const Id& ip, const CallOptions& options) const {
    return resource::get<FloatingIP>(adapter_, ip, options);
}
FloatingIP NetworkService::find_ip(std::string_view address_or_id, const CallOptions& options) const {
    return resource::find<FloatingIP>(adapter_, address_or_id, options);
}
std::optional<FloatingIP> NetworkService::find_ip_or_null(std::string_view address_or_id,
                                                          const CallOptions& options) const {
    return resource::find_or_null<FloatingIP>(adapter_, address_or_id, options);
}
FloatingIP NetworkService::create_ip(const network::FloatingIPCreate& ip, const CallOptions& options) const {
    return resource::create<FloatingIP>(adapter_, ip, options);
}
FloatingIP NetworkService::update_ip(const Id& ip, const network::FloatingIPUpdate& changes,
                                     const CallOptions& options) const {
    return resource::update<FloatingIP>(adapter_, ip, changes, options);
}
bool NetworkService::delete_ip(const Id& ip, const CallOptions& options) const {
    return resource::remove<FloatingIP>(adapter_, ip, options);
}

std::optional<FloatingIP> NetworkService::find_available_ip(std::string_view external_network_id,
                                                            const CallOptions& options) const {
    network::FloatingIPQuery query;
    if (!external_network_id.empty()) {
        query.floating_network_id = std::string(external_network_id);
    }
    // An administrator would find those of other projects, too.
    if (const std::string project = adapter_.project_id(options); !project.empty()) {
        query.project_id = project;
    }
    for (FloatingIP& ip : ips(query, options)) {
        if (ip.port_id.empty() && ip.port_forwardings.empty()) {
            return std::move(ip);
        }
    }
    return std::nullopt;
}

namespace {

/// IDs of the networks that a router with a gateway in the external network plugs into.
std::set<std::string> networks_behind(const NetworkService& service, std::string_view external_network_id,
                                      const CallOptions& options) {
    std::set<std::string> networks;
    for (const network::Router& router : service.routers({}, options)) {
        if (!router.external_gateway_info ||
            router.external_gateway_info->network_id != external_network_id) {
            continue;
        }
        for (const network::Port& port : service.ports({.device_id = router.id}, options)) {
            if (port.device_owner.starts_with("network:") && port.device_owner != "network:router_gateway") {
                networks.insert(port.network_id);
            }
        }
    }
    return networks;
}

/// The server's ports that the external network reaches.
std::vector<network::Port> reachable_ports(const NetworkService& service, const Id& server,
                                           std::string_view external_network_id, const CallOptions& options) {
    std::vector<network::Port> all = service.ports({.device_id = server.text()}, options).to_vector();
    if (all.empty()) {
        throw NotFound("Server " + server.text() + " has no port that a floating IP could lead to");
    }
    if (all.size() == 1) {
        return all;  // Neutron says so itself when no router leads there.
    }
    const std::set<std::string> reachable = networks_behind(service, external_network_id, options);
    std::erase_if(all, [&](const network::Port& port) { return !reachable.contains(port.network_id); });
    if (all.empty()) {
        throw NotFound("No router joins a network of server " + server.text() +
                       " to the floating IP's network");
    }
    return all;
}

}  // namespace

FloatingIP NetworkService::add_ip_to_server(const Id& ip, const Id& server,
                                            const CallOptions& options) const {
    FloatingIP address = get_ip(ip, options);
    const std::vector<network::Port> candidates =
        reachable_ports(*this, server, address.floating_network_id, options);
    for (const network::Port& port : candidates) {
        if (port.id == address.port_id) {
            return address;
        }
    }
    if (candidates.size() > 1) {
        std::string text = "Floating IP " + address.floating_ip_address + " could lead to " +
                           std::to_string(candidates.size()) + " ports of server " + server.text() +
                           "; choose one with update_ip: ";
        for (const network::Port& port : candidates) {
            const std::string fixed =
                port.fixed_ips.empty() ? "no address" : port.fixed_ips.front().ip_address;
            text += (&port == candidates.data() ? "" : ", ") + port.id + " (" + fixed + ")";
        }
        throw Error(text, {.service_type = "network"});
    }
    return update_ip(ip, {.port_id = candidates.front().id}, options);
}

FloatingIP NetworkService::remove_ip_from_server(const Id& ip, const CallOptions& options) const {
    return update_ip(ip, {.port_id = null}, options);
}

}  // namespace openstack
