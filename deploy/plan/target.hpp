// What the instances are made of and where they go: each named by the user or the only candidate.
#pragma once

#include <openstack/compute/flavor.hpp>
#include <openstack/image/image.hpp>
#include <openstack/network/network.hpp>
#include <optional>
#include <string>

#include "deploy/plan/context.hpp"

namespace deploy {

struct Target {
    openstack::image::Image image;
    openstack::compute::Flavor flavor;
    openstack::image::Image services_image;  ///< of the instance with database and broker
    openstack::compute::Flavor services_flavor;
    openstack::network::Network network;
    std::optional<openstack::network::Network> external_network;  ///< when an instance wants a floating IP

    [[nodiscard]] const openstack::image::Image& image_of(const InstanceSpec& instance) const {
        return instance.runs_services ? services_image : image;
    }
    [[nodiscard]] const openstack::compute::Flavor& flavor_of(const InstanceSpec& instance) const {
        return instance.runs_services ? services_flavor : flavor;
    }
};

/// Whether MariaDB and RabbitMQ are in the image already, as its property `preinstalled` says.
[[nodiscard]] bool has_services(const openstack::image::Image& image);

/// Asks for all of them side by side. Throws openstack::NotFound, DuplicateResource or ConfigError with the candidates
/// and the option that chooses among them.
[[nodiscard]] Target find_target(const Context& context);

}  // namespace deploy
