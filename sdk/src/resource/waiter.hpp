// Waiting until something holds, by asking again and again, ever more slowly.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "openstack/call_options.hpp"
#include "openstack/wait.hpp"

namespace openstack::resource {

/// What one look found.
struct Look {
    bool done = false;
    std::string state;  ///< for progress and for the text of Timeout
};

/// The clock that is used where none is given.
[[nodiscard]] std::shared_ptr<WaitClock> real_clock();

/// Whether a status is the one that is waited for; words compare without case, as in openstacksdk.
[[nodiscard]] bool same_status(std::string_view seen, std::string_view wanted);

/// Calls `look` until it says done. Throws Timeout ("server web is not ACTIVE after 600 s; it is BUILD
/// (spawning)"), Cancelled, and what `look` throws; but up to three answers in a row that may go away
/// (ServiceUnavailable, TransportError) are taken as "not yet". `wish` completes the sentence: "server web is
/// not ACTIVE".
void wait_until(const WaitOptions& options, std::string_view wish,
                const std::function<Look(const CallOptions& options)>& look);

}  // namespace openstack::resource
