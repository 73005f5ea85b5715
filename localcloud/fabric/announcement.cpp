#include "localcloud/fabric/announcement.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "localcloud/host/files.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::fabric {
namespace {

using Mac = std::array<std::uint8_t, ETH_ALEN>;

Mac parse_mac(const std::string& text) {
    Mac mac{};
    for (std::size_t index = 0; index < mac.size(); ++index)
        mac.at(index) = static_cast<std::uint8_t>(std::stoul(text.substr(index * 3, 2), nullptr, 16));
    return mac;
}

ether_arp gratuitous(std::uint32_t address, const Mac& mac) {
    ether_arp message{};
    message.arp_hrd = htons(ARPHRD_ETHER);
    message.arp_pro = htons(ETHERTYPE_IP);
    message.arp_hln = ETH_ALEN;
    message.arp_pln = sizeof address;
    message.arp_op = htons(ARPOP_REQUEST);
    const std::uint32_t in_network_order = htonl(address);
    std::ranges::copy(mac, std::begin(message.arp_sha));
    std::memcpy(message.arp_spa, &in_network_order, sizeof in_network_order);
    std::memcpy(message.arp_tpa, &in_network_order, sizeof in_network_order);
    return message;
}

}  // namespace

void announce(const host::Descriptor& network_namespace, const std::string& bridge, std::uint32_t address,
              const std::string& mac_address) {
    const ether_arp message = gratuitous(address, parse_mac(mac_address));
    host::in_namespace(network_namespace, [&] {
        const host::Descriptor socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (!socket) host::fail("cannot make a socket for ARP");
        sockaddr_ll to{};
        to.sll_family = AF_PACKET;
        to.sll_protocol = htons(ETHERTYPE_ARP);
        to.sll_ifindex = static_cast<int>(::if_nametoindex(bridge.c_str()));
        to.sll_halen = ETH_ALEN;
        std::fill_n(std::begin(to.sll_addr), ETH_ALEN, std::uint8_t{0xff});
        if (::sendto(socket.get(), &message, sizeof message, 0, reinterpret_cast<const sockaddr*>(&to),
                     sizeof to) < 0)
            host::fail("cannot announce an address on " + bridge);
    });
}

}  // namespace localcloud::fabric
