// The queue inside the application's own database: no server to install, no task without its fractal.
// Any number of processes on one host may share it.
#pragma once

#include <memory>
#include <string_view>

#include "faafo/queue/queue.hpp"

namespace faafo::store {
class Database;
}

namespace faafo::queue {

/// What transport_url says for this queue.
inline constexpr std::string_view embedded_url = "embedded://";

[[nodiscard]] std::unique_ptr<Queue> make_embedded_queue(std::shared_ptr<store::Database> database,
                                                         QueueOptions options = {});

}  // namespace faafo::queue
