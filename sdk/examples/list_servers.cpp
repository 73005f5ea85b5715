// Lists the servers that run: lazy, a page at a time, however many there are.
#include <iostream>
#include <openstack/openstack.hpp>

namespace os = openstack;

int main() try {
    os::Connection cloud = os::connect();
    // Lazy: asks for a page when the loop gets there.
    for (const auto& server : cloud.compute().servers({.status = "ACTIVE"}))
        std::cout << server.id << " " << server.name << "\n";
} catch (const os::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
}
