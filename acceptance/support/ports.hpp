// Which ports of instances open to whom, found out from inside of other instances.
#pragma once

#include <openstack/connection.hpp>
#include <string>
#include <vector>

namespace acceptance {

/// "10.0.0.5:5672", open or shut.
struct Port {
    std::string address;
    int number = 0;
};

/// A command for bash that tries all of them at the same time.
[[nodiscard]] std::string port_probe(const std::vector<Port>& ports);
/// What it said, in the order of the ports: 'o' for open, 's' for shut, '?' when it said nothing of one.
[[nodiscard]] std::string probe_answer(const std::string& said, const std::vector<Port>& ports);

/// The same, tried by an instance of the project that is in the group "default" alone; it is gone afterwards.
[[nodiscard]] std::string probe_from_outside(const openstack::Connection& cloud,
                                             const std::vector<Port>& ports);

}  // namespace acceptance
