#include "openstack/load_balancer/pool.hpp"

#include "sdk/src/load_balancer/service.hpp"

namespace openstack::resource {

using namespace load_balancer;

template <>
const Fields& fields_of<SessionPersistence>() {
    static const Fields fields = table<SessionPersistence>({
        {"type", &SessionPersistence::type},
        {"cookie_name", &SessionPersistence::cookie_name},
        {"persistence_timeout", &SessionPersistence::persistence_timeout},
        {"persistence_granularity", &SessionPersistence::persistence_granularity},
    });
    return fields;
}

template <>
const Fields& fields_of<Pool>() {
    static const Fields fields = table<Pool>({
        {"id", &Pool::id},
        {"name", &Pool::name},
        {"description", &Pool::description},
        {"provisioning_status", &Pool::provisioning_status},
        {"operating_status", &Pool::operating_status},
        {"admin_state_up", &Pool::is_admin_state_up},
        {"protocol", &Pool::protocol},
        {"lb_algorithm", &Pool::lb_algorithm},
        {"session_persistence", &Pool::session_persistence},
        {"loadbalancers", &Pool::loadbalancers},
        {"listeners", &Pool::listeners},
        {"healthmonitor_id", &Pool::health_monitor_id},
        {"healthmonitor", &Pool::health_monitor},
        {"members", &Pool::members},
        {"tls_container_ref", &Pool::tls_container_ref},
        {"ca_tls_container_ref", &Pool::ca_tls_container_ref},
        {"crl_container_ref", &Pool::crl_container_ref},
        {"tls_enabled", &Pool::tls_enabled},
        {"tls_ciphers", &Pool::tls_ciphers},
        {"tls_versions", &Pool::tls_versions},
        {"alpn_protocols", &Pool::alpn_protocols},
        {"project_id", &Pool::project_id},
        {"tenant_id", &Pool::project_id},
        {"tags", &Pool::tags},
        {"created_at", &Pool::created_at},
        {"updated_at", &Pool::updated_at},
    });
    return fields;
}

template <>
const Fields& fields_of<PoolCreate>() {
    static const Fields fields = table<PoolCreate>({
        {"name", &PoolCreate::name},
        {"description", &PoolCreate::description},
        {"listener_id", &PoolCreate::listener_id},
        {"loadbalancer_id", &PoolCreate::loadbalancer_id},
        {"protocol", &PoolCreate::protocol},
        {"lb_algorithm", &PoolCreate::lb_algorithm},
        {"session_persistence", &PoolCreate::session_persistence},
        {"members", &PoolCreate::members},
        {"healthmonitor", &PoolCreate::health_monitor},
        {"tls_container_ref", &PoolCreate::tls_container_ref},
        {"ca_tls_container_ref", &PoolCreate::ca_tls_container_ref},
        {"tls_enabled", &PoolCreate::tls_enabled},
        {"tls_ciphers", &PoolCreate::tls_ciphers},
        {"tls_versions", &PoolCreate::tls_versions},
        {"alpn_protocols", &PoolCreate::alpn_protocols},
        {"admin_state_up", &PoolCreate::is_admin_state_up},
        {"tags", &PoolCreate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<PoolUpdate>() {
    static const Fields fields = table<PoolUpdate>({
        {"name", &PoolUpdate::name},
        {"description", &PoolUpdate::description},
        {"lb_algorithm", &PoolUpdate::lb_algorithm},
        {"session_persistence", &PoolUpdate::session_persistence},
        {"tls_container_ref", &PoolUpdate::tls_container_ref},
        {"ca_tls_container_ref", &PoolUpdate::ca_tls_container_ref},
        {"tls_enabled", &PoolUpdate::tls_enabled},
        {"tls_ciphers", &PoolUpdate::tls_ciphers},
        {"tls_versions", &PoolUpdate::tls_versions},
        {"admin_state_up", &PoolUpdate::is_admin_state_up},
        {"tags", &PoolUpdate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<PoolQuery>() {
    static const Fields fields = table<PoolQuery>({
        {"name", &PoolQuery::name},
        {"loadbalancer_id", &PoolQuery::loadbalancer_id},
        {"listener_id", &PoolQuery::listener_id},
        {"protocol", &PoolQuery::protocol},
        {"lb_algorithm", &PoolQuery::lb_algorithm},
        {"provisioning_status", &PoolQuery::provisioning_status},
        {"operating_status", &PoolQuery::operating_status},
        {"project_id", &PoolQuery::project_id},
        {"admin_state_up", &PoolQuery::is_admin_state_up},
        {"tags", &PoolQuery::tags},
        {"tags-any", &PoolQuery::any_tags},
        {"sort", &PoolQuery::sort},
        {"limit", &PoolQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Pool>() {
    static const Definition definition{.noun = "pool",
                                       .path = "/lbaas/pools",
                                       .key = "pool",
                                       .list_key = "pools",
                                       .paging = Paging::key_links};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using load_balancer::Change;
using load_balancer::Pool;

Paged<Pool> LoadBalancerService::pools(const load_balancer::PoolQuery& query,
                                       const CallOptions& options) const {
    return load_balancer::list_and_learn<Pool>(adapter_, changes_, query, options);
}
Pool LoadBalancerService::get_pool(const Id& pool, const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::get<Pool>(adapter_, pool, options));
}
Pool LoadBalancerService::find_pool(std::string_view name_or_id, const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::find<Pool>(adapter_, name_or_id, options));
}
std::optional<Pool> LoadBalancerService::find_pool_or_null(std::string_view name_or_id,
                                                           const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::find_or_null<Pool>(adapter_, name_or_id, options));
}

Pool LoadBalancerService::create_pool(const load_balancer::PoolCreate& pool,
                                      const CallOptions& options) const {
    std::string owner = pool.loadbalancer_id;
    if (owner.empty() && !pool.listener_id.empty()) {
        owner = load_balancer::owner_of_listener(adapter_, *changes_, pool.listener_id, options);
    }
    const Change change{.load_balancer = owner, .what = load_balancer::doing("creating", "pool", pool.name)};
    Pool created = load_balancer::changed(adapter_, *changes_, change, options,
                                          [&] { return resource::create<Pool>(adapter_, pool, options); });
    changes_->learn(created.id, owner);
    return load_balancer::learned(*changes_, std::move(created));
}

Pool LoadBalancerService::update_pool(const Id& pool, const load_balancer::PoolUpdate& changes,
                                      const CallOptions& options) const {
    const Change change{.load_balancer = load_balancer::owner_of_pool(adapter_, *changes_, pool, options),
                        .what = load_balancer::doing("updating", "pool", pool)};
    return load_balancer::changed(adapter_, *changes_, change, options,
                                  [&] { return resource::update<Pool>(adapter_, pool, changes, options); });
}

bool LoadBalancerService::delete_pool(const Id& pool, const CallOptions& options) const {
    return load_balancer::remove_in_turn<Pool>(adapter_, *changes_, pool, options, [&] {
        return load_balancer::owner_of_pool(adapter_, *changes_, pool, options);
    });
}

}  // namespace openstack
