#include "sdk/src/load_balancer/service.hpp"

namespace openstack::resource {

using namespace load_balancer;

template <>
const Fields& fields_of<HealthMonitor>() {
    static const Fields fields = table<HealthMonitor>({
        {"id", &HealthMonitor::id},
        {"name", &HealthMonitor::name},
        {"type", &HealthMonitor::type},
        {"delay", &HealthMonitor::delay},
        {"timeout", &HealthMonitor::timeout},
        {"max_retries", &HealthMonitor::max_retries},
        {"max_retries_down", &HealthMonitor::max_retries_down},
        {"http_method", &HealthMonitor::http_method},
        {"url_path", &HealthMonitor::url_path},
        {"expected_codes", &HealthMonitor::expected_codes},
        {"http_version", &HealthMonitor::http_version},
        {"domain_name", &HealthMonitor::domain_name},
        {"pools", &HealthMonitor::pools},
        {"provisioning_status", &HealthMonitor::provisioning_status},
        {"operating_status", &HealthMonitor::operating_status},
        {"admin_state_up", &HealthMonitor::is_admin_state_up},
        {"project_id", &HealthMonitor::project_id},
        {"tenant_id", &HealthMonitor::project_id},
        {"tags", &HealthMonitor::tags},
        {"created_at", &HealthMonitor::created_at},
        {"updated_at", &HealthMonitor::updated_at},
    });
    return fields;
}

template <>
const Fields& fields_of<HealthMonitorCreate>() {
    static const Fields fields = table<HealthMonitorCreate>({
        {"name", &HealthMonitorCreate::name},
        {"pool_id", &HealthMonitorCreate::pool_id},
        {"type", &HealthMonitorCreate::type},
        {"delay", &HealthMonitorCreate::delay},
        {"timeout", &HealthMonitorCreate::timeout},
        {"max_retries", &HealthMonitorCreate::max_retries},
        {"max_retries_down", &HealthMonitorCreate::max_retries_down},
        {"http_method", &HealthMonitorCreate::http_method},
        {"url_path", &HealthMonitorCreate::url_path},
        {"expected_codes", &HealthMonitorCreate::expected_codes},
        {"http_version", &HealthMonitorCreate::http_version},
        {"domain_name", &HealthMonitorCreate::domain_name},
        {"admin_state_up", &HealthMonitorCreate::is_admin_state_up},
        {"tags", &HealthMonitorCreate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<HealthMonitorUpdate>() {
    static const Fields fields = table<HealthMonitorUpdate>({
        {"name", &HealthMonitorUpdate::name},
        {"delay", &HealthMonitorUpdate::delay},
        {"timeout", &HealthMonitorUpdate::timeout},
        {"max_retries", &HealthMonitorUpdate::max_retries},
        {"max_retries_down", &HealthMonitorUpdate::max_retries_down},
        {"http_method", &HealthMonitorUpdate::http_method},
        {"url_path", &HealthMonitorUpdate::url_path},
        {"expected_codes", &HealthMonitorUpdate::expected_codes},
        {"http_version", &HealthMonitorUpdate::http_version},
        {"domain_name", &HealthMonitorUpdate::domain_name},
        {"admin_state_up", &HealthMonitorUpdate::is_admin_state_up},
        {"tags", &HealthMonitorUpdate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<HealthMonitorQuery>() {
    static const Fields fields = table<HealthMonitorQuery>({
        {"name", &HealthMonitorQuery::name},
        {"pool_id", &HealthMonitorQuery::pool_id},
        {"type", &HealthMonitorQuery::type},
        {"project_id", &HealthMonitorQuery::project_id},
        {"provisioning_status", &HealthMonitorQuery::provisioning_status},
        {"admin_state_up", &HealthMonitorQuery::is_admin_state_up},
        {"tags", &HealthMonitorQuery::tags},
        {"tags-any", &HealthMonitorQuery::any_tags},
        {"sort", &HealthMonitorQuery::sort},
        {"limit", &HealthMonitorQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<HealthMonitor>() {
    static const Definition definition{.noun = "health monitor",
                                       .path = "/lbaas/healthmonitors",
                                       .key = "healthmonitor",
                                       .list_key = "healthmonitors",
                                       .paging = Paging::key_links};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using load_balancer::Change;
using load_balancer::HealthMonitor;

Paged<HealthMonitor> LoadBalancerService::health_monitors(const load_balancer::HealthMonitorQuery& query,
                                                          const CallOptions& options) const {
    return load_balancer::list_and_learn<HealthMonitor>(adapter_, changes_, query, options);
}
HealthMonitor LoadBalancerService::get_health_monitor(const Id& health_monitor,
                                                      const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::get<HealthMonitor>(adapter_, health_monitor, options));
}
HealthMonitor LoadBalancerService::find_health_monitor(std::string_view name_or_id,
                                                       const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::find<HealthMonitor>(adapter_, name_or_id, options));
}
std::optional<HealthMonitor> LoadBalancerService::find_health_monitor_or_null(
    std::string_view name_or_id, const CallOptions& options) const {
    return load_balancer::learned(*changes_,
                                  resource::find_or_null<HealthMonitor>(adapter_, name_or_id, options));
}

HealthMonitor LoadBalancerService::create_health_monitor(
    const load_balancer::HealthMonitorCreate& health_monitor, const CallOptions& options) const {
    const std::string owner =
        health_monitor.pool_id.empty()
            ? std::string()
            : load_balancer::owner_of_pool(adapter_, *changes_, health_monitor.pool_id, options);
    const Change change{.load_balancer = owner,
                        .what = load_balancer::doing("creating", "health monitor", health_monitor.name)};
    HealthMonitor created = load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::create<HealthMonitor>(adapter_, health_monitor, options);
    });
    changes_->learn(created.id, owner);
    return created;
}

HealthMonitor LoadBalancerService::update_health_monitor(const Id& health_monitor,
                                                         const load_balancer::HealthMonitorUpdate& changes,
                                                         const CallOptions& options) const {
    const Change change{
        .load_balancer = load_balancer::owner_of_health_monitor(adapter_, *changes_, health_monitor, options),
        .what = load_balancer::doing("updating", "health monitor", health_monitor)};
    return load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::update<HealthMonitor>(adapter_, health_monitor, changes, options);
    });
}

bool LoadBalancerService::delete_health_monitor(const Id& health_monitor, const CallOptions& options) const {
    return load_balancer::remove_in_turn<HealthMonitor>(adapter_, *changes_, health_monitor, options, [&] {
        return load_balancer::owner_of_health_monitor(adapter_, *changes_, health_monitor, options);
    });
}

}  // namespace openstack
