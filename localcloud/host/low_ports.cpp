#include "localcloud/host/low_ports.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <fstream>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::host {
namespace {

/// Whether a program of this machine listens at the port on every address, so that nobody can on a single one.
bool is_taken_everywhere(std::uint16_t port) {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK | 0x00fffffc);  // 127.255.255.253, which nobody else uses
    return socket && ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
           errno == EADDRINUSE;
}

}  // namespace

int first_open_port_of_users() {
    int first = 1024;
    std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> first;
    return first;
}

int first_open_port_of_root() {
    return is_taken_everywhere(22) || is_taken_everywhere(80) ? first_open_port_of_users() : 0;
}

}  // namespace localcloud::host
