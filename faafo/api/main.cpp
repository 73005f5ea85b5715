// faafo-api: the REST interface, the gallery, and, unless workers = 0, the workers too.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>

#include "common/httpd/server.hpp"
#include "faafo/api/service.hpp"
#include "faafo/config/logging.hpp"
#include "faafo/config/settings.hpp"
#include "faafo/config/signals.hpp"
#include "faafo/queue/open_queue.hpp"
#include "faafo/store/database.hpp"
#include "faafo/store/sql_store.hpp"
#include "faafo/worker/ledger.hpp"
#include "faafo/worker/workers.hpp"

namespace {

using namespace faafo;

constexpr std::chrono::seconds longest_farewell{5};

int run(int argc, const char* const* argv) {
    const auto [settings, exit_status] = config::read_settings(
        "faafo-api", "Takes requests for fractals, shows them, and draws them.", argc, argv);
    if (exit_status) return *exit_status;
    config::start_logging(settings, "faafo.api");
    config::hold_stop_signals();

    auto database = std::make_shared<store::Database>(settings.database_url,
                                                      settings.request_threads + settings.workers + 2,
                                                      store::Database::Start::when_reachable);
    const bool broker = queue::uses_broker(settings.transport_url);
    const auto store =
        store::make_sql_store(database, {.outbox = broker, .silence_limit = settings.lease * 4});
    const auto queue =
        queue::open_queue(settings.transport_url, database,
                          broker && settings.workers > 0 ? worker::make_store_ledger(*store) : nullptr,
                          {.lease = settings.lease,
                           .max_attempts = static_cast<int>(settings.max_attempts),
                           .prefetch = settings.workers,
                           .hand_over = settings.hand_over});
    const api::Service service(*store, *queue, {.searches = (settings.request_threads + 1) / 2});
    common::httpd::Server server(
        {.address = settings.listen_address,
         .port = settings.bind_port,
         .handler_threads = settings.request_threads,
         .body_limit = settings.max_body_size},
        [&service](const common::httpd::Request& request) { return service(request); });
    spdlog::info("listening on {}", server.url());

    const auto sink = worker::make_store_sink(*store);
    std::optional<worker::Workers> workers;
    if (settings.workers > 0) {
        workers.emplace(
            *queue, *sink,
            worker::WorkerOptions{
                .count = settings.workers, .threads_per_task = settings.threads_per_task, .name = {}});
    }
    config::wait_for_stop();
    spdlog::info("stopping");
    server.stop(longest_farewell, [&database] { database->interrupt(); });
    if (workers) workers->stop();
    spdlog::info("stopped");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "faafo-api: {}\n", error.what());
        return 1;
    }
}
