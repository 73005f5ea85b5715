// Ports: where servers and routers plug into networks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::network {

struct PortStatus : OpenEnum {
    using OpenEnum::OpenEnum;
    static constexpr std::string_view active = "ACTIVE", down = "DOWN", build = "BUILD", error = "ERROR",
                                      not_applicable = "N/A";
};

/// In a request either member may stay empty: any address of the subnet, or the subnet that has the address.
struct FixedIP {
    std::string subnet_id;
    std::string ip_address;
};

struct AddressPair {
    std::string ip_address;
    std::string mac_address;
};

struct DhcpOption {
    std::string opt_name;
    std::string opt_value;
    std::optional<int> ip_version;
};

struct DnsAssignment {
    std::string ip_address;
    std::string hostname;
    std::string fqdn;
};

struct SubPort {
    std::string port_id;
    std::string mac_address;
    std::string segmentation_type;
    std::int64_t segmentation_id = 0;
};

struct TrunkDetails {
    std::string trunk_id;
    std::vector<SubPort> sub_ports;
};

struct Port {
    std::string id;
    std::string name;
    PortStatus status;
    std::string network_id;
    std::string project_id;
    std::string description;
    std::string mac_address;
    std::vector<FixedIP> fixed_ips;
    std::string device_id;     ///< the server's or router's ID
    std::string device_owner;  ///< "compute:nova", "network:router_interface", "network:dhcp" …
    std::vector<std::string> security_group_ids;
    bool is_admin_state_up = true;
    std::optional<bool> is_port_security_enabled;
    std::vector<AddressPair> allowed_address_pairs;
    std::vector<DhcpOption> extra_dhcp_opts;
    std::string binding_vnic_type;
    std::string binding_host_id;  ///< this and the three following: for administrators
    std::string binding_vif_type;
    JsonText binding_profile;
    JsonText binding_vif_details;
    JsonText resource_request;
    std::string dns_name;
    std::string dns_domain;
    std::vector<DnsAssignment> dns_assignment;
    std::string qos_policy_id;
    std::string qos_network_policy_id;
    std::string ip_allocation;
    std::string numa_affinity_policy;
    std::optional<bool> propagate_uplink_status;
    std::optional<TrunkDetails> trunk_details;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::int64_t revision_number = 0;
    ExtraFields extra;
};

struct PortCreate {
    std::string name;
    std::string network_id;
    /// Left out: one address of each address family; an empty list: none.
    std::optional<std::vector<FixedIP>> fixed_ips;
    /// IDs. Left out: the project's group "default"; an empty list: none.
    std::optional<std::vector<std::string>> security_group_ids;
    std::optional<std::string> description;
    std::optional<std::string> mac_address;
    std::optional<std::string> device_id;
    std::optional<std::string> device_owner;
    std::optional<bool> is_admin_state_up;
    std::optional<bool> is_port_security_enabled;
    std::vector<AddressPair> allowed_address_pairs;
    std::vector<DhcpOption> extra_dhcp_opts;
    std::optional<std::string> binding_vnic_type;
    std::optional<std::string> dns_name;
    std::optional<std::string> qos_policy_id;
    std::vector<std::string> tags;
    std::optional<std::string> project_id;  ///< for administrators
};

struct PortUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::vector<FixedIP>> fixed_ips;
    std::optional<std::vector<std::string>> security_group_ids;
    std::optional<std::string> device_id;
    std::optional<std::string> device_owner;
    std::optional<bool> is_admin_state_up;
    std::optional<bool> is_port_security_enabled;
    std::optional<std::vector<AddressPair>> allowed_address_pairs;
    std::optional<std::string> binding_vnic_type;
    std::optional<std::string> dns_name;
    Field<std::string> qos_policy_id;
};

struct PortQuery {
    std::optional<std::string> name;
    std::optional<std::string> network_id;
    std::optional<std::string> device_id;  ///< a server's or router's
    std::optional<std::string> device_owner;
    std::optional<std::string> status;
    std::optional<std::string> mac_address;
    /// Neutron's own form: "ip_address=10.0.0.5", "subnet_id=…" or "ip_address_substr=10.0.".
    std::optional<std::string> fixed_ips;
    std::optional<std::string> project_id;
    std::optional<bool> is_admin_state_up;
    std::optional<std::string> tags;
    std::optional<std::string> tags_any;
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::int64_t> limit;
};

}  // namespace openstack::network
