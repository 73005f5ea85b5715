// A TCP proxy on loopback that misbehaves as told: bad networks for clients and servers under test.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace common::testkit {

/// What happens to connections. Nothing, by default.
struct Faults {
    std::chrono::milliseconds delay{0};              ///< before each piece goes on, in both directions
    std::optional<std::size_t> cut_to_client_after;  ///< bytes of the answers: then both sides are closed
    std::optional<std::size_t> cut_to_server_after;  ///< bytes of the requests: then both sides are closed
    bool reset = false;                              ///< the cuts are RST instead of FIN
    bool silent = false;                             ///< connections are accepted, nothing is passed on
    bool refuse = false;                             ///< connections are refused
};

/// Passes connections on to 127.0.0.1:target_port. Thread-safe.
class FaultProxy {
  public:
    explicit FaultProxy(std::uint16_t target_port, Faults faults = {});
    ~FaultProxy();
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;

    /// For connections made from now on.
    void set(Faults faults);
    /// Resets every connection that is open.
    void reset_all();
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::string url() const;  ///< "http://127.0.0.1:port"
    /// Connections accepted so far.
    [[nodiscard]] std::size_t connections() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace common::testkit
