// Security groups: who may talk to the ports that are in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::network {

/// Empty or absent members stand for "any".
struct SecurityGroupRule {
    std::string id;
    std::string security_group_id;
    std::string direction;              ///< "ingress" or "egress"
    std::string ether_type;             ///< "IPv4" or "IPv6"
    std::string protocol;               ///< "tcp", "udp", "icmp", a number …
    std::optional<int> port_range_min;  ///< for ICMP: the type
    std::optional<int> port_range_max;  ///< for ICMP: the code
    std::string remote_ip_prefix;
    std::string remote_group_id;
    std::string remote_address_group_id;
    std::string normalized_cidr;  ///< what Neutron makes of `remote_ip_prefix`
    std::string description;
    std::string project_id;
    std::vector<std::string> tags;
    std::optional<std::int64_t> standard_attr_id;  ///< Neutron's own bookkeeping
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::int64_t revision_number = 0;
    ExtraFields extra;
};

struct SecurityGroupRuleCreate {
    std::string security_group_id;
    std::string direction = "ingress";
    std::optional<std::string> ether_type;  ///< left out: IPv4
    std::optional<std::string> protocol;
    std::optional<int> port_range_min;
    std::optional<int> port_range_max;
    std::optional<std::string> remote_ip_prefix;
    std::optional<std::string> remote_group_id;
    std::optional<std::string> remote_address_group_id;
    std::optional<std::string> description;
    std::optional<std::string> project_id;
};

struct SecurityGroupRuleQuery {
    std::optional<std::string> security_group_id;
    std::optional<std::string> direction;
    std::optional<std::string> ether_type;
    std::optional<std::string> protocol;
    std::optional<int> port_range_min;
    std::optional<int> port_range_max;
    std::optional<std::string> remote_ip_prefix;
    std::optional<std::string> remote_group_id;
    std::optional<std::string> project_id;
    std::optional<std::int64_t> limit;
};

struct SecurityGroup {
    std::string id;
    std::string name;
    std::string description;
    std::string project_id;
    std::optional<bool> is_stateful;
    bool is_shared = false;
    std::vector<SecurityGroupRule> security_group_rules;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    std::int64_t revision_number = 0;
    ExtraFields extra;
};

struct SecurityGroupCreate {
    std::string name;
    std::optional<std::string> description;
    std::optional<bool> is_stateful;
    std::optional<std::string> project_id;
};

struct SecurityGroupUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<bool> is_stateful;
};

struct SecurityGroupQuery {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> project_id;
    std::optional<std::string> tags;
    std::optional<std::string> tags_any;
    std::optional<std::string> sort_key;
    std::optional<std::string> sort_dir;
    std::optional<std::int64_t> limit;
};

}  // namespace openstack::network
