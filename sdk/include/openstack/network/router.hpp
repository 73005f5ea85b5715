// Routers and floating IPs: the ways out of a network and into it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"
#include "openstack/network/network.hpp"
#include "openstack/network/port.hpp"

namespace openstack::network {

struct ExternalGateway {
    std::string network_id;
    std::optional<bool> enable_snat;  ///< in requests: for administrators
    std::vector<FixedIP> external_fixed_ips;
    std::string qos_policy_id;
};

struct Router {
    std::string id;
    std::string name;
    NetworkStatus status;
    std::string project_id;
    std::string description;
    bool is_admin_state_up = true;
    std::optional<ExternalGateway> external_gateway_info;
    std::vector<Route> routes;
    std::string gateway_port_id;  ///< for administrators, like the three following
    std::optional<bool> is_distributed;
    std::optional<bool> is_ha;
    std::optional<std::int64_t> ha_vr_id;
    std::string flavor_id;
    std::vector<std::string> availability_zones;
    std::vector<std::string> availability_zone_hints;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::int64_t revision_number = 0;
    ExtraFields extra;
};

struct RouterCreate {
    std::string name;
    std::optional<ExternalGateway> external_gateway_info;
    std::optional<std::string> description;
    std::optional<bool> is_admin_state_up;
    std::vector<std::string> availability_zone_hints;
    std::optional<std::string> project_id;  ///< for administrators
};

struct RouterUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<bool> is_admin_state_up;
    Field<ExternalGateway> external_gateway_info;  ///< null removes the gateway
    std::optional<std::vector<Route>> routes;
};

struct RouterQuery {
    std::optional<std::string> name;
    std::optional<std::string> status;
    std::optional<std::string> project_id;
    std::optional<bool> is_admin_state_up;
    std::optional<std::string> tags;
    std::optional<std::string> tags_any;
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::int64_t> limit;
};

/// What is plugged into a router: a subnet (its gateway address becomes the router's) or a port that exists.
struct RouterInterfaceRequest {
    std::string subnet_id;
    std::string port_id;
};

struct RouterInterface {
    std::string router_id;
    std::string port_id;
    std::string network_id;
    std::string subnet_id;
    std::vector<std::string> subnet_ids;
    std::string project_id;
    std::vector<std::string> tags;
    ExtraFields extra;
};

struct FloatingIPStatus : OpenEnum {
    using OpenEnum::OpenEnum;
    static constexpr std::string_view active = "ACTIVE", down = "DOWN", error = "ERROR";
};

struct FloatingIPPort {
    std::string name;
    std::string network_id;
    std::string mac_address;
    bool is_admin_state_up = true;
    std::string status;
    std::string device_id;
    std::string device_owner;
};

struct PortForwarding {
    std::string id;
    std::string protocol;
    std::string internal_ip_address;
    std::string internal_port_id;
    int internal_port = 0;
    int external_port = 0;
    std::string internal_port_range;
    std::string external_port_range;
    std::string description;
};

struct FloatingIP {
    std::string id;
    std::string floating_ip_address;
    std::string floating_network_id;
    std::string fixed_ip_address;  ///< empty while it is free, like the two following
    std::string port_id;
    std::string router_id;
    FloatingIPStatus status;
    std::string project_id;
    std::string description;
    std::string dns_name;
    std::string dns_domain;
    std::string qos_policy_id;
    std::optional<FloatingIPPort> port_details;
    std::vector<PortForwarding> port_forwardings;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::int64_t revision_number = 0;
    ExtraFields extra;
};

struct FloatingIPCreate {
    std::string floating_network_id;
    std::optional<std::string> port_id;  ///< left out: the address is reserved only
    std::optional<std::string> fixed_ip_address;
    std::optional<std::string> floating_ip_address;  ///< a wish, for administrators
    std::optional<std::string> subnet_id;            ///< of the external network
    std::optional<std::string> description;
    std::optional<std::string> dns_name;
    std::optional<std::string> dns_domain;
    std::vector<std::string> tags;
    std::optional<std::string> project_id;
};

struct FloatingIPUpdate {
    Field<std::string> port_id;  ///< null frees the address
    std::optional<std::string> fixed_ip_address;
    std::optional<std::string> description;
};

struct FloatingIPQuery {
    std::optional<std::string> floating_ip_address;
    std::optional<std::string> floating_network_id;
    std::optional<std::string> fixed_ip_address;
    std::optional<std::string> port_id;
    std::optional<std::string> router_id;
    std::optional<std::string> status;
    std::optional<std::string> description;
    std::optional<std::string> project_id;
    std::optional<std::string> tags;
    std::optional<std::string> tags_any;
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::int64_t> limit;
};

}  // namespace openstack::network
