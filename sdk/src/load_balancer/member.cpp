#include "sdk/src/load_balancer/service.hpp"

namespace openstack::resource {

using namespace load_balancer;

template <>
const Fields& fields_of<Member>() {
    static const Fields fields = table<Member>({
        {"id", &Member::id},
        {"name", &Member::name},
        {"address", &Member::address},
        {"protocol_port", &Member::protocol_port},
        {"weight", &Member::weight},
        {"backup", &Member::backup},
        {"subnet_id", &Member::subnet_id},
        {"monitor_address", &Member::monitor_address},
        {"monitor_port", &Member::monitor_port},
        {"vnic_type", &Member::vnic_type},
        {"operating_status", &Member::operating_status},
        {"provisioning_status", &Member::provisioning_status},
        {"admin_state_up", &Member::is_admin_state_up},
        {"project_id", &Member::project_id},
        {"tenant_id", &Member::project_id},
        {"tags", &Member::tags},
        {"created_at", &Member::created_at},
        {"updated_at", &Member::updated_at},
    });
    return fields;
}

template <>
const Fields& fields_of<MemberCreate>() {
    static const Fields fields = table<MemberCreate>({
        {"name", &MemberCreate::name},
        {"address", &MemberCreate::address},
        {"protocol_port", &MemberCreate::protocol_port},
        {"weight", &MemberCreate::weight},
        {"backup", &MemberCreate::backup},
        {"subnet_id", &MemberCreate::subnet_id},
        {"monitor_address", &MemberCreate::monitor_address},
        {"monitor_port", &MemberCreate::monitor_port},
        {"admin_state_up", &MemberCreate::is_admin_state_up},
        {"tags", &MemberCreate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<MemberUpdate>() {
    static const Fields fields = table<MemberUpdate>({
        {"name", &MemberUpdate::name},
        {"weight", &MemberUpdate::weight},
        {"backup", &MemberUpdate::backup},
        {"monitor_address", &MemberUpdate::monitor_address},
        {"monitor_port", &MemberUpdate::monitor_port},
        {"admin_state_up", &MemberUpdate::is_admin_state_up},
        {"tags", &MemberUpdate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<MemberQuery>() {
    static const Fields fields = table<MemberQuery>({
        {"name", &MemberQuery::name},
        {"address", &MemberQuery::address},
        {"protocol_port", &MemberQuery::protocol_port},
        {"subnet_id", &MemberQuery::subnet_id},
        {"provisioning_status", &MemberQuery::provisioning_status},
        {"operating_status", &MemberQuery::operating_status},
        {"project_id", &MemberQuery::project_id},
        {"admin_state_up", &MemberQuery::is_admin_state_up},
        {"tags", &MemberQuery::tags},
        {"tags-any", &MemberQuery::any_tags},
        {"sort", &MemberQuery::sort},
        {"limit", &MemberQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Member>() {
    static const Definition definition{.noun = "member",
                                       .path = "/lbaas/pools/…/members",
                                       .key = "member",
                                       .list_key = "members",
                                       .paging = Paging::key_links};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using load_balancer::Change;
using load_balancer::Member;
using load_balancer::MemberCreate;

namespace {

std::string members_of(const Id& pool) {
    return resource::join_path("/lbaas/pools", pool, "/members");
}

/// For people: by its name or, which says more than nothing, its address.
std::string name_of(const MemberCreate& member) {
    return member.name.empty() ? member.address + ":" + std::to_string(member.protocol_port) : member.name;
}

}  // namespace

Paged<Member> LoadBalancerService::members(const Id& pool, const load_balancer::MemberQuery& query,
                                           const CallOptions& options) const {
    return resource::list<Member>(
        adapter_,
        resource::ListRequest{
            .path = members_of(pool),
            .query = resource::encode_query(resource::fields_of<load_balancer::MemberQuery>(), &query)},
        options);
}
Member LoadBalancerService::get_member(const Id& member, const Id& pool, const CallOptions& options) const {
    const std::string path = members_of(pool);
    return resource::get<Member>(adapter_, member, options, resource::nested<Member>(path));
}
Member LoadBalancerService::find_member(std::string_view name_or_id, const Id& pool,
                                        const CallOptions& options) const {
    const std::string path = members_of(pool);
    return resource::find<Member>(adapter_, name_or_id, options, {}, resource::nested<Member>(path));
}
std::optional<Member> LoadBalancerService::find_member_or_null(std::string_view name_or_id, const Id& pool,
                                                               const CallOptions& options) const {
    const std::string path = members_of(pool);
    return resource::find_or_null<Member>(adapter_, name_or_id, options, {}, resource::nested<Member>(path));
}

Member LoadBalancerService::create_member(const Id& pool, const MemberCreate& member,
                                          const CallOptions& options) const {
    const std::string path = members_of(pool);
    const Change change{.load_balancer = load_balancer::owner_of_pool(adapter_, *changes_, pool, options),
                        .what = load_balancer::doing("creating", "member", name_of(member))};
    return load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::create<Member>(adapter_, member, options, resource::nested<Member>(path));
    });
}

Member LoadBalancerService::update_member(const Id& member, const Id& pool,
                                          const load_balancer::MemberUpdate& changes,
                                          const CallOptions& options) const {
    const std::string path = members_of(pool);
    const Change change{.load_balancer = load_balancer::owner_of_pool(adapter_, *changes_, pool, options),
                        .what = load_balancer::doing("updating", "member", member)};
    return load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::update<Member>(adapter_, member, changes, options, resource::nested<Member>(path));
    });
}

bool LoadBalancerService::delete_member(const Id& member, const Id& pool, const CallOptions& options) const {
    const std::string path = members_of(pool);
    return load_balancer::remove_in_turn<Member>(
        adapter_, *changes_, member, options,
        [&] { return load_balancer::owner_of_pool(adapter_, *changes_, pool, options); },
        resource::nested<Member>(path));
}

void LoadBalancerService::set_members(const Id& pool, const std::vector<MemberCreate>& members,
                                      const CallOptions& options) const {
    replace_members(pool, members, false, options);
}
void LoadBalancerService::add_members(const Id& pool, const std::vector<MemberCreate>& members,
                                      const CallOptions& options) const {
    replace_members(pool, members, true, options);
}

void LoadBalancerService::replace_members(const Id& pool, const std::vector<MemberCreate>& members,
                                          bool additive, const CallOptions& options) const {
    std::string list;
    for (const MemberCreate& member : members) {
        list += (list.empty() ? "" : ",") + resource::encode(resource::fields_of<MemberCreate>(), &member);
    }
    const Request request{.method = "PUT",
                          .path = members_of(pool),
                          .query = additive ? Query{{"additive_only", "true"}} : Query{},
                          .body = resource::JsonObject().add_json("members", "[" + list + "]").text()};
    const Change change{.load_balancer = load_balancer::owner_of_pool(adapter_, *changes_, pool, options),
                        .what = load_balancer::doing("updating", "the members of pool", pool)};
    load_balancer::make_change(adapter_, *changes_, change, options,
                               [&] { static_cast<void>(adapter_.request(request, options)); });
}

}  // namespace openstack
