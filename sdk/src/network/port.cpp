#include "openstack/network/port.hpp"

#include "openstack/error.hpp"
#include "sdk/src/network/tables.hpp"
#include "sdk/src/resource/waiter.hpp"

namespace openstack::resource {

using namespace network;

template <>
const Fields& fields_of<FixedIP>() {
    static const Fields fields = table<FixedIP>({
        {"subnet_id", &FixedIP::subnet_id},
        {"ip_address", &FixedIP::ip_address},
    });
    return fields;
}

template <>
const Fields& fields_of<AddressPair>() {
    static const Fields fields = table<AddressPair>({
        {"ip_address", &AddressPair::ip_address},
        {"mac_address", &AddressPair::mac_address},
    });
    return fields;
}

template <>
const Fields& fields_of<DhcpOption>() {
    static const Fields fields = table<DhcpOption>({
        {"opt_name", &DhcpOption::opt_name},
        {"opt_value", &DhcpOption::opt_value},
        {"ip_version", &DhcpOption::ip_version},
    });
    return fields;
}

template <>
const Fields& fields_of<DnsAssignment>() {
    static const Fields fields = table<DnsAssignment>({
        {"ip_address", &DnsAssignment::ip_address},
        {"hostname", &DnsAssignment::hostname},
        {"fqdn", &DnsAssignment::fqdn},
    });
    return fields;
}

template <>
const Fields& fields_of<SubPort>() {
    static const Fields fields = table<SubPort>({
        {"port_id", &SubPort::port_id},
        {"mac_address", &SubPort::mac_address},
        {"segmentation_type", &SubPort::segmentation_type},
        {"segmentation_id", &SubPort::segmentation_id},
    });
    return fields;
}

template <>
const Fields& fields_of<TrunkDetails>() {
    static const Fields fields = table<TrunkDetails>({
        {"trunk_id", &TrunkDetails::trunk_id},
        {"sub_ports", &TrunkDetails::sub_ports},
    });
    return fields;
}

template <>
const Fields& fields_of<Port>() {
    static const Fields fields = table<Port>({
        {"id", &Port::id},
        {"name", &Port::name},
        {"status", &Port::status},
        {"network_id", &Port::network_id},
        {"project_id", &Port::project_id},
        {"tenant_id", &Port::project_id},
        {"description", &Port::description},
        {"mac_address", &Port::mac_address},
        {"fixed_ips", &Port::fixed_ips},
        {"device_id", &Port::device_id},
        {"device_owner", &Port::device_owner},
        {"security_groups", &Port::security_group_ids},
        {"admin_state_up", &Port::is_admin_state_up},
        {"port_security_enabled", &Port::is_port_security_enabled},
        {"allowed_address_pairs", &Port::allowed_address_pairs},
        {"extra_dhcp_opts", &Port::extra_dhcp_opts},
        {"binding:vnic_type", &Port::binding_vnic_type},
        {"binding:host_id", &Port::binding_host_id},
        {"binding:vif_type", &Port::binding_vif_type},
        {"binding:profile", &Port::binding_profile},
        {"binding:vif_details", &Port::binding_vif_details},
        {"resource_request", &Port::resource_request},
        {"dns_name", &Port::dns_name},
        {"dns_domain", &Port::dns_domain},
        {"dns_assignment", &Port::dns_assignment},
        {"qos_policy_id", &Port::qos_policy_id},
        {"qos_network_policy_id", &Port::qos_network_policy_id},
        {"ip_allocation", &Port::ip_allocation},
        {"numa_affinity_policy", &Port::numa_affinity_policy},
        {"propagate_uplink_status", &Port::propagate_uplink_status},
        {"trunk_details", &Port::trunk_details},
        {"tags", &Port::tags},
        {"created_at", &Port::created_at},
        {"updated_at", &Port::updated_at},
        {"revision_number", &Port::revision_number},
    });
    return fields;
}

template <>
const Fields& fields_of<PortCreate>() {
    static const Fields fields = table<PortCreate>({
        {"network_id", &PortCreate::network_id},
        {"name", &PortCreate::name},
        {"fixed_ips", &PortCreate::fixed_ips},
        {"security_groups", &PortCreate::security_group_ids},
        {"description", &PortCreate::description},
        {"mac_address", &PortCreate::mac_address},
        {"device_id", &PortCreate::device_id},
        {"device_owner", &PortCreate::device_owner},
        {"admin_state_up", &PortCreate::is_admin_state_up},
        {"port_security_enabled", &PortCreate::is_port_security_enabled},
        {"allowed_address_pairs", &PortCreate::allowed_address_pairs},
        {"extra_dhcp_opts", &PortCreate::extra_dhcp_opts},
        {"binding:vnic_type", &PortCreate::binding_vnic_type},
        {"dns_name", &PortCreate::dns_name},
        {"qos_policy_id", &PortCreate::qos_policy_id},
        {"tags", &PortCreate::tags},
        {"project_id", &PortCreate::project_id},
    });
    return fields;
}

template <>
const Fields& fields_of<PortUpdate>() {
    static const Fields fields = table<PortUpdate>({
        {"name", &PortUpdate::name},
        {"description", &PortUpdate::description},
        {"fixed_ips", &PortUpdate::fixed_ips},
        {"security_groups", &PortUpdate::security_group_ids},
        {"device_id", &PortUpdate::device_id},
        {"device_owner", &PortUpdate::device_owner},
        {"admin_state_up", &PortUpdate::is_admin_state_up},
        {"port_security_enabled", &PortUpdate::is_port_security_enabled},
        {"allowed_address_pairs", &PortUpdate::allowed_address_pairs},
        {"binding:vnic_type", &PortUpdate::binding_vnic_type},
        {"dns_name", &PortUpdate::dns_name},
        {"qos_policy_id", &PortUpdate::qos_policy_id},
    });
    return fields;
}

template <>
const Fields& fields_of<PortQuery>() {
    static const Fields fields = table<PortQuery>({
        {"name", &PortQuery::name},
        {"network_id", &PortQuery::network_id},
        {"device_id", &PortQuery::device_id},
        {"device_owner", &PortQuery::device_owner},
        {"status", &PortQuery::status},
        {"mac_address", &PortQuery::mac_address},
        {"fixed_ips", &PortQuery::fixed_ips},
        {"project_id", &PortQuery::project_id},
        {"admin_state_up", &PortQuery::is_admin_state_up},
        {"tags", &PortQuery::tags},
        {"tags-any", &PortQuery::tags_any},
        {"sort_key", &PortQuery::sort_key},
        {"sort_dir", &PortQuery::sort_dir},
        {"limit", &PortQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Port>() {
    static const Definition definition{
        .noun = "port", .path = "/ports", .key = "port", .list_key = "ports", .paging = Paging::key_links};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using network::Port;

Paged<Port> NetworkService::ports(const network::PortQuery& query, const CallOptions& options) const {
    return resource::list<Port>(adapter_, query, options);
}
Port NetworkService::get_port(const Id& port, const CallOptions& options) const {
    return resource::get<Port>(adapter_, port, options);
}
Port NetworkService::find_port(std::string_view name_or_id, const CallOptions& options) const {
    return resource::find<Port>(adapter_, name_or_id, options);
}
std::optional<Port> NetworkService::find_port_or_null(std::string_view name_or_id,
                                                      const CallOptions& options) const {
    return resource::find_or_null<Port>(adapter_, name_or_id, options);
}
Port NetworkService::create_port(const network::PortCreate& port, const CallOptions& options) const {
    return resource::create<Port>(adapter_, port, options);
}
Port NetworkService::update_port(const Id& port, const network::PortUpdate& changes,
                                 const CallOptions& options) const {
    return resource::update<Port>(adapter_, port, changes, options);
}
bool NetworkService::delete_port(const Id& port, const CallOptions& options) const {
    return resource::remove<Port>(adapter_, port, options);
}

Port NetworkService::wait_for_port(const Id& port, std::string_view status, const WaitOptions& wait) const {
    Port seen;
    resource::wait_until(
        wait, "port " + port.text() + " is not " + std::string(status), [&](const CallOptions& options) {
            seen = get_port(port, options);
            if (seen.status == network::PortStatus::error &&
                !resource::same_status(status, network::PortStatus::error)) {
                throw ResourceFailed("Port " + port.text() + " went to ERROR", {.service_type = "network"});
            }
            return resource::Look{.done = resource::same_status(seen.status, status),
                                  .state = seen.status.text()};
        });
    return seen;
}

}  // namespace openstack
