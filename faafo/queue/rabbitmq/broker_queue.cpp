#include "faafo/queue/rabbitmq/broker_queue.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "faafo/api/fractal_json.hpp"
#include "faafo/queue/fault_point.hpp"
#include "faafo/queue/rabbitmq/consumer.hpp"
#include "faafo/queue/rabbitmq/relay.hpp"

namespace faafo::queue::rabbitmq {
namespace {

using Clock = std::chrono::steady_clock;

/// What no worker can make sense of, with the reason.
struct Unreadable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

store::Fractal read_task(const TaskMessage& message) {
    if (message.too_long) throw Unreadable("the message is too long for a task");
    try {
        store::Fractal fractal = api::fractal_from_json(message.body);
        if (!store::is_uuid(fractal.uuid)) throw Unreadable("the message's 'uuid' is no UUID");
        fractal.uuid = store::lower_case(fractal.uuid);
        return fractal;
    } catch (const api::BadAnswer& error) {
        throw Unreadable(fmt::format("the message is no task: {}", error.what()));
    }
}

class BrokerQueue : public Queue {
  public:
    BrokerQueue(BrokerUrl url, Ends ends, QueueOptions options)
        : ledger_(std::move(ends.ledger)), options_(options) {
        if (ends.outbox) {
            relay_.emplace(url, std::move(ends.outbox),
                           RelayOptions{.publish_again = options_.publish_again});
        }
        if (ledger_) {
            const auto prefetch = static_cast<std::uint16_t>(
                std::clamp<unsigned>(options_.prefetch, 1, std::numeric_limits<std::uint16_t>::max()));
            consumer_.emplace(std::move(url), prefetch, [this] { ring(); });
        }
    }

    std::optional<Task> claim(const std::string& worker) override {
        while (auto message = next_message()) {
            try {
                if (auto task = begin(*message, worker)) {
                    fault_point("worker-mid-task");
                    return task;
                }
            } catch (const Unreadable& error) {
                spdlog::error("a message goes to the dead letters: {}", error.what());
                consumer_->bury(message->handle, std::move(message->body), error.what());
            } catch (...) {
                consumer_->put_back(*std::move(message));
                throw;
            }
        }
        return std::nullopt;
    }

    bool extend(const std::string& lease) override {
        const auto held = find(lease);
        if (!held) return false;
        if (!held->without_broker && Clock::now() - held->since < options_.hand_over) {
            if (ledger_->wanted(held->uuid)) return true;
        } else {
            switch (ledger_->hold(held->uuid, lease)) {
                case Ledger::Hold::kept:
                    keep_without_broker(lease);
                    return true;
                case Ledger::Hold::impossible:
                    return true;
                case Ledger::Hold::pointless:
                    break;
            }
        }
        // The broker would count it among this process's messages for ever, and send one less.
        finish(lease);
        return false;
    }

    void acknowledge(const std::string& lease) override {
        fault_point("worker-before-acknowledge");
        finish(lease);
    }

    void release(const std::string& lease) override {
        const auto held = forget(lease);
        if (!held) return;
        try {
            ledger_->release(held->uuid);  // first: whoever gets it next begins after this
        } catch (const LedgerUnavailable& error) {
            spdlog::warn("the API does not know that fractal {} waits again: {}", held->uuid, error.what());
        }
        if (!held->without_broker) consumer_->requeue(held->handle);
    }

    void retry(const std::string& lease, std::chrono::milliseconds delay) override {
        auto held = forget(lease);
        if (!held) return;
        const std::lock_guard lock(mutex_);
        delayed_.push_back({.when = Clock::now() + delay, .held = *std::move(held)});
    }

    void reject(const std::string& lease, const std::string& reason) override {
        const auto held = forget(lease);
        if (!held) return;
        try {
            give_up(held->uuid, held->handle, held->body, reason, held->without_broker);
        } catch (...) {
            // Drawn once more, and rejected again then.
            if (!held->without_broker) consumer_->requeue(held->handle);
            throw;
        }
    }

    void notify() override {
        if (relay_) relay_->notify();
        ring();
    }

    std::uint64_t notifications() const override {
        const std::lock_guard lock(mutex_);
        return rung_;
    }

    void wait(std::uint64_t seen, std::stop_token stop) override {
        std::unique_lock lock(mutex_);
        bell_.wait_for(lock, stop, options_.poll, [&] { return rung_ != seen; });
    }

    std::optional<std::string> trouble() const override {
        auto trouble = relay_ ? relay_->trouble() : std::nullopt;
        if (!trouble && consumer_) trouble = consumer_->trouble();
        return trouble;
    }

    const QueueOptions& options() const override { return options_; }

  private:
    /// A task that a worker of this process is at.
    struct Held {
        std::string uuid;
        Handle handle;
        std::string body;
        Clock::time_point since;
        bool without_broker = false;  // acknowledged to the broker already; the API would publish it again
    };
    struct Delayed {
        Clock::time_point when;
        Held held;
    };

    void ring() {
        {
            const std::lock_guard lock(mutex_);
            ++rung_;
        }
        bell_.notify_all();
    }

    std::optional<TaskMessage> next_message() {
        if (!consumer_) return std::nullopt;
        {
            const std::lock_guard lock(mutex_);
            const auto due =
                std::find_if(delayed_.begin(), delayed_.end(),
                             [now = Clock::now()](const Delayed& each) { return each.when <= now; });
            if (due != delayed_.end()) {
                Held held = std::move(due->held);
                delayed_.erase(due);
                // One that the broker has given to others meanwhile is theirs.
                if (!held.without_broker && consumer_->current(held.handle))
                    return TaskMessage{.handle = held.handle, .body = std::move(held.body)};
            }
        }
        return consumer_->take();
    }

    std::optional<Task> begin(const TaskMessage& message, const std::string& worker) {
        store::Fractal fractal = read_task(message);
        if (message.redelivered && adopt(fractal.uuid, message.handle)) return std::nullopt;
        const Ledger::Beginning beginning = ledger_->begin(fractal.uuid);
        if (!beginning.wanted) {
            spdlog::info("fractal {} needs no picture any more", fractal.uuid);
            consumer_->acknowledge(message.handle);
            return std::nullopt;
        }
        if (beginning.attempt > options_.max_attempts) {
            give_up(
                fractal.uuid, message.handle, message.body,
                fmt::format("given up: {} workers ended, fell silent or failed while they drew it, before {}",
                            beginning.attempt - 1, worker),
                false);
            return std::nullopt;
        }
        Task task{.fractal = std::move(fractal),
                  .lease = store::new_uuid(),
                  .attempt = beginning.attempt,
                  .lease_is_stored = false};
        const std::lock_guard lock(mutex_);
        held_.emplace(task.lease, Held{.uuid = task.fractal.uuid,
                                       .handle = message.handle,
                                       .body = message.body,
                                       .since = Clock::now()});
        return task;
    }

    /// The connection broke while a worker of this process draws the fractal, and the message came again: to be
    /// acknowledged by the same drawing.
    bool adopt(const std::string& uuid, const Handle& handle) {
        const std::lock_guard lock(mutex_);
        for (auto& [lease, held] : held_) {
            if (held.uuid != uuid || held.without_broker) continue;
            held.handle = handle;
            return true;
        }
        return false;
    }

    /// The fractal is failed first: should this process end in between, the message comes again and finds it so.
    void give_up(const std::string& uuid, const Handle& handle, const std::string& body,
                 const std::string& reason, bool without_broker) {
        ledger_->fail(uuid, reason);
        if (!without_broker) consumer_->bury(handle, body, reason);
    }

    void keep_without_broker(const std::string& lease) {
        Handle handle;
        {
            const std::lock_guard lock(mutex_);
            const auto found = held_.find(lease);
            if (found == held_.end() || found->second.without_broker) return;
            found->second.without_broker = true;
            handle = found->second.handle;
        }
        consumer_->acknowledge(handle);
    }

    std::optional<Held> find(const std::string& lease) const {
        const std::lock_guard lock(mutex_);
        const auto found = held_.find(lease);
        if (found == held_.end()) return std::nullopt;
        return found->second;
    }

    void finish(const std::string& lease) {
        if (const auto held = forget(lease); held && !held->without_broker)
            consumer_->acknowledge(held->handle);
    }

    std::optional<Held> forget(const std::string& lease) {
        const std::lock_guard lock(mutex_);
        const auto found = held_.find(lease);
        if (found == held_.end()) return std::nullopt;
        Held held = std::move(found->second);
        held_.erase(found);
        return held;
    }

    std::unique_ptr<Ledger> ledger_;
    QueueOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable_any bell_;
    std::uint64_t rung_ = 0;
    std::map<std::string, Held> held_;
    std::vector<Delayed> delayed_;
    std::optional<Relay> relay_;  // last: their threads use the others
    std::optional<Consumer> consumer_;
};

}  // namespace

std::unique_ptr<Queue> make_broker_queue(std::string_view transport_url, Ends ends, QueueOptions options) {
    return std::make_unique<BrokerQueue>(BrokerUrl::parse(transport_url), std::move(ends), options);
}

}  // namespace faafo::queue::rabbitmq
