// Layer 7 policies and their rules.
#include "sdk/src/load_balancer/service.hpp"

namespace openstack::resource {

using namespace load_balancer;

template <>
const Fields& fields_of<L7Rule>() {
    static const Fields fields = table<L7Rule>({
        {"id", &L7Rule::id},
        {"type", &L7Rule::type},
        {"compare_type", &L7Rule::compare_type},
        {"key", &L7Rule::key},
        {"value", &L7Rule::rule_value},
        {"invert", &L7Rule::invert},
        {"provisioning_status", &L7Rule::provisioning_status},
        {"operating_status", &L7Rule::operating_status},
        {"admin_state_up", &L7Rule::is_admin_state_up},
        {"project_id", &L7Rule::project_id},
        {"tenant_id", &L7Rule::project_id},
        {"tags", &L7Rule::tags},
        {"created_at", &L7Rule::created_at},
        {"updated_at", &L7Rule::updated_at},
    });
    return fields;
}

template <>
const Fields& fields_of<L7RuleCreate>() {
    static const Fields fields = table<L7RuleCreate>({
        {"type", &L7RuleCreate::type},
        {"compare_type", &L7RuleCreate::compare_type},
        {"key", &L7RuleCreate::key},
        {"value", &L7RuleCreate::rule_value},
        {"invert", &L7RuleCreate::invert},
        {"admin_state_up", &L7RuleCreate::is_admin_state_up},
        {"tags", &L7RuleCreate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<L7RuleUpdate>() {
    static const Fields fields = table<L7RuleUpdate>({
        {"type", &L7RuleUpdate::type},
        {"compare_type", &L7RuleUpdate::compare_type},
        {"key", &L7RuleUpdate::key},
        {"value", &L7RuleUpdate::rule_value},
        {"invert", &L7RuleUpdate::invert},
        {"admin_state_up", &L7RuleUpdate::is_admin_state_up},
        {"tags", &L7RuleUpdate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<L7RuleQuery>() {
    static const Fields fields = table<L7RuleQuery>({
        {"type", &L7RuleQuery::type},
        {"compare_type", &L7RuleQuery::compare_type},
        {"limit", &L7RuleQuery::limit},
    });
    return fields;
}

template <>
const Fields& fields_of<L7Policy>() {
    static const Fields fields = table<L7Policy>({
        {"id", &L7Policy::id},
        {"name", &L7Policy::name},
        {"description", &L7Policy::description},
        {"action", &L7Policy::action},
        {"listener_id", &L7Policy::listener_id},
        {"redirect_pool_id", &L7Policy::redirect_pool_id},
        {"redirect_url", &L7Policy::redirect_url},
        {"redirect_prefix", &L7Policy::redirect_prefix},
        {"redirect_http_code", &L7Policy::redirect_http_code},
        {"position", &L7Policy::position},
        {"rules", &L7Policy::rules},
        {"provisioning_status", &L7Policy::provisioning_status},
        {"operating_status", &L7Policy::operating_status},
        {"admin_state_up", &L7Policy::is_admin_state_up},
        {"project_id", &L7Policy::project_id},
        {"tenant_id", &L7Policy::project_id},
        {"tags", &L7Policy::tags},
        {"created_at", &L7Policy::created_at},
        {"updated_at", &L7Policy::updated_at},
    });
    return fields;
}

template <>
const Fields& fields_of<L7PolicyCreate>() {
    static const Fields fields = table<L7PolicyCreate>({
        {"name", &L7PolicyCreate::name},
        {"description", &L7PolicyCreate::description},
        {"listener_id", &L7PolicyCreate::listener_id},
        {"action", &L7PolicyCreate::action},
        {"redirect_pool_id", &L7PolicyCreate::redirect_pool_id},
        {"redirect_url", &L7PolicyCreate::redirect_url},
        {"redirect_prefix", &L7PolicyCreate::redirect_prefix},
        {"redirect_http_code", &L7PolicyCreate::redirect_http_code},
        {"position", &L7PolicyCreate::position},
        {"rules", &L7PolicyCreate::rules},
        {"admin_state_up", &L7PolicyCreate::is_admin_state_up},
        {"tags", &L7PolicyCreate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<L7PolicyUpdate>() {
    static const Fields fields = table<L7PolicyUpdate>({
        {"name", &L7PolicyUpdate::name},
        {"description", &L7PolicyUpdate::description},
        {"action", &L7PolicyUpdate::action},
        {"redirect_pool_id", &L7PolicyUpdate::redirect_pool_id},
        {"redirect_url", &L7PolicyUpdate::redirect_url},
        {"redirect_prefix", &L7PolicyUpdate::redirect_prefix},
        {"redirect_http_code", &L7PolicyUpdate::redirect_http_code},
        {"position", &L7PolicyUpdate::position},
        {"admin_state_up", &L7PolicyUpdate::is_admin_state_up},
        {"tags", &L7PolicyUpdate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<L7PolicyQuery>() {
    static const Fields fields = table<L7PolicyQuery>({
        {"name", &L7PolicyQuery::name},
        {"listener_id", &L7PolicyQuery::listener_id},
        {"action", &L7PolicyQuery::action},
        {"redirect_pool_id", &L7PolicyQuery::redirect_pool_id},
        {"project_id", &L7PolicyQuery::project_id},
        {"limit", &L7PolicyQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<L7Policy>() {
    static const Definition definition{.noun = "L7 policy",
                                       .path = "/lbaas/l7policies",
                                       .key = "l7policy",
                                       .list_key = "l7policies",
                                       .paging = Paging::key_links};
    return definition;
}

template <>
const Definition& definition_of<L7Rule>() {
    static const Definition definition{.noun = "L7 rule",
                                       .path = "/lbaas/l7policies/…/rules",
                                       .key = "rule",
                                       .list_key = "rules",
                                       .paging = Paging::key_links};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using load_balancer::Change;
using load_balancer::L7Policy;
using load_balancer::L7Rule;

namespace {

std::string rules_of(const Id& l7_policy) {
    return resource::join_path("/lbaas/l7policies", l7_policy, "/rules");
}

}  // namespace

Paged<L7Policy> LoadBalancerService::l7_policies(const load_balancer::L7PolicyQuery& query,
                                                 const CallOptions& options) const {
    return load_balancer::list_and_learn<L7Policy>(adapter_, changes_, query, options);
}
L7Policy LoadBalancerService::get_l7_policy(const Id& l7_policy, const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::get<L7Policy>(adapter_, l7_policy, options));
}
L7Policy LoadBalancerService::find_l7_policy(std::string_view name_or_id, const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::find<L7Policy>(adapter_, name_or_id, options));
}
std::optional<L7Policy> LoadBalancerService::find_l7_policy_or_null(std::string_view name_or_id,
                                                                    const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::find_or_null<L7Policy>(adapter_, name_or_id, options));
}

L7Policy LoadBalancerService::create_l7_policy(const load_balancer::L7PolicyCreate& l7_policy,
                                               const CallOptions& options) const {
    const std::string owner =
        l7_policy.listener_id.empty()
            ? std::string()
            : load_balancer::owner_of_listener(adapter_, *changes_, l7_policy.listener_id, options);
    const Change change{.load_balancer = owner,
                        .what = load_balancer::doing("creating", "L7 policy", l7_policy.name)};
    L7Policy created = load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::create<L7Policy>(adapter_, l7_policy, options);
    });
    changes_->learn(created.id, owner);
    return created;
}

L7Policy LoadBalancerService::update_l7_policy(const Id& l7_policy,
                                               const load_balancer::L7PolicyUpdate& changes,
                                               const CallOptions& options) const {
    const Change change{
        .load_balancer = load_balancer::owner_of_l7_policy(adapter_, *changes_, l7_policy, options),
        .what = load_balancer::doing("updating", "L7 policy", l7_policy)};
    return load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::update<L7Policy>(adapter_, l7_policy, changes, options);
    });
}

bool LoadBalancerService::delete_l7_policy(const Id& l7_policy, const CallOptions& options) const {
    return load_balancer::remove_in_turn<L7Policy>(adapter_, *changes_, l7_policy, options, [&] {
        return load_balancer::owner_of_l7_policy(adapter_, *changes_, l7_policy, options);
    });
}

Paged<L7Rule> LoadBalancerService::l7_rules(const Id& l7_policy, const load_balancer::L7RuleQuery& query,
                                            const CallOptions& options) const {
    return resource::list<L7Rule>(
        adapter_,
        resource::ListRequest{
            .path = rules_of(l7_policy),
            .query = resource::encode_query(resource::fields_of<load_balancer::L7RuleQuery>(), &query)},
        options);
}
L7Rule LoadBalancerService::get_l7_rule(const Id& l7_rule, const Id& l7_policy,
                                        const CallOptions& options) const {
    const std::string path = rules_of(l7_policy);
    return resource::get<L7Rule>(adapter_, l7_rule, options, resource::nested<L7Rule>(path));
}

L7Rule LoadBalancerService::create_l7_rule(const Id& l7_policy, const load_balancer::L7RuleCreate& l7_rule,
                                           const CallOptions& options) const {
    const std::string path = rules_of(l7_policy);
    const Change change{
        .load_balancer = load_balancer::owner_of_l7_policy(adapter_, *changes_, l7_policy, options),
        .what = load_balancer::doing("creating", "a rule of L7 policy", l7_policy)};
    return load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::create<L7Rule>(adapter_, l7_rule, options, resource::nested<L7Rule>(path));
    });
}

L7Rule LoadBalancerService::update_l7_rule(const Id& l7_rule, const Id& l7_policy,
                                           const load_balancer::L7RuleUpdate& changes,
                                           const CallOptions& options) const {
    const std::string path = rules_of(l7_policy);
    const Change change{
        .load_balancer = load_balancer::owner_of_l7_policy(adapter_, *changes_, l7_policy, options),
        .what = load_balancer::doing("updating", "L7 rule", l7_rule)};
    return load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::update<L7Rule>(adapter_, l7_rule, changes, options, resource::nested<L7Rule>(path));
    });
}

bool LoadBalancerService::delete_l7_rule(const Id& l7_rule, const Id& l7_policy,
                                         const CallOptions& options) const {
    const std::string path = rules_of(l7_policy);
    return load_balancer::remove_in_turn<L7Rule>(
        adapter_, *changes_, l7_rule, options,
        [&] { return load_balancer::owner_of_l7_policy(adapter_, *changes_, l7_policy, options); },
        resource::nested<L7Rule>(path));
}

}  // namespace openstack
