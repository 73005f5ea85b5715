// Work that many threads want done and one does.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "openstack/call_options.hpp"

namespace openstack::session {

/// Thread-safe. One thread works, with its own deadline; the others wait, each with its own deadline and stop token.
/// A failure is told to all who waited for it, unless it was the worker's own deadline or cancellation: then the
/// next one takes over.
class SingleFlight {
  public:
    /// `what` is done meanwhile ("signing in"), for the texts of Timeout and Cancelled.
    explicit SingleFlight(std::string what) : what_(std::move(what)) {}

    /// Returns once `found` says true. `found` and the function that `work` returns run under the lock, `work` does not.
    void run(const CallOptions& options, const std::function<bool()>& found,
             const std::function<std::function<void()>()>& work);
    /// Runs `look` under the same lock.
    void locked(const std::function<void()>& look) {
        const std::lock_guard lock(mutex_);
        look();
    }
    /// Under the lock only: whether somebody is at work.
    [[nodiscard]] bool busy() const { return busy_; }

  private:
    void await(std::unique_lock<std::mutex>& lock, const CallOptions& options);

    const std::string what_;
    std::mutex mutex_;
    std::condition_variable_any ended_;
    bool busy_ = false;
    std::uint64_t attempt_ = 0;         ///< begun so far
    std::uint64_t failed_attempt_ = 0;  ///< the last that failed for everybody
    std::function<void()> failure_;     ///< throws it again
};

}  // namespace openstack::session
