// Which queue a transport_url names: the one place that knows them all.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "faafo/queue/ledger.hpp"
#include "faafo/queue/queue.hpp"

namespace faafo::store {
class Database;
}

namespace faafo::queue {

/// Whether tasks go through a message broker, and so into the outbox first. Throws UnsupportedTransport for a URL that
/// names no queue.
[[nodiscard]] bool uses_broker(std::string_view transport_url);

/// For a process with the database. What waits in the other kind of queue moves over. `ledger` is for a broker: without
/// it this process takes no tasks from there. Throws UnsupportedTransport.
[[nodiscard]] std::unique_ptr<Queue> open_queue(std::string_view transport_url,
                                                std::shared_ptr<store::Database> database,
                                                std::unique_ptr<Ledger> ledger = nullptr,
                                                QueueOptions options = {});

/// For a worker of a broker, which has no database. Throws UnsupportedTransport.
[[nodiscard]] std::unique_ptr<Queue> open_worker_queue(std::string_view transport_url,
                                                       std::unique_ptr<Ledger> ledger,
                                                       QueueOptions options = {});

}  // namespace faafo::queue
