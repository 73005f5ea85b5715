#include "openstack/compute/limits.hpp"

#include "sdk/src/compute/tables.hpp"

namespace openstack::resource {

using namespace compute;

template <>
const Fields& fields_of<AbsoluteLimits>() {
    static const Fields fields = table<AbsoluteLimits>({
        {"maxTotalInstances", &AbsoluteLimits::instances},
        {"maxTotalCores", &AbsoluteLimits::total_cores},
        {"maxTotalRAMSize", &AbsoluteLimits::total_ram},
        {"maxTotalKeypairs", &AbsoluteLimits::keypairs},
        {"maxServerMeta", &AbsoluteLimits::server_meta},
        {"maxServerGroups", &AbsoluteLimits::server_groups},
        {"maxServerGroupMembers", &AbsoluteLimits::server_group_members},
        {"maxImageMeta", &AbsoluteLimits::image_meta},
        {"maxPersonality", &AbsoluteLimits::personality},
        {"maxPersonalitySize", &AbsoluteLimits::personality_size},
        {"maxTotalFloatingIps", &AbsoluteLimits::floating_ips},
        {"maxSecurityGroups", &AbsoluteLimits::security_groups},
        {"maxSecurityGroupRules", &AbsoluteLimits::security_group_rules},
        {"totalInstancesUsed", &AbsoluteLimits::instances_used},
        {"totalCoresUsed", &AbsoluteLimits::total_cores_used},
        {"totalRAMUsed", &AbsoluteLimits::total_ram_used},
        {"totalServerGroupsUsed", &AbsoluteLimits::server_groups_used},
        {"totalFloatingIpsUsed", &AbsoluteLimits::floating_ips_used},
        {"totalSecurityGroupsUsed", &AbsoluteLimits::security_groups_used},
    });
    return fields;
}

template <>
const Fields& fields_of<Limits>() {
    static const Fields fields = table<Limits>({{"absolute", &Limits::absolute}, {"rate", &Limits::rate}});
    return fields;
}

template <>
const Fields& fields_of<compute::QuotaLimit>() {
    static const Fields fields = table<compute::QuotaLimit>({{"limit", &compute::QuotaLimit::limit},
                                                             {"in_use", &compute::QuotaLimit::in_use},
                                                             {"reserved", &compute::QuotaLimit::reserved}},
                                                            {.scalar_key = "limit"});
    return fields;
}

template <>
const Fields& fields_of<QuotaSet>() {
    static const Fields fields = table<QuotaSet>({
        {"id", &QuotaSet::id},
        {"instances", &QuotaSet::instances},
        {"cores", &QuotaSet::cores},
        {"ram", &QuotaSet::ram},
        {"key_pairs", &QuotaSet::key_pairs},
        {"metadata_items", &QuotaSet::metadata_items},
        {"server_groups", &QuotaSet::server_groups},
        {"server_group_members", &QuotaSet::server_group_members},
        {"injected_files", &QuotaSet::injected_files},
        {"injected_file_content_bytes", &QuotaSet::injected_file_content_bytes},
        {"injected_file_path_bytes", &QuotaSet::injected_file_path_bytes},
        {"fixed_ips", &QuotaSet::fixed_ips},
        {"floating_ips", &QuotaSet::floating_ips},
        {"security_groups", &QuotaSet::security_groups},
        {"security_group_rules", &QuotaSet::security_group_rules},
    });
    return fields;
}

template <>
const Fields& fields_of<QuotaSetUpdate>() {
    static const Fields fields = table<QuotaSetUpdate>({
        {"instances", &QuotaSetUpdate::instances},
        {"cores", &QuotaSetUpdate::cores},
        {"ram", &QuotaSetUpdate::ram},
        {"key_pairs", &QuotaSetUpdate::key_pairs},
        {"metadata_items", &QuotaSetUpdate::metadata_items},
        {"server_groups", &QuotaSetUpdate::server_groups},
        {"server_group_members", &QuotaSetUpdate::server_group_members},
        {"force", &QuotaSetUpdate::force},
    });
    return fields;
}

template <>
const Definition& definition_of<QuotaSet>() {
    static const Definition definition{.noun = "quota set",
                                       .path = "/os-quota-sets",
                                       .key = "quota_set",
                                       .list_key = "quota_sets",
                                       .microversion = newest_microversion};
    return definition;
}

template <>
const Fields& fields_of<ZoneService>() {
    static const Fields fields = table<ZoneService>({{"available", &ZoneService::is_available},
                                                     {"active", &ZoneService::is_active},
                                                     {"updated_at", &ZoneService::updated_at}});
    return fields;
}

template <>
const Fields& fields_of<AvailabilityZone>() {
    static const Fields fields =
        table<AvailabilityZone>({{"zoneName", &AvailabilityZone::name},
                                 {"zoneState.available", &AvailabilityZone::is_available},
                                 {"hosts", &AvailabilityZone::hosts}});
    return fields;
}

template <>
const Definition& definition_of<AvailabilityZone>() {
    static const Definition definition{.noun = "availability zone",
                                       .path = "/os-availability-zone",
                                       .list_key = "availabilityZoneInfo",
                                       .id_key = "zoneName",
                                       .name_key = "zoneName",
                                       .microversion = newest_microversion};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using compute::QuotaSet;

Paged<compute::AvailabilityZone> ComputeService::availability_zones(bool details,
                                                                    const CallOptions& options) const {
    return resource::list<compute::AvailabilityZone>(
        adapter_, resource::ListRequest{.path = details ? "/os-availability-zone/detail" : ""}, options);
}

compute::Limits ComputeService::get_limits(const CallOptions& options) const {
    const Request request{.path = "/limits"};
    compute::Limits limits;
    resource::decode_response(resource::send(adapter_, request, compute::newest_microversion, options),
                              request, {.key_path = {"limits"}}, resource::value_type<compute::Limits>,
                              &limits);
    return limits;
}

namespace {

QuotaSet quotas_of(const Adapter& adapter, std::string_view project, std::string_view which,
                   const CallOptions& options) {
    const std::string id = project.empty() ? adapter.project_id(options) : std::string(project);
    const Request request{.path = resource::join_path("/os-quota-sets", id, which)};
    QuotaSet quotas;
    resource::decode_response(resource::send(adapter, request, compute::newest_microversion, options),
                              request, {.key_path = {"quota_set"}}, resource::value_type<QuotaSet>, &quotas);
    return quotas;
}

}  // namespace

QuotaSet ComputeService::get_quota_set(std::string_view project, bool usage,
                                       const CallOptions& options) const {
    return quotas_of(adapter_, project, usage ? "/detail" : "", options);
}

QuotaSet ComputeService::get_quota_set_defaults(std::string_view project, const CallOptions& options) const {
    return quotas_of(adapter_, project, "/defaults", options);
}

void ComputeService::revert_quota_set(const Id& project, const CallOptions& options) const {
    resource::remove<QuotaSet>(adapter_, project, options);
}

QuotaSet ComputeService::update_quota_set(const Id& project, const compute::QuotaSetUpdate& quotas,
                                          const CallOptions& options) const {
    return resource::update<QuotaSet>(adapter_, project, quotas, options);
}

}  // namespace openstack
