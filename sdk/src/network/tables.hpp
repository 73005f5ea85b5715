// Which network resources have field tables and definitions, for the .cpp files that use those of another.
#pragma once

#include "openstack/network.hpp"
#include "sdk/src/resource/collection.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<network::Network>();
template <>
const Fields& fields_of<network::Subnet>();
template <>
const Fields& fields_of<network::Route>();
template <>
const Fields& fields_of<network::Port>();
template <>
const Fields& fields_of<network::FixedIP>();
template <>
const Fields& fields_of<network::Router>();
template <>
const Fields& fields_of<network::RouterInterface>();
template <>
const Fields& fields_of<network::FloatingIP>();
template <>
const Fields& fields_of<network::SecurityGroup>();
template <>
const Fields& fields_of<network::SecurityGroupRule>();
template <>
const Fields& fields_of<network::Extension>();
template <>
const Fields& fields_of<network::AvailabilityZone>();
template <>
const Fields& fields_of<network::Quota>();
template <>
const Definition& definition_of<network::Network>();
template <>
const Definition& definition_of<network::Subnet>();
template <>
const Definition& definition_of<network::Port>();
template <>
const Definition& definition_of<network::Router>();
template <>
const Definition& definition_of<network::FloatingIP>();
template <>
const Definition& definition_of<network::SecurityGroup>();
template <>
const Definition& definition_of<network::SecurityGroupRule>();

}  // namespace openstack::resource
