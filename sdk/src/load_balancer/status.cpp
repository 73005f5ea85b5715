// Status trees and statistics.
#include "sdk/src/load_balancer/tables.hpp"

namespace openstack::resource {

using namespace load_balancer;

template <>
const Fields& fields_of<MemberStatus>() {
    static const Fields fields = table<MemberStatus>({
        {"id", &MemberStatus::id},
        {"name", &MemberStatus::name},
        {"address", &MemberStatus::address},
        {"protocol_port", &MemberStatus::protocol_port},
        {"provisioning_status", &MemberStatus::provisioning_status},
        {"operating_status", &MemberStatus::operating_status},
    });
    return fields;
}

template <>
const Fields& fields_of<HealthMonitorStatus>() {
    static const Fields fields = table<HealthMonitorStatus>({
        {"id", &HealthMonitorStatus::id},
        {"name", &HealthMonitorStatus::name},
        {"type", &HealthMonitorStatus::type},
        {"provisioning_status", &HealthMonitorStatus::provisioning_status},
        {"operating_status", &HealthMonitorStatus::operating_status},
    });
    return fields;
}

template <>
const Fields& fields_of<PoolStatus>() {
    static const Fields fields = table<PoolStatus>({
        {"id", &PoolStatus::id},
        {"name", &PoolStatus::name},
        {"provisioning_status", &PoolStatus::provisioning_status},
        {"operating_status", &PoolStatus::operating_status},
        {"health_monitor", &PoolStatus::health_monitor},
        {"members", &PoolStatus::members},
    });
    return fields;
}

template <>
const Fields& fields_of<ListenerStatus>() {
    static const Fields fields = table<ListenerStatus>({
        {"id", &ListenerStatus::id},
        {"name", &ListenerStatus::name},
        {"provisioning_status", &ListenerStatus::provisioning_status},
        {"operating_status", &ListenerStatus::operating_status},
        {"pools", &ListenerStatus::pools},
    });
    return fields;
}

template <>
const Fields& fields_of<StatusTree>() {
    static const Fields fields = table<StatusTree>({
        {"id", &StatusTree::id},
        {"name", &StatusTree::name},
        {"provisioning_status", &StatusTree::provisioning_status},
        {"operating_status", &StatusTree::operating_status},
        {"listeners", &StatusTree::listeners},
        {"pools", &StatusTree::pools},
    });
    return fields;
}

template <>
const Fields& fields_of<Statistics>() {
    static const Fields fields = table<Statistics>({
        {"active_connections", &Statistics::active_connections},
        {"bytes_in", &Statistics::bytes_in},
        {"bytes_out", &Statistics::bytes_out},
        {"request_errors", &Statistics::request_errors},
        {"total_connections", &Statistics::total_connections},
    });
    return fields;
}

}  // namespace openstack::resource

namespace openstack {

using load_balancer::Statistics;
using load_balancer::StatusTree;

namespace {

template <class Result>
Result read(const Adapter& adapter, const std::string& path, std::initializer_list<std::string_view> key_path,
            const CallOptions& options) {
    const Request request{.path = path};
    Result result;
    resource::decode_response(adapter.request(request, options), request, {.key_path = key_path},
                              resource::value_type<Result>, &result);
    return result;
}

}  // namespace

StatusTree LoadBalancerService::get_load_balancer_status(const Id& load_balancer,
                                                         const CallOptions& options) const {
    return read<StatusTree>(adapter_, resource::join_path("/lbaas/loadbalancers", load_balancer, "/status"),
                            {"statuses", "loadbalancer"}, options);
}
Statistics LoadBalancerService::get_load_balancer_statistics(const Id& load_balancer,
                                                             const CallOptions& options) const {
    return read<Statistics>(adapter_, resource::join_path("/lbaas/loadbalancers", load_balancer, "/stats"),
                            {"stats"}, options);
}
Statistics LoadBalancerService::get_listener_statistics(const Id& listener,
                                                        const CallOptions& options) const {
    return read<Statistics>(adapter_, resource::join_path("/lbaas/listeners", listener, "/stats"), {"stats"},
                            options);
}

}  // namespace openstack
