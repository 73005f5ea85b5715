// Which object store resources have field tables and definitions, and what its .cpp files share.
#pragma once

#include <string>
#include <string_view>

#include "openstack/object_store.hpp"
#include "sdk/src/resource/collection.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<object_store::Account>();
template <>
const Fields& fields_of<object_store::Container>();
template <>
const Fields& fields_of<object_store::Object>();

}  // namespace openstack::resource

namespace openstack::object_store {

/// "/container" and "/container/object", encoded; an object's slashes stay. Throws Error for names that cannot be.
[[nodiscard]] std::string container_path(std::string_view container);
[[nodiscard]] std::string object_path(std::string_view container, std::string_view object);
[[nodiscard]] std::string encode_object_name(std::string_view object);

/// Names of headers that carry secrets.
[[nodiscard]] std::vector<std::string> secret_headers();

}  // namespace openstack::object_store
