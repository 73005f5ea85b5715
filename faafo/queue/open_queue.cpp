#include "faafo/queue/open_queue.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "faafo/queue/embedded_queue.hpp"
#include "faafo/queue/rabbitmq/broker_queue.hpp"
#include "faafo/queue/rabbitmq/url.hpp"
#include "faafo/store/outbox.hpp"
#include "faafo/store/store.hpp"

namespace faafo::queue {
namespace {

/// Tries at every start; what a start without the database leaves waits for the next.
void move_over(store::Outbox& outbox, bool broker) {
    try {
        const std::size_t moved = broker ? outbox.adopt_tasks() : outbox.return_tasks();
        if (moved > 0) spdlog::info("{} tasks of the queue that was used before move over", moved);
    } catch (const store::Unavailable& error) {
        spdlog::warn("tasks of the queue that was used before stay there for now: {}", error.what());
    }
}

}  // namespace

bool uses_broker(std::string_view transport_url) {
    if (transport_url.empty() || transport_url == embedded_url) return false;
    if (rabbitmq::is_broker(transport_url)) return true;
    // The URL may hold a password: nothing of it is repeated.
    throw UnsupportedTransport(fmt::format(
        "transport_url: unknown kind of queue; set it to amqp://USER:PASSWORD@HOST:5672// for RabbitMQ, to "
        "{} for the queue inside the database, or leave it out",
        embedded_url));
}

std::unique_ptr<Queue> open_queue(std::string_view transport_url, std::shared_ptr<store::Database> database,
                                  std::unique_ptr<Ledger> ledger, QueueOptions options) {
    const bool broker = uses_broker(transport_url);
    auto outbox = std::make_unique<store::Outbox>(database);
    if (broker)
        (void)rabbitmq::BrokerUrl::parse(transport_url);  // nothing is moved for a URL that makes no sense
    move_over(*outbox, broker);
    if (!broker) return make_embedded_queue(std::move(database), options);
    return rabbitmq::make_broker_queue(transport_url,
                                       {.outbox = std::move(outbox), .ledger = std::move(ledger)}, options);
}

std::unique_ptr<Queue> open_worker_queue(std::string_view transport_url, std::unique_ptr<Ledger> ledger,
                                         QueueOptions options) {
    return rabbitmq::make_broker_queue(transport_url, {.outbox = nullptr, .ledger = std::move(ledger)},
                                       options);
}

}  // namespace faafo::queue
