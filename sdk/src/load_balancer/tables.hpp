// Which load-balancing resources have field tables and definitions, for the .cpp files that use those of another.
#pragma once

#include "openstack/load_balancer.hpp"
#include "sdk/src/resource/collection.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<load_balancer::Reference>();
template <>
const Fields& fields_of<load_balancer::LoadBalancer>();
template <>
const Fields& fields_of<load_balancer::StatusTree>();
template <>
const Fields& fields_of<load_balancer::Statistics>();
template <>
const Fields& fields_of<load_balancer::Provider>();
template <>
const Fields& fields_of<load_balancer::Quota>();
template <>
const Fields& fields_of<load_balancer::Listener>();
template <>
const Fields& fields_of<load_balancer::ListenerCreate>();
template <>
const Fields& fields_of<load_balancer::Pool>();
template <>
const Fields& fields_of<load_balancer::PoolCreate>();
template <>
const Fields& fields_of<load_balancer::Member>();
template <>
const Fields& fields_of<load_balancer::MemberCreate>();
template <>
const Fields& fields_of<load_balancer::HealthMonitor>();
template <>
const Fields& fields_of<load_balancer::HealthMonitorCreate>();
template <>
const Fields& fields_of<load_balancer::L7Policy>();
template <>
const Fields& fields_of<load_balancer::L7PolicyCreate>();
template <>
const Fields& fields_of<load_balancer::L7Rule>();
template <>
const Fields& fields_of<load_balancer::L7RuleCreate>();
template <>
const Definition& definition_of<load_balancer::LoadBalancer>();
template <>
const Definition& definition_of<load_balancer::Listener>();
template <>
const Definition& definition_of<load_balancer::Pool>();
template <>
const Definition& definition_of<load_balancer::Member>();
template <>
const Definition& definition_of<load_balancer::HealthMonitor>();
template <>
const Definition& definition_of<load_balancer::L7Policy>();
template <>
const Definition& definition_of<load_balancer::L7Rule>();
template <>
const Definition& definition_of<load_balancer::Provider>();
template <>
const Definition& definition_of<load_balancer::Quota>();

}  // namespace openstack::resource
