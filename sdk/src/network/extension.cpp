#include "openstack/network/extension.hpp"

#include "openstack/error.hpp"
#include "sdk/src/network/tables.hpp"
#include "sdk/src/resource/common_tables.hpp"

namespace openstack::resource {

using namespace network;

template <>
const Fields& fields_of<Extension>() {
    static const Fields fields = table<Extension>({
        {"alias", &Extension::alias},
        {"name", &Extension::name},
        {"description", &Extension::description},
        {"updated", &Extension::updated},
        {"links", &Extension::links},
    });
    return fields;
}

template <>
const Definition& definition_of<Extension>() {
    static const Definition definition{.noun = "extension",
                                       .path = "/extensions",
                                       .key = "extension",
                                       .list_key = "extensions",
                                       .name_filter = NameFilter::none,
                                       .id_key = "alias"};
    return definition;
}

template <>
const Fields& fields_of<AvailabilityZone>() {
    static const Fields fields = table<AvailabilityZone>({
        {"name", &AvailabilityZone::name},
        {"resource", &AvailabilityZone::resource},
        {"state", &AvailabilityZone::state},
    });
    return fields;
}

template <>
const Definition& definition_of<AvailabilityZone>() {
    static const Definition definition{.noun = "availability zone",
                                       .path = "/availability_zones",
                                       .list_key = "availability_zones",
                                       .paging = Paging::key_links,
                                       .id_key = "name"};
    return definition;
}

template <>
const Fields& fields_of<network::QuotaLimit>() {
    static const Fields fields = table<network::QuotaLimit>(
        {
            {"limit", &network::QuotaLimit::limit},
            {"used", &network::QuotaLimit::used},
            {"reserved", &network::QuotaLimit::reserved},
        },
        {.scalar_key = "limit"});
    return fields;
}

template <>
const Fields& fields_of<Quota>() {
    static const Fields fields = table<Quota>({
        {"network", &Quota::networks},
        {"subnet", &Quota::subnets},
        {"subnetpool", &Quota::subnet_pools},
        {"port", &Quota::ports},
        {"router", &Quota::routers},
        {"floatingip", &Quota::floating_ips},
        {"security_group", &Quota::security_groups},
        {"security_group_rule", &Quota::security_group_rules},
        {"rbac_policy", &Quota::rbac_policies},
        {"trunk", &Quota::trunks},
    });
    return fields;
}

template <>
const Fields& fields_of<QuotaUpdate>() {
    static const Fields fields = table<QuotaUpdate>({
        {"network", &QuotaUpdate::networks},
        {"subnet", &QuotaUpdate::subnets},
        {"port", &QuotaUpdate::ports},
        {"router", &QuotaUpdate::routers},
        {"floatingip", &QuotaUpdate::floating_ips},
        {"security_group", &QuotaUpdate::security_groups},
        {"security_group_rule", &QuotaUpdate::security_group_rules},
    });
    return fields;
}

template <>
const Definition& definition_of<Quota>() {
    static const Definition definition{
        .noun = "quota", .path = "/quotas", .key = "quota", .list_key = "quotas"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using network::Extension;
using network::Quota;

namespace {

Quota quota_of(const Adapter& adapter, std::string_view project, std::string_view which,
               const CallOptions& options) {
    const std::string id = project.empty() ? adapter.project_id(options) : std::string(project);
    const Request request{.path = resource::join_path("/quotas", id, which)};
    Quota quota;
    resource::decode_response(adapter.request(request, options), request, {.key_path = {"quota"}},
                              resource::value_type<Quota>, &quota);
    return quota;
}

}  // namespace

Paged<Extension> NetworkService::extensions(const CallOptions& options) const {
    return resource::list<Extension>(adapter_, resource::ListRequest{}, options);
}
std::optional<Extension> NetworkService::find_extension(std::string_view alias,
                                                        const CallOptions& options) const {
    try {
        return resource::get<Extension>(adapter_, alias, options);
    } catch (const NotFound&) {
        return std::nullopt;
    }
}
Paged<network::AvailabilityZone> NetworkService::availability_zones(const CallOptions& options) const {
    return resource::list<network::AvailabilityZone>(adapter_, resource::ListRequest{}, options);
}
Quota NetworkService::get_quota(std::string_view project, bool usage, const CallOptions& options) const {
    return quota_of(adapter_, project, usage ? "/details.json" : "", options);
}
Quota NetworkService::get_quota_default(std::string_view project, const CallOptions& options) const {
    return quota_of(adapter_, project, "/default", options);
}
bool NetworkService::delete_quota(const Id& project, const CallOptions& options) const {
    return resource::remove<Quota>(adapter_, project, options);
}
Quota NetworkService::update_quota(const Id& project, const network::QuotaUpdate& quotas,
                                   const CallOptions& options) const {
    return resource::update<Quota>(adapter_, project, quotas, options);
}

}  // namespace openstack
