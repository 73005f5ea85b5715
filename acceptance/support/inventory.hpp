// What a project holds, for saying that nothing is left or that nothing came twice.
#pragma once

#include <openstack/connection.hpp>
#include <ostream>
#include <set>
#include <string>

namespace acceptance {

/// Names of everything a deployment could make; the project's group "default" and networks do not count.
struct Inventory {
    std::multiset<std::string> servers, security_groups, rules, floating_ips, keypairs, containers, ports;
    std::multiset<std::string> load_balancers, zones;

    [[nodiscard]] bool empty() const {
        return servers.empty() && security_groups.empty() && floating_ips.empty() && keypairs.empty() &&
               containers.empty() && ports.empty() && load_balancers.empty() && zones.empty();
    }
    friend bool operator==(const Inventory&, const Inventory&) = default;
};

[[nodiscard]] Inventory inventory(const openstack::Connection& cloud);
std::ostream& operator<<(std::ostream& out, const Inventory& inventory);

/// Everything that the project holds, with what it is like, without what differs from one deployment to the next.
using Resources = std::multiset<std::string>;
[[nodiscard]] Resources resources_in(const openstack::Connection& cloud);

}  // namespace acceptance
