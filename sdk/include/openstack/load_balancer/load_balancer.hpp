// Load balancers, what they consist of in a few words (status trees, statistics), and what a project may have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"
#include "openstack/load_balancer/listener.hpp"
#include "openstack/load_balancer/pool.hpp"
#include "openstack/load_balancer/status.hpp"

namespace openstack::load_balancer {

struct AdditionalVip {
    std::string ip_address;
    std::string port_id;
    std::string subnet_id;
    std::string network_id;
};

struct LoadBalancer {
    std::string id;
    std::string name;
    std::string description;
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
    bool is_admin_state_up = true;
    std::string project_id;
    std::string vip_address;
    std::string vip_port_id;  ///< where a floating IP goes
    std::string vip_subnet_id;
    std::string vip_network_id;
    std::string vip_qos_policy_id;
    std::string vip_vnic_type;  ///< since API 2.28
    std::vector<std::string> vip_security_group_ids;
    std::vector<AdditionalVip> additional_vips;
    /// Only their IDs, but complete in the answer to a creation with its whole tree; the same for `pools`.
    std::vector<Listener> listeners;
    std::vector<Pool> pools;
    std::string provider;
    std::string flavor_id;
    std::string availability_zone;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    ExtraFields extra;
};

/// One of `vip_subnet_id`, `vip_network_id` and `vip_port_id` is needed. With `listeners` and `pools` everything is
/// made in one call, which takes one wait instead of one for each part.
struct LoadBalancerCreate {
    std::string name;
    std::optional<std::string> description;
    std::string vip_subnet_id;
    std::string vip_network_id;
    std::string vip_port_id;
    std::string vip_address;
    std::optional<std::string> vip_qos_policy_id;
    std::vector<std::string> vip_security_group_ids;  ///< since API 2.29
    std::vector<AdditionalVip> additional_vips;       ///< since API 2.26
    std::optional<bool> is_admin_state_up;
    std::string provider;  ///< left out: the cloud's own choice
    std::string flavor_id;
    std::string availability_zone;
    std::vector<std::string> tags;
    std::vector<ListenerCreate> listeners;
    std::vector<PoolCreate> pools;
    std::optional<std::string> project_id;  ///< for administrators
};

struct LoadBalancerUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<bool> is_admin_state_up;
    Field<std::string> vip_qos_policy_id;
    std::optional<std::vector<std::string>> vip_security_group_ids;
    std::optional<std::vector<std::string>> tags;
};

struct LoadBalancerQuery {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> provisioning_status;
    std::optional<std::string> operating_status;
    std::optional<std::string> vip_address;
    std::optional<std::string> vip_port_id;
    std::optional<std::string> vip_subnet_id;
    std::optional<std::string> vip_network_id;
    std::optional<std::string> provider;
    std::optional<std::string> flavor_id;
    std::optional<std::string> availability_zone;
    std::optional<std::string> project_id;
    std::optional<bool> is_admin_state_up;
    std::optional<std::string> tags;  ///< all of these, separated by commas
    std::optional<std::string> any_tags;
    std::optional<std::string> not_tags;
    std::optional<std::string> not_any_tags;
    std::optional<std::string> sort;  ///< "name:desc"
    std::optional<std::int64_t> limit;
};

/// Since the last start of what counts them.
struct Statistics {
    std::int64_t active_connections = 0;
    std::int64_t bytes_in = 0;
    std::int64_t bytes_out = 0;
    std::int64_t request_errors = 0;
    std::int64_t total_connections = 0;
    ExtraFields extra;
};

struct MemberStatus {
    std::string id;
    std::string name;
    std::string address;
    int protocol_port = 0;
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
};

struct HealthMonitorStatus {
    std::string id;
    std::string name;
    std::string type;
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
};

struct PoolStatus {
    std::string id;
    std::string name;
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
    std::optional<HealthMonitorStatus> health_monitor;
    std::vector<MemberStatus> members;
};

struct ListenerStatus {
    std::string id;
    std::string name;
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
    std::vector<PoolStatus> pools;
};

/// A load balancer and all that is below it, with the state of each.
struct StatusTree {
    std::string id;
    std::string name;
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
    std::vector<ListenerStatus> listeners;
    std::vector<PoolStatus> pools;  ///< that no listener uses
    ExtraFields extra;
};

struct Provider {
    std::string name;
    std::string description;
    ExtraFields extra;
};

/// What a project may have; -1 is "no limit". Octavia does not tell how much is used: count the listings.
struct Quota {
    std::string project_id;
    std::optional<std::int64_t> load_balancers;
    std::optional<std::int64_t> listeners;
    std::optional<std::int64_t> pools;
    std::optional<std::int64_t> members;
    std::optional<std::int64_t> health_monitors;
    std::optional<std::int64_t> l7_policies;
    std::optional<std::int64_t> l7_rules;
    ExtraFields extra;
};

/// `null` goes back to the cloud's default.
struct QuotaUpdate {
    Field<std::int64_t> load_balancers;
    Field<std::int64_t> listeners;
    Field<std::int64_t> pools;
    Field<std::int64_t> members;
    Field<std::int64_t> health_monitors;
    Field<std::int64_t> l7_policies;
    Field<std::int64_t> l7_rules;
};

}  // namespace openstack::load_balancer
