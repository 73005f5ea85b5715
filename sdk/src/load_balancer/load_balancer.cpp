#include "openstack/load_balancer/load_balancer.hpp"

#include "openstack/session.hpp"
#include "sdk/src/load_balancer/service.hpp"
#include "sdk/src/resource/waiter.hpp"

namespace openstack::resource {

using namespace load_balancer;

template <>
const Fields& fields_of<Reference>() {
    static const Fields fields = table<Reference>({{"id", &Reference::id}});
    return fields;
}

template <>
const Fields& fields_of<AdditionalVip>() {
    static const Fields fields = table<AdditionalVip>({
        {"ip_address", &AdditionalVip::ip_address},
        {"port_id", &AdditionalVip::port_id},
        {"subnet_id", &AdditionalVip::subnet_id},
        {"network_id", &AdditionalVip::network_id},
    });
    return fields;
}

template <>
const Fields& fields_of<LoadBalancer>() {
    static const Fields fields = table<LoadBalancer>({
        {"id", &LoadBalancer::id},
        {"name", &LoadBalancer::name},
        {"description", &LoadBalancer::description},
        {"provisioning_status", &LoadBalancer::provisioning_status},
        {"operating_status", &LoadBalancer::operating_status},
        {"admin_state_up", &LoadBalancer::is_admin_state_up},
        {"project_id", &LoadBalancer::project_id},
        {"tenant_id", &LoadBalancer::project_id},
        {"vip_address", &LoadBalancer::vip_address},
        {"vip_port_id", &LoadBalancer::vip_port_id},
        {"vip_subnet_id", &LoadBalancer::vip_subnet_id},
        {"vip_network_id", &LoadBalancer::vip_network_id},
        {"vip_qos_policy_id", &LoadBalancer::vip_qos_policy_id},
        {"vip_vnic_type", &LoadBalancer::vip_vnic_type},
        {"vip_sg_ids", &LoadBalancer::vip_security_group_ids},
        {"additional_vips", &LoadBalancer::additional_vips},
        {"listeners", &LoadBalancer::listeners},
        {"pools", &LoadBalancer::pools},
        {"provider", &LoadBalancer::provider},
        {"flavor_id", &LoadBalancer::flavor_id},
        {"availability_zone", &LoadBalancer::availability_zone},
        {"tags", &LoadBalancer::tags},
        {"created_at", &LoadBalancer::created_at},
        {"updated_at", &LoadBalancer::updated_at},
    });
    return fields;
}

template <>
const Fields& fields_of<LoadBalancerCreate>() {
    static const Fields fields = table<LoadBalancerCreate>({
        {"name", &LoadBalancerCreate::name},
        {"description", &LoadBalancerCreate::description},
        {"vip_subnet_id", &LoadBalancerCreate::vip_subnet_id},
        {"vip_network_id", &LoadBalancerCreate::vip_network_id},
        {"vip_port_id", &LoadBalancerCreate::vip_port_id},
        {"vip_address", &LoadBalancerCreate::vip_address},
        {"vip_qos_policy_id", &LoadBalancerCreate::vip_qos_policy_id},
        {"vip_sg_ids", &LoadBalancerCreate::vip_security_group_ids},
        {"additional_vips", &LoadBalancerCreate::additional_vips},
        {"admin_state_up", &LoadBalancerCreate::is_admin_state_up},
        {"provider", &LoadBalancerCreate::provider},
        {"flavor_id", &LoadBalancerCreate::flavor_id},
        {"availability_zone", &LoadBalancerCreate::availability_zone},
        {"tags", &LoadBalancerCreate::tags},
        {"listeners", &LoadBalancerCreate::listeners},
        {"pools", &LoadBalancerCreate::pools},
        {"project_id", &LoadBalancerCreate::project_id},
    });
    return fields;
}

template <>
const Fields& fields_of<LoadBalancerUpdate>() {
    static const Fields fields = table<LoadBalancerUpdate>({
        {"name", &LoadBalancerUpdate::name},
        {"description", &LoadBalancerUpdate::description},
        {"admin_state_up", &LoadBalancerUpdate::is_admin_state_up},
        {"vip_qos_policy_id", &LoadBalancerUpdate::vip_qos_policy_id},
        {"vip_sg_ids", &LoadBalancerUpdate::vip_security_group_ids},
        {"tags", &LoadBalancerUpdate::tags},
    });
    return fields;
}

template <>
const Fields& fields_of<LoadBalancerQuery>() {
    static const Fields fields = table<LoadBalancerQuery>({
        {"name", &LoadBalancerQuery::name},
        {"description", &LoadBalancerQuery::description},
        {"provisioning_status", &LoadBalancerQuery::provisioning_status},
        {"operating_status", &LoadBalancerQuery::operating_status},
        {"vip_address", &LoadBalancerQuery::vip_address},
        {"vip_port_id", &LoadBalancerQuery::vip_port_id},
        {"vip_subnet_id", &LoadBalancerQuery::vip_subnet_id},
        {"vip_network_id", &LoadBalancerQuery::vip_network_id},
        {"provider", &LoadBalancerQuery::provider},
        {"flavor_id", &LoadBalancerQuery::flavor_id},
        {"availability_zone", &LoadBalancerQuery::availability_zone},
        {"project_id", &LoadBalancerQuery::project_id},
        {"admin_state_up", &LoadBalancerQuery::is_admin_state_up},
        {"tags", &LoadBalancerQuery::tags},
        {"tags-any", &LoadBalancerQuery::any_tags},
        {"not-tags", &LoadBalancerQuery::not_tags},
        {"not-tags-any", &LoadBalancerQuery::not_any_tags},
        {"sort", &LoadBalancerQuery::sort},
        {"limit", &LoadBalancerQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<LoadBalancer>() {
    static const Definition definition{.noun = "load balancer",
                                       .path = "/lbaas/loadbalancers",
                                       .key = "loadbalancer",
                                       .list_key = "loadbalancers",
                                       .paging = Paging::key_links};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using load_balancer::Change;
using load_balancer::ChangeQueue;
using load_balancer::LoadBalancer;
using load_balancer::ProvisioningStatus;

LoadBalancerService::LoadBalancerService(Adapter adapter)
    : adapter_(std::move(adapter)), changes_(adapter_.session()->companion<ChangeQueue>()) {}

Paged<LoadBalancer> LoadBalancerService::load_balancers(const load_balancer::LoadBalancerQuery& query,
                                                        const CallOptions& options) const {
    return load_balancer::list_and_learn<LoadBalancer>(adapter_, changes_, query, options);
}
LoadBalancer LoadBalancerService::get_load_balancer(const Id& load_balancer,
                                                    const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::get<LoadBalancer>(adapter_, load_balancer, options));
}
LoadBalancer LoadBalancerService::find_load_balancer(std::string_view name_or_id,
                                                     const CallOptions& options) const {
    return load_balancer::learned(*changes_, resource::find<LoadBalancer>(adapter_, name_or_id, options));
}
std::optional<LoadBalancer> LoadBalancerService::find_load_balancer_or_null(
    std::string_view name_or_id, const CallOptions& options) const {
    return load_balancer::learned(*changes_,
                                  resource::find_or_null<LoadBalancer>(adapter_, name_or_id, options));
}

LoadBalancer LoadBalancerService::create_load_balancer(const load_balancer::LoadBalancerCreate& load_balancer,
                                                       const CallOptions& options) const {
    auto created = resource::create<LoadBalancer>(adapter_, load_balancer, options);
    changes_->created(created.id);
    return load_balancer::learned(*changes_, std::move(created));
}

LoadBalancer LoadBalancerService::update_load_balancer(const Id& load_balancer,
                                                       const load_balancer::LoadBalancerUpdate& changes,
                                                       const CallOptions& options) const {
    const Change change{.load_balancer = load_balancer.text(), .what = "updating it"};
    return load_balancer::changed(adapter_, *changes_, change, options, [&] {
        return resource::update<LoadBalancer>(adapter_, load_balancer, changes, options);
    });
}

bool LoadBalancerService::delete_load_balancer(const Id& load_balancer, bool cascade,
                                               const CallOptions& options) const {
    const Change change{.load_balancer = load_balancer.text(),
                        .what = "deleting it",
                        .possible_in_error = true,
                        .deletes_it = true};
    const Request request{.method = "DELETE",
                          .path = resource::join_path("/lbaas/loadbalancers", load_balancer),
                          .query = cascade ? Query{{"cascade", "true"}} : Query{}};
    try {
        load_balancer::make_change(adapter_, *changes_, change, options,
                                   [&] { static_cast<void>(adapter_.request(request, options)); });
        return true;
    } catch (const NotFound& error) {
        return error.details().perhaps_done_before;
    }
}

void LoadBalancerService::failover_load_balancer(const Id& load_balancer, const CallOptions& options) const {
    const Change change{
        .load_balancer = load_balancer.text(), .what = "its failover", .possible_in_error = true};
    const Request request{.method = "PUT",
                          .path = resource::join_path("/lbaas/loadbalancers", load_balancer, "/failover"),
                          .repeatable = false};  // a second one would replace what the first has just made
    load_balancer::make_change(adapter_, *changes_, change, options,
                               [&] { static_cast<void>(adapter_.request(request, options)); });
}

LoadBalancer LoadBalancerService::wait_for_load_balancer(const Id& load_balancer, std::string_view status,
                                                         const WaitOptions& wait) const {
    LoadBalancer seen;
    resource::wait_until(wait, "load balancer " + load_balancer.text() + " is not " + std::string(status),
                         [&](const CallOptions& options) {
                             const auto quiet = changes_->quiet(load_balancer.text());
                             seen = get_load_balancer(load_balancer, options);
                             const ProvisioningStatus& state = seen.provisioning_status;
                             if (state == ProvisioningStatus::error &&
                                 !resource::same_status(status, ProvisioningStatus::error)) {
                                 load_balancer::throw_failed(adapter_, seen, "", options);
                             }
                             if (state == ProvisioningStatus::active && quiet) {
                                 changes_->seen_settled(load_balancer.text(), *quiet);
                             }
                             return resource::Look{.done = resource::same_status(state, status),
                                                   .state = state.text()};
                         });
    return seen;
}

void LoadBalancerService::wait_for_delete(const Id& load_balancer, const WaitOptions& wait) const {
    bool deleting = false;
    resource::wait_until(
        wait, "load balancer " + load_balancer.text() + " is not gone", [&](const CallOptions& options) {
            try {
                const LoadBalancer seen = get_load_balancer(load_balancer, options);
                const ProvisioningStatus& state = seen.provisioning_status;
                // One that was in ERROR before can be deleted: only an ERROR after the attempt is its failure.
                if (deleting && state == ProvisioningStatus::error) {
                    load_balancer::throw_failed(adapter_, seen, "; it could not be deleted", options);
                }
                deleting = deleting || state == ProvisioningStatus::pending_delete;
                return resource::Look{.done = state == ProvisioningStatus::deleted, .state = state.text()};
            } catch (const NotFound&) {
                return resource::Look{.done = true, .state = "gone"};
            }
        });
}

}  // namespace openstack
