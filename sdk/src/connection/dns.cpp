// A part of the library openstack_dns: whoever links only other services does not need this one.
#include "openstack/dns.hpp"

#include "openstack/connection.hpp"

namespace openstack {

DnsService Connection::dns() const {
    return DnsService(adapter("dns"));
}

}  // namespace openstack
