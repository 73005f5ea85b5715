// A part of the library openstack_image: whoever links only other services does not need this one.
#include "openstack/image.hpp"

#include "openstack/connection.hpp"

namespace openstack {

ImageService Connection::image() const {
    return ImageService(adapter("image"));
}

}  // namespace openstack
