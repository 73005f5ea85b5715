// Limits and quotas.
#include "sdk/src/dns/tables.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<dns::Limits>() {
    static const Fields fields = table<dns::Limits>({
        {"max_zones", &dns::Limits::max_zones},
        {"max_zone_recordsets", &dns::Limits::max_zone_recordsets},
        {"max_zone_records", &dns::Limits::max_zone_records},
        {"max_recordset_records", &dns::Limits::max_recordset_records},
        {"min_ttl", &dns::Limits::min_ttl},
        {"max_zone_name_length", &dns::Limits::max_zone_name_length},
        {"max_recordset_name_length", &dns::Limits::max_recordset_name_length},
        {"max_page_limit", &dns::Limits::max_page_limit},
    });
    return fields;
}

template <>
const Fields& fields_of<dns::Quota>() {
    static const Fields fields = table<dns::Quota>({
        {"zones", &dns::Quota::zones},
        {"zone_recordsets", &dns::Quota::zone_recordsets},
        {"zone_records", &dns::Quota::zone_records},
        {"recordset_records", &dns::Quota::recordset_records},
        {"api_export_size", &dns::Quota::api_export_size},
    });
    return fields;
}

template <>
const Fields& fields_of<dns::QuotaUpdate>() {
    static const Fields fields = table<dns::QuotaUpdate>({
        {"zones", &dns::QuotaUpdate::zones},
        {"zone_recordsets", &dns::QuotaUpdate::zone_recordsets},
        {"zone_records", &dns::QuotaUpdate::zone_records},
        {"recordset_records", &dns::QuotaUpdate::recordset_records},
        {"api_export_size", &dns::QuotaUpdate::api_export_size},
    });
    return fields;
}

template <>
const Definition& definition_of<dns::Quota>() {
    static const Definition definition{.noun = "quota", .path = "/quotas", .update_method = "PATCH"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

dns::Limits DnsService::get_limits(const CallOptions& options) const {
    const Request request{.path = "/limits"};
    dns::Limits limits;
    resource::decode_response(adapter_.request(request, options), request, {},
                              resource::value_type<dns::Limits>, &limits);
    return limits;
}
dns::Quota DnsService::get_quota(std::string_view project, const CallOptions& options) const {
    const std::string id = project.empty() ? adapter_.project_id(options) : std::string(project);
    return resource::get<dns::Quota>(adapter_, id, options);
}
dns::Quota DnsService::update_quota(const Id& project, const dns::QuotaUpdate& quota,
                                    const CallOptions& options) const {
    return resource::update<dns::Quota>(adapter_, project, quota, options);
}
bool DnsService::delete_quota(const Id& project, const CallOptions& options) const {
    return resource::remove<dns::Quota>(adapter_, project, options);
}

}  // namespace openstack
