// Which image resources have field tables and definitions, for the .cpp files that use those of another.
#pragma once

#include "openstack/image.hpp"
#include "sdk/src/resource/collection.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<image::Image>();
template <>
const Definition& definition_of<image::Image>();

}  // namespace openstack::resource
