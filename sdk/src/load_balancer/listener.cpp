#include "openstack/load_balancer/listener.hpp"

#include "sdk/src/load_balancer/service.hpp"

namespace openstack::resource {

using namespace load_balancer;

template <>
const Fields& fields_of<Listener>() {
    static const Fields fields = table<Listener>({
        {"id", &Listener::id},
        {"name", &Listener::name},
        {"description", &Listener::description},
        {"provisioning_status", &Listener::provisioning_status},
        {"operating_status", &Listener::operating_status},
        {"admin_state_up", &Listener::is_admin_state_up},
        {"protocol", &Listener::protocol},
        {"protocol_port", &Listener::protocol_port},
        {"loadbalancers", &Listener::load_balancers},
        {"default_pool_id", &Listener::default_pool_id},
        {"connection_limit", &Listener::connection_limit},
        {"insert_headers", &Listener::insert_headers},
        {"allowed_cidrs", &Listener::allowed_cidrs},
        {"timeout_client_data", &Listener::timeout_client_data},
        {"timeout_member_connect", &Listener::timeout_member_connect},
        {"timeout_member_data", &Listener::timeout_member_data},
        {"timeout_tcp_inspect", &Listener::timeout_tcp_inspect},
        {"default_tls_container_ref", &Listener::default_tls_container_ref},
        {"sni_container_refs", &Listener::sni_container_refs},
        {"client_authentication", &Listener::client_authentication},
        {"client_ca_tls_container_ref", &Listener::client_ca_tls_container_ref},
        {"client_crl_container_ref", &Listener::client_crl_container_ref},
        {"tls_ciphers", &Listener::tls_ciphers},
        {"tls_versions", &Listener::tls_versions},
        {"alpn_protocols", &Listener::alpn_protocols},
        {"hsts_max_age", &Listener::hsts_max_age},
        {"hsts_include_subdomains", &Listener::hsts_include_subdomains},
        {"hsts_preload", &Listener::hsts_preload},
        {"l7policies", &Listener::l7_policies},
        {"project_id", &Listener::project_id},
        {"tenant_id", &Listener::project_id},
        {"tags", &Listener::tags},
        {"created_at", &Listener::created_at},
        {"updated_at", &Listener::updated_at},
    });
    return fields;
}

template <>
const Fields& fields_of<ListenerCreate>() {
    static const Fields fields = table<ListenerCreate>({
        {"name", &ListenerCreate::name},
        {"description", &ListenerCreate::description},
        {"loadbalancer_id", &ListenerCreate::load_balancer_id},
        {"protocol", &ListenerCreate::protocol},
        {"protocol_port", &ListenerCreate::protocol_port},
        {"default_pool_id", &ListenerCreate::default_pool_id},
        {"default_pool", &ListenerCreate::default_pool},
        {"l7policies", &ListenerCreate::l7_policies},
        {"connection_limit", &ListenerCreate::connection_limit},
        {"insert_headers", &ListenerCreate::insert_headers},
        {"allowed_cidrs", &ListenerCreate::allowed_cidrs},
        {"timeout_client_data", &ListenerCreate::timeout_client_data},
        {"timeout_member_connect", &ListenerCreate::timeout_member_connect},
        {"timeout_member_data", &ListenerCreate::timeout_member_data},
        {"timeout_tcp_inspect", &ListenerCreate::timeout_tcp_inspect},
        {"default_tls_container_ref", &ListenerCreate::default_tls_container_ref},
        {"sni_container_refs", &ListenerCreate::sni_container_refs},
        {"client_authentication", &ListenerCreate::client_authentication},
        {"client_ca_tls_container_ref", &ListenerCreate::client_ca_tls_container_ref},
        {"tls_ciphers", &ListenerCreate::tls_ciphers},
        {"tls_versions", &ListenerCreate::tls_versions},
        {"alpn_protocols", &ListenerCreate::alpn_protocols},
        {"admin_state_up", &ListenerCreate::is_admin_state_up},
        {"tags", &ListenerCreate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<ListenerUpdate>() {
    static const Fields fields = table<ListenerUpdate>({
        {"name", &ListenerUpdate::name},
        {"description", &ListenerUpdate::description},
        {"default_pool_id", &ListenerUpdate::default_pool_id},
        {"connection_limit", &ListenerUpdate::connection_limit},
        {"insert_headers", &ListenerUpdate::insert_headers},
        {"allowed_cidrs", &ListenerUpdate::allowed_cidrs},
        {"timeout_client_data", &ListenerUpdate::timeout_client_data},
        {"timeout_member_connect", &ListenerUpdate::timeout_member_connect},
        {"timeout_member_data", &ListenerUpdate::timeout_member_data},
        {"timeout_tcp_inspect", &ListenerUpdate::timeout_tcp_inspect},
        {"default_tls_container_ref", &ListenerUpdate::default_tls_container_ref},
        {"sni_container_refs", &ListenerUpdate::sni_container_refs},
        {"tls_ciphers", &ListenerUpdate::tls_ciphers},
        {"tls_versions", &ListenerUpdate::tls_versions},
        {"admin_state_up", &ListenerUpdate::is_admin_state_up},
        {"tags", &ListenerUpdate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<ListenerQuery>() {
    static const Fields fields = table<ListenerQuery>({
        {"name", &ListenerQuery::name},
        {"loadbalancer_id", &ListenerQuery::load_balancer_id},
        {"protocol", &ListenerQuery::protocol},
        {"protocol_port", &ListenerQuery::protocol_port},
        {"default_pool_id", &ListenerQuery::default_pool_id},
        {"provisioning_status", &ListenerQuery::provisioning_status},
        {"operating_status", &ListenerQuery::operating_status},
        {"project_id", &ListenerQuery::project_id},
        {"admin_state_up", &ListenerQuery::is_admin_state_up},
        {"tags", &ListenerQuery::tags},
        {"tags-any", &ListenerQuery::any_tags},
        {"sort", &ListenerQuery::sort},
        {"limit", &ListenerQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Listener>() {
    static const Definition definition{.noun = "listener",
                                       .path = "/lbaas/listeners",
                                       .key = "listener",
                                       .list_key = "listeners",
                                       .paging = Paging::key_links};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using load_balancer::Change;
using load_balancer::Listener;

Paged<Listener> LoadBalancerService::listeners(const load_balancer::ListenerQuery& query,
                                               const CallOptions& options) const {
    return load_balancer::list_and_learn<Listener>(adapter_, changes_, query, options);
}
Listener LoadBalancerService::get_listener(const Id& listener, const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::get<Listener>(adapter_, listener, options));
}
Listener LoadBalancerService::find_listener(std::string_view name_or_id, const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::find<Listener>(adapter_, name_or_id, options));
}
std::optional<Listener> LoadBalancerService::find_listener_or_null(std::string_view name_or_id,
                                                                   const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::find_or_null<Listener>(adapter_, name_or_id, options));
}

Listener LoadBalancerService::create_listener(const load_balancer::ListenerCreate& listener,
                                              const CallOptions& options) const {
    const Change change{.load_balancer = listener.load_balancer_id,
                        .what = load_balancer::doing("creating", "listener", listener.name)};
    Listener created = load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::create<Listener>(adapter_, listener, options);
    });
    changes_->learn(created.id, listener.load_balancer_id);
    return load_balancer::learned(*changes_, std::move(created));
}

Listener LoadBalancerService::update_listener(const Id& listener,
                                              const load_balancer::ListenerUpdate& changes,
                                              const CallOptions& options) const {
    const Change change{
        .load_balancer = load_balancer::owner_of_listener(adapter_, *changes_, listener, options),
        .what = load_balancer::doing("updating", "listener", listener)};
    return load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::update<Listener>(adapter_, listener, changes, options);
    });
}

bool LoadBalancerService::delete_listener(const Id& listener, const CallOptions& options) const {
    return load_balancer::remove_in_turn<Listener>(adapter_, *changes_, listener, options, [&] {
        return load_balancer::owner_of_listener(adapter_, *changes_, listener, options);
    });
}

}  // namespace openstack
