// Makes one change below a load balancer: waits for its turn, for the load balancer to be ACTIVE, and asks again when
// Octavia says that it is immutable.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "openstack/adapter.hpp"
#include "openstack/call_options.hpp"
#include "openstack/error.hpp"
#include "openstack/load_balancer.hpp"
#include "sdk/src/load_balancer/change_queue.hpp"

namespace openstack::load_balancer {

struct Change {
    std::string load_balancer;  ///< its ID; empty: nobody knows, so it is just sent
    std::string what;           ///< for people: "creating listener web"
    /// Octavia deletes and fails over a load balancer that is in ERROR; everything else needs it to be ACTIVE.
    bool possible_in_error = false;
    /// The load balancer itself goes: nothing is left to do when that has begun already.
    bool deletes_it = false;
};

/// Throws what `send` throws, but keeps Octavia's 409 "immutable" to itself. NotFound when the load balancer is gone.
void make_change(const Adapter& adapter, ChangeQueue& queue, const Change& change, const CallOptions& options,
                 const std::function<void()>& send);

/// Octavia's two ways to say that an earlier change is at work; other conflicts are about the change itself.
[[nodiscard]] bool says_immutable(const Conflict& error);

/// "Load balancer web (…) went to ERROR: member 10.0.0.5:80 of pool web is in ERROR", by its status tree.
[[noreturn]] void throw_failed(const Adapter& adapter, const LoadBalancer& load_balancer,
                               const std::string& consequence, const CallOptions& options);

/// The load balancer that something belongs to: as answers said, or by asking. Throws NotFound when it is not there.
[[nodiscard]] std::string owner_of_listener(const Adapter& adapter, ChangeQueue& queue, std::string_view id,
                                            const CallOptions& options);
[[nodiscard]] std::string owner_of_pool(const Adapter& adapter, ChangeQueue& queue, std::string_view id,
                                        const CallOptions& options);
[[nodiscard]] std::string owner_of_health_monitor(const Adapter& adapter, ChangeQueue& queue,
                                                  std::string_view id, const CallOptions& options);
[[nodiscard]] std::string owner_of_l7_policy(const Adapter& adapter, ChangeQueue& queue, std::string_view id,
                                             const CallOptions& options);

/// Remember what an answer says about belonging.
void learn(ChangeQueue& queue, const LoadBalancer& load_balancer);
void learn(ChangeQueue& queue, const Listener& listener);
void learn(ChangeQueue& queue, const Pool& pool);
void learn(ChangeQueue& queue, const HealthMonitor& health_monitor);
void learn(ChangeQueue& queue, const L7Policy& l7_policy);

}  // namespace openstack::load_balancer
