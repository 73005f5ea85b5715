// A part of the library openstack_network: whoever links only other services does not need this one.
#include "openstack/network.hpp"

#include "openstack/connection.hpp"

namespace openstack {

NetworkService Connection::network() const {
    return NetworkService(adapter("network"));
}

}  // namespace openstack
