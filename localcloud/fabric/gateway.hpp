// Floating IPs: listens on the host for every TCP port that a port's security groups open, judges each client by
// its real address, and passes on what is admitted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "localcloud/fabric/fabric.hpp"
#include "localcloud/fabric/security.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::fabric {

/// A floating IP that leads somewhere.
struct FloatingTarget {
    std::uint32_t address = 0;  ///< on the host
    std::string instance_id;
    std::uint32_t fixed_address = 0;
    std::uint32_t source = 0;  ///< the subnet's service address
    std::string bridge;
    std::vector<PortRange> open;
    std::vector<SecurityRule> rules;
};

/// The targets of a topology; floating IPs whose port is in no instance are left out.
[[nodiscard]] std::vector<FloatingTarget> floating_targets(const Topology& topology);

class Gateway {
  public:
    /// Ranges up to this many ports are listened on directly; in wider ones those on which the instance listens.
    static constexpr int direct_ports = 64;

    explicit Gateway(std::shared_ptr<host::Host> host);
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// When it returns, the host answers (or no longer does) as `targets` say.
    void set(std::vector<FloatingTarget> targets);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The ports above which nothing is known of the client's wish: what a /proc/net/tcp says is listened on, on
/// `address` or on all addresses.
[[nodiscard]] std::set<int> listened_ports(const std::string& proc_net_tcp, std::uint32_t address);

}  // namespace localcloud::fabric
