#include "faafo/queue/rabbitmq/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "faafo/queue/rabbitmq/topology.hpp"

namespace faafo::queue::rabbitmq {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds first_pause{200};
constexpr milliseconds longest_pause{5'000};
constexpr std::chrono::minutes repeat_log{1};

/// Not all clients of a broker that comes back at the same moment.
milliseconds jittered(milliseconds pause) {
    thread_local std::minstd_rand random{std::random_device{}()};
    return milliseconds(
        std::uniform_int_distribution<milliseconds::rep>(pause.count() / 2, pause.count())(random));
}

}  // namespace

Session::Session(BrokerUrl url, std::string name, Use use)
    : url_(std::move(url)), name_(std::move(name)), use_(std::move(use)), trouble_("not connected yet") {}

Session::~Session() {
    stop();
}

void Session::start() {
    thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void Session::stop() {
    thread_.request_stop();
    wakeup_.ring();
    if (thread_.joinable()) thread_.join();
}

std::optional<std::string> Session::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

void Session::set_trouble(std::optional<std::string> trouble) {
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(trouble);
}

void Session::run(std::stop_token stop) {
    milliseconds pause = first_pause;
    std::string last_error;
    std::chrono::steady_clock::time_point logged_at;
    while (!stop.stop_requested()) {
        try {
            Connection connection(url_, name_);
            declare_topology(connection);
            connection.confirm_publishes();
            set_trouble(std::nullopt);
            spdlog::info("{}: connected to the broker {}", name_, url_.without_password());
            pause = first_pause;
            last_error.clear();
            use_(connection, stop);
        } catch (const std::exception& error) {
            set_trouble(error.what());
            const auto now = std::chrono::steady_clock::now();
            if (error.what() != last_error || now - logged_at > repeat_log) {
                spdlog::error("{}: {}; trying again", name_, error.what());
                last_error = error.what();
                logged_at = now;
            }
            std::unique_lock lock(mutex_);
            pause_.wait_for(lock, stop, jittered(pause), [] { return false; });
            pause = std::min(pause * 2, longest_pause);
        }
    }
}

}  // namespace faafo::queue::rabbitmq
