#include "common/testkit/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace common::testkit {
namespace {

using std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

Socket new_socket() {
    const int number = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (number < 0) fail("cannot make a socket");
    return Socket(number);
}

// Waits until there is something to read, an end or an error.
bool readable(int socket, steady_clock::time_point end) {
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now()).count();
        pollfd entry{.fd = socket, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(std::clamp<decltype(left)>(left, 0, 3'600'000)));
        if (ready > 0) return true;
        if (ready == 0 && steady_clock::now() >= end) return false;
    }
}

enum class Got { bytes, end, timeout };

Got receive_some(int socket, std::string& text, steady_clock::time_point end) {
    std::array<char, 16384> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv() fills it
    while (readable(socket, end)) {
        const ssize_t got = ::recv(socket, piece.data(), piece.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return Got::end;
        text.append(piece.data(), static_cast<std::size_t>(got));
        return Got::bytes;
    }
    return Got::timeout;
}

// Binds to `port` and gives the port that it got; 0 when that is taken.
std::uint16_t bind_to(const Socket& socket, std::uint16_t port) {
    const int on = 1;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(port);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.number(), generic, length) != 0 ||
        ::getsockname(socket.number(), generic, &length) != 0)
        return 0;
    return ntohs(address.sin_port);
}

}  // namespace

Socket::~Socket() {
    close();
}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Socket Socket::connect(std::uint16_t port) {
    Socket socket = new_socket();
    const sockaddr_in address = loopback(port);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        fail("cannot connect to 127.0.0.1:" + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

bool Socket::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(number_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string Socket::receive(std::chrono::milliseconds timeout) const {
    std::string text;
    (void)receive_some(number_, text, steady_clock::now() + timeout);
    return text;
}

std::string Socket::receive_all(std::chrono::milliseconds timeout) const {
    const auto end = steady_clock::now() + timeout;
    std::string text;
    while (receive_some(number_, text, end) == Got::bytes) {
    }
    return text;
}

std::string Socket::receive_until(std::string_view end, std::chrono::milliseconds timeout) const {
    const auto deadline = steady_clock::now() + timeout;
    std::string text;
    while (text.find(end) == std::string::npos && receive_some(number_, text, deadline) == Got::bytes) {
    }
    return text;
}

bool Socket::closed_within(std::chrono::milliseconds timeout) const {
    const auto end = steady_clock::now() + timeout;
    std::string dropped;
    Got got = Got::bytes;
    while (got == Got::bytes) {
        dropped.clear();
        got = receive_some(number_, dropped, end);
    }
    return got == Got::end;
}

void Socket::shutdown_send() const {
    ::shutdown(number_, SHUT_WR);
}
void Socket::shutdown_receive() const {
    ::shutdown(number_, SHUT_RD);
}
void Socket::shutdown() const {
    ::shutdown(number_, SHUT_RDWR);
}

void Socket::close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
}

void Socket::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(number_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

ListeningSocket::ListeningSocket(std::uint16_t port) {
    // The kernel keeps a port over shutdown() only if it was asked for by number, hence the second bind; somebody
    // else may take the port between the two.
    constexpr int attempts = 20;
    for (int i = 0; i < attempts; ++i) {
        const std::uint16_t wanted = port != 0 ? port : bind_to(new_socket(), 0);
        socket_ = new_socket();
        port_ = bind_to(socket_, wanted);
        if (port_ != 0 && ::listen(socket_.number(), SOMAXCONN) == 0) return;
        if (port != 0) break;
    }
    fail("cannot listen on 127.0.0.1:" + std::to_string(port));
}

void ListeningSocket::resume() const {
    if (::listen(socket_.number(), SOMAXCONN) != 0)
        fail("cannot listen on 127.0.0.1:" + std::to_string(port_));
}

Socket ListeningSocket::accept() const {
    while (true) {
        const int number = ::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC);
        if (number >= 0) {
            const int on = 1;
            ::setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            return Socket(number);
        }
        if (errno != EINTR && errno != ECONNABORTED) return {};
    }
}

int ListeningSocket::release() {
    return socket_.release();
}

}  // namespace common::testkit
