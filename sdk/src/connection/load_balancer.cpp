// A part of the library openstack_load_balancer: whoever links only other services does not need this one.
#include "openstack/load_balancer.hpp"

#include "openstack/connection.hpp"

namespace openstack {

LoadBalancerService Connection::load_balancer() const {
    return LoadBalancerService(adapter("load-balancer"));
}

}  // namespace openstack
