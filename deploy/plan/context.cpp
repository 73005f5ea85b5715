#include "deploy/plan/context.hpp"

#include <charconv>

namespace deploy {

int reachable_port(const openstack::Connection& cloud, int port) {
    constexpr int first_unprivileged = 1024;
    const auto offset_text = cloud.config().extra("floating_ip_port_offset");
    if (!offset_text || port >= first_unprivileged) return port;
    int offset = 0;
    const auto* end = offset_text->data() + offset_text->size();
    if (std::from_chars(offset_text->data(), end, offset).ptr != end)
        throw openstack::ConfigError("floating_ip_port_offset of the cloud '" + cloud.config().name() +
                                     "' is not a number: " + *offset_text);
    return port + offset;
}

std::string entrance_url(const openstack::Connection& cloud, const std::string& address, int port) {
    const int reachable = reachable_port(cloud, port);
    return "http://" + address + (reachable == 80 ? "" : ":" + std::to_string(reachable));
}

}  // namespace deploy
