// Listeners: the ports that a load balancer listens on, and the layer 7 rules for what arrives there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/field.hpp"
#include "openstack/load_balancer/pool.hpp"
#include "openstack/load_balancer/status.hpp"

namespace openstack::load_balancer {

/// All rules of a policy have to match.
struct L7Rule {
    std::string id;
    std::string type;          ///< "PATH", "HEADER", "HOST_NAME", "COOKIE", "FILE_TYPE" …
    std::string compare_type;  ///< "EQUAL_TO", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "REGEX"
    std::string key;           ///< the header's or cookie's name
    std::string rule_value;
    bool invert = false;
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
    bool is_admin_state_up = true;
    std::string project_id;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    ExtraFields extra;
};

struct L7RuleCreate {
    std::string type;
    std::string compare_type;
    std::string key;
    std::string rule_value;
    std::optional<bool> invert;
    std::optional<bool> is_admin_state_up;
    std::vector<std::string> tags;
};

struct L7RuleUpdate {
    std::optional<std::string> type;
    std::optional<std::string> compare_type;
    std::optional<std::string> key;
    std::optional<std::string> rule_value;
    std::optional<bool> invert;
    std::optional<bool> is_admin_state_up;
    std::optional<std::vector<std::string>> tags;
};

struct L7RuleQuery {
    std::optional<std::string> type;
    std::optional<std::string> compare_type;
    std::optional<std::int64_t> limit;
};

/// What happens to requests that match: policies are asked in the order of their position.
struct L7Policy {
    std::string id;
    std::string name;
    std::string description;
    std::string action;  ///< "REDIRECT_TO_POOL", "REDIRECT_TO_URL", "REDIRECT_PREFIX", "REJECT"
    std::string listener_id;
    std::string redirect_pool_id;
    std::string redirect_url;
    std::string redirect_prefix;
    std::optional<int> redirect_http_code;
    int position = 0;
    std::vector<L7Rule> rules;  ///< only their IDs, but complete in the answer to a creation of a whole tree
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
    bool is_admin_state_up = true;
    std::string project_id;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    ExtraFields extra;
};

struct L7PolicyCreate {
    std::string name;
    std::optional<std::string> description;
    std::string listener_id;  ///< not in a tree, where it is known
    std::string action;
    std::string redirect_pool_id;
    std::string redirect_url;
    std::string redirect_prefix;
    std::optional<int> redirect_http_code;
    std::optional<int> position;
    std::vector<L7RuleCreate> rules;
    std::optional<bool> is_admin_state_up;
    std::vector<std::string> tags;
};

struct L7PolicyUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> action;
    Field<std::string> redirect_pool_id;
    Field<std::string> redirect_url;
    Field<std::string> redirect_prefix;
    Field<int> redirect_http_code;
    std::optional<int> position;
    std::optional<bool> is_admin_state_up;
    std::optional<std::vector<std::string>> tags;
};

struct L7PolicyQuery {
    std::optional<std::string> name;
    std::optional<std::string> listener_id;
    std::optional<std::string> action;
    std::optional<std::string> redirect_pool_id;
    std::optional<std::string> project_id;
    std::optional<std::int64_t> limit;
};

struct Listener {
    std::string id;
    std::string name;
    std::string description;
    ProvisioningStatus provisioning_status;
    OperatingStatus operating_status;
    bool is_admin_state_up = true;
    std::string protocol;  ///< "HTTP", "HTTPS", "TERMINATED_HTTPS", "TCP", "UDP", "SCTP", "PROMETHEUS"
    int protocol_port = 0;
    std::vector<Reference> load_balancers;  ///< in fact one
    std::string default_pool_id;
    int connection_limit = -1;                          ///< -1 is "no limit"
    std::map<std::string, std::string> insert_headers;  ///< "X-Forwarded-For" → "true"
    std::vector<std::string> allowed_cidrs;             ///< empty: everybody
    int timeout_client_data = 0;                        ///< this and the three following: milliseconds
    int timeout_member_connect = 0;
    int timeout_member_data = 0;
    int timeout_tcp_inspect = 0;
    std::string default_tls_container_ref;
    std::vector<std::string> sni_container_refs;
    std::string client_authentication;
    std::string client_ca_tls_container_ref;
    std::string client_crl_container_ref;
    std::string tls_ciphers;
    std::vector<std::string> tls_versions;
    std::vector<std::string> alpn_protocols;
    std::optional<int> hsts_max_age;
    std::optional<bool> hsts_include_subdomains;
    std::optional<bool> hsts_preload;
    std::vector<L7Policy>
        l7_policies;  ///< only their IDs, but complete in the answer to a creation of a whole tree
    std::string project_id;
    std::vector<std::string> tags;
    std::optional<Time> created_at;
    std::optional<Time> updated_at;
    ExtraFields extra;
};

struct ListenerCreate {
    std::string name;
    std::optional<std::string> description;
    std::string load_balancer_id;  ///< not in a tree, where it is known
    std::string protocol;
    int protocol_port = 0;
    std::string default_pool_id;
    std::optional<PoolCreate> default_pool;  ///< instead: made with the listener, in a tree
    std::vector<L7PolicyCreate> l7_policies;
    std::optional<int> connection_limit;
    std::map<std::string, std::string> insert_headers;
    std::vector<std::string> allowed_cidrs;
    std::optional<int> timeout_client_data;
    std::optional<int> timeout_member_connect;
    std::optional<int> timeout_member_data;
    std::optional<int> timeout_tcp_inspect;
    std::optional<std::string> default_tls_container_ref;
    std::vector<std::string> sni_container_refs;
    std::optional<std::string> client_authentication;
    std::optional<std::string> client_ca_tls_container_ref;
    std::optional<std::string> tls_ciphers;
    std::vector<std::string> tls_versions;
    std::vector<std::string> alpn_protocols;
    std::optional<bool> is_admin_state_up;
    std::vector<std::string> tags;
};

struct ListenerUpdate {
    std::optional<std::string> name;
    std::optional<std::string> description;
    Field<std::string> default_pool_id;
    std::optional<int> connection_limit;
    std::optional<std::map<std::string, std::string>> insert_headers;
    Field<std::vector<std::string>> allowed_cidrs;  ///< null: everybody
    std::optional<int> timeout_client_data;
    std::optional<int> timeout_member_connect;
    std::optional<int> timeout_member_data;
    std::optional<int> timeout_tcp_inspect;
    Field<std::string> default_tls_container_ref;
    std::optional<std::vector<std::string>> sni_container_refs;
    Field<std::string> tls_ciphers;
    std::optional<std::vector<std::string>> tls_versions;
    std::optional<bool> is_admin_state_up;
    std::optional<std::vector<std::string>> tags;
};

struct ListenerQuery {
    std::optional<std::string> name;
    std::optional<std::string> load_balancer_id;
    std::optional<std::string> protocol;
    std::optional<int> protocol_port;
    std::optional<std::string> default_pool_id;
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
