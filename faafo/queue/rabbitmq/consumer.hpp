// Takes messages from the queue of tasks and tells the broker what became of them. One thread speaks with the broker;
// everybody else leaves orders for it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "faafo/queue/rabbitmq/session.hpp"

namespace faafo::queue::rabbitmq {

/// A message as long as its connection lives: a later one does not know its number.
struct Handle {
    std::uint64_t connection = 0;
    std::uint64_t tag = 0;
};

struct TaskMessage {
    Handle handle;
    bool redelivered = false;
    bool too_long = false;
    std::string body;
};

/// Thread-safe. Messages of a connection that broke come again by themselves: orders for them do nothing.
class Consumer {
  public:
    /// At most `prefetch` messages are with this process at a time. `arrived` is called for each, in the other thread.
    Consumer(BrokerUrl url, std::uint16_t prefetch, std::function<void()> arrived);
    /// Carries out what was ordered, within seconds; what is left goes to other workers.
    ~Consumer();
    Consumer(const Consumer&) = delete;
    Consumer& operator=(const Consumer&) = delete;

    /// The longest waiting message, if there is one.
    [[nodiscard]] std::optional<TaskMessage> take();
    /// The next take() gives it.
    void put_back(TaskMessage message);

    void acknowledge(const Handle& handle);
    void requeue(const Handle& handle);
    /// To the dead letters, with the reason; out of the queue once it is there.
    void bury(const Handle& handle, std::string body, std::string reason);

    /// Whether the message is with this process still.
    [[nodiscard]] bool current(const Handle& handle) const;
    [[nodiscard]] std::optional<std::string> trouble() const { return session_.trouble(); }

  private:
    enum class Kind { acknowledge, requeue, bury };
    struct Order {
        Kind kind = Kind::acknowledge;
        Handle handle;
        std::string body;
        std::string reason;
    };

    void use(Connection& connection, std::stop_token stop);
    void serve(Connection& connection, std::stop_token stop);
    void order(Order order);
    void carry_out(Connection& connection);
    void receive(Connection& connection, std::chrono::milliseconds timeout);

    const std::uint16_t prefetch_;
    const std::function<void()> arrived_;
    mutable std::mutex mutex_;
    std::uint64_t connection_ = 0;  // counts them; odd while there is one
    std::deque<TaskMessage> messages_;
    std::deque<Order> orders_;
    std::map<std::uint64_t, std::uint64_t> burials_;  // of a publish's number the message's; the thread's own
    Session session_;                                 // last: its thread uses the others
};

}  // namespace faafo::queue::rabbitmq
