// A thread that keeps up a connection to the broker: connects, declares what has to be there, lets its owner use the
// connection, and begins anew, after longer and longer waits, when the broker goes away.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "faafo/queue/rabbitmq/connection.hpp"
#include "faafo/queue/rabbitmq/wakeup.hpp"

namespace faafo::queue::rabbitmq {

class Session {
  public:
    /// Uses the connection, of which publishes are confirmed, until `stop`; BrokerError ends the connection.
    using Use = std::function<void(Connection&, std::stop_token)>;

    /// `name` is what logs and the broker's lists call it. Nothing happens before start().
    Session(BrokerUrl url, std::string name, Use use);
    ~Session();

    void start();
    /// Lets `use` end, and says goodbye to the broker.
    void stop();
    [[nodiscard]] const Wakeup& wakeup() const { return wakeup_; }
    /// Why there is no connection, for people.
    [[nodiscard]] std::optional<std::string> trouble() const;

  private:
    void run(std::stop_token stop);
    void set_trouble(std::optional<std::string> trouble);

    BrokerUrl url_;
    std::string name_;
    Use use_;
    Wakeup wakeup_;
    mutable std::mutex mutex_;
    std::condition_variable_any pause_;
    std::optional<std::string> trouble_;
    std::jthread thread_;
};

}  // namespace faafo::queue::rabbitmq
