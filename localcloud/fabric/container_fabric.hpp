// The fabric for containers: bridges in a network namespace of the cloud's own, nftables inside each instance's
// namespace, and the gateway that answers on floating IPs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "localcloud/compute/driver.hpp"
#include "localcloud/fabric/fabric.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::fabric {

/// Takes over sockets that listen inside instances; connect it to common::httpd::Server::add_listener.
/// Tags are "metadata:<instance id>" (169.254.169.254:80) and "endpoint:<instance id>" (the cloud's own URL).
struct InstanceListeners {
    std::function<std::uint64_t(int fd, std::string tag)> add;
    std::function<void(std::uint64_t id)> remove;
};

struct Options {
    std::string endpoint_address;  ///< of the cloud's own URL; 127.A.B.C
    std::uint16_t endpoint_port = 0;
    InstanceListeners listeners;
};

/// What the compute driver needs from the network side.
class InstanceNetworks {
  public:
    virtual ~InstanceNetworks() = default;
    /// Makes the instance's network namespace with all its interfaces, closed by rules until apply() knows its ports,
    /// and listens inside it. Called again it repairs. Returns the namespace's file.
    virtual std::filesystem::path attach(const std::string& instance_id,
                                         const std::vector<compute::Interface>& interfaces) = 0;
    /// Removes it with its interfaces; absent is fine.
    virtual void detach(const std::string& instance_id) = 0;
};

class ContainerFabric : public Fabric, public InstanceNetworks {};

/// The fabric must outlive the driver that uses it. After a restart, apply() is to be called once all is adopted.
[[nodiscard]] std::unique_ptr<ContainerFabric> make_fabric(std::shared_ptr<host::Host> host, Options options);

}  // namespace localcloud::fabric
