#include "faafo/queue/rabbitmq/relay.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>

#include "faafo/api/fractal_json.hpp"
#include "faafo/queue/fault_point.hpp"
#include "faafo/queue/rabbitmq/topology.hpp"
#include "faafo/store/store.hpp"

namespace faafo::queue::rabbitmq {
/// A batch on its way, message by message.
class Relay::Flight {
  public:
    void sent(std::uint64_t number, std::string uuid) { open_.emplace(number, std::move(uuid)); }
    void returned(const Returned& message) { returned_.insert(message.id); }
    void confirmed(const Confirm& confirm) {
        auto it = confirm.multiple ? open_.begin() : open_.lower_bound(confirm.number);
        while (it != open_.end() && it->first <= confirm.number) {
            if (confirm.accepted && !returned_.contains(it->second)) arrived_.insert(it->second);
            it = open_.erase(it);
        }
    }

    [[nodiscard]] bool over() const { return open_.empty(); }
    [[nodiscard]] std::size_t open() const { return open_.size(); }
    [[nodiscard]] const std::set<std::string>& arrived() const { return arrived_; }
    [[nodiscard]] bool any_returned() const { return !returned_.empty(); }

  private:
    std::map<std::uint64_t, std::string> open_;
    std::set<std::string> returned_;
    std::set<std::string> arrived_;
};

Relay::Relay(BrokerUrl url, std::unique_ptr<store::Outbox> outbox, RelayOptions options)
    : outbox_(std::move(outbox)),
      options_(options),
      session_(std::move(url), "faafo outbox",
               [this](Connection& connection, std::stop_token stop) { use(connection, stop); }) {
    session_.start();
}

void Relay::use(Connection& connection, std::stop_token stop) {
    while (!stop.stop_requested()) {
        session_.wakeup().silence();
        const auto entries = without_waiting(connection, take());
        if (!entries.empty()) {
            publish(connection, entries);
        } else {
            (void)connection.receive(options_.poll, session_.wakeup().descriptor());
        }
    }
}

std::vector<store::OutboxEntry> Relay::take() {
    try {
        auto entries = outbox_->take(options_.batch, options_.lease);
        database_failed_ = false;
        return entries;
    } catch (const store::Unavailable& error) {
        // The connection to the broker is not to blame; the next look is a poll away.
        if (!database_failed_) spdlog::error("the outbox cannot be read: {}", error.what());
        database_failed_ = true;
        return {};
    }
}

std::vector<store::OutboxEntry> Relay::without_waiting(Connection& connection,
                                                       std::vector<store::OutboxEntry> entries) {
    const auto may_wait = [](const store::OutboxEntry& entry) {
        return entry.publications > 0 && !entry.worker_silent;
    };
    if (std::ranges::none_of(entries, may_wait)) return entries;
    const bool backlog = connection.ready_messages(task_queue) > 0;
    std::vector<std::string> waiting;
    for (const auto& entry : entries) {
        if (entry.publications == 0) continue;
        if (may_wait(entry) && backlog) {
            waiting.push_back(entry.fractal.uuid);
        } else {
            spdlog::warn("nobody draws fractal {} any more: it is published again", entry.fractal.uuid);
        }
    }
    if (backlog) std::erase_if(entries, may_wait);
    remember([&] { outbox_->postpone(waiting, options_.publish_again); });
    return entries;
}

void Relay::publish(Connection& connection, std::span<const store::OutboxEntry> entries) {
    Flight flight;
    fault_point("relay-before-publish");
    try {
        for (const auto& entry : entries) {
            const Message message{
                .body = api::to_json(entry.fractal), .id = entry.fractal.uuid, .headers = {}};
            flight.sent(connection.publish(task_exchange, task_queue, message, true), entry.fractal.uuid);
        }
        fault_point("relay-before-confirm");
        await_confirms(connection, flight);
    } catch (const BrokerError&) {
        settle(flight, entries);
        throw;
    }
    settle(flight, entries);
    if (flight.any_returned())
        throw BrokerError(fmt::format("the broker's queue '{}' was deleted or unbound", task_queue));
    if (flight.arrived().size() < entries.size()) throw BrokerError("the broker refuses messages for now");
}

void Relay::await_confirms(Connection& connection, Flight& flight) const {
    const auto end = std::chrono::steady_clock::now() + options_.confirm_limit;
    while (!flight.over()) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            throw BrokerError(
                fmt::format("the broker has not confirmed {} messages within {} s; is its memory or disk "
                            "full (rabbitmqctl status shows alarms)?",
                            flight.open(), options_.confirm_limit.count() / 1000));
        }
        const auto incoming = connection.receive(left);
        if (!incoming) continue;
        if (const auto* confirm = std::get_if<Confirm>(&*incoming)) flight.confirmed(*confirm);
        if (const auto* returned = std::get_if<Returned>(&*incoming)) flight.returned(*returned);
    }
}

void Relay::settle(const Flight& flight, std::span<const store::OutboxEntry> entries) {
    std::vector<std::string> arrived;
    std::vector<std::string> left;
    for (const auto& entry : entries)
        (flight.arrived().contains(entry.fractal.uuid) ? arrived : left).push_back(entry.fractal.uuid);
    remember([&] {
        outbox_->published(arrived, options_.publish_again);
        outbox_->postpone(left, std::chrono::milliseconds{0});
    });
}

/// What cannot be remembered is published once more when the lease ends, which does no harm.
void Relay::remember(const std::function<void()>& work) {
    try {
        work();
    } catch (const store::Unavailable& error) {
        spdlog::error("the outbox cannot be written: {}", error.what());
    }
}

}  // namespace faafo::queue::rabbitmq
