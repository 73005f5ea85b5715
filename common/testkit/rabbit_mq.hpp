// A real RabbitMQ for tests: on loopback, with ports, node name, name service (epmd), folder and user of its own, gone
// with its value. It takes seconds to start, so a test program starts it once (openstack_test with STORY). Its queues are
// as the test before left them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "common/process/process.hpp"

namespace common::testkit {

class RabbitMq {
  public:
    /// Started and ready. Throws std::runtime_error with the broker's last words.
    RabbitMq();
    ~RabbitMq();
    RabbitMq(const RabbitMq&) = delete;
    RabbitMq& operator=(const RabbitMq&) = delete;

    /// Why there can be none here; empty when there can.
    [[nodiscard]] static std::string missing();

    static constexpr const char* user = "faafo";
    static constexpr const char* password = "p@ss/w:rd?%";
    /// "amqp://faafo:…@127.0.0.1:port//"
    [[nodiscard]] std::string url() const;
    /// The same over TLS, with a certificate for 127.0.0.1 and localhost.
    [[nodiscard]] std::string tls_url(const std::string& host = "127.0.0.1") const;
    /// The authority that signed the certificate.
    [[nodiscard]] std::filesystem::path authority() const { return folder_.path() / "certificate.pem"; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::filesystem::path log() const { return folder_.path() / "log"; }

    /// As an administrator stops it.
    void stop();
    /// As if the machine's power failed, but for the disk.
    void kill();
    /// After stop() or kill(), with the same ports and data.
    void start();
    void restart();

  private:
    [[nodiscard]] process::Command command() const;
    void make_certificate() const;
    void write_configuration() const;

    process::TemporaryDirectory folder_{"rabbitmq"};
    std::uint16_t port_;
    std::uint16_t tls_port_;
    std::uint16_t node_port_;
    std::uint16_t name_service_port_;
    std::unique_ptr<process::Child> name_service_;
    std::unique_ptr<process::Child> broker_;
};

}  // namespace common::testkit
