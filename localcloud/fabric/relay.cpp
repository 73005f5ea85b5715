#include "localcloud/fabric/relay.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <spdlog/spdlog.h>

#include "localcloud/host/files.hpp"

namespace localcloud::fabric {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t buffer_size = 64 << 10;
constexpr std::size_t most_connections = 2048;
constexpr std::chrono::seconds connect_timeout{10};
constexpr std::chrono::minutes half_closed_timeout{60};
constexpr int tick_milliseconds = 1000;

sockaddr_in socket_address(std::uint32_t address, std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    result.sin_addr.s_addr = htonl(address);
    return result;
}

void set_option(int socket, int level, int name, int value) {
    ::setsockopt(socket, level, name, &value, sizeof value);
}

/// Dead peers are noticed after about two minutes.
void watch_peer(int socket) {
    set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 4);
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

/// Closing says "refused" to the peer instead of "all is said".
void refuse_on_close(int socket) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/// One end of a connection, and what came from it and has not gone to the other end yet.
struct Side {
    host::Descriptor socket;
    std::unique_ptr<std::array<char, buffer_size>> bytes = std::make_unique<std::array<char, buffer_size>>();
    std::size_t begin = 0;
    std::size_t end = 0;
    bool ended = false;     ///< it has said all
    bool told_end = false;  ///< it knows that the other has
    bool watched = false;
    std::uint32_t interest = 0;

    [[nodiscard]] bool empty() const { return begin == end; }
    [[nodiscard]] bool full() const { return end == buffer_size; }

    /// False when the connection is broken.
    bool receive() {
        if (full()) return true;
        const auto count = ::recv(socket.get(), bytes->data() + end, buffer_size - end, 0);
        if (count == 0) ended = true;
        if (count > 0) end += static_cast<std::size_t>(count);
        return count >= 0 || errno == EAGAIN || errno == EINTR;
    }

    bool send_to(Side& other) {
        while (!empty()) {
            const auto count = ::send(other.socket.get(), bytes->data() + begin, end - begin, MSG_NOSIGNAL);
            if (count < 0) {
                if (errno == EINTR) continue;
                if (errno == EAGAIN) break;
                return false;
            }
            begin += static_cast<std::size_t>(count);
        }
        // An empty buffer begins at its start again, or it would count as full.
        if (empty()) begin = end = 0;
        if (begin > 0 && full()) {
            std::copy(bytes->begin() + static_cast<std::ptrdiff_t>(begin),
                      bytes->begin() + static_cast<std::ptrdiff_t>(end), bytes->begin());
            end -= begin;
            begin = 0;
        }
        if (empty() && ended && !other.told_end) {
            ::shutdown(other.socket.get(), SHUT_WR);
            other.told_end = true;
        }
        return true;
    }
};

struct Connection {
    std::array<Side, 2> sides;  // client, server
    bool connecting = true;
    int listener = 0;
    Clock::time_point active = Clock::now();

    [[nodiscard]] bool done() const { return sides[0].told_end && sides[1].told_end; }
    [[nodiscard]] bool half_closed() const { return sides[0].told_end || sides[1].told_end; }
};

// What epoll gives back: 0 for the wake-up, an odd number for a listener, else connection * 4 + side * 2.
constexpr std::uint64_t wake_key = 0;
std::uint64_t listener_key(int number) {
    return static_cast<std::uint64_t>(number) * 2 + 1;
}
std::uint64_t side_key(std::uint64_t connection, std::size_t side) {
    return connection * 4 + side * 2;
}

}  // namespace

struct Relay::Impl {
    struct Listener {
        host::Descriptor socket;
        std::shared_ptr<const Listening> what;
    };

    host::Descriptor epoll{::epoll_create1(EPOLL_CLOEXEC)};
    host::Descriptor wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    /// Given up for a moment when descriptors run out, so that a client can be turned away.
    host::Descriptor spare{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    std::mutex mutex;  // listeners, to_close
    std::map<int, Listener> listeners;
    std::vector<int> to_close;
    int next_listener = 1;
    std::atomic<bool> stopping = false;
    // Only the thread's own from here on.
    std::unordered_map<std::uint64_t, Connection> connections;
    std::uint64_t next_connection = 1;
    Clock::time_point next_sweep = Clock::now();
    std::thread thread;

    void wake_up() const {
        const std::uint64_t one = 1;
        (void)!::write(wake.get(), &one, sizeof one);
    }

    void control(int operation, int socket, std::uint32_t events, std::uint64_t key) const {
        epoll_event event{};
        event.events = events;
        event.data.u64 = key;
        ::epoll_ctl(epoll.get(), operation, socket, &event);
    }

    void run() {
        std::array<epoll_event, 64> events{};
        while (!stopping) {
            const int count =
                ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), tick_milliseconds);
            for (int index = 0; index < count; ++index) {
                try {
                    handle(events[static_cast<std::size_t>(index)]);
                } catch (const std::exception& error) {
                    spdlog::error("a connection with a floating IP: {}", error.what());
                }
            }
            if (Clock::now() >= next_sweep) sweep();
        }
    }

    void handle(const epoll_event& event) {
        const auto key = event.data.u64;
        if (key == wake_key) {
            std::uint64_t value = 0;
            (void)!::read(wake.get(), &value, sizeof value);
            close_requested();
        } else if (key % 2 == 1) {
            accept(static_cast<int>(key / 2));
        } else if (const auto found = connections.find(key / 4); found != connections.end()) {
            if (!progress(found->first, found->second, key / 2 % 2, event.events)) connections.erase(found);
        }
    }

    void close_requested() {
        std::vector<int> numbers;
        {
            const std::lock_guard lock(mutex);
            numbers.swap(to_close);
        }
        std::erase_if(connections, [&](const auto& entry) {
            return std::ranges::find(numbers, entry.second.listener) != numbers.end();
        });
    }

    void accept(int number) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        host::Descriptor client;
        std::shared_ptr<const Listening> what;
        {
            const std::lock_guard lock(mutex);
            const auto found = listeners.find(number);
            if (found == listeners.end()) return;
            const int listening = found->second.socket.get();
            what = found->second.what;
            client = host::Descriptor(::accept4(listening, reinterpret_cast<sockaddr*>(&peer), &size,
                                                SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (!client && (errno == EMFILE || errno == ENFILE)) {
                spare.reset();
                client = host::Descriptor(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
                client.reset();
                spare = host::Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            }
        }
        if (!client) return;
        if (connections.size() >= most_connections || !what->admits(ntohl(peer.sin_addr.s_addr))) {
            refuse_on_close(client.get());
            return;
        }
        connect(number, std::move(client), what->destination);
    }

    void connect(int listener, host::Descriptor client, const Destination& to) {
        host::Descriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        bool good = static_cast<bool>(server);
        if (good && !to.device.empty())
            good = ::setsockopt(server.get(), SOL_SOCKET, SO_BINDTODEVICE, to.device.data(),
                                static_cast<socklen_t>(to.device.size())) == 0;
        if (good && to.source != 0) {
            set_option(server.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
            const auto source = socket_address(to.source, 0);
            good = ::bind(server.get(), reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0;
        }
        const auto target = socket_address(to.address, to.port);
        good = good &&
               (::connect(server.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0 ||
                errno == EINPROGRESS);
        if (!good) {
            refuse_on_close(client.get());
            return;
        }
        watch_peer(client.get());
        watch_peer(server.get());
        const auto id = next_connection++;
        auto& connection = connections[id];
        connection.listener = listener;
        connection.sides[0].socket = std::move(client);
        connection.sides[1].socket = std::move(server);
        update(id, connection);
    }

    /// False when the connection is over.
    bool progress(std::uint64_t id, Connection& connection, std::size_t side, std::uint32_t events) {
        auto& [client, server] = connection.sides;
        connection.active = Clock::now();
        if (connection.connecting && side == 1) {
            int error = 0;
            socklen_t size = sizeof error;
            ::getsockopt(server.socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != 0) return broken(connection);
            connection.connecting = false;
        }
        if ((events & EPOLLERR) != 0) return broken(connection);
        auto& self = connection.sides[side];
        if ((events & (EPOLLIN | EPOLLHUP)) != 0 && !self.ended && !self.receive()) return broken(connection);
        if (!connection.connecting && !(client.send_to(server) && server.send_to(client)))
            return broken(connection);
        // Both directions of this end are over: it has nothing to report any more, only the other end has.
        if ((events & EPOLLHUP) != 0 && self.ended && self.watched) {
            control(EPOLL_CTL_DEL, self.socket.get(), 0, 0);
            self.watched = false;
            self.interest = ~std::uint32_t{0};
        }
        if (connection.done()) return false;
        update(id, connection);
        return true;
    }

    static bool broken(Connection& connection) {
        for (auto& side : connection.sides)
            refuse_on_close(side.socket.get());
        return false;
    }

    void update(std::uint64_t id, Connection& connection) const {
        for (std::size_t index = 0; index < 2; ++index) {
            auto& self = connection.sides[index];
            const auto& other = connection.sides[1 - index];
            std::uint32_t interest = 0;
            if (!self.ended && !self.full()) interest |= EPOLLIN;
            if (!other.empty() || (connection.connecting && index == 1)) interest |= EPOLLOUT;
            if (self.interest == ~std::uint32_t{0} || (self.watched && self.interest == interest)) continue;
            control(self.watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, self.socket.get(), interest,
                    side_key(id, index));
            self.watched = true;
            self.interest = interest;
        }
    }

    void sweep() {
        const auto now = Clock::now();
        next_sweep = now + std::chrono::milliseconds(tick_milliseconds);
        for (auto at = connections.begin(); at != connections.end();) {
            auto& connection = at->second;
            const auto idle = now - connection.active;
            const bool late = (connection.connecting && idle > connect_timeout) ||
                              (connection.half_closed() && idle > half_closed_timeout);
            at = late && !broken(connection) ? connections.erase(at) : std::next(at);
        }
    }
};

Relay::Relay(const host::Descriptor& network_namespace) : impl_(std::make_unique<Impl>()) {
    if (!impl_->epoll || !impl_->wake) host::fail("cannot make the relay of floating IPs");
    impl_->control(EPOLL_CTL_ADD, impl_->wake.get(), EPOLLIN, wake_key);
    std::promise<int> joined;
    auto result = joined.get_future();
    impl_->thread = std::thread([impl = impl_.get(), fd = network_namespace.get(), &joined] {
        if (::setns(fd, CLONE_NEWNET) != 0) {
            joined.set_value(errno);
            return;
        }
        joined.set_value(0);
        impl->run();
    });
    if (const int error = result.get(); error != 0) {
        impl_->thread.join();
        errno = error;
        host::fail("cannot join the fabric's network namespace");
    }
}

Relay::~Relay() {
    impl_->stopping = true;
    impl_->wake_up();
    impl_->thread.join();
}

int Relay::add(host::Descriptor listening_socket, Listening what) {
    const std::lock_guard lock(impl_->mutex);
    const int number = impl_->next_listener++;
    const int socket = listening_socket.get();
    impl_->listeners[number] = {std::move(listening_socket),
                                std::make_shared<const Listening>(std::move(what))};
    impl_->control(EPOLL_CTL_ADD, socket, EPOLLIN, listener_key(number));
    return number;
}

void Relay::change(int number, Listening what) {
    const std::lock_guard lock(impl_->mutex);
    if (const auto found = impl_->listeners.find(number); found != impl_->listeners.end())
        found->second.what = std::make_shared<const Listening>(std::move(what));
}

void Relay::remove(int number, bool connections) {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->listeners.erase(number);
        if (connections) impl_->to_close.push_back(number);
    }
    if (connections) impl_->wake_up();
}

}  // namespace localcloud::fabric
