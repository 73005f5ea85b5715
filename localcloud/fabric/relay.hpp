// Passes the bytes of TCP connections both ways, on one thread with epoll.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::fabric {

/// Where a connection goes on to, seen from the relay's network namespace.
struct Destination {
    std::uint32_t address = 0;
    std::uint16_t port = 0;
    std::uint32_t source = 0;  ///< the relay's own address for it; 0: any
    std::string device;        ///< the bridge; empty: any
};

/// What a listening socket of the relay's is for.
struct Listening {
    /// Asked for every client that comes, on the relay's thread: may it pass?
    std::function<bool(std::uint32_t client)> admits;
    Destination destination;
};

/// All calls are thread-safe. Connections are limited in number, their buffers in size.
class Relay {
  public:
    /// Connections leave from this network namespace, where the relay's thread lives.
    explicit Relay(const host::Descriptor& network_namespace);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    /// Takes a listening socket; returns its number.
    int add(host::Descriptor listening_socket, Listening what);
    /// For connections from now on.
    void change(int number, Listening what);
    /// Closes the socket before it returns, and with `connections` those that came through it.
    void remove(int number, bool connections);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace localcloud::fabric
