#include "common/testkit/rabbit_mq.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "common/httpd/message.hpp"
#include "common/testkit/wait.hpp"

namespace common::testkit {
namespace {

using namespace std::chrono_literals;

// Not the one in PATH: Debian's wrapper changes user and folder.
constexpr const char* server = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/// Each needs one of its own: a port that is only asked for could be given to the next that asks.
std::uint16_t port_below(std::uint16_t base) {
    for (int tries = 0; tries < 1000; ++tries) {
        const auto port = static_cast<std::uint16_t>(base + (::getpid() * 7 + tries * 13) % 4000);
        if (!wait_for_port(port, 0ms)) return port;
    }
    throw std::runtime_error("no free port");
}

}  // namespace

std::string RabbitMq::missing() {
    if (::access(server, X_OK) != 0) return "rabbitmq-server is not installed";
    for (const char* program : {"epmd", "erl", "openssl"}) {
        if (!process::find_program(program)) return std::string(program) + " is not installed";
    }
    return {};
}

RabbitMq::RabbitMq()
    : port_(free_port()),
      tls_port_(free_port()),
      node_port_(port_below(20'000)),
      name_service_port_(port_below(24'000)) {
    make_certificate();
    write_configuration();
    name_service_ = std::make_unique<process::Child>(
        process::Child::Options{.command = {.arguments = {"epmd", "-address", "127.0.0.1", "-port",
                                                          std::to_string(name_service_port_)}},
                                .output = folder_.path() / "epmd.log"});
    if (!wait_for_port(name_service_port_)) throw std::runtime_error("epmd does not listen");
    start();
}

RabbitMq::~RabbitMq() = default;

std::string RabbitMq::url() const {
    return "amqp://" + std::string(user) + ":" + common::httpd::percent_encode(password) +
           "@127.0.0.1:" + std::to_string(port_) + "//";
}

std::string RabbitMq::tls_url(const std::string& host) const {
    return "amqps://" + std::string(user) + ":" + common::httpd::percent_encode(password) + "@" + host + ":" +
           std::to_string(tls_port_) + "//";
}

void RabbitMq::make_certificate() const {
    process::check(
        {.arguments = {"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                       "/CN=broker of a test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                       "-keyout", (folder_.path() / "key.pem").string(), "-out", authority().string()}});
}

void RabbitMq::write_configuration() const {
    std::ofstream configuration(folder_.path() / "rabbitmq.conf");
    configuration << "listeners.tcp.1 = 127.0.0.1:" << port_ << "\n"
                  << "listeners.ssl.1 = 127.0.0.1:" << tls_port_ << "\n"
                  << "ssl_options.certfile = " << authority().string() << "\n"
                  << "ssl_options.keyfile = " << (folder_.path() / "key.pem").string() << "\n"
                  << "ssl_options.verify = verify_none\n"
                  << "default_user = " << user << "\n"
                  << "default_pass = " << password << "\n"
                  << "disk_free_limit.absolute = 1MB\n"
                  << "log.console = true\nlog.console.level = info\nlog.file = false\n";
    // Erlang's log of crashes and the cookie belong into the folder too.
    std::ofstream(folder_.path() / "enabled_plugins") << "[].\n";
    std::ofstream(folder_.path() / "environment.conf") << "";
    if (!configuration.flush()) throw std::runtime_error("rabbitmq.conf cannot be written");
}

process::Command RabbitMq::command() const {
    const std::string folder = folder_.path().string();
    return {.arguments = {server},
            .environment = {{"HOME", folder},
                            {"ERL_EPMD_PORT", std::to_string(name_service_port_)},
                            {"ERL_EPMD_ADDRESS", "127.0.0.1"},
                            {"ERL_MAX_PORTS", "4096"},
                            {"ERL_CRASH_DUMP_SECONDS", "0"},
                            // One Erlang process without a shell around it, so that a signal reaches it.
                            {"RUNNING_UNDER_SYSTEMD", "true"},
                            {"RABBITMQ_ALLOW_INPUT", ""},
                            {"RABBITMQ_CONF_ENV_FILE", folder + "/environment.conf"},
                            {"RABBITMQ_CONFIG_FILE", folder + "/rabbitmq.conf"},
                            {"RABBITMQ_ENABLED_PLUGINS_FILE", folder + "/enabled_plugins"},
                            {"RABBITMQ_MNESIA_BASE", folder + "/mnesia"},
                            {"RABBITMQ_LOG_BASE", folder},
                            {"RABBITMQ_PID_FILE", folder + "/pid"},
                            {"RABBITMQ_NODENAME", "test" + std::to_string(port_) + "@localhost"},
                            {"RABBITMQ_NODE_PORT", std::to_string(port_)},
                            {"RABBITMQ_DIST_PORT", std::to_string(node_port_)},
                            {"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                             "-noinput -kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none"}}};
}

void RabbitMq::start() {
    broker_ = std::make_unique<process::Child>(
        process::Child::Options{.command = command(), .output = log(), .grace = 15s});
    const bool ready = wait_until([&] { return broker_->poll() || wait_for_port(port_, 0ms); }, 60s);
    if (ready && !broker_->poll() && wait_for_port(tls_port_, 10s)) return;
    std::ostringstream text;
    text << std::ifstream(log()).rdbuf();
    const std::string last = text.str();
    throw std::runtime_error("RabbitMQ does not start: " +
                             last.substr(last.size() - std::min<std::size_t>(last.size(), 2000)));
}

void RabbitMq::stop() {
    broker_->stop();
}

void RabbitMq::kill() {
    broker_->signal(SIGKILL);
    (void)broker_->wait(10s);
}

void RabbitMq::restart() {
    stop();
    start();
}

}  // namespace common::testkit
