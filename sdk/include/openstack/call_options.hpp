// How long a call may take and who may stop it: the last argument of everything that can wait.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace openstack {

/// Thread-safe to copy. A default value means: the connection's own timeouts, not cancellable.
struct CallOptions {
    /// The whole call, retries and re-authentication included; Timeout is thrown when it passes. Monotonic clock.
    std::optional<std::chrono::steady_clock::time_point> deadline;
    /// When a stop is requested the call ends at once with Cancelled, in mid-transfer too.
    std::stop_token stop;
    /// Sent as the service's microversion instead of the one negotiated ("2.79", "latest").
    std::optional<std::string> microversion;

    /// A deadline from now on; a century stands for everything that is longer.
    [[nodiscard]] static CallOptions within(std::chrono::milliseconds duration) {
        constexpr std::chrono::milliseconds longest = std::chrono::hours(24L * 365 * 100);
        return {.deadline = std::chrono::steady_clock::now() +
                            std::clamp(duration, std::chrono::milliseconds(0), longest)};
    }
};

}  // namespace openstack
