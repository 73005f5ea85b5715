// Waiting for a resource to become what it should: how long, how often, by which clock, and who may stop it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

namespace openstack {

/// The clock that waiters live by; tests bring their own.
class WaitClock {
  public:
    virtual ~WaitClock() = default;
    [[nodiscard]] virtual std::chrono::steady_clock::time_point now() = 0;
    /// Returns at the end of `duration`, or as soon as a stop is requested.
    virtual void sleep(std::chrono::milliseconds duration, const std::stop_token& stop) = 0;
};

/// Waiting for a status compares words without case, as openstacksdk does ("active" is "ACTIVE").
///
/// The default asks after 0.25 s, then ever more slowly up to every 5 s, for 10 minutes at most.
struct WaitOptions {
    std::chrono::milliseconds timeout = std::chrono::minutes(10);  ///< then Timeout is thrown
    std::chrono::milliseconds first_interval{250};
    std::chrono::milliseconds longest_interval{5000};
    std::stop_token stop;  ///< ends the wait with Cancelled
    /// Called with each state that is seen, after each question.
    std::function<void(std::string_view status, std::chrono::milliseconds waited)> progress;
    std::shared_ptr<WaitClock> clock;  ///< the real one when empty

    [[nodiscard]] static WaitOptions within(std::chrono::milliseconds duration) {
        return {.timeout = duration};
    }
};

}  // namespace openstack
