// Who may change what is below a load balancer now, and which load balancer something belongs to: what all copies of
// a Connection share. How a change is made is in change.hpp.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>

#include "openstack/wait.hpp"

namespace openstack::load_balancer {

/// How long changes wait for a load balancer, by which clock; tests set their own before the first change.
struct ChangePolicy {
    std::chrono::milliseconds patience = std::chrono::minutes(10);  ///< of a call without a deadline
    std::chrono::milliseconds first_pause{100};
    std::chrono::milliseconds longest_pause{5000};
    std::shared_ptr<WaitClock> clock;  ///< the real one when empty
};

/// Thread-safe.
class ChangeQueue {
    struct Lane;

  public:
    ChangePolicy policy;

    /// The turn of one change; the next one in the queue has it when this is gone.
    class Turn {
      public:
        Turn(Turn&& other) noexcept = default;
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        Turn& operator=(Turn&&) = delete;
        ~Turn();

        /// Whether an earlier change may still be at work.
        [[nodiscard]] bool unsettled() const;
        /// It was seen to be ACTIVE (or in ERROR), in this turn.
        void settled();
        /// To be called before a change is sent.
        void sending();

      private:
        friend class ChangeQueue;
        Turn(ChangeQueue& queue, std::shared_ptr<Lane> lane) : queue_(&queue), lane_(std::move(lane)) {}
        ChangeQueue* queue_;
        std::shared_ptr<Lane> lane_;
    };

    /// Waits behind those who came before. Nothing when the time is up or a stop is requested.
    [[nodiscard]] std::optional<Turn> enter(const std::string& load_balancer,
                                            std::chrono::steady_clock::time_point until,
                                            const std::stop_token& stop);

    /// For those who look at a load balancer without a turn: a number to give to seen_settled, if nobody is changing
    /// it now.
    [[nodiscard]] std::optional<std::uint64_t> quiet(const std::string& load_balancer);
    /// It was ACTIVE after quiet() was called.
    void seen_settled(const std::string& load_balancer, std::uint64_t quiet_number);
    /// A new load balancer is at work from the beginning.
    void created(const std::string& load_balancer);

    /// What answers said about who belongs to whom.
    void learn(std::string_view child, std::string_view load_balancer);
    void forget(std::string_view child);
    /// Empty when it is not known.
    [[nodiscard]] std::string load_balancer_of(std::string_view child) const;

  private:
    struct Lane {
        std::deque<std::uint64_t> waiting;  ///< the first one has the turn
        std::uint64_t next = 0;
        bool unsettled = false;
        std::uint64_t changes = 0;
    };
    [[nodiscard]] std::shared_ptr<Lane> lane(const std::string& load_balancer);

    mutable std::mutex mutex_;
    std::condition_variable_any moved_;
    std::map<std::string, std::shared_ptr<Lane>, std::less<>> lanes_;
    std::unordered_map<std::string, std::string> owners_;
};

}  // namespace openstack::load_balancer
