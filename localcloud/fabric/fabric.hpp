// The network side of the cloud as one value: bridges, security groups, floating IPs. The control plane says what
// should be; the fabric makes it so, again and again without harm.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace localcloud::fabric {

/// One subnet of a network that needs a bridge. The bridge carries the gateway's and the DHCP port's addresses.
struct Subnet {
    std::string id;
    std::string cidr;     ///< "10.0.0.0/24"
    std::string gateway;  ///< empty: none; answered by the fabric only if `routed`
    std::string
        service_address;  ///< network:dhcp's address; connections of the gateway to instances come from here
    bool routed = false;  ///< a router has an interface here
};

struct Network {
    std::string id;
    int mtu = 1500;
    std::vector<Subnet> subnets;
};

/// Subnets that reach each other: all those with an interface on one router.
struct Router {
    std::string id;
    std::vector<std::string> subnet_ids;
};

struct SecurityRule {
    bool ingress = true;
    std::string protocol;                   ///< "tcp", "udp", "icmp" or empty for any
    std::optional<int> port_min, port_max;  ///< for icmp: type and code
    std::string remote_ip_prefix;           ///< empty: any
    std::string remote_group_id;            ///< empty: any
};

/// A Neutron port that an instance has.
struct Port {
    std::string id;
    std::string instance_id;
    std::string network_id;
    std::vector<std::string> ip_addresses;
    std::vector<std::string> security_group_ids;
    bool port_security = true;  ///< false: everything passes
    bool up = true;             ///< false: nothing does
};

struct FloatingIp {
    std::string address;  ///< 127.x.y.z, where the host answers
    std::string port_id;
    std::string fixed_address;
};

/// All of it. Rules by security group ID.
struct Topology {
    std::vector<Network> networks;
    std::vector<Router> routers;
    std::vector<Port> ports;
    std::map<std::string, std::vector<SecurityRule>> security_groups;
    std::vector<FloatingIp> floating_ips;
};

class Fabric {
  public:
    virtual ~Fabric() = default;
    /// Makes the difference between what is and `topology`. Throws std::runtime_error with a sentence on failure;
    /// calling again repairs. Thread-safe.
    virtual void apply(const Topology& topology) = 0;
};

}  // namespace localcloud::fabric
