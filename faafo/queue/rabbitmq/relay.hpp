// Publishes what is in the outbox. Runs in every API process: whoever is there does it, for all of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "faafo/queue/rabbitmq/session.hpp"
#include "faafo/store/outbox.hpp"

namespace faafo::queue::rabbitmq {

struct RelayOptions {
    std::size_t batch = 200;                  ///< messages on their way at the same time
    std::chrono::milliseconds poll{1'000};    ///< how often it looks for what other processes left behind
    std::chrono::milliseconds lease{30'000};  ///< how long others leave a batch to it
    std::chrono::milliseconds confirm_limit{10'000};   ///< a broker that takes longer is given up for now
    std::chrono::milliseconds publish_again{600'000};  ///< what nobody began to draw in that time may be lost
};

class Relay {
  public:
    Relay(BrokerUrl url, std::unique_ptr<store::Outbox> outbox, RelayOptions options);

    /// There is something in the outbox.
    void notify() { session_.wakeup().ring(); }
    [[nodiscard]] std::optional<std::string> trouble() const { return session_.trouble(); }

  private:
    class Flight;
    void use(Connection& connection, std::stop_token stop);
    [[nodiscard]] std::vector<store::OutboxEntry> take();
    /// Only those of which the broker has no copy that waits.
    [[nodiscard]] std::vector<store::OutboxEntry> without_waiting(Connection& connection,
                                                                  std::vector<store::OutboxEntry> entries);
    void publish(Connection& connection, std::span<const store::OutboxEntry> entries);
    void await_confirms(Connection& connection, Flight& flight) const;
    void settle(const Flight& flight, std::span<const store::OutboxEntry> entries);
    void remember(const std::function<void()>& work);

    std::unique_ptr<store::Outbox> outbox_;
    RelayOptions options_;
    bool database_failed_ = false;
    Session session_;  // last: its thread uses the others
};

}  // namespace faafo::queue::rabbitmq
