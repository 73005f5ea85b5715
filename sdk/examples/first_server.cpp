// Boots a server that greets on its console, waits for it, says where it is, and removes it again.
#include <iostream>
#include <openstack/openstack.hpp>

namespace os = openstack;

int main() try {
    os::Connection cloud = os::connect();                // OS_CLOUD, OS_*, clouds.yaml
    auto image = cloud.image().find_image("debian-12");  // by name or ID; one, none or DuplicateResource
    auto flavor = cloud.compute().find_flavor("m1.small");
    auto network = cloud.network().find_network("private");

    auto server = cloud.compute().create_server({.name = "web",
                                                 .image_id = image.id,
                                                 .flavor_id = flavor.id,
                                                 .networks = {{.network_id = network.id}},
                                                 .user_data = "#!/bin/sh\necho hello\n"});
    server = cloud.compute().wait_for_server(server);  // throws ResourceFailed with Nova's fault text

    for (const auto& [name, addresses] : server.addresses)
        for (const auto& address : addresses)
            std::cout << server.name << " is at " << address.address << "\n";

    cloud.compute().delete_server(server);
    cloud.compute().wait_for_delete(server);
} catch (const os::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
}
