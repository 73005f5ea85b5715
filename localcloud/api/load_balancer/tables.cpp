// The attributes of load balancers, listeners, pools, members and health monitors, and how each is shown.
#include <array>
#include <initializer_list>

#include "localcloud/api/load_balancer/resource.hpp"

namespace localcloud::api::load_balancer {

namespace {

constexpr std::int64_t longest_timeout = 24LL * 60 * 60 * 1000;  // milliseconds

constexpr std::array load_balancer_attributes{
    Attribute{"name", Form::text, allow::both | allow::null, R"("")"},
    Attribute{"description", Form::text, allow::both | allow::null, R"("")"},
    Attribute{"admin_state_up", Form::boolean, allow::both | allow::null, "true"},
    Attribute{"project_id", Form::text, allow::create},
    Attribute{"vip_address", Form::text, allow::create},
    Attribute{"vip_port_id", Form::uuid, allow::create},
    Attribute{"vip_subnet_id", Form::uuid, allow::create},
    Attribute{"vip_network_id", Form::uuid, allow::create},
    Attribute{"additional_vips", Form::any, allow::create, "[]"},
    Attribute{"provider", Form::text, allow::create, R"("amphora")"},
    Attribute{"flavor_id", Form::uuid, allow::create},
    Attribute{"vip_qos_policy_id", Form::uuid, allow::both | allow::null},
    Attribute{"tags", Form::texts, allow::both | allow::null, "[]"},
    Attribute{"availability_zone", Form::text, allow::create},
    Attribute{"listeners", Form::any, allow::create},
    Attribute{"pools", Form::any, allow::create},
};

constexpr std::string_view listener_protocols = "TERMINATED_HTTPS, TCP, HTTP, PROMETHEUS, HTTPS, SCTP, UDP";

constexpr std::array listener_attributes{
    Attribute{"name", Form::text, allow::both | allow::null, R"("")"},
    Attribute{"description", Form::text, allow::both | allow::null, R"("")"},
    Attribute{"admin_state_up", Form::boolean, allow::both | allow::null, "true"},
    Attribute{"protocol", Form::text, allow::create | allow::required, "null", listener_protocols},
    Attribute{"protocol_port", Form::integer, allow::create | allow::required, "null", {}, 1, 65535},
    Attribute{"connection_limit", Form::integer, allow::both | allow::null, "-1", {}, -1},
    Attribute{"default_tls_container_ref", Form::text, allow::both | allow::null},
    Attribute{"sni_container_refs", Form::texts, allow::both | allow::null, "[]"},
    Attribute{"project_id", Form::text, allow::create},
    Attribute{"default_pool_id", Form::uuid, allow::both | allow::null},
    Attribute{"default_pool", Form::object, allow::create},
    Attribute{"l7policies", Form::any, allow::create, "[]"},
    Attribute{"insert_headers", Form::object, allow::both | allow::null, "{}"},
    Attribute{"loadbalancer_id", Form::uuid, allow::create},
    Attribute{
        "timeout_client_data", Form::integer, allow::both | allow::null, "50000", {}, 0, longest_timeout},
    Attribute{
        "timeout_member_connect", Form::integer, allow::both | allow::null, "5000", {}, 0, longest_timeout},
    Attribute{
        "timeout_member_data", Form::integer, allow::both | allow::null, "50000", {}, 0, longest_timeout},
    Attribute{"timeout_tcp_inspect", Form::integer, allow::both | allow::null, "0", {}, 0, longest_timeout},
    Attribute{"tags", Form::texts, allow::both | allow::null, "[]"},
    Attribute{"client_ca_tls_container_ref", Form::text, allow::both | allow::null},
    Attribute{"client_authentication", Form::text, allow::both | allow::null, R"("NONE")",
              "NONE, OPTIONAL, MANDATORY"},
    Attribute{"client_crl_container_ref", Form::text, allow::both | allow::null},
    Attribute{"allowed_cidrs", Form::texts, allow::both | allow::null},
    Attribute{"tls_ciphers", Form::text, allow::both | allow::null},
    Attribute{"tls_versions", Form::texts, allow::both | allow::null},
    Attribute{"alpn_protocols", Form::texts, allow::both | allow::null},
};

constexpr std::string_view algorithms = "ROUND_ROBIN, LEAST_CONNECTIONS, SOURCE_IP, SOURCE_IP_PORT";

constexpr std::array pool_attributes{
    Attribute{"name", Form::text, allow::both | allow::null, R"("")"},
    Attribute{"description", Form::text, allow::both | allow::null, R"("")"},
    Attribute{"admin_state_up", Form::boolean, allow::both | allow::null, "true"},
    Attribute{"protocol", Form::text, allow::create | allow::required, "null",
              "HTTP, HTTPS, PROXY, PROXYV2, SCTP, TCP, UDP"},
    Attribute{"lb_algorithm", Form::text, allow::both | allow::required, "null", algorithms},
    Attribute{"session_persistence", Form::object, allow::both | allow::null},
    Attribute{"project_id", Form::text, allow::create},
    Attribute{"listener_id", Form::uuid, allow::create},
    Attribute{"loadbalancer_id", Form::uuid, allow::create},
    Attribute{"healthmonitor", Form::object, allow::create},
    Attribute{"members", Form::any, allow::create},
    Attribute{"tags", Form::texts, allow::both | allow::null, "[]"},
    Attribute{"tls_container_ref", Form::text, allow::both | allow::null},
    Attribute{"ca_tls_container_ref", Form::text, allow::both | allow::null},
    Attribute{"crl_container_ref", Form::text, allow::both | allow::null},
    Attribute{"tls_enabled", Form::boolean, allow::both | allow::null, "false"},
    Attribute{"tls_ciphers", Form::text, allow::both | allow::null},
    Attribute{"tls_versions", Form::texts, allow::both | allow::null},
    Attribute{"alpn_protocols", Form::texts, allow::both | allow::null},
};

constexpr std::array member_attributes{
    Attribute{"name", Form::text, allow::both | allow::null, R"("")"},
    Attribute{"admin_state_up", Form::boolean, allow::both | allow::null, "true"},
    Attribute{"address", Form::text, allow::create | allow::required},
    Attribute{"protocol_port", Form::integer, allow::create | allow::required, "null", {}, 1, 65535},
    Attribute{"weight", Form::integer, allow::both | allow::null, "1", {}, 0, 256},
    Attribute{"backup", Form::boolean, allow::both | allow::null, "false"},
    Attribute{"subnet_id", Form::uuid, allow::create},
    Attribute{"project_id", Form::text, allow::create},
    Attribute{"monitor_address", Form::text, allow::both | allow::null},
    Attribute{"monitor_port", Form::integer, allow::both | allow::null, "null", {}, 1, 65535},
    Attribute{"tags", Form::texts, allow::both | allow::null, "[]"},
};

constexpr std::array health_monitor_attributes{
    Attribute{"name", Form::text, allow::both | allow::null, R"("")"},
    Attribute{"type", Form::text, allow::create | allow::required, "null",
              "HTTP, HTTPS, PING, SCTP, TCP, TLS-HELLO, UDP-CONNECT"},
    Attribute{"delay", Form::integer, allow::both | allow::required, "null", {}, 1},
    Attribute{"timeout", Form::integer, allow::both | allow::required, "null", {}, 1},
    Attribute{"max_retries", Form::integer, allow::both | allow::required, "null", {}, 1, 10},
    Attribute{"max_retries_down", Form::integer, allow::both | allow::null, "3", {}, 1, 10},
    Attribute{"http_method", Form::text, allow::both | allow::null, "null",
              "CONNECT, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, TRACE"},
    Attribute{"url_path", Form::text, allow::both | allow::null},
    Attribute{"expected_codes", Form::text, allow::both | allow::null},
    Attribute{"admin_state_up", Form::boolean, allow::both | allow::null, "true"},
    Attribute{"project_id", Form::text, allow::create},
    Attribute{"pool_id", Form::uuid, allow::create | allow::required},
    Attribute{"tags", Form::texts, allow::both | allow::null, "[]"},
    Attribute{"http_version", Form::any, allow::both | allow::null},
    Attribute{"domain_name", Form::text, allow::both | allow::null},
};

void copy(Document& out, const Document& document, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        const json::value* value = document.if_contains(name);
        out.emplace(name, value != nullptr ? *value : json::value{});
    }
}

Document shown_load_balancer(const state::View& view, const Document& document) {
    const std::string id = text(document, "id");
    Document out;
    copy(out, document,
         {"id", "name", "description", "provisioning_status", "operating_status", "admin_state_up",
          "project_id", "created_at", "updated_at", "vip_address", "vip_port_id", "vip_subnet_id",
          "vip_network_id", "additional_vips"});
    out.emplace("listeners", references(of_load_balancer(view, Kind::listener, id)));
    out.emplace("pools", references(of_load_balancer(view, Kind::pool, id)));
    copy(out, document,
         {"provider", "flavor_id", "vip_qos_policy_id", "tags", "availability_zone", "tenant_id"});
    return out;
}

Document shown_listener(const state::View& /*view*/, const Document& document) {
    Document out;
    copy(out, document,
         {"id", "name", "description", "provisioning_status", "operating_status", "admin_state_up",
          "protocol", "protocol_port", "connection_limit", "default_tls_container_ref", "sni_container_refs",
          "project_id", "default_pool_id", "l7policies", "insert_headers", "created_at", "updated_at"});
    out.emplace("loadbalancers", reference(text(document, "_loadbalancer_id")));
    copy(out, document,
         {"timeout_client_data", "timeout_member_connect", "timeout_member_data", "timeout_tcp_inspect",
          "tags", "client_ca_tls_container_ref", "client_authentication", "client_crl_container_ref",
          "allowed_cidrs", "tls_ciphers", "tls_versions", "alpn_protocols", "tenant_id"});
    return out;
}

Document shown_pool(const state::View& view, const Document& document) {
    const std::string id = text(document, "id");
    Document out;
    copy(out, document,
         {"id", "name", "description", "provisioning_status", "operating_status", "admin_state_up",
          "protocol", "lb_algorithm", "session_persistence", "project_id"});
    out.emplace("loadbalancers", reference(text(document, "_loadbalancer_id")));
    out.emplace("listeners", references(listeners_of_pool(view, id)));
    copy(out, document, {"created_at", "updated_at"});
    if (const Document* monitor = monitor_of(view, id)) out.emplace("healthmonitor_id", text(*monitor, "id"));
    out.emplace("members", references(members_of(view, id)));
    copy(out, document,
         {"tags", "tls_container_ref", "ca_tls_container_ref", "crl_container_ref", "tls_enabled",
          "tls_ciphers", "tls_versions", "alpn_protocols", "tenant_id"});
    return out;
}

Document shown_member(const state::View& /*view*/, const Document& document) {
    Document out;
    copy(out, document,
         {"id", "name", "operating_status", "provisioning_status", "admin_state_up", "address",
          "protocol_port", "weight", "backup", "subnet_id", "project_id", "created_at", "updated_at",
          "monitor_address", "monitor_port", "tags", "tenant_id"});
    return out;
}

Document shown_health_monitor(const state::View& /*view*/, const Document& document) {
    Document out;
    copy(out, document,
         {"id", "name", "type", "delay", "timeout", "max_retries", "max_retries_down", "http_method",
          "url_path", "expected_codes", "admin_state_up", "project_id"});
    out.emplace("pools", reference(text(document, "_pool_id")));
    copy(out, document,
         {"provisioning_status", "operating_status", "created_at", "updated_at", "tags", "http_version",
          "domain_name", "tenant_id"});
    return out;
}

}  // namespace

const Resource& load_balancer_resource() {
    static const Resource resource{.kind = Kind::load_balancer,
                                   .singular = "loadbalancer",
                                   .collection = "loadbalancers",
                                   .title = "Load Balancer",
                                   .argument = "load_balancer",
                                   .attributes = load_balancer_attributes,
                                   .shown = shown_load_balancer};
    return resource;
}

const Resource& listener_resource() {
    static const Resource resource{.kind = Kind::listener,
                                   .singular = "listener",
                                   .collection = "listeners",
                                   .title = "Listener",
                                   .argument = "listener_",
                                   .attributes = listener_attributes,
                                   .shown = shown_listener,
                                   .filters = "loadbalancer_id load_balancer_id"};
    return resource;
}

const Resource& pool_resource() {
    static const Resource resource{.kind = Kind::pool,
                                   .singular = "pool",
                                   .collection = "pools",
                                   .title = "Pool",
                                   .argument = "pool_",
                                   .attributes = pool_attributes,
                                   .shown = shown_pool,
                                   .filters = "loadbalancer_id load_balancer_id"};
    return resource;
}

const Resource& member_resource() {
    static const Resource resource{.kind = Kind::member,
                                   .singular = "member",
                                   .collection = "members",
                                   .title = "Member",
                                   .argument = "member_",
                                   .attributes = member_attributes,
                                   .shown = shown_member};
    return resource;
}

const Resource& health_monitor_resource() {
    static const Resource resource{.kind = Kind::health_monitor,
                                   .singular = "healthmonitor",
                                   .collection = "healthmonitors",
                                   .title = "Health Monitor",
                                   .argument = "health_monitor_",
                                   .attributes = health_monitor_attributes,
                                   .shown = shown_health_monitor,
                                   .filters = "pool_id"};
    return resource;
}

}  // namespace localcloud::api::load_balancer
