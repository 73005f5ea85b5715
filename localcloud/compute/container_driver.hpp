// Instances as system containers: an overlay over the image's root tree, run by runc.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "localcloud/compute/driver.hpp"
#include "localcloud/fabric/container_fabric.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::compute {

class ContainerDriver : public Driver {
  public:
    /// InstanceSpec::metadata of an instance that exists; kept on disk, hence known after a restart as well.
    [[nodiscard]] virtual std::optional<std::map<std::string, std::string>> metadata(
        const std::string& id) = 0;
};

/// Adopts the instances in the cloud's state folder: those that still run get their listeners back and are watched.
[[nodiscard]] std::unique_ptr<ContainerDriver> make_container_driver(std::shared_ptr<host::Host> host,
                                                                     fabric::InstanceNetworks& networks);

}  // namespace localcloud::compute
