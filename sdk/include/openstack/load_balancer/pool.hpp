// Pools, the members that serve, and the monitors that watch over their health.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"
#include "openstack/load_balancer/status.hpp"

namespace openstack::load_balancer {

struct Member {
    std::string id;
    std::string name;
    std::string address;
    int protocol_port = 0;
    int weight = 1;       ///< its share of new connections; 0: none
    bool backup = false;  ///< serves when no other does
    std::string subnet_id;
    std::string monitor_address;  ///< asked about its health instead of `address`
    std::optional<int> monitor_port;
    std::string vnic_type;
    /// ONLINE or ERROR as the pool's health monitor sees it; NO_MONITOR where there is none.
    OperatingStatus operating_status;
    ProvisioningStatus provisioning_status;
    bool is_admin_state_up = true;
    std::string project_id;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    ExtraFields extra;
};

struct MemberCreate {
    std::string name;
    std::string address;
    int protocol_port = 0;
    std::optional<int> weight;
    std::optional<bool> backup;
    std::string subnet_id;  ///< where the address is, if it is not in the VIP's network
    std::string monitor_address;
    std::optional<int> monitor_port;
    std::optional<bool> is_admin_state_up;
    std::vector<std::string> tags;
};

struct MemberUpdate {
    std::optional<std::string> name;
    std::optional<int> weight;
    std::optional<bool> backup;
    Field<std::string> monitor_address;
    Field<int> monitor_port;
    std::optional<bool> is_admin_state_up;
    std::optional<std::vector<std::string>> tags;
};

struct MemberQuery {
    std::optional<std::string> name;
    std::optional<std::string> address;
    std::optional<int> protocol_port;
    std::optional<std::string> subnet_id;
    std::optional<std::string> provisioning_status;
    std::optional<std::string> operating_status;
    std::optional<std::string> project_id;
    std::optional<bool> is_admin_state_up;
    std::optional<std::string> tags;
    std::optional<std::string> any_tags;
    std::optional<std::string> sort;
    std::optional<std::int64_t> limit;
};

/// Asks each member of a pool, again and again, whether it serves.
struct HealthMonitor {
    std::string id;
    std::string name;
    std::string type;          ///< "HTTP", "HTTPS", "PING", "TCP", "TLS-HELLO", "UDP-CONNECT", "SCTP"
    int delay = 0;             ///< seconds between two questions
    int timeout = 0;           ///< seconds that an answer may take
    int max_retries = 0;       ///< good answers in a row that make a member ONLINE
    int max_retries_down = 3;  ///< bad answers in a row that make it ERROR
    std::string http_method;
    std::string url_path;
    std::string expected_codes;  ///< "200", "200,202", "200-204"
    std::optional<double> http_version;
    std::string domain_name;
    std::vector<Reference> pools;  ///< in fact one
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
    bool is_admin_state_up = true;
    std::string project_id;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    ExtraFields extra;
};

struct HealthMonitorCreate {
    std::string name;
    std::string pool_id;  ///< not in a tree, where it is known
    std::string type;
    int delay = 0;
    int timeout = 0;
    int max_retries = 0;  ///< 1 to 10
    std::optional<int> max_retries_down;
    std::string http_method;
    std::string url_path;
    std::string expected_codes;
    std::optional<double> http_version;  ///< 1.0 or 1.1
    std::string domain_name;
    std::optional<bool> is_admin_state_up;
    std::vector<std::string> tags;
};

struct HealthMonitorUpdate {
    std::optional<std::string> name;
    std::optional<int> delay;
    std::optional<int> timeout;
    std::optional<int> max_retries;
    std::optional<int> max_retries_down;
    std::optional<std::string> http_method;
    std::optional<std::string> url_path;
    std::optional<std::string> expected_codes;
    Field<double> http_version;
    Field<std::string> domain_name;
    std::optional<bool> is_admin_state_up;
    std::optional<std::vector<std::string>> tags;
};

struct HealthMonitorQuery {
    std::optional<std::string> name;
    std::optional<std::string> pool_id;
    std::optional<std::string> type;
    std::optional<std::string> project_id;
    std::optional<std::string> provisioning_status;
    std::optional<bool> is_admin_state_up;
    std::optional<std::string> tags;
    std::optional<std::string> any_tags;
    std::optional<std::string> sort;
    std::optional<std::int64_t> limit;
};

/// Which member a client comes back to.
struct SessionPersistence {
    std::string type;         ///< "SOURCE_IP", "HTTP_COOKIE", "APP_COOKIE"
    std::string cookie_name;  ///< for APP_COOKIE
    std::optional<int> persistence_timeout;
    std::string persistence_granularity;
};

struct Pool {
    std::string id;
    std::string name;
    std::string description;
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
    bool is_admin_state_up = true;
    std::string protocol;      ///< "HTTP", "HTTPS", "PROXY", "PROXYV2", "TCP", "UDP", "SCTP"
    std::string lb_algorithm;  ///< "ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP", "SOURCE_IP_PORT"
    std::optional<SessionPersistence> session_persistence;
    std::vector<Reference> loadbalancers;  ///< in fact one
    std::vector<Reference> listeners;
    std::string health_monitor_id;
    std::optional<HealthMonitor> health_monitor;  ///< in the answer to a creation of a whole tree
    std::vector<Member>
        members;  ///< only their IDs, but complete in the answer to a creation of a whole tree
    std::string tls_container_ref;
    std::string ca_tls_container_ref;
    std::string crl_container_ref;
    bool tls_enabled = false;
    std::string tls_ciphers;
    std::vector<std::string> tls_versions;
    std::vector<std::string> alpn_protocols;
    std::string project_id;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    ExtraFields extra;
};

/// Belongs to `listener_id`, as its default pool, or to `loadbalancer_id` alone.
struct PoolCreate {
    std::string name;
    std::optional<std::string> description;
    std::string listener_id;
    std::string loadbalancer_id;
    std::string protocol;
    std::string lb_algorithm;
    std::optional<SessionPersistence> session_persistence;
    std::vector<MemberCreate> members;                  ///< in a tree
    std::optional<HealthMonitorCreate> health_monitor;  ///< in a tree
    std::optional<std::string> tls_container_ref;
    std::optional<std::string> ca_tls_container_ref;
    std::optional<bool> tls_enabled;
    std::optional<std::string> tls_ciphers;
    std::vector<std::string> tls_versions;
    std::vector<std::string> alpn_protocols;
    std::optional<bool> is_admin_state_up;
    std::vector<std::string> tags;
};

struct PoolUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> lb_algorithm;
    Field<SessionPersistence> session_persistence;
    Field<std::string> tls_container_ref;
    Field<std::string> ca_tls_container_ref;
    std::optional<bool> tls_enabled;
    Field<std::string> tls_ciphers;
    std::optional<std::vector<std::string>> tls_versions;
    std::optional<bool> is_admin_state_up;
    std::optional<std::vector<std::string>> tags;
};

struct PoolQuery {
    std::optional<std::string> name;
    std::optional<std::string> loadbalancer_id;
    std::optional<std::string> listener_id;
    std::optional<std::string> protocol;
    std::optional<std::string> lb_algorithm;
    std::optional<std::string> provisioning_status;
    std::optional<std::string> operating_status;
    std::optional<std::string> project_id;
    std::optional<bool> is_admin_state_up;
    std::optional<std::string> tags;
    std::optional<std::string> any_tags;
    std::optional<std::string> sort;
    std::optional<std::int64_t> limit;
};

}  // namespace openstack::load_balancer
