// Where tasks lie in the broker: names and properties are the original's, so that its programs find them.
#pragma once

#include <string>

namespace faafo::queue::rabbitmq {

class Connection;

/// The exchange, direct and durable; the queue, durable, classic and without arguments, with its routing key.
inline const std::string task_exchange = "tasks";
inline const std::string task_queue = "normal";
/// Ours: what no worker can draw, with the header "reason". Bound to the same exchange, by its name.
inline const std::string dead_letter_queue = "dead_letters";

/// Declares all of it. The original's API leaves the queue to its workers, and loses what is published before.
void declare_topology(Connection& connection);

}  // namespace faafo::queue::rabbitmq
