#include "common/testkit/wait.hpp"

#include <algorithm>
#include <system_error>
#include <thread>

#include "common/testkit/socket.hpp"

namespace common::testkit {

std::uint16_t free_port() {
    return ListeningSocket().port();
}

bool wait_until(const std::function<bool()>& predicate, std::chrono::milliseconds timeout) {
    using std::chrono::steady_clock;
    const auto end = steady_clock::now() + timeout;
    std::chrono::milliseconds pause{1};
    while (!predicate()) {
        if (steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{20});
    }
    return true;
}

bool wait_for_port(std::uint16_t port, std::chrono::milliseconds timeout) {
    return wait_until(
        [port] {
            try {
                return Socket::connect(port).open();
            } catch (const std::system_error&) {
                return false;
            }
        },
        timeout);
}

}  // namespace common::testkit
