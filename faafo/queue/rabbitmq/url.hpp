// transport_url of a message broker, taken apart.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace faafo::queue::rabbitmq {

struct BrokerUrl {
    bool tls = false;
    std::string host;
    std::uint16_t port = 5672;
    std::string user = "guest";
    std::string password = "guest";
    std::string virtual_host = "/";
    std::chrono::seconds heartbeat{30};  ///< ?heartbeat=
    std::string authorities;             ///< ?cacertfile=: PEM file; the system's authorities when empty
    std::string certificate;             ///< ?certfile=: PEM file, for brokers that ask clients for one
    std::string key;                     ///< ?keyfile=

    /// "amqp://user:password@host:port/virtual_host?…", percent-encoded; amqps for TLS. "//" at the end is the virtual
    /// host "/", as Kombu writes it. Throws UnsupportedTransport, with a text without the password.
    [[nodiscard]] static BrokerUrl parse(std::string_view text);

    /// For logs and errors.
    [[nodiscard]] std::string without_password() const;
};

/// Whether a transport_url is one of a message broker at all.
[[nodiscard]] bool is_broker(std::string_view transport_url);

}  // namespace faafo::queue::rabbitmq
