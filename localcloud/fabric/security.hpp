// Security groups: as nftables rules inside an instance's network namespace, and as a judgement of the gateway's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "localcloud/fabric/fabric.hpp"

namespace localcloud::fabric {

/// A port as an instance sees it.
struct PortView {
    std::string interface;  ///< "eth0"
    Port port;
    std::vector<std::string> service_addresses;  ///< of its subnets: the gateway's, already judged
};

/// Where connections to a fixed address and port of every instance really go.
struct Redirect {
    std::string address;
    std::uint16_t port = 0;
    std::string to_address;
    std::uint16_t to_port = 0;
};

/// What `nft -f -` reads inside the instance's namespace: all of its rules, as one transaction. Interfaces that are
/// not in `ports` are closed. What cannot be expressed (IPv6, unknown protocols) admits nothing.
[[nodiscard]] std::string instance_ruleset(std::span<const PortView> ports, const Topology& topology,
                                           std::span<const Redirect> redirects);

/// Ports from `first` to `last`.
struct PortRange {
    int first = 0;
    int last = 0;
};

/// The TCP ports that the groups open to anybody outside of the cloud, before the client is known.
[[nodiscard]] std::vector<PortRange> open_tcp_ports(const Port& port, const Topology& topology);
/// Whether a client with this address may open this TCP port.
[[nodiscard]] bool admits_tcp(std::span<const SecurityRule> rules, std::uint32_t client, int port);
/// The ingress rules of all groups of the port that can concern TCP from outside.
[[nodiscard]] std::vector<SecurityRule> outside_tcp_rules(const Port& port, const Topology& topology);

}  // namespace localcloud::fabric
