// The queue of tasks between the API and the workers, as workers see it. What puts a task in is
// store::Store::create, in the same transaction as the fractal itself. Behind this interface: the queue inside
// the database (embedded_queue.hpp), and RabbitMQ (rabbitmq/broker_queue.hpp); open_queue.hpp chooses.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "faafo/store/fractal.hpp"

namespace faafo::queue {

/// One delivery of one task. It is this worker's until its lease ends; a worker that dies loses it to another.
struct Task {
    store::Fractal fractal;
    std::string lease;         ///< names this delivery
    std::int64_t attempt = 1;  ///< 1 the first time
    bool lease_is_stored =
        true;  ///< the API wants to see it with the result; of a broker's lease it knows nothing
};

struct QueueOptions {
    std::chrono::milliseconds lease{30'000};  ///< how long a silent worker keeps a task
    int max_attempts = 5;                     ///< a task that ended so many workers is given up
    std::chrono::milliseconds poll{250};  ///< how often a waiting worker looks for tasks of other processes
    // Of a broker only:
    unsigned prefetch = 1;  ///< tasks that this process has at a time: as many as it has workers
    /// A drawing that takes longer is acknowledged to the broker, which would else (RabbitMQ's consumer_timeout, 30
    /// minutes) take it for lost, and is kept by reporting to the API.
    std::chrono::milliseconds hand_over{300'000};
    std::chrono::milliseconds publish_again{600'000};  ///< a task that nobody began to draw may be lost
};

/// Thread-safe. Calls other than wait() may throw store::Unavailable.
class Queue {
  public:
    virtual ~Queue() = default;

    /// The oldest task that nobody has, or nothing. Tasks that were tried too often are given up on the way.
    [[nodiscard]] virtual std::optional<Task> claim(const std::string& worker) = 0;
    /// The lease starts anew. False when it was lost, or when the result is not wanted any more: the task is over for
    /// this worker, and nothing else has to be said of it.
    virtual bool extend(const std::string& lease) = 0;
    /// The result is stored, or not wanted any more: the task is over.
    virtual void acknowledge(const std::string& lease) = 0;
    /// Back into the queue as if it had not been claimed: the worker stops.
    virtual void release(const std::string& lease) = 0;
    /// Back into the queue after `delay`; the attempt counts.
    virtual void retry(const std::string& lease, std::chrono::milliseconds delay) = 0;
    /// No worker will ever manage this one: to the dead letters, and the fractal is failed.
    virtual void reject(const std::string& lease, const std::string& reason) = 0;

    /// A task was created in this process: wakes those who wait() in it.
    virtual void notify() = 0;
    /// How often notify() was called; read it before a claim() that may find nothing.
    [[nodiscard]] virtual std::uint64_t notifications() const = 0;
    /// Returns at once when there were notifications since, else with the next one, after a while, or on a stop.
    virtual void wait(std::uint64_t seen, std::stop_token stop) = 0;

    /// Why tasks do not get through at the moment, for people; nothing when they do.
    [[nodiscard]] virtual std::optional<std::string> trouble() const { return std::nullopt; }
    [[nodiscard]] virtual const QueueOptions& options() const = 0;
};

/// A transport_url that names no queue, or one that must not be used so.
struct UnsupportedTransport : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

}  // namespace faafo::queue
