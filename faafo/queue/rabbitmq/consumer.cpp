#include "faafo/queue/rabbitmq/consumer.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "faafo/queue/rabbitmq/topology.hpp"

namespace faafo::queue::rabbitmq {
namespace {

constexpr std::chrono::milliseconds look_after_heartbeat{1'000};
constexpr std::chrono::seconds last_orders{2};
constexpr std::chrono::milliseconds moment{20};

}  // namespace

Consumer::Consumer(BrokerUrl url, std::uint16_t prefetch, std::function<void()> arrived)
    : prefetch_(prefetch),
      arrived_(std::move(arrived)),
      session_(std::move(url), "faafo worker",
               [this](Connection& connection, std::stop_token stop) { use(connection, stop); }) {
    session_.start();
}

Consumer::~Consumer() {
    session_.stop();
}

std::optional<TaskMessage> Consumer::take() {
    const std::lock_guard lock(mutex_);
    if (messages_.empty()) return std::nullopt;
    TaskMessage message = std::move(messages_.front());
    messages_.pop_front();
    return message;
}

void Consumer::put_back(TaskMessage message) {
    const std::lock_guard lock(mutex_);
    if (message.handle.connection == connection_) messages_.push_front(std::move(message));
}

bool Consumer::current(const Handle& handle) const {
    const std::lock_guard lock(mutex_);
    return handle.connection == connection_;
}

void Consumer::acknowledge(const Handle& handle) {
    order({.kind = Kind::acknowledge, .handle = handle});
}

void Consumer::requeue(const Handle& handle) {
    order({.kind = Kind::requeue, .handle = handle});
}

void Consumer::bury(const Handle& handle, std::string body, std::string reason) {
    order({.kind = Kind::bury, .handle = handle, .body = std::move(body), .reason = std::move(reason)});
}

void Consumer::order(Order order) {
    {
        const std::lock_guard lock(mutex_);
        if (order.handle.connection != connection_) return;
        orders_.push_back(std::move(order));
    }
    session_.wakeup().ring();
}

void Consumer::use(Connection& connection, std::stop_token stop) {
    {
        const std::lock_guard lock(mutex_);
        ++connection_;
    }
    const auto forget = [this] {
        const std::lock_guard lock(mutex_);
        ++connection_;  // the broker gives the messages away anew
        messages_.clear();
        orders_.clear();
        burials_.clear();
    };
    try {
        serve(connection, stop);
    } catch (...) {
        forget();
        throw;
    }
    forget();
}

void Consumer::serve(Connection& connection, std::stop_token stop) {
    connection.consume(task_queue, prefetch_);
    while (!stop.stop_requested()) {
        session_.wakeup().silence();
        carry_out(connection);
        receive(connection, look_after_heartbeat);
    }
    session_.wakeup().silence();
    carry_out(connection);
    const auto end = std::chrono::steady_clock::now() + last_orders;
    while (!burials_.empty() && std::chrono::steady_clock::now() < end)
        receive(connection, moment);
}

void Consumer::receive(Connection& connection, std::chrono::milliseconds timeout) {
    const auto incoming = connection.receive(timeout, session_.wakeup().descriptor());
    if (!incoming) return;
    if (const auto* delivery = std::get_if<Delivery>(&*incoming)) {
        {
            const std::lock_guard lock(mutex_);
            messages_.push_back({.handle = {.connection = connection_, .tag = delivery->tag},
                                 .redelivered = delivery->redelivered,
                                 .too_long = delivery->too_long,
                                 .body = delivery->body});
        }
        arrived_();
    } else if (const auto* confirm = std::get_if<Confirm>(&*incoming)) {
        auto it = confirm->multiple ? burials_.begin() : burials_.lower_bound(confirm->number);
        while (it != burials_.end() && it->first <= confirm->number) {
            // A dead letter that the broker refuses is tried again, with the message itself.
            confirm->accepted ? connection.acknowledge(it->second) : connection.requeue(it->second);
            it = burials_.erase(it);
        }
    } else {
        throw BrokerError("the broker's queue of dead letters was deleted or unbound");
    }
}

void Consumer::carry_out(Connection& connection) {
    std::deque<Order> orders;
    {
        const std::lock_guard lock(mutex_);
        orders.swap(orders_);
    }
    for (const Order& order : orders) {
        switch (order.kind) {
            case Kind::acknowledge:
                connection.acknowledge(order.handle.tag);
                break;
            case Kind::requeue:
                connection.requeue(order.handle.tag);
                break;
            case Kind::bury: {
                const Message message{.body = order.body, .id = {}, .headers = {{"reason", order.reason}}};
                burials_.emplace(connection.publish(task_exchange, dead_letter_queue, message, true),
                                 order.handle.tag);
                break;
            }
        }
    }
}

}  // namespace faafo::queue::rabbitmq
