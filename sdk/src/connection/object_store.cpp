// A part of the library openstack_object_store: whoever links only other services does not need this one.
#include "openstack/object_store.hpp"

#include "openstack/connection.hpp"

namespace openstack {

ObjectStoreService Connection::object_store() const {
    return ObjectStoreService(adapter("object-store"));
}

}  // namespace openstack
