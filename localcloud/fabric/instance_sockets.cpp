#include "localcloud/fabric/instance_sockets.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "localcloud/host/files.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::fabric {
namespace {

constexpr std::uint32_t own_metadata_address = 0xa9fea9fe;  // 169.254.169.254
// Above the ports that the kernel gives to outgoing connections.
constexpr std::uint16_t first_inside_port = 61001;
constexpr std::uint16_t last_inside_port = 65535;

}  // namespace

std::pair<host::Descriptor, std::uint16_t> listen_inside(const host::Descriptor& network_namespace) {
    host::Descriptor socket;
    std::uint16_t port = last_inside_port;
    host::in_namespace(network_namespace, [&] {
        for (;; --port) {
            socket = host::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
            if (!socket) host::fail("cannot make a socket for the metadata service");
            const int yes = 1;
            ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            sockaddr_in where{};
            where.sin_family = AF_INET;
            where.sin_port = htons(port);
            where.sin_addr.s_addr = htonl(own_metadata_address);
            if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 &&
                ::listen(socket.get(), SOMAXCONN) == 0)
                return;
            if (errno != EADDRINUSE || port == first_inside_port)
                host::fail("cannot listen for the metadata service inside an instance");
        }
    });
    return {std::move(socket), port};
}

}  // namespace localcloud::fabric
