#include "common/testkit/fault_proxy.hpp"

#include <poll.h>

#include <array>
#include <condition_variable>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>

#include "common/testkit/socket.hpp"

namespace common::testkit {
namespace {

// One direction of one connection.
struct Direction {
    const Socket* from;
    const Socket* to;
    std::optional<std::size_t> allowance;  // bytes that may still pass
    bool ended = false;
};

}  // namespace

struct FaultProxy::Impl {
    struct Connection {
        Socket client;
        Socket server;
        bool reset = false;  // at its end
        bool doomed = false;
        std::jthread thread;
    };

    std::uint16_t target_port;
    ListeningSocket listener;
    mutable std::mutex mutex;
    std::condition_variable changed;
    Faults faults;
    bool stopped = false;
    std::list<Connection> connections;
    std::jthread accepting;

    Impl(std::uint16_t target_port_, Faults faults_) : target_port(target_port_) {
        set(faults_);
        accepting = std::jthread([this] { accept_all(); });
    }

    ~Impl() {
        {
            const std::lock_guard lock(mutex);
            stopped = true;
            for (const Connection& connection : connections) {
                if (connection.client.open()) connection.client.shutdown();
                if (connection.server.open()) connection.server.shutdown();
            }
        }
        changed.notify_all();
        listener.shutdown();
        accepting.join();
        for (Connection& connection : connections) {
            if (connection.thread.joinable()) connection.thread.join();
        }
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void set(Faults wanted) {
        const std::lock_guard lock(mutex);
        if (wanted.refuse && !faults.refuse) listener.shutdown();
        if (!wanted.refuse && faults.refuse) listener.resume();
        faults = wanted;
        changed.notify_all();
    }

    void reset_all() {
        const std::lock_guard lock(mutex);
        for (Connection& connection : connections) {
            connection.reset = connection.doomed = true;
            if (connection.client.open()) connection.client.shutdown_receive();
            if (connection.server.open()) connection.server.shutdown_receive();
        }
    }

    void accept_all() {
        while (true) {
            Socket client = listener.accept();
            std::unique_lock lock(mutex);
            if (stopped) return;
            if (!client.open()) {
                changed.wait(lock, [this] { return stopped || !faults.refuse; });
                if (stopped) return;
                continue;
            }
            Connection& connection = connections.emplace_back();
            connection.client = std::move(client);
            connection.reset = faults.reset;
            connection.thread = std::jthread([this, &connection, now = faults] { serve(connection, now); });
        }
    }

    void serve(Connection& connection, const Faults& now) {
        try {
            Socket server = Socket::connect(target_port);
            {
                const std::lock_guard lock(mutex);
                connection.server = std::move(server);
            }
            pass_on(connection, now);
        } catch (const std::system_error&) {  // nobody listens there: the client sees its connection end
        }
        const std::lock_guard lock(mutex);
        if (connection.reset && !stopped) {
            connection.client.reset();
            if (connection.server.open()) connection.server.reset();
        } else {
            connection.client.close();
            connection.server.close();
        }
    }

    // Until both directions have ended or a fault cuts them.
    void pass_on(const Connection& connection, const Faults& now) {
        std::array<Direction, 2> directions{
            Direction{&connection.client, &connection.server, now.cut_to_server_after},
            Direction{&connection.server, &connection.client, now.cut_to_client_after}};
        while (!directions[0].ended || !directions[1].ended) {
            std::array<pollfd, 2> files{};
            for (std::size_t i = 0; i < files.size(); ++i) {
                files[i] = {.fd = directions[i].ended ? -1 : directions[i].from->number(),
                            .events = POLLIN,
                            .revents = 0};
            }
            (void)::poll(files.data(), files.size(), -1);
            {
                const std::lock_guard lock(mutex);
                if (stopped || connection.doomed) return;
            }
            for (std::size_t i = 0; i < files.size(); ++i) {
                if (files[i].revents != 0 && !move_piece(directions[i], now)) return;
            }
        }
    }

    // False when the connection is to be cut.
    bool move_piece(Direction& direction, const Faults& now) {
        std::string piece = direction.from->receive();
        if (piece.empty()) {
            direction.ended = true;
            if (!now.silent) direction.to->shutdown_send();
            return true;
        }
        if (now.silent) return true;
        if (!wait(now.delay)) return false;
        if (direction.allowance) {
            const bool cut = piece.size() >= *direction.allowance;
            piece.resize(std::min(piece.size(), *direction.allowance));
            *direction.allowance -= piece.size();
            return direction.to->send(piece) && !cut;
        }
        return direction.to->send(piece);
    }

    bool wait(std::chrono::milliseconds delay) {
        std::unique_lock lock(mutex);
        return !changed.wait_for(lock, delay, [this] { return stopped; });
    }
};

FaultProxy::FaultProxy(std::uint16_t target_port, Faults faults)
    : impl_(std::make_unique<Impl>(target_port, faults)) {}
FaultProxy::~FaultProxy() = default;

void FaultProxy::set(Faults faults) {
    impl_->set(faults);
}
void FaultProxy::reset_all() {
    impl_->reset_all();
}
std::uint16_t FaultProxy::port() const {
    return impl_->listener.port();
}
std::string FaultProxy::url() const {
    return "http://127.0.0.1:" + std::to_string(port());
}

std::size_t FaultProxy::connections() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->connections.size();
}

}  // namespace common::testkit
