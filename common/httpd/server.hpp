// A small HTTP/1.1 server: Boost.Beast behind a plain interface, blocking handlers on a pool of threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "common/httpd/message.hpp"
#include "common/httpd/router.hpp"

namespace common::httpd {

struct ServerOptions {
    std::string address = "127.0.0.1";  ///< or a name, of which IPv4 addresses come first
    std::uint16_t port = 0;             ///< 0: any free one
    std::size_t handler_threads = 4;
    std::uint64_t body_limit = std::uint64_t{16} << 20;   ///< bytes; above it 413
    std::uint64_t memory_limit = std::uint64_t{1} << 20;  ///< bodies above it go to a file
    std::uint64_t answer_memory = std::uint64_t{64}
                                  << 20;    ///< bytes of answers; what clients make wait beyond is in files
    std::filesystem::path spool_directory;  ///< where files go; the system's temporary folder when empty
    std::size_t header_limit = 64 << 10;    ///< bytes of all header fields; above it 431
    std::chrono::milliseconds idle_timeout{60'000};  ///< between requests, and between two bytes of one
    std::size_t connection_limit = 1000;             ///< above it new connections are closed at once
    std::string server_name;                         ///< Server: field; none when empty
};

/// Listens from construction on; the destructor finishes running requests and closes.
/// An exception from the handler is answered with 500 and logged. Thread-safe.
class Server {
  public:
    /// Throws std::system_error with address and port in its text when it cannot listen.
    Server(ServerOptions options, Handler handler);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Takes over a listening socket and answers on it too; `tag` comes back in every Request's params["listener"].
    /// Returns an id for remove_listener().
    std::uint64_t add_listener(int listening_socket, std::string tag);
    void remove_listener(std::uint64_t id);

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::string url() const;  ///< "http://address:port"
    /// Accepts no more, lets running requests end for at most `grace`, then closes, and waits for the handlers that still
    /// run. `hurry` is called before if some may: it ends what they wait for.
    void stop(std::chrono::milliseconds grace = std::chrono::seconds{5},
              const std::function<void()>& hurry = {});

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace common::httpd
