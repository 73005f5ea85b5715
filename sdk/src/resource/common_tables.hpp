// Tables of structs that several services have.
#pragma once

#include "openstack/field.hpp"
#include "sdk/src/resource/fields.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<Link>();

}  // namespace openstack::resource
