// Plain blocking sockets on loopback, for servers and clients of tests. Every wait has a bound.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace common::testkit {

/// A connected TCP socket, or nothing.
class Socket {
  public:
    Socket() = default;
    explicit Socket(int number) : number_(number) {}
    ~Socket();
    Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Socket& operator=(Socket&& other) noexcept;

    /// Connects to 127.0.0.1; throws std::system_error.
    [[nodiscard]] static Socket connect(std::uint16_t port);

    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool open() const { return number_ >= 0; }
    /// False when the other side no longer listens.
    bool send(std::string_view bytes) const;
    /// The next bytes; empty at the end, after a reset and at the timeout.
    [[nodiscard]] std::string receive(std::chrono::milliseconds timeout = std::chrono::seconds{10}) const;
    /// Everything until the other side closes or resets, or until the timeout.
    [[nodiscard]] std::string receive_all(std::chrono::milliseconds timeout = std::chrono::seconds{10}) const;
    /// Everything up to and with the first `end`; what follows it in the same packet too.
    [[nodiscard]] std::string receive_until(std::string_view end,
                                            std::chrono::milliseconds timeout = std::chrono::seconds{
                                                10}) const;
    /// True if the other side closes or resets within the timeout; bytes before that are dropped.
    [[nodiscard]] bool closed_within(std::chrono::milliseconds timeout) const;
    /// Ends our half: the other side reads an end of file.
    void shutdown_send() const;
    /// Ends our hearing, unnoticed by the other side; wakes whoever reads in another thread.
    void shutdown_receive() const;
    /// Wakes whoever blocks on it in another thread.
    void shutdown() const;
    /// Gives the descriptor away.
    [[nodiscard]] int release() { return std::exchange(number_, -1); }
    void close();
    /// Closes with RST instead of FIN.
    void reset();

  private:
    int number_ = -1;
};

/// A socket that listens on 127.0.0.1.
class ListeningSocket {
  public:
    /// `port` 0 takes a free one. Throws std::system_error.
    explicit ListeningSocket(std::uint16_t port = 0);
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Nothing once shutdown() was called.
    [[nodiscard]] Socket accept() const;
    /// Wakes accept() in another thread. New connections are refused; the port stays ours.
    void shutdown() const { socket_.shutdown(); }
    /// Listens again after shutdown().
    void resume() const;
    /// Gives the descriptor away.
    [[nodiscard]] int release();

  private:
    Socket socket_;
    std::uint16_t port_ = 0;
};

}  // namespace common::testkit
