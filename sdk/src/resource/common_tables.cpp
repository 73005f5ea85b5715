#include "sdk/src/resource/common_tables.hpp"

namespace openstack::resource {

template <>
const Fields& fields_of<Link>() {
    static const Fields fields = table<Link>({{"rel", &Link::rel}, {"href", &Link::href}});
    return fields;
}

}  // namespace openstack::resource
