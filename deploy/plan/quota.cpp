#include "deploy/plan/quota.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <future>
#include <openstack/compute.hpp>
#include <openstack/network.hpp>
#include <optional>

#include "deploy/balance/quota.hpp"
#include "deploy/plan/plan.hpp"

namespace deploy {
namespace {

/// Neutron gives every new group two rules that let traffic out, which count.
constexpr std::int64_t rules_of_an_empty_group = 2;

struct Needs {
    std::int64_t instances = 0, cores = 0, ram = 0, ports = 0, floating_ips = 0, groups = 0, rules = 0;
};

Needs needs_of(const Context& context, const Target& target, const Observed& observed, const Plan& plan) {
    Needs needs;
    const auto creates = [&](std::string_view kind, const std::string& name) {
        return plan.action(kind, name) == Action::create;
    };
    for (const auto* addressed : context.topology.addressed()) {
        const auto& spec = *addressed;
        if (creates("server", spec.name)) {
            const auto& flavor = target.flavor_of(spec);
            needs.instances += 1;
            needs.cores += flavor.vcpus;
            needs.ram += flavor.ram;
            // Nova makes the port where we do not.
            if (!context.topology.needs_port(spec)) needs.ports += 1;
        }
        needs.ports += creates("port", spec.name) ? 1 : 0;
        needs.floating_ips += creates("floating IP", spec.name) ? 1 : 0;
    }
    for (const auto& spec : context.topology.groups) {
        if (creates("security group", spec.name)) {
            needs.groups += 1;
            needs.rules += rules_of_an_empty_group + static_cast<std::int64_t>(spec.ingress.size());
        } else if (const auto found = observed.groups.find(spec.name); found != observed.groups.end()) {
            needs.rules +=
                static_cast<std::int64_t>(missing_rules(spec, found->second, observed.groups).size());
        }
    }
    return needs;
}

class List {
  public:
    void add(std::string resource, std::int64_t needed, std::optional<std::int64_t> limit,
             std::optional<std::int64_t> used) {
        if (needed == 0 || !limit) return;
        const auto left =
            *limit < 0 ? unlimited
                       : std::max<std::int64_t>(*limit - std::max<std::int64_t>(used.value_or(0), 0), 0);
        needs_.push_back({std::move(resource), needed, left});
    }
    void add(std::string resource, std::int64_t needed,
             const std::optional<openstack::network::QuotaLimit>& quota) {
        if (!quota || !quota->used) return;
        add(std::move(resource), needed, quota->limit,
            *quota->used + std::max<std::int64_t>(quota->reserved.value_or(0), 0));
    }
    [[nodiscard]] std::vector<QuotaNeed> take() { return std::move(needs_); }

  private:
    std::vector<QuotaNeed> needs_;
};

/// Some clouds keep this to themselves; then Neutron says it when the time comes.
openstack::network::Quota network_quota(const Context& context) {
    try {
        return context.cloud.network().get_quota({}, true, context.call());
    } catch (const openstack::NotFound&) {
        return {};
    } catch (const openstack::Forbidden&) {
        return {};
    }
}

}  // namespace

std::vector<QuotaNeed> quota_needs(const Context& context, const Target& target, const Observed& observed,
                                   const Plan& plan) {
    const auto needs = needs_of(context, target, observed, plan);
    const bool takes_network =
        needs.ports != 0 || needs.floating_ips != 0 || needs.groups != 0 || needs.rules != 0;
    auto network = std::async(std::launch::async, [&] {
        return takes_network ? network_quota(context) : openstack::network::Quota();
    });
    List list;
    if (needs.instances != 0) {
        const auto limits = context.cloud.compute().get_limits(context.call()).absolute;
        list.add("instances", needs.instances, limits.instances, limits.instances_used);
        list.add("cores", needs.cores, limits.total_cores, limits.total_cores_used);
        list.add("RAM in MiB", needs.ram, limits.total_ram, limits.total_ram_used);
    }
    const auto quota = network.get();
    list.add("ports", needs.ports, quota.ports);
    list.add("floating IPs", needs.floating_ips, quota.floating_ips);
    list.add("security groups", needs.groups, quota.security_groups);
    list.add("security group rules", needs.rules, quota.security_group_rules);
    auto needs_of_all = list.take();
    for (auto& need : balance_quotas(context, observed, plan))
        needs_of_all.push_back(std::move(need));
    return needs_of_all;
}

openstack::QuotaExceeded explained(const Context& context, const openstack::QuotaExceeded& refusal) {
    std::vector<std::string> used;
    const auto add = [&](std::string_view what, const std::optional<std::int64_t>& limit,
                         const std::optional<std::int64_t>& in_use) {
        if (limit && *limit >= 0 && in_use) used.push_back(fmt::format("{} {} of {}", what, *in_use, *limit));
    };
    try {
        if (refusal.details().service_type == "compute") {
            const auto limits = context.cloud.compute().get_limits(context.call()).absolute;
            add("instances", limits.instances, limits.instances_used);
            add("cores", limits.total_cores, limits.total_cores_used);
            add("MiB of RAM", limits.total_ram, limits.total_ram_used);
        } else if (refusal.details().service_type == "network") {
            const auto quota = network_quota(context);
            for (const auto& [what, one] :
                 {std::pair("ports", &quota.ports), std::pair("floating IPs", &quota.floating_ips),
                  std::pair("security groups", &quota.security_groups),
                  std::pair("security group rules", &quota.security_group_rules)})
                if (*one) add(what, (*one)->limit, (*one)->used);
        }
    } catch (const openstack::Error&) {
        // The service's own words have to do.
    }
    return openstack::QuotaExceeded(
        fmt::format(
            "a quota of the project ran out in mid-deployment; somebody else may use it, too: {}.{} Delete "
            "what is not needed, or ask for a larger quota",
            refusal.what(), used.empty() ? "" : fmt::format(" In use now: {}.", fmt::join(used, ", "))),
        refusal.details());
}

void require_quota(const Plan& plan) {
    std::vector<std::string> short_of;
    for (const auto& quota : plan.quotas)
        if (!quota.enough())
            short_of.push_back(
                fmt::format("{}: {} needed, {} left", quota.resource, quota.needed, quota.left));
    if (!short_of.empty())
        throw openstack::QuotaExceeded(fmt::format(
            "the project's quota does not suffice ({}); nothing was made. Delete what is not needed, "
            "choose smaller flavors or fewer instances, or ask for a larger quota",
            fmt::join(short_of, "; ")));
}

}  // namespace deploy
