// Waiting for what another thread or process does, and a port to meet it on.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace common::testkit {

/// A TCP port on which nobody listened on 127.0.0.1 just now. Servers that can should take port 0 instead.
[[nodiscard]] std::uint16_t free_port();

/// Asks again and again, at first every millisecond, later every 20; false if it does not become true in time.
[[nodiscard]] bool wait_until(const std::function<bool()>& predicate,
                              std::chrono::milliseconds timeout = std::chrono::seconds{10});

/// True once somebody accepts connections on 127.0.0.1:port.
[[nodiscard]] bool wait_for_port(std::uint16_t port,
                                 std::chrono::milliseconds timeout = std::chrono::seconds{10});

}  // namespace common::testkit
