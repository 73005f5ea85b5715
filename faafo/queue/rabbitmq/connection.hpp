// One connection to a RabbitMQ broker with one channel on it: AMQP 0-9-1 as far as faafo speaks it. Hides rabbitmq-c.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "faafo/queue/rabbitmq/url.hpp"

namespace faafo::queue::rabbitmq {

/// The broker cannot be reached, refuses, or went away; the connection is of no use any more. The text is for people.
struct BrokerError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A message on its way to the broker: persistent, JSON.
struct Message {
    std::string body;
    std::string id;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// A message from the queue.
struct Delivery {
    std::uint64_t tag = 0;
    bool redelivered = false;
    bool too_long = false;  ///< no task, whatever it is; the body was dropped
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< those that are text
};
/// The broker has taken, or refused, what was published with this number (and, with `multiple`, all before it).
struct Confirm {
    std::uint64_t number = 0;
    bool multiple = false;
    bool accepted = false;
};
/// No queue wanted what was published; a Confirm follows nevertheless.
struct Returned {
    std::string id;
    std::string reason;
};
using Incoming = std::variant<Delivery, Confirm, Returned>;

/// Belongs to one thread. Every wait has a bound. Every call but the destructor may throw BrokerError.
class Connection {
  public:
    /// Connects and logs in. `name` is what the broker's lists show.
    Connection(BrokerUrl url, std::string_view name);
    /// Says goodbye if the connection still works.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// A durable direct exchange.
    void declare_exchange(const std::string& name);
    /// A durable classic queue; with `longest` the oldest messages of a longer one are dropped.
    void declare_queue(const std::string& name, std::optional<std::int32_t> longest = std::nullopt);
    void bind(const std::string& queue, const std::string& exchange, const std::string& routing_key);
    /// Messages of an existing queue that no consumer has.
    [[nodiscard]] std::uint32_t ready_messages(const std::string& queue);

    /// From now on publishes are numbered from 1 on and confirmed.
    void confirm_publishes();
    /// Returns its number. With `mandatory` it comes back as Returned when no queue is bound.
    std::uint64_t publish(const std::string& exchange, const std::string& routing_key, const Message& message,
                          bool mandatory);

    /// Starts deliveries; at most `prefetch` are unacknowledged at a time.
    void consume(const std::string& queue, std::uint16_t prefetch);
    void acknowledge(std::uint64_t tag);
    /// Back into the queue.
    void requeue(std::uint64_t tag);

    /// What the broker sends next; nothing when nothing came in time, or when the descriptor `wake` became readable.
    /// Has to be called again and again, since it also keeps up the heartbeat.
    [[nodiscard]] std::optional<Incoming> receive(std::chrono::milliseconds timeout, int wake = -1);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace faafo::queue::rabbitmq
