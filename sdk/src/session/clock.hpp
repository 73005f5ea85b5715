// Time as the session sees it, so that tests need not wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace openstack::session {

class Clock {
  public:
    using time_point = std::chrono::steady_clock::time_point;

    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    [[nodiscard]] virtual time_point now() const { return std::chrono::steady_clock::now(); }
    /// Returns early, with false, when a stop is requested.
    virtual bool sleep_until(time_point end, const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_until(lock, stop, end, [] { return false; });
        return !stop.stop_requested();
    }
};

}  // namespace openstack::session
