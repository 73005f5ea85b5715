#include "sdk/src/load_balancer/change.hpp"

#include <algorithm>
#include <vector>

#include "sdk/src/load_balancer/tables.hpp"
#include "sdk/src/resource/waiter.hpp"

namespace openstack::load_balancer {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string name_of(const LoadBalancer& load_balancer) {
    return load_balancer.name.empty() ? load_balancer.id : load_balancer.name + " (" + load_balancer.id + ")";
}

/// One change on its way.
class Way {
  public:
    Way(const Adapter& adapter, ChangeQueue& queue, const Change& change, const CallOptions& options)
        : adapter_(adapter),
          queue_(queue),
          change_(change),
          options_(options),
          clock_(queue.policy.clock ? queue.policy.clock : resource::real_clock()),
          deadline_(options.deadline.value_or(clock_->now() + queue.policy.patience)),
          pause_(queue.policy.first_pause) {}

    void go(const std::function<void()>& send) {
        auto turn = queue_.enter(change_.load_balancer, steady_clock::now() + left(), options_.stop);
        if (!turn) {
            throw_not_my_turn();
        }
        bool wait = turn->unsettled();
        bool perhaps_done = false;
        for (int refusals = 0;;) {
            try {
                if (wait && !settle()) {
                    return;
                }
                turn->settled();
                turn->sending();
                send();
                return;
            } catch (const NotFound& error) {
                if (!perhaps_done) {
                    throw;
                }
                ErrorDetails details = error.details();
                details.perhaps_done_before = true;
                throw NotFound(error.what(), std::move(details));
            } catch (const Conflict& error) {
                if (!says_immutable(error)) {
                    throw;
                }
                // It may be immutable because of this very change, sent before.
                perhaps_done = perhaps_done || error.details().perhaps_done_before;
            }
            // The first time somebody else's change is at work, which the next look shows. When it showed nothing,
            // they are faster again and again, and looking at once would only be a race.
            if (++refusals > 1) {
                rest();
            }
            wait = true;
        }
    }

  private:
    [[nodiscard]] milliseconds left() const {
        return std::max(std::chrono::duration_cast<milliseconds>(deadline_ - clock_->now()), milliseconds(0));
    }
    [[nodiscard]] std::string consequence() const { return "; " + change_.what + " was given up"; }

    [[noreturn]] void throw_not_my_turn() const {
        const std::string text = change_.what + ": other changes of load balancer " + change_.load_balancer;
        if (options_.stop.stop_requested()) {
            throw Cancelled("Stopped before " + text + " had ended", {.service_type = "load-balancer"});
        }
        throw Timeout("Too late for " + text + " took longer than this call may wait",
                      {.service_type = "load-balancer", .retryable = true});
    }

    void rest() {
        if (left() <= milliseconds(0)) {
            throw Timeout("Load balancer " + change_.load_balancer +
                              " was changed by somebody else all the time" + consequence(),
                          {.service_type = "load-balancer", .retryable = true});
        }
        clock_->sleep(std::min(pause_, left()), options_.stop);
        pause_ = std::min(pause_ * 3 / 2, queue_.policy.longest_pause);
        if (options_.stop.stop_requested()) {
            throw Cancelled(
                "Stopped while waiting for load balancer " + change_.load_balancer + consequence(),
                {.service_type = "load-balancer"});
        }
    }

    /// Until the load balancer can be changed; false when nothing is left to do.
    bool settle() {
        bool goes_already = false;
        const WaitOptions wait{.timeout = left(),
                               .first_interval = queue_.policy.first_pause,
                               .longest_interval = queue_.policy.longest_pause,
                               .stop = options_.stop,
                               .clock = clock_};
        resource::wait_until(
            wait, "load balancer " + change_.load_balancer + " is not ready for " + change_.what,
            [&](const CallOptions& look) {
                const auto seen = resource::get<LoadBalancer>(adapter_, change_.load_balancer, look);
                const ProvisioningStatus& status = seen.provisioning_status;
                if (status == ProvisioningStatus::error && !change_.possible_in_error) {
                    throw_failed(adapter_, seen, consequence(), look);
                }
                if (status == ProvisioningStatus::deleted) {
                    throw NotFound("Load balancer " + name_of(seen) + " was deleted" + consequence(),
                                   {.service_type = "load-balancer"});
                }
                if (status == ProvisioningStatus::pending_delete) {
                    if (!change_.deletes_it) {
                        throw Conflict("Load balancer " + name_of(seen) + " is being deleted" + consequence(),
                                       {.service_type = "load-balancer"});
                    }
                    goes_already = true;
                }
                const bool done = goes_already || status == ProvisioningStatus::active ||
                                  status == ProvisioningStatus::error;
                return resource::Look{.done = done, .state = status.text()};
            });
        return !goes_already;
    }

    const Adapter& adapter_;
    ChangeQueue& queue_;
    const Change& change_;
    const CallOptions& options_;
    std::shared_ptr<WaitClock> clock_;
    steady_clock::time_point deadline_;
    milliseconds pause_;
};

/// What is in ERROR in a status tree, from the top down.
class Failures {
  public:
    explicit Failures(const StatusTree& tree) {
        for (const ListenerStatus& listener : tree.listeners) {
            add("listener", listener.name, listener.id, listener.provisioning_status);
            for (const PoolStatus& pool : listener.pools) {
                add_pool(pool);
            }
        }
        for (const PoolStatus& pool : tree.pools) {
            add_pool(pool);
        }
    }
    [[nodiscard]] std::string text() const {
        constexpr std::size_t most = 5;
        std::string text;
        for (std::size_t i = 0; i < found_.size() && i < most; ++i) {
            text += (i == 0 ? "" : ", ") + found_[i];
        }
        if (found_.size() > most) {
            text += " and " + std::to_string(found_.size() - most) + " more";
        }
        return text;
    }

  private:
    void add(const std::string& kind, const std::string& name, const std::string& id,
             const ProvisioningStatus& status) {
        const std::string text = kind + " " + (name.empty() ? id : name + " (" + id + ")");
        // A pool that two listeners share is there twice.
        if (status == ProvisioningStatus::error && std::ranges::find(found_, text) == found_.end()) {
            found_.push_back(text);
        }
    }
    void add_pool(const PoolStatus& pool) {
        add("pool", pool.name, pool.id, pool.provisioning_status);
        if (pool.health_monitor) {
            add("health monitor", pool.health_monitor->name, pool.health_monitor->id,
                pool.health_monitor->provisioning_status);
        }
        for (const MemberStatus& member : pool.members) {
            const std::string address = member.address + ":" + std::to_string(member.protocol_port);
            add("member", member.name.empty() ? address : member.name + " at " + address, member.id,
                member.provisioning_status);
        }
    }
    std::vector<std::string> found_;
};

std::string first_id(const std::vector<Reference>& references) {
    return references.empty() ? std::string() : references.front().id;
}

}  // namespace

bool says_immutable(const Conflict& error) {
    const std::string& message = error.details().service_message;
    return message.ends_with(" is immutable and cannot be updated.") ||
           (message.starts_with("Invalid state PENDING_") &&
            message.find(" of loadbalancer resource ") != std::string::npos);
}

void make_change(const Adapter& adapter, ChangeQueue& queue, const Change& change, const CallOptions& options,
                 const std::function<void()>& send) {
    if (change.load_balancer.empty()) {
        send();
        return;
    }
    Way(adapter, queue, change, options).go(send);
}

void throw_failed(const Adapter& adapter, const LoadBalancer& load_balancer, const std::string& consequence,
                  const CallOptions& options) {
    std::string text = "Load balancer " + name_of(load_balancer) + " went to ERROR";
    try {
        const std::string failed =
            Failures(LoadBalancerService(adapter).get_load_balancer_status(load_balancer, options)).text();
        text += failed.empty() ? "; Octavia gives no reason, its log may" : ", and with it " + failed;
    } catch (const HttpError&) {
        text += "; Octavia gives no reason";
    }
    throw ResourceFailed(
        text + consequence + ". It can be deleted, or repaired by an administrator with a failover",
        {.service_type = "load-balancer"});
}

std::string owner_of_listener(const Adapter& adapter, ChangeQueue& queue, std::string_view id,
                              const CallOptions& options) {
    if (std::string known = queue.load_balancer_of(id); !known.empty()) {
        return known;
    }
    const auto listener = resource::get<Listener>(adapter, id, options);
    learn(queue, listener);
    return first_id(listener.load_balancers);
}

std::string owner_of_pool(const Adapter& adapter, ChangeQueue& queue, std::string_view id,
                          const CallOptions& options) {
    if (std::string known = queue.load_balancer_of(id); !known.empty()) {
        return known;
    }
    const auto pool = resource::get<Pool>(adapter, id, options);
    learn(queue, pool);
    return first_id(pool.loadbalancers);
}

std::string owner_of_health_monitor(const Adapter& adapter, ChangeQueue& queue, std::string_view id,
                                    const CallOptions& options) {
    if (std::string known = queue.load_balancer_of(id); !known.empty()) {
        return known;
    }
    const auto monitor = resource::get<HealthMonitor>(adapter, id, options);
    if (monitor.pools.empty()) {
        return {};
    }
    std::string owner = owner_of_pool(adapter, queue, monitor.pools.front().id, options);
    queue.learn(id, owner);
    return owner;
}

std::string owner_of_l7_policy(const Adapter& adapter, ChangeQueue& queue, std::string_view id,
                               const CallOptions& options) {
    if (std::string known = queue.load_balancer_of(id); !known.empty()) {
        return known;
    }
    const auto policy = resource::get<L7Policy>(adapter, id, options);
    if (policy.listener_id.empty()) {
        return {};
    }
    std::string owner = owner_of_listener(adapter, queue, policy.listener_id, options);
    queue.learn(id, owner);
    return owner;
}

void learn(ChangeQueue& queue, const LoadBalancer& load_balancer) {
    for (const Listener& listener : load_balancer.listeners) {
        queue.learn(listener.id, load_balancer.id);
        for (const L7Policy& policy : listener.l7_policies) {
            queue.learn(policy.id, load_balancer.id);
        }
    }
    for (const Pool& pool : load_balancer.pools) {
        queue.learn(pool.id, load_balancer.id);
        queue.learn(pool.health_monitor ? pool.health_monitor->id : pool.health_monitor_id, load_balancer.id);
    }
}

void learn(ChangeQueue& queue, const Listener& listener) {
    const std::string owner = first_id(listener.load_balancers);
    queue.learn(listener.id, owner);
    queue.learn(listener.default_pool_id, owner);
    for (const L7Policy& policy : listener.l7_policies) {
        queue.learn(policy.id, owner);
    }
}

void learn(ChangeQueue& queue, const Pool& pool) {
    const std::string owner = first_id(pool.loadbalancers);
    queue.learn(pool.id, owner);
    queue.learn(pool.health_monitor_id, owner);
    for (const Reference& listener : pool.listeners) {
        queue.learn(listener.id, owner);
    }
}

void learn(ChangeQueue& queue, const HealthMonitor& health_monitor) {
    queue.learn(health_monitor.id, queue.load_balancer_of(first_id(health_monitor.pools)));
}

void learn(ChangeQueue& queue, const L7Policy& l7_policy) {
    queue.learn(l7_policy.id, queue.load_balancer_of(l7_policy.listener_id));
}

}  // namespace openstack::load_balancer
