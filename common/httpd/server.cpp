#include "common/httpd/server.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <cstring>
#include <future>
#include <map>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "common/httpd/session.hpp"

namespace common::httpd {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Reading and writing only; whatever blocks does so in the handlers' pool.
constexpr int io_threads = 2;
constexpr std::chrono::milliseconds accept_retry{100};

std::string address_and_port(const std::string& address, std::uint16_t port) {
    const bool v6 = address.find(':') != std::string::npos;
    return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

/// Those of a name, or the one that is written there. IPv4 comes first: who says "localhost" to a client means it.
std::vector<asio::ip::address> addresses_of(const std::string& name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &found); error != 0) {
        throw std::system_error(std::make_error_code(std::errc::address_not_available),
                                "cannot listen on " + name + " (" + ::gai_strerror(error) + ")");
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
    std::vector<asio::ip::address> addresses;
    for (const int family : {AF_INET, AF_INET6}) {
        for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
            if (each->ai_family != family) continue;
            tcp::endpoint endpoint;
            std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
            addresses.push_back(endpoint.address());
        }
    }
    return addresses;
}

class Listener : public std::enable_shared_from_this<Listener> {
  public:
    Listener(asio::io_context& io, SessionContext& context, std::string tag)
        : io_(io),
          context_(context),
          acceptor_(asio::make_strand(io)),
          retry_(acceptor_.get_executor()),
          tag_(std::move(tag)) {}

    tcp::acceptor& acceptor() { return acceptor_; }

    void start() {
        asio::post(acceptor_.get_executor(), [self = shared_from_this()] { self->accept(); });
    }

    // Returns when the socket is closed.
    void close() {
        std::promise<void> closed;
        asio::post(acceptor_.get_executor(), [this, &closed] {
            error_code ignored;
            acceptor_.close(ignored);
            retry_.cancel();
            closed.set_value();
        });
        closed.get_future().wait();
    }

  private:
    void accept() {
        if (!acceptor_.is_open()) return;
        acceptor_.async_accept(asio::make_strand(io_),
                               [self = shared_from_this()](error_code error, auto socket) {
                                   if (!self->acceptor_.is_open()) return;
                                   if (!error) {
                                       self->accept();
                                       return start_session(self->context_, std::move(socket), self->tag_);
                                   }
                                   if (error == asio::error::connection_aborted) return self->accept();
                                   // Out of file descriptors or memory, most likely: that passes.
                                   spdlog::warn("httpd: cannot accept a connection: {}", error.message());
                                   self->retry_.expires_after(accept_retry);
                                   self->retry_.async_wait([self](error_code) { self->accept(); });
                               });
    }

    asio::io_context& io_;
    SessionContext& context_;
    tcp::acceptor acceptor_;
    asio::steady_timer retry_;
    std::string tag_;
};

}  // namespace

struct Server::Impl {
    SessionContext context;  // before the io_context, whose last handlers hold sessions
    asio::io_context io{io_threads};
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
    std::uint16_t port = 0;

    std::mutex mutex;  // of what follows
    std::map<std::uint64_t, std::shared_ptr<Listener>> listeners;
    std::uint64_t last_id = 0;
    bool stopped = false;
    std::vector<std::jthread> threads;

    Impl(ServerOptions options, Handler handler) : context(std::move(options), std::move(handler)) {}

    /// On the first address of the name that this machine has.
    std::shared_ptr<Listener> listen_on(const std::string& name, std::uint16_t wanted_port) {
        const auto addresses = addresses_of(name);
        for (std::size_t i = 0; i + 1 < addresses.size(); ++i) {
            try {
                return listen_on(addresses[i], name, wanted_port);
            } catch (const std::system_error& error) {
                if (error.code() != std::errc::address_not_available) throw;
            }
        }
        return listen_on(addresses.back(), name, wanted_port);
    }

    std::shared_ptr<Listener> listen_on(const asio::ip::address& address, const std::string& name,
                                        std::uint16_t wanted_port) {
        error_code error;
        const auto fail_if = [&](const error_code& code) {
            if (!code) return;
            throw std::system_error(std::error_code(code.value(), std::generic_category()),
                                    "cannot listen on " + address_and_port(name, wanted_port));
        };
        const auto listener = std::make_shared<Listener>(io, context, "");
        tcp::acceptor& acceptor = listener->acceptor();
        acceptor.open(address.is_v6() ? tcp::v6() : tcp::v4(), error);
        fail_if(error);
        ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        fail_if(error);
        acceptor.bind({address, wanted_port}, error);
        fail_if(error);
        acceptor.listen(asio::socket_base::max_listen_connections, error);
        fail_if(error);
        port = acceptor.local_endpoint(error).port();
        fail_if(error);
        return listener;
    }

    /// One connection's failure, for want of memory most likely, is not the others'.
    void run() {
        while (!io.stopped()) {
            try {
                io.run();
            } catch (const std::exception& failure) {
                spdlog::error("httpd: a connection failed: {}", failure.what());
            }
        }
    }

    std::uint64_t start(const std::shared_ptr<Listener>& listener) {
        listeners.emplace(++last_id, listener);
        listener->start();
        return last_id;
    }
};

Server::Server(ServerOptions options, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {
    const ServerOptions& settings = impl_->context.options;
    const auto listener = impl_->listen_on(settings.address, settings.port);
    for (int i = 0; i < io_threads; ++i) {
        impl_->threads.emplace_back([this] { impl_->run(); });
    }
    const std::lock_guard lock(impl_->mutex);
    impl_->start(listener);
}

Server::~Server() {
    stop();
}

std::uint64_t Server::add_listener(int listening_socket, std::string tag) {
    ::fcntl(listening_socket, F_SETFD, FD_CLOEXEC);
    const auto listener = std::make_shared<Listener>(impl_->io, impl_->context, std::move(tag));
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    int listening = 0;
    socklen_t listening_length = sizeof listening;
    const bool usable =
        ::getsockname(listening_socket, reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
        (address.ss_family == AF_INET || address.ss_family == AF_INET6) &&
        ::getsockopt(listening_socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &listening_length) == 0 &&
        listening != 0;
    error_code error;
    if (usable)
        listener->acceptor().assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), listening_socket,
                                    error);
    if (!usable || error) {
        ::close(listening_socket);
        throw std::invalid_argument("cannot serve on a socket that is not a listening TCP socket");
    }
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopped) throw std::logic_error("the server has been stopped: no listener can be added");
    return impl_->start(listener);
}

void Server::remove_listener(std::uint64_t id) {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->listeners.find(id);
    if (found == impl_->listeners.end()) return;
    found->second->close();
    impl_->listeners.erase(found);
}

std::uint16_t Server::port() const {
    return impl_->port;
}

std::string Server::url() const {
    return "http://" + address_and_port(impl_->context.options.address, impl_->port);
}

void Server::stop(std::chrono::milliseconds grace, const std::function<void()>& hurry) {
    const std::lock_guard lock(impl_->mutex);
    if (std::exchange(impl_->stopped, true)) return;
    for (const auto& [id, listener] : impl_->listeners)
        listener->close();
    impl_->listeners.clear();

    SessionContext& context = impl_->context;
    const auto each_session = [&context](void (*act)(const std::shared_ptr<Session>&)) {
        std::vector<std::shared_ptr<Session>> alive;  // let go of outside the lock: a session's end takes it
        {
            const std::lock_guard sessions_lock(context.mutex);
            context.draining = true;
            for (const auto& [key, weak] : context.sessions) {
                if (auto session = weak.lock()) alive.push_back(std::move(session));
            }
        }
        for (const auto& session : alive)
            act(session);
    };
    each_session(drain_session);
    bool all_ended = false;
    {
        std::unique_lock sessions_lock(context.mutex);
        all_ended =
            context.ended.wait_for(sessions_lock, grace, [&context] { return context.sessions.empty(); });
    }
    each_session(close_session);
    context.abandoned = true;
    if (!all_ended && hurry) hurry();
    context.handlers.join();
    impl_->work.reset();
    impl_->io.stop();
    impl_->threads.clear();
}

}  // namespace common::httpd
