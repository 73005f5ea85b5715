// Whether, when and how often a request is sent again.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <random>
#include <string_view>

#include "openstack/session.hpp"

namespace openstack::session {

/// Seconds, or an HTTP date seen from now; nothing for anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view value);

/// Whether a method may be sent twice when the request itself does not say.
[[nodiscard]] bool repeatable_by_nature(std::string_view method);

/// What all requests of a session share: the reserve of retries, and the dice. Thread-safe.
class RetryBudget {
  public:
    explicit RetryBudget(RetryPolicy policy)
        : policy_(policy), reserve_(policy.budget), random_(std::random_device{}()) {}

    [[nodiscard]] const RetryPolicy& policy() const { return policy_; }
    /// Takes one retry out of the reserve; false when it is used up.
    [[nodiscard]] bool take();
    void succeeded();
    /// The pause before retry number `retry` (1, 2, …): doubling, bounded, between half and the whole of it.
    [[nodiscard]] std::chrono::milliseconds pause(int retry);

  private:
    const RetryPolicy policy_;
    std::mutex mutex_;
    double reserve_;
    std::mt19937 random_;
};

}  // namespace openstack::session
