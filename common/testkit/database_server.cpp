#include "common/testkit/database_server.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "common/testkit/wait.hpp"

namespace common::testkit {
namespace {

constexpr std::chrono::seconds start_patience{30};
constexpr int start_tries = 5;

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4U];
        encoded += digits[byte & 15U];
    }
    return encoded;
}

}  // namespace

DatabaseServer::DatabaseServer(const std::string& prefix) : folder_(prefix), port_(free_port()) {}

std::string DatabaseServer::url(const std::string& database,
                                const std::optional<std::string>& password) const {
    return scheme() + "://faafo:" + percent_encoded(password.value_or(DatabaseServer::password)) +
           "@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string DatabaseServer::create_database() {
    const std::string name = "test_" + std::to_string(++databases_);
    sql(creation_of(name));
    return url(name);
}

void DatabaseServer::start() {
    // The first try may find that what it was before is not quite gone.
    for (int i = 0; i < start_tries; ++i) {
        process_ = std::make_unique<process::Child>(process::Child::Options{
            .command = command(), .output = log(), .grace = std::chrono::seconds{10}});
        const bool up = wait_until([this] { return process_->poll() || answers(); }, start_patience);
        if (up && !process_->poll()) return;
    }
    std::ifstream stream(log());
    const std::string words{std::istreambuf_iterator<char>(stream), {}};
    throw std::runtime_error("the database server does not start: " +
                             words.substr(words.size() - std::min<std::size_t>(words.size(), 2000)));
}

void DatabaseServer::stop() {
    process_->signal(stop_signal());
    if (!process_->wait(std::chrono::seconds{20}))
        throw std::runtime_error("the database server does not stop");
}

void DatabaseServer::kill() {
    process_->signal(SIGKILL);
    (void)process_->wait(std::chrono::seconds{10});
}

void DatabaseServer::restart() {
    stop();
    start();
}

}  // namespace common::testkit
