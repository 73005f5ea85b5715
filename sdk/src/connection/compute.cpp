// A part of the library openstack_compute: whoever links only other services does not need this one.
#include "openstack/compute.hpp"

#include "openstack/connection.hpp"

namespace openstack {

ComputeService Connection::compute() const {
    return ComputeService(adapter("compute"));
}

}  // namespace openstack
