// Makes a zone with one name that has two addresses, says who answers for it, and removes it again.
#include <iostream>
#include <openstack/openstack.hpp>

namespace os = openstack;

int main() try {
    const auto dns = os::connect().dns();
    // Names end in a dot.
    const auto zone =
        dns.create_zone({.name = "letters.example.", .email = "hostmaster@example.org", .ttl = 300});
    const auto www = dns.create_recordset(
        zone,
        {.name = "www.letters.example.", .type = "A", .records = {"192.0.2.10", "192.0.2.11"}, .ttl = 30});
    dns.wait_for_recordset(www, zone);  // until the name servers have it

    for (const auto& record : dns.find_recordset(zone, "www.letters.example", "A").records)
        std::cout << www.name << " " << record << "\n";
    for (const auto& server : dns.zone_nameservers(zone))
        std::cout << "ask " << server.hostname << "\n";

    dns.delete_zone(zone);
    dns.wait_for_delete_zone(zone);
} catch (const os::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
}
