// Balances a port between two addresses: the whole tree in one call, a third member later, and everything gone again.
#include <iostream>
#include <openstack/openstack.hpp>

namespace os = openstack;

int main() try {
    const auto cloud = os::connect();
    const auto octavia = cloud.load_balancer();
    const auto network = cloud.network().find_network("private");

    auto web = octavia.create_load_balancer(
        {.name = "web",
         .vip_network_id = network.id,
         .listeners = {
             {.name = "http",
              .protocol = "HTTP",
              .protocol_port = 80,
              .default_pool = os::load_balancer::PoolCreate{
                  .name = "apis",
                  .protocol = "HTTP",
                  .lb_algorithm = "ROUND_ROBIN",
                  .members = {{.name = "api-1", .address = "10.0.0.11", .protocol_port = 80},
                              {.name = "api-2", .address = "10.0.0.12", .protocol_port = 80}},
                  .health_monitor = os::load_balancer::HealthMonitorCreate{.type = "HTTP",
                                                                           .delay = 5,
                                                                           .timeout = 3,
                                                                           .max_retries = 2,
                                                                           .url_path = "/healthz"}}}}});
    web = octavia.wait_for_load_balancer(web);  // throws ResourceFailed with what failed below it

    // Octavia takes one change at a time; the SDK waits in between, from any number of threads.
    const auto pool = web.pools.at(0);
    octavia.create_member(pool, {.name = "api-3", .address = "10.0.0.13", .protocol_port = 80});
    octavia.update_pool(pool, {.lb_algorithm = "LEAST_CONNECTIONS"});

    std::cout << web.name << " is at " << web.vip_address << "\n";
    for (const auto& member : octavia.members(pool))
        std::cout << member.name << " " << member.operating_status << "\n";

    octavia.delete_load_balancer(web, true);  // and everything below it
    octavia.wait_for_delete(web);
} catch (const os::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
}
