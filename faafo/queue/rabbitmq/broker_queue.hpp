// The queue behind which a RabbitMQ broker is. In an API process it relays the outbox; where workers are, it takes
// their tasks from the broker. A message is acknowledged when its result is stored.
#pragma once

#include <memory>
#include <string_view>

#include "faafo/queue/ledger.hpp"
#include "faafo/queue/queue.hpp"
#include "faafo/store/outbox.hpp"

namespace faafo::queue::rabbitmq {

struct Ends {
    std::unique_ptr<store::Outbox> outbox;  ///< none: nothing is relayed
    std::unique_ptr<Ledger> ledger;         ///< none: no tasks are taken
};

/// Returns at once; the broker may come later. Throws UnsupportedTransport for a URL that makes no sense.
[[nodiscard]] std::unique_ptr<Queue> make_broker_queue(std::string_view transport_url, Ends ends,
                                                       QueueOptions options);

}  // namespace faafo::queue::rabbitmq
