// Which compute resources have field tables and definitions, for the .cpp files that use those of another.
#pragma once

#include "openstack/compute.hpp"
#include "sdk/src/resource/collection.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<compute::Flavor>();
template <>
const Fields& fields_of<compute::Keypair>();
template <>
const Fields& fields_of<compute::Limits>();
template <>
const Fields& fields_of<compute::QuotaSet>();
template <>
const Fields& fields_of<compute::AvailabilityZone>();
template <>
const Fields& fields_of<compute::Server>();
template <>
const Fields& fields_of<compute::ServerAction>();
template <>
const Fields& fields_of<compute::ServerInterface>();
template <>
const Fields& fields_of<compute::ServerRebuild>();
template <>
const Definition& definition_of<compute::Server>();
template <>
const Definition& definition_of<compute::Flavor>();
template <>
const Definition& definition_of<compute::Keypair>();

}  // namespace openstack::resource

namespace openstack::compute {

/// The newest microversion that the tables here know, and that this SDK was tried with.
inline constexpr std::string_view newest_microversion = "2.93";

}  // namespace openstack::compute
