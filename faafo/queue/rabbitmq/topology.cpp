#include "faafo/queue/rabbitmq/topology.hpp"

#include "faafo/queue/rabbitmq/connection.hpp"

namespace faafo::queue::rabbitmq {
namespace {

constexpr int most_dead_letters = 10'000;

}  // namespace

void declare_topology(Connection& connection) {
    connection.declare_exchange(task_exchange);
    connection.declare_queue(task_queue);
    connection.bind(task_queue, task_exchange, task_queue);
    connection.declare_queue(dead_letter_queue, most_dead_letters);
    connection.bind(dead_letter_queue, task_exchange, dead_letter_queue);
}

}  // namespace faafo::queue::rabbitmq
