// Which identity resources have field tables and definitions, for the .cpp files that use those of another.
#pragma once

#include "openstack/identity.hpp"
#include "sdk/src/resource/collection.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<identity::Project>();
template <>
const Fields& fields_of<identity::Domain>();
template <>
const Fields& fields_of<identity::TokenInfo>();
template <>
const Fields& fields_of<identity::CatalogEntry>();

}  // namespace openstack::resource
