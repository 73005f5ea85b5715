#include "deploy/balance/quota.hpp"

#include <algorithm>
#include <openstack/dns.hpp>
#include <openstack/load_balancer.hpp>
#include <optional>

namespace deploy {
namespace {

class List {
  public:
    /// Neither Octavia nor Designate says how much is used, so it is counted.
    void add(std::string resource, std::size_t needed, const std::optional<std::int64_t>& limit,
             std::size_t used) {
        if (needed == 0 || !limit) return;
        const auto left =
            *limit < 0 ? unlimited : std::max<std::int64_t>(*limit - static_cast<std::int64_t>(used), 0);
        needs_.push_back({std::move(resource), static_cast<std::int64_t>(needed), left});
    }
    [[nodiscard]] std::vector<QuotaNeed> take() { return std::move(needs_); }

  private:
    std::vector<QuotaNeed> needs_;
};

void add_balancer(const Context& context, const Observed& observed, const Plan& plan, List& list) {
    const auto& topology = context.topology;
    const auto action = plan.action("load balancer", topology.balancer->name);
    const std::size_t anew = action == Action::create ? 1 : 0;
    const auto apis = topology.apis().size();
    const auto members = observed.balance.parts.members.size();
    const auto more_members = action == Action::change && apis > members ? apis - members : anew * apis;
    if (anew == 0 && more_members == 0) return;
    const auto service = context.cloud.load_balancer();
    const auto call = context.call();
    const auto project = service.adapter().project_id(call);
    const auto quota = service.get_quota(project, call);
    if (anew != 0) {
        list.add("load balancers", 1, quota.load_balancers,
                 service.load_balancers({.project_id = project}, call).to_vector().size());
        list.add("listeners", 1, quota.listeners,
                 service.listeners({.project_id = project}, call).to_vector().size());
        list.add("health monitors", 1, quota.health_monitors,
                 service.health_monitors({.project_id = project}, call).to_vector().size());
    }
    const auto pools = service.pools({.project_id = project}, call).to_vector();
    list.add("pools", anew, quota.pools, pools.size());
    std::size_t all_members = 0;
    for (const auto& pool : pools)
        all_members += pool.members.size();
    list.add("members of pools", more_members, quota.members, all_members);
}

void add_name(const Context& context, const Plan& plan, List& list) {
    const auto& topology = context.topology;
    const auto name = balanced_name(topology.deployment, topology.balance.zone);
    const bool makes_zone = plan.action("zone", topology.balance.zone) == Action::create;
    const auto action = plan.action("recordset", name);
    if (!makes_zone && action == Action::keep) return;
    const auto dns = context.cloud.dns();
    const auto quota = dns.get_quota({}, context.call());
    if (makes_zone) list.add("zones", 1, quota.zones, dns.zones({}, context.call()).to_vector().size());
    list.add("records of a name", topology.apis().size(), quota.recordset_records, 0);
}

}  // namespace

std::vector<QuotaNeed> balance_quotas(const Context& context, const Observed& observed, const Plan& plan) {
    List list;
    try {
        if (context.topology.balancer) add_balancer(context, observed, plan, list);
        if (context.topology.balance.method == BalanceMethod::dns) add_name(context, plan, list);
    } catch (const openstack::Forbidden&) {
        // Some clouds keep their quotas to themselves; the service says it when the time comes.
    } catch (const openstack::NotFound&) {
    }
    return list.take();
}

}  // namespace deploy
