// A part of the library openstack_identity: whoever links only other services does not need this one.
#include "openstack/identity.hpp"

#include "openstack/connection.hpp"

namespace openstack {

IdentityService Connection::identity() const {
    return IdentityService(adapter("identity"));
}

}  // namespace openstack
