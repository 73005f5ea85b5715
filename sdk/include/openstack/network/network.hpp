// Networks and subnets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::network {

struct NetworkStatus : OpenEnum {
    using OpenEnum::OpenEnum;
    static constexpr std::string_view active = "ACTIVE", down = "DOWN", build = "BUILD", error = "ERROR";
};

struct Network {
    std::string id;
    std::string name;
    NetworkStatus status;
    std::string project_id;
    std::string description;
    bool is_admin_state_up = true;
    bool is_router_external = false;  ///< floating IPs come from it
    bool is_shared = false;
    bool is_default = false;  ///< the external network that auto-allocation uses
    std::vector<std::string> subnet_ids;
    std::int64_t mtu = 0;
    bool is_port_security_enabled = true;
    std::string dns_domain;
    std::vector<std::string> availability_zones;
    std::vector<std::string> availability_zone_hints;
    std::string ipv4_address_scope_id;
    std::string ipv6_address_scope_id;
    std::string qos_policy_id;
    std::optional<bool> is_l2_adjacent;
    std::optional<bool> is_vlan_transparent;
    std::string provider_network_type;  ///< this and the two following: for administrators
    std::string provider_physical_network;
    std::optional<std::int64_t> provider_segmentation_id;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::int64_t revision_number = 0;
    ExtraFields extra;
};

struct NetworkCreate {
    std::string name;
    std::optional<std::string> description;
    std::optional<bool> is_admin_state_up;
    std::optional<bool> is_router_external;  ///< for administrators
    std::optional<bool> is_shared;           ///< for administrators
    std::optional<std::int64_t> mtu;
    std::optional<bool> is_port_security_enabled;
    std::optional<std::string> dns_domain;
    std::vector<std::string> availability_zone_hints;
    std::optional<std::string> qos_policy_id;
    std::optional<std::string> project_id;  ///< for administrators, like the following
    std::optional<std::string> provider_network_type;
    std::optional<std::string> provider_physical_network;
    std::optional<std::int64_t> provider_segmentation_id;
};

struct NetworkUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<bool> is_admin_state_up;
    std::optional<bool> is_router_external;
    std::optional<bool> is_shared;
    std::optional<std::int64_t> mtu;
    std::optional<bool> is_port_security_enabled;
    std::optional<std::string> dns_domain;
    Field<std::string> qos_policy_id;
};

struct NetworkQuery {
    std::optional<std::string> name;
    std::optional<std::string> status;
    std::optional<std::string> project_id;
    std::optional<bool> is_router_external;
    std::optional<bool> is_shared;
    std::optional<bool> is_admin_state_up;
    std::optional<std::string> description;
    std::optional<std::string> tags;      ///< all of them, separated by commas
    std::optional<std::string> tags_any;  ///< one of them
    std::optional<std::string> not_tags;
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::int64_t> limit;  ///< per page
};

struct AllocationPool {
    std::string start;
    std::string end;
};

struct Route {
    std::string destination;  ///< CIDR
    std::string nexthop;
};

struct Subnet {
    std::string id;
    std::string name;
    std::string network_id;
    std::string project_id;
    std::string description;
    int ip_version = 4;
    std::string cidr;
    std::string gateway_ip;  ///< empty: none
    bool is_dhcp_enabled = true;
    std::vector<std::string> dns_nameservers;
    std::vector<AllocationPool> allocation_pools;
    std::vector<Route> host_routes;
    std::string ipv6_ra_mode;
    std::string ipv6_address_mode;
    std::string subnet_pool_id;
    std::string segment_id;
    std::vector<std::string> service_types;
    std::optional<bool> is_dns_publish_fixed_ip;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::int64_t revision_number = 0;
    ExtraFields extra;
};

struct SubnetCreate {
    std::string name;
    std::string network_id;
    std::string cidr;  ///< empty with a subnet pool
    int ip_version = 4;
    Field<std::string> gateway_ip;  ///< left out: the first address; null: none
    std::optional<bool> is_dhcp_enabled;
    std::vector<std::string> dns_nameservers;
    std::vector<AllocationPool> allocation_pools;
    std::vector<Route> host_routes;
    std::optional<std::string> description;
    std::optional<std::string> ipv6_ra_mode;
    std::optional<std::string> ipv6_address_mode;
    std::optional<std::string> subnet_pool_id;
    std::optional<int> prefix_length;  ///< of what the pool gives
    std::optional<std::string> project_id;
};

struct SubnetUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    Field<std::string> gateway_ip;
    std::optional<bool> is_dhcp_enabled;
    std::optional<std::vector<std::string>> dns_nameservers;
    std::optional<std::vector<AllocationPool>> allocation_pools;
    std::optional<std::vector<Route>> host_routes;
};

struct SubnetQuery {
    std::optional<std::string> name;
    std::optional<std::string> network_id;
    std::optional<std::string> cidr;
    std::optional<int> ip_version;
    std::optional<std::string> gateway_ip;
    std::optional<std::string> project_id;
    std::optional<std::string> tags;
    std::optional<std::string> tags_any;
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::int64_t> limit;
};

}  // namespace openstack::network
