// Next to a machine's own SSH daemon or web server: each case in a network namespace of its own, where every port is free.
#include "localcloud/host/low_ports.hpp"

#include <gmock/gmock.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::host {
namespace {

enum : int { as_expected, otherwise, no_namespace };

bool enter_a_network_of_our_own() {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq loopback{};
    std::strcpy(loopback.ifr_name, "lo");
    loopback.ifr_flags = IFF_UP;
    return ::ioctl(socket.get(), SIOCSIFFLAGS, &loopback) == 0;
}

Descriptor listen_at(std::uint32_t to_address, std::uint16_t port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(to_address);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket.get(), 1) != 0)
        return {};
    return socket;
}

/// The first open port of root's when somebody listens at that address and port; -1 where there are no namespaces.
int first_open_port_beside(std::uint32_t address, std::uint16_t port) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (!enter_a_network_of_our_own()) ::_exit(no_namespace);
        const Descriptor listening = port == 0 ? Descriptor() : listen_at(address, port);
        if (port != 0 && !listening) ::_exit(no_namespace);
        const int first = first_open_port_of_root();
        ::_exit(first == 0 ? as_expected : first == first_open_port_of_users() ? otherwise : 99);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -2;
    switch (WEXITSTATUS(status)) {
        case as_expected:
            return 0;
        case otherwise:
            return first_open_port_of_users();
        case no_namespace:
            return -1;
        default:
            return -2;
    }
}

class LowPorts : public ::testing::Test {
  protected:
    void SetUp() override {
        if (first_open_port_beside(INADDR_ANY, 0) == -1)
            GTEST_SKIP() << "this machine gives nobody a network namespace of his own";
    }
};

TEST_F(LowPorts, AreRootsWhereTheHostUsesNone) {
    EXPECT_EQ(first_open_port_beside(INADDR_ANY, 0), 0);
}

TEST_F(LowPorts, MoveBesideADaemonOnEveryAddress) {
    EXPECT_EQ(first_open_port_beside(INADDR_ANY, 22), first_open_port_of_users());
    EXPECT_EQ(first_open_port_beside(INADDR_ANY, 80), first_open_port_of_users());
}

TEST_F(LowPorts, StayBesideADaemonOnAnAddressOfItsOwn) {
    EXPECT_EQ(first_open_port_beside(INADDR_LOOPBACK, 22), 0);
    EXPECT_EQ(first_open_port_beside(INADDR_ANY, 8080), 0);
}

}  // namespace
}  // namespace localcloud::host
