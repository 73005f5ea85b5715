#include "deploy/plan/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <openstack/compute.hpp>
#include <openstack/network.hpp>
#include <stdexcept>

#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

using openstack::compute::ServerStatus;

std::string in_words(const IngressRule& rule) {
    return fmt::format("{} {}{}", rule.protocol, rule.port,
                       rule.from_group.empty() ? "" : " from " + rule.from_group);
}

std::string in_words(const std::vector<IngressRule>& rules) {
    std::vector<std::string> words;
    for (const auto& rule : rules)
        words.push_back(in_words(rule));
    return fmt::format("{}", fmt::join(words, ", "));
}

/// The IDs of things with the same name.
template <class Found, class GetId>
void require_one(const Found& found, const std::string& kind, const std::string& name, GetId id_of) {
    const auto [begin, end] = found.equal_range(name);
    if (std::distance(begin, end) < 2) return;
    std::vector<std::string> ids;
    for (auto it = begin; it != end; ++it)
        ids.push_back(id_of(it->second));
    throw openstack::DuplicateResource(
        fmt::format("there are {} {}s '{}': {}. Delete all but one of them, then run this again", ids.size(),
                    kind, name, fmt::join(ids, ", ")));
}

PlannedItem plan_group(const GroupSpec& spec, const Context& context, const Observed& observed) {
    require_one(observed.groups, "security group", spec.name, [](const auto& group) { return group.id; });
    const auto found = observed.groups.find(spec.name);
    if (found == observed.groups.end())
        return {"security group", spec.name, Action::create, "lets in " + in_words(spec.ingress)};
    const auto& group = found->second;
    const auto missing = missing_rules(spec, group, observed.groups);
    const bool ours = is_ours(group, context.topology.deployment);
    if (missing.empty())
        return {"security group", spec.name, Action::keep, ours ? "" : "was there before this deployment",
                group.id};
    if (ours)
        return {"security group", spec.name, Action::change, "does not let in " + in_words(missing),
                group.id};
    throw openstack::Conflict(fmt::format(
        "the security group '{}' ({}) was not made by this deployment and does not let in {}. Add the rules "
        "to it, or choose another name with --security-group",
        spec.name, group.id, in_words(missing)));
}

PlannedItem plan_keypair(const Context& context, const Observed& observed) {
    const auto& name = context.options.keypair;
    if (!observed.keypair)
        return {"keypair", name, Action::create,
                context.options.public_key.empty() ? "for logging in"
                                                   : "imported from " + context.options.public_key.string()};
    return {"keypair", name, Action::keep,
            is_ours(*observed.keypair, context.topology.deployment) ? "" : "was there before this deployment",
            observed.keypair->name};
}

PlannedItem plan_server(const InstanceSpec& spec, const Observed& observed) {
    require_one(observed.instances, "server", spec.name,
                [](const auto& instance) { return instance.server.id; });
    const auto found = observed.instances.find(spec.name);
    if (found == observed.instances.end()) return {"server", spec.name, Action::create, "there is none"};
    const auto& server = found->second.server;
    if (server.status == ServerStatus::error)
        return {"server", spec.name, Action::replace,
                server.fault ? "it is in ERROR: " + server.fault->message : "it is in ERROR", server.id};
    if (server.status == ServerStatus::shutoff)
        return {"server", spec.name, Action::change, "it is shut off", server.id};
    if (server.task_state == "deleting")
        return {"server", spec.name, Action::replace, "it is being deleted", server.id};
    return {"server", spec.name, Action::keep, "", server.id};
}

PlannedItem plan_address(const InstanceSpec& spec, const Context& context, const Observed& observed) {
    const auto instance = observed.instances.find(spec.name);
    if (instance != observed.instances.end() && !instance->second.floating_address.empty())
        return {"floating IP", spec.name, Action::keep, "", instance->second.floating_address};
    if (const auto reserved = observed.addresses.find(spec.name); reserved != observed.addresses.end())
        return {"floating IP", spec.name, Action::change, "is not attached yet",
                reserved->second.floating_ip_address};
    if (!context.options.floating_ip.empty())
        return {"floating IP", spec.name, Action::change, "is to be attached", context.options.floating_ip};
    return {"floating IP", spec.name, Action::create, "a free one of the project's, or a new one"};
}

/// The package is needed as long as an instance has still to fetch it.
PlannedItem plan_package(const Context& context, const Plan& so_far) {
    const auto is_new = [](const PlannedItem& item) {
        return item.kind == "server" && (item.action == Action::create || item.action == Action::replace);
    };
    const auto name = context.options.package_url.empty() ? package_container(context.topology.deployment)
                                                          : context.options.package_url;
    if (std::ranges::none_of(so_far.items, is_new))
        return {"package", name, Action::keep, "nobody fetches it now"};
    if (!context.options.package_url.empty()) return {"package", name, Action::keep, "fetched from there"};
    return {"package", name, Action::create, "instances fetch it from the cloud's object storage"};
}

void add_quota(Plan& plan, std::string resource, std::int64_t needed, std::optional<std::int64_t> limit,
               std::optional<std::int64_t> used) {
    if (limit.value_or(-1) < 0 || needed == 0) return;
    plan.quotas.push_back(
        {std::move(resource), needed, std::max<std::int64_t>(*limit - used.value_or(0), 0)});
}

std::int64_t new_ones(const Plan& plan, std::string_view kind) {
    return std::ranges::count_if(plan.items, [&](const PlannedItem& item) {
        return item.kind == kind && item.action == Action::create;
    });
}

}  // namespace

std::vector<IngressRule> missing_rules(
    const GroupSpec& spec, const openstack::network::SecurityGroup& group,
    const std::multimap<std::string, openstack::network::SecurityGroup>& groups) {
    const auto serves = [&](const openstack::network::SecurityGroupRule& rule, const IngressRule& wanted) {
        if (rule.direction != "ingress" || rule.ether_type == "IPv6") return false;
        if (!rule.protocol.empty() && rule.protocol != wanted.protocol) return false;
        if (rule.port_range_min &&
            (*rule.port_range_min > wanted.port || rule.port_range_max.value_or(0) < wanted.port))
            return false;
        const bool from_anywhere = rule.remote_group_id.empty() && rule.remote_address_group_id.empty() &&
                                   (rule.remote_ip_prefix.empty() || rule.remote_ip_prefix == "0.0.0.0/0");
        if (wanted.from_group.empty()) return from_anywhere;
        const auto remote = groups.find(wanted.from_group);
        return remote != groups.end() && rule.remote_group_id == remote->second.id;
    };
    std::vector<IngressRule> missing;
    for (const auto& wanted : spec.ingress) {
        if (std::ranges::none_of(group.security_group_rules,
                                 [&](const auto& rule) { return serves(rule, wanted); }))
            missing.push_back(wanted);
    }
    return missing;
}

std::string_view to_string(Action action) {
    switch (action) {
        case Action::keep:
            return "keep";
        case Action::create:
            return "create";
        case Action::change:
            return "change";
        case Action::replace:
            return "replace";
    }
    return "";
}

bool Plan::changes_nothing() const {
    return std::ranges::all_of(items, [](const auto& item) { return item.action == Action::keep; });
}

const PlannedItem& Plan::item(std::string_view kind, std::string_view name) const {
    const auto found = std::ranges::find_if(
        items, [&](const PlannedItem& item) { return item.kind == kind && item.name == name; });
    if (found == items.end())
        throw std::out_of_range("the plan has no " + std::string(kind) + " " + std::string(name));
    return *found;
}

Plan make_plan(const Context& context, const Target& target, const Observed& observed) {
    Plan plan;
    for (const auto& group : context.topology.groups)
        plan.items.push_back(plan_group(group, context, observed));
    plan.items.push_back(plan_keypair(context, observed));
    for (const auto& instance : context.topology.instances) {
        plan.items.push_back(plan_server(instance, observed));
        if (instance.floating_ip) plan.items.push_back(plan_address(instance, context, observed));
    }
    plan.items.push_back(plan_package(context, plan));
    if (plan.changes_nothing()) return plan;

    const auto servers = new_ones(plan, "server");
    const auto limits = context.cloud.compute().get_limits(context.call()).absolute;
    add_quota(plan, "instances", servers, limits.instances, limits.instances_used);
    add_quota(plan, "cores", servers * target.flavor.vcpus, limits.total_cores, limits.total_cores_used);
    add_quota(plan, "RAM in MiB", servers * target.flavor.ram, limits.total_ram, limits.total_ram_used);
    return plan;
}

void require_quota(const Plan& plan) {
    std::vector<std::string> short_of;
    for (const auto& quota : plan.quotas)
        if (!quota.enough())
            short_of.push_back(
                fmt::format("{}: {} needed, {} left", quota.resource, quota.needed, quota.left));
    if (!short_of.empty())
        throw openstack::QuotaExceeded(
            fmt::format("the project's quota does not suffice ({}). Delete what is not needed, "
                        "choose a smaller flavor with --flavor, or ask for a larger quota",
                        fmt::join(short_of, "; ")));
}

}  // namespace deploy
