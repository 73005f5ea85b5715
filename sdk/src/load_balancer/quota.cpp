// Providers and quotas.
#include "sdk/src/load_balancer/tables.hpp"

namespace openstack::resource {

using namespace load_balancer;

template <>
const Fields& fields_of<Provider>() {
    static const Fields fields =
        table<Provider>({{"name", &Provider::name}, {"description", &Provider::description}});
    return fields;
}

template <>
const Definition& definition_of<Provider>() {
    static const Definition definition{.noun = "provider",
                                       .path = "/lbaas/providers",
                                       .list_key = "providers",
                                       .paging = Paging::key_links,
                                       .id_key = "name"};
    return definition;
}

template <>
const Fields& fields_of<load_balancer::Quota>() {
    static const Fields fields = table<load_balancer::Quota>({
        {"project_id", &load_balancer::Quota::project_id},
        {"tenant_id", &load_balancer::Quota::project_id},
        {"load_balancer", &load_balancer::Quota::load_balancers},
        {"listener", &load_balancer::Quota::listeners},
        {"pool", &load_balancer::Quota::pools},
        {"member", &load_balancer::Quota::members},
        {"health_monitor", &load_balancer::Quota::health_monitors},
        {"l7policy", &load_balancer::Quota::l7_policies},
        {"l7rule", &load_balancer::Quota::l7_rules},
    });
    return fields;
}

template <>
const Fields& fields_of<load_balancer::QuotaUpdate>() {
    static const Fields fields = table<load_balancer::QuotaUpdate>({
        {"load_balancer", &load_balancer::QuotaUpdate::load_balancers},
        {"listener", &load_balancer::QuotaUpdate::listeners},
        {"pool", &load_balancer::QuotaUpdate::pools},
        {"member", &load_balancer::QuotaUpdate::members},
        {"health_monitor", &load_balancer::QuotaUpdate::health_monitors},
        {"l7policy", &load_balancer::QuotaUpdate::l7_policies},
        {"l7rule", &load_balancer::QuotaUpdate::l7_rules},
    });
    return fields;
}

template <>
const Definition& definition_of<load_balancer::Quota>() {
    static const Definition definition{.noun = "quota",
                                       .path = "/lbaas/quotas",
                                       .key = "quota",
                                       .list_key = "quotas",
                                       .paging = Paging::key_links,
                                       .id_key = "project_id"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using load_balancer::Quota;

Paged<load_balancer::Provider> LoadBalancerService::providers(const CallOptions& options) const {
    return resource::list<load_balancer::Provider>(adapter_, resource::ListRequest{}, options);
}
Paged<Quota> LoadBalancerService::quotas(const CallOptions& options) const {
    return resource::list<Quota>(adapter_, resource::ListRequest{}, options);
}
Quota LoadBalancerService::get_quota(std::string_view project, const CallOptions& options) const {
    const std::string id = project.empty() ? adapter_.project_id(options) : std::string(project);
    return resource::get<Quota>(adapter_, id, options);
}
Quota LoadBalancerService::get_quota_default(const CallOptions& options) const {
    return resource::get<Quota>(adapter_, "defaults", options);
}
Quota LoadBalancerService::update_quota(const Id& project, const load_balancer::QuotaUpdate& quota,
                                        const CallOptions& options) const {
    return resource::update<Quota>(adapter_, project, quota, options);
}
bool LoadBalancerService::delete_quota(const Id& project, const CallOptions& options) const {
    return resource::remove<Quota>(adapter_, project, options);
}

}  // namespace openstack
