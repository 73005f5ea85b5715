#include "openstack/network/security_group.hpp"

#include "openstack/error.hpp"
#include "sdk/src/network/tables.hpp"

namespace openstack::resource {

using namespace network;

template <>
const Fields& fields_of<SecurityGroupRule>() {
    static const Fields fields = table<SecurityGroupRule>({
        {"id", &SecurityGroupRule::id},
        {"security_group_id", &SecurityGroupRule::security_group_id},
        {"direction", &SecurityGroupRule::direction},
        {"ethertype", &SecurityGroupRule::ether_type},
        {"protocol", &SecurityGroupRule::protocol},
        {"port_range_min", &SecurityGroupRule::port_range_min},
        {"port_range_max", &SecurityGroupRule::port_range_max},
        {"remote_ip_prefix", &SecurityGroupRule::remote_ip_prefix},
        {"remote_group_id", &SecurityGroupRule::remote_group_id},
        {"remote_address_group_id", &SecurityGroupRule::remote_address_group_id},
        {"normalized_cidr", &SecurityGroupRule::normalized_cidr},
        {"description", &SecurityGroupRule::description},
        {"project_id", &SecurityGroupRule::project_id},
        {"tenant_id", &SecurityGroupRule::project_id},
        {"standard_attr_id", &SecurityGroupRule::standard_attr_id},
        {"tags", &SecurityGroupRule::tags},
        {"created_at", &SecurityGroupRule::created_at},
        {"updated_at", &SecurityGroupRule::updated_at},
        {"revision_number", &SecurityGroupRule::revision_number},
    });
    return fields;
}

template <>
const Fields& fields_of<SecurityGroupRuleCreate>() {
    static const Fields fields = table<SecurityGroupRuleCreate>({
        {"security_group_id", &SecurityGroupRuleCreate::security_group_id},
        {"direction", &SecurityGroupRuleCreate::direction},
        {"ethertype", &SecurityGroupRuleCreate::ether_type},
        {"protocol", &SecurityGroupRuleCreate::protocol},
        {"port_range_min", &SecurityGroupRuleCreate::port_range_min},
        {"port_range_max", &SecurityGroupRuleCreate::port_range_max},
        {"remote_ip_prefix", &SecurityGroupRuleCreate::remote_ip_prefix},
        {"remote_group_id", &SecurityGroupRuleCreate::remote_group_id},
        {"remote_address_group_id", &SecurityGroupRuleCreate::remote_address_group_id},
        {"description", &SecurityGroupRuleCreate::description},
        {"project_id", &SecurityGroupRuleCreate::project_id},
    });
    return fields;
}

template <>
const Fields& fields_of<SecurityGroupRuleQuery>() {
    static const Fields fields = table<SecurityGroupRuleQuery>({
        {"security_group_id", &SecurityGroupRuleQuery::security_group_id},
        {"direction", &SecurityGroupRuleQuery::direction},
        {"ethertype", &SecurityGroupRuleQuery::ether_type},
        {"protocol", &SecurityGroupRuleQuery::protocol},
        {"port_range_min", &SecurityGroupRuleQuery::port_range_min},
        {"port_range_max", &SecurityGroupRuleQuery::port_range_max},
        {"remote_ip_prefix", &SecurityGroupRuleQuery::remote_ip_prefix},
        {"remote_group_id", &SecurityGroupRuleQuery::remote_group_id},
        {"project_id", &SecurityGroupRuleQuery::project_id},
        {"limit", &SecurityGroupRuleQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<SecurityGroupRule>() {
    static const Definition definition{.noun = "security group rule",
                                       .path = "/security-group-rules",
                                       .key = "security_group_rule",
                                       .list_key = "security_group_rules",
                                       .paging = Paging::key_links};
    return definition;
}

template <>
const Fields& fields_of<SecurityGroup>() {
    static const Fields fields = table<SecurityGroup>({
        {"id", &SecurityGroup::id},
        {"name", &SecurityGroup::name},
        {"description", &SecurityGroup::description},
        {"project_id", &SecurityGroup::project_id},
        {"tenant_id", &SecurityGroup::project_id},
        {"stateful", &SecurityGroup::is_stateful},
        {"shared", &SecurityGroup::is_shared},
        {"security_group_rules", &SecurityGroup::security_group_rules},
        {"tags", &SecurityGroup::tags},
        {"created_at", &SecurityGroup::created_at},
        {"updated_at", &SecurityGroup::updated_at},
        {"revision_number", &SecurityGroup::revision_number},
    });
    return fields;
}

template <>
const Fields& fields_of<SecurityGroupCreate>() {
    static const Fields fields = table<SecurityGroupCreate>({
        {"name", &SecurityGroupCreate::name},
        {"description", &SecurityGroupCreate::description},
        {"stateful", &SecurityGroupCreate::is_stateful},
        {"project_id", &SecurityGroupCreate::project_id},
    });
    return fields;
}

template <>
const Fields& fields_of<SecurityGroupUpdate>() {
    static const Fields fields = table<SecurityGroupUpdate>({
        {"name", &SecurityGroupUpdate::name},
        {"description", &SecurityGroupUpdate::description},
        {"stateful", &SecurityGroupUpdate::is_stateful},
    });
    return fields;
}

template <>
const Fields& fields_of<SecurityGroupQuery>() {
    static const Fields fields = table<SecurityGroupQuery>({
        {"name", &SecurityGroupQuery::name},
        {"description", &SecurityGroupQuery::description},
        {"project_id", &SecurityGroupQuery::project_id},
        {"tags", &SecurityGroupQuery::tags},
        {"tags-any", &SecurityGroupQuery::tags_any},
        {"sort_key", &SecurityGroupQuery::sort_key},
        {"sort_dir", &SecurityGroupQuery::sort_dir},
        {"limit", &SecurityGroupQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<SecurityGroup>() {
    static const Definition definition{.noun = "security group",
                                       .path = "/security-groups",
                                       .key = "security_group",
                                       .list_key = "security_groups",
                                       .paging = Paging::key_links};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using network::SecurityGroup;
using network::SecurityGroupRule;

namespace {

/// An administrator's listing has the groups of all projects, each with a "default" of its own.
Query own_project(const Adapter& adapter, const CallOptions& options) {
    const std::string project = adapter.project_id(options);
    return project.empty() ? Query() : Query{{"project_id", project}};
}

/// Neutron's message ends in "Rule id is <id>."
std::string id_of_existing_rule(std::string_view message) {
    static constexpr std::string_view before = "Rule id is ";
    const auto at = message.find(before);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = message.substr(at + before.size());
    return std::string(rest.substr(0, rest.find_first_not_of("0123456789abcdefABCDEF-")));
}

}  // namespace

Paged<SecurityGroup> NetworkService::security_groups(const network::SecurityGroupQuery& query,
                                                     const CallOptions& options) const {
    return resource::list<SecurityGroup>(adapter_, query, options);
}
SecurityGroup NetworkService::get_security_group(const Id& group, const CallOptions& options) const {
    return resource::get<SecurityGroup>(adapter_, group, options);
}
SecurityGroup NetworkService::find_security_group(std::string_view name_or_id,
                                                  const CallOptions& options) const {
    return resource::find<SecurityGroup>(adapter_, name_or_id, options, own_project(adapter_, options));
}
std::optional<SecurityGroup> NetworkService::find_security_group_or_null(std::string_view name_or_id,
                                                                         const CallOptions& options) const {
    return resource::find_or_null<SecurityGroup>(adapter_, name_or_id, options,
                                                 own_project(adapter_, options));
}
SecurityGroup NetworkService::create_security_group(const network::SecurityGroupCreate& group,
                                                    const CallOptions& options) const {
    return resource::create<SecurityGroup>(adapter_, group, options);
}
SecurityGroup NetworkService::update_security_group(const Id& group,
                                                    const network::SecurityGroupUpdate& changes,
                                                    const CallOptions& options) const {
    return resource::update<SecurityGroup>(adapter_, group, changes, options);
}
bool NetworkService::delete_security_group(const Id& group, const CallOptions& options) const {
    return resource::remove<SecurityGroup>(adapter_, group, options);
}

Paged<SecurityGroupRule> NetworkService::security_group_rules(const network::SecurityGroupRuleQuery& query,
                                                              const CallOptions& options) const {
    return resource::list<SecurityGroupRule>(adapter_, query, options);
}
SecurityGroupRule NetworkService::get_security_group_rule(const Id& rule, const CallOptions& options) const {
    return resource::get<SecurityGroupRule>(adapter_, rule, options);
}
SecurityGroupRule NetworkService::create_security_group_rule(const network::SecurityGroupRuleCreate& rule,
                                                             const CallOptions& options) const {
    return resource::create<SecurityGroupRule>(adapter_, rule, options);
}
SecurityGroupRule NetworkService::ensure_security_group_rule(const network::SecurityGroupRuleCreate& rule,
                                                             const CallOptions& options) const {
    try {
        return create_security_group_rule(rule, options);
    } catch (const QuotaExceeded&) {
        throw;
    } catch (const Conflict& error) {
        const std::string existing = id_of_existing_rule(error.details().service_message);
        if (existing.empty()) {
            throw;
        }
        return get_security_group_rule(existing, options);
    }
}
bool NetworkService::delete_security_group_rule(const Id& rule, const CallOptions& options) const {
    return resource::remove<SecurityGroupRule>(adapter_, rule, options);
}

}  // namespace openstack
