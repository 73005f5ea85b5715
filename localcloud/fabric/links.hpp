// Bridges, their addresses and routes, and the cables to instances, made by `ip` in the right network namespace.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "localcloud/compute/driver.hpp"
#include "localcloud/fabric/fabric.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::fabric {

/// "br-" or "tap" and the beginning of the ID, as Neutron does; IDs that are no UUID are refused.
[[nodiscard]] std::string bridge_name(const std::string& network_id);
[[nodiscard]] std::string tap_name(const std::string& port_id);
/// "eth0" and so on, in the order of the instance's interfaces.
[[nodiscard]] std::string interface_name(std::size_t index);

/// What `ip -batch` reads to route between subnets of one router and between no others. Each bridge has a routing
/// table of its own for what comes in there, so that networks may even use the same addresses.
[[nodiscard]] std::string routing_batch(const Topology& topology);
/// What `ip -batch` reads for the addresses of a network's bridge.
[[nodiscard]] std::string address_batch(const Network& network);

class Links {
  public:
    explicit Links(std::shared_ptr<host::Host> host);

    /// Once for a new fabric namespace; again without harm.
    void prepare();
    /// Bridges, addresses and routes of the topology; bridges that it does not have go, except those in `keep`.
    void apply(const Topology& topology, const std::set<std::string>& keep);
    /// Cables, addresses and the default route of an instance whose namespace exists.
    void attach(const std::string& instance_id, const std::vector<compute::Interface>& interfaces);
    /// Removes the cables of these ports.
    void detach(const std::vector<compute::Interface>& interfaces);

  private:
    [[nodiscard]] std::set<std::string> existing(const std::string& prefix) const;

    std::shared_ptr<host::Host> host_;
    // What was done last, not repeated while nothing changes.
    std::map<std::string, std::string> networks_;
    std::string routing_;
};

}  // namespace localcloud::fabric
