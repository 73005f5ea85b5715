// Errors say what happened, to what, and what to do; a program can ask them for more.
#include <iostream>
#include <openstack/openstack.hpp>

namespace os = openstack;

int main() {
    const auto cloud = os::connect();
    try {
        (void)cloud.compute().find_flavor("m1.smal");
    } catch (const os::NotFound& error) {
        std::cout << error.what() << "\n";  // names the flavors that there are
    }
    try {
        (void)cloud.network().create_network({.name = std::string(300, 'x')});
    } catch (const os::Error& error) {
        const auto& details = error.details();
        std::cout << details.status << " from " << details.service_type << ": " << details.service_message
                  << "\n";
    }
    using namespace std::chrono_literals;
    try {
        (void)cloud.compute().servers({}, os::CallOptions::within(0ms)).to_vector();
    } catch (const os::Timeout& error) {
        std::cout << "too late: " << error.what() << "\n";
    }
}
