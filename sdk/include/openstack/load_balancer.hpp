// Load balancing (Octavia): load balancers, listeners, pools, members, health monitors, layer 7 rules.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openstack/adapter.hpp"
#include "openstack/call_options.hpp"
#include "openstack/field.hpp"
#include "openstack/load_balancer/listener.hpp"
#include "openstack/load_balancer/load_balancer.hpp"
#include "openstack/load_balancer/pool.hpp"
#include "openstack/load_balancer/status.hpp"
#include "openstack/paged.hpp"
#include "openstack/wait.hpp"

namespace openstack {

namespace load_balancer {
class ChangeQueue;
}  // namespace load_balancer

/// Cheap to copy, thread-safe. A `find_…` takes a name or an ID and throws NotFound (which lists what there is) or
/// DuplicateResource (which lists the IDs); `find_…_or_null` returns nothing instead of NotFound. A `delete_…`
/// returns false when there was nothing to delete.
///
/// Octavia refuses (409, "immutable") every change below a load balancer while an earlier one is at work. Callers
/// need not care: each method that changes something takes its turn behind the others of this Connection and its
/// copies, waits until the load balancer is ACTIVE again, and asks again when somebody else was faster; different
/// load balancers do not wait for each other. It returns when Octavia has accepted the change. This waiting ends at
/// the call's deadline with Timeout (without one, after 10 minutes), with Cancelled when it is stopped, and with
/// ResourceFailed, which names what failed, when the load balancer went to ERROR. Other conflicts are thrown at once.
class LoadBalancerService {
  public:
    explicit LoadBalancerService(Adapter adapter);
    /// For what is not modelled here.
    [[nodiscard]] const Adapter& adapter() const { return adapter_; }

    // Load balancers
    [[nodiscard]] Paged<load_balancer::LoadBalancer> load_balancers(
        const load_balancer::LoadBalancerQuery& query = {}, const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::LoadBalancer get_load_balancer(const Id& load_balancer,
                                                                const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::LoadBalancer find_load_balancer(std::string_view name_or_id,
                                                                 const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<load_balancer::LoadBalancer> find_load_balancer_or_null(
        std::string_view name_or_id, const CallOptions& options = {}) const;
    /// The answer has the VIP's port and address; it serves when it is ACTIVE: see wait_for_load_balancer.
    load_balancer::LoadBalancer create_load_balancer(const load_balancer::LoadBalancerCreate& load_balancer,
                                                     const CallOptions& options = {}) const;
    load_balancer::LoadBalancer update_load_balancer(const Id& load_balancer,
                                                     const load_balancer::LoadBalancerUpdate& changes,
                                                     const CallOptions& options = {}) const;
    /// With `cascade` everything below it, too; without, Octavia refuses while there is something. True also when
    /// it is being deleted already.
    bool delete_load_balancer(const Id& load_balancer, bool cascade = false,
                              const CallOptions& options = {}) const;
    /// Moves it to new hosts; for administrators. Also for one that is in ERROR. Not sent a second time when its answer is
    /// lost.
    void failover_load_balancer(const Id& load_balancer, const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::Statistics get_load_balancer_statistics(
        const Id& load_balancer, const CallOptions& options = {}) const;
    /// Everything below it with its states.
    [[nodiscard]] load_balancer::StatusTree get_load_balancer_status(const Id& load_balancer,
                                                                     const CallOptions& options = {}) const;
    /// Until it has the provisioning status. ERROR fails, with what is in ERROR below it, unless it is waited for.
    load_balancer::LoadBalancer wait_for_load_balancer(
        const Id& load_balancer, std::string_view status = load_balancer::ProvisioningStatus::active,
        const WaitOptions& wait = {}) const;
    /// Until there is no such load balancer any more.
    void wait_for_delete(const Id& load_balancer, const WaitOptions& wait = {}) const;

    // Listeners
    [[nodiscard]] Paged<load_balancer::Listener> listeners(const load_balancer::ListenerQuery& query = {},
                                                           const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::Listener get_listener(const Id& listener,
                                                       const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::Listener find_listener(std::string_view name_or_id,
                                                        const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<load_balancer::Listener> find_listener_or_null(
        std::string_view name_or_id, const CallOptions& options = {}) const;
    load_balancer::Listener create_listener(const load_balancer::ListenerCreate& listener,
                                            const CallOptions& options = {}) const;
    load_balancer::Listener update_listener(const Id& listener, const load_balancer::ListenerUpdate& changes,
                                            const CallOptions& options = {}) const;
    bool delete_listener(const Id& listener, const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::Statistics get_listener_statistics(const Id& listener,
                                                                    const CallOptions& options = {}) const;

    // Pools
    [[nodiscard]] Paged<load_balancer::Pool> pools(const load_balancer::PoolQuery& query = {},
                                                   const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::Pool get_pool(const Id& pool, const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::Pool find_pool(std::string_view name_or_id,
                                                const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<load_balancer::Pool> find_pool_or_null(std::string_view name_or_id,
                                                                       const CallOptions& options = {}) const;
    load_balancer::Pool create_pool(const load_balancer::PoolCreate& pool,
                                    const CallOptions& options = {}) const;
    load_balancer::Pool update_pool(const Id& pool, const load_balancer::PoolUpdate& changes,
                                    const CallOptions& options = {}) const;
    bool delete_pool(const Id& pool, const CallOptions& options = {}) const;

    // Members of a pool
    [[nodiscard]] Paged<load_balancer::Member> members(const Id& pool,
                                                       const load_balancer::MemberQuery& query = {},
                                                       const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::Member get_member(const Id& member, const Id& pool,
                                                   const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::Member find_member(std::string_view name_or_id, const Id& pool,
                                                    const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<load_balancer::Member> find_member_or_null(
        std::string_view name_or_id, const Id& pool, const CallOptions& options = {}) const;
    load_balancer::Member create_member(const Id& pool, const load_balancer::MemberCreate& member,
                                        const CallOptions& options = {}) const;
    load_balancer::Member update_member(const Id& member, const Id& pool,
                                        const load_balancer::MemberUpdate& changes,
                                        const CallOptions& options = {}) const;
    bool delete_member(const Id& member, const Id& pool, const CallOptions& options = {}) const;
    /// Octavia's batch update: afterwards the pool has these members and no others. Those that are there, known by
    /// address and port, are updated. One change instead of one for each member.
    void set_members(const Id& pool, const std::vector<load_balancer::MemberCreate>& members,
                     const CallOptions& options = {}) const;
    /// The same, but the pool's other members stay.
    void add_members(const Id& pool, const std::vector<load_balancer::MemberCreate>& members,
                     const CallOptions& options = {}) const;

    // Health monitors; a pool has one at most
    [[nodiscard]] Paged<load_balancer::HealthMonitor> health_monitors(
        const load_balancer::HealthMonitorQuery& query = {}, const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::HealthMonitor get_health_monitor(const Id& health_monitor,
                                                                  const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::HealthMonitor find_health_monitor(std::string_view name_or_id,
                                                                   const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<load_balancer::HealthMonitor> find_health_monitor_or_null(
        std::string_view name_or_id, const CallOptions& options = {}) const;
    load_balancer::HealthMonitor create_health_monitor(
        const load_balancer::HealthMonitorCreate& health_monitor, const CallOptions& options = {}) const;
    load_balancer::HealthMonitor update_health_monitor(const Id& health_monitor,
                                                       const load_balancer::HealthMonitorUpdate& changes,
                                                       const CallOptions& options = {}) const;
    bool delete_health_monitor(const Id& health_monitor, const CallOptions& options = {}) const;

    // Layer 7 policies of a listener, and their rules
    [[nodiscard]] Paged<load_balancer::L7Policy> l7_policies(const load_balancer::L7PolicyQuery& query = {},
                                                             const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::L7Policy get_l7_policy(const Id& l7_policy,
                                                        const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::L7Policy find_l7_policy(std::string_view name_or_id,
                                                         const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<load_balancer::L7Policy> find_l7_policy_or_null(
        std::string_view name_or_id, const CallOptions& options = {}) const;
    load_balancer::L7Policy create_l7_policy(const load_balancer::L7PolicyCreate& l7_policy,
                                             const CallOptions& options = {}) const;
    load_balancer::L7Policy update_l7_policy(const Id& l7_policy,
                                             const load_balancer::L7PolicyUpdate& changes,
                                             const CallOptions& options = {}) const;
    bool delete_l7_policy(const Id& l7_policy, const CallOptions& options = {}) const;
    [[nodiscard]] Paged<load_balancer::L7Rule> l7_rules(const Id& l7_policy,
                                                        const load_balancer::L7RuleQuery& query = {},
                                                        const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::L7Rule get_l7_rule(const Id& l7_rule, const Id& l7_policy,
                                                    const CallOptions& options = {}) const;
    load_balancer::L7Rule create_l7_rule(const Id& l7_policy, const load_balancer::L7RuleCreate& l7_rule,
                                         const CallOptions& options = {}) const;
    load_balancer::L7Rule update_l7_rule(const Id& l7_rule, const Id& l7_policy,
                                         const load_balancer::L7RuleUpdate& changes,
                                         const CallOptions& options = {}) const;
    bool delete_l7_rule(const Id& l7_rule, const Id& l7_policy, const CallOptions& options = {}) const;

    // What this Octavia has, and what a project may have
    [[nodiscard]] Paged<load_balancer::Provider> providers(const CallOptions& options = {}) const;
    [[nodiscard]] Paged<load_balancer::Quota> quotas(const CallOptions& options = {}) const;
    /// Of the token's project when `project` is empty.
    [[nodiscard]] load_balancer::Quota get_quota(std::string_view project = {},
                                                 const CallOptions& options = {}) const;
    [[nodiscard]] load_balancer::Quota get_quota_default(const CallOptions& options = {}) const;
    load_balancer::Quota update_quota(const Id& project, const load_balancer::QuotaUpdate& quota,
                                      const CallOptions& options = {}) const;
    /// Back to the cloud's defaults.
    bool delete_quota(const Id& project, const CallOptions& options = {}) const;

  private:
    void replace_members(const Id& pool, const std::vector<load_balancer::MemberCreate>& members,
                         bool additive, const CallOptions& options) const;

    Adapter adapter_;
    std::shared_ptr<load_balancer::ChangeQueue> changes_;
};

}  // namespace openstack
