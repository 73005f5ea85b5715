// faafo-worker: takes tasks from the queue, draws, and PUTs the pictures to the API. With a message broker it needs no
// database.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <stop_token>

#include "faafo/config/logging.hpp"
#include "faafo/config/settings.hpp"
#include "faafo/config/signals.hpp"
#include "faafo/queue/open_queue.hpp"
#include "faafo/store/database.hpp"
#include "faafo/worker/ledger.hpp"
#include "faafo/worker/workers.hpp"

namespace {

using namespace faafo;

int run(int argc, const char* const* argv) {
    const auto [settings, exit_status] =
        config::read_settings("faafo-worker", "Draws the fractals that were asked for.", argc, argv);
    if (exit_status) return *exit_status;
    if (settings.workers == 0) throw config::BadConfiguration("workers must be at least 1");
    config::start_logging(settings, "faafo.worker");
    config::hold_stop_signals();

    const queue::QueueOptions options{.lease = settings.lease,
                                      .max_attempts = static_cast<int>(settings.max_attempts),
                                      .prefetch = settings.workers,
                                      .hand_over = settings.hand_over};
    std::stop_source stop;
    const bool broker = queue::uses_broker(settings.transport_url);
    const auto queue =
        broker ? queue::open_worker_queue(settings.transport_url,
                                          worker::make_http_ledger(settings.endpoint_url, stop.get_token()),
                                          options)
               : queue::open_queue(
                     settings.transport_url,
                     std::make_shared<store::Database>(settings.database_url, settings.workers + 2), nullptr,
                     options);
    const auto sink = worker::make_http_sink(settings.endpoint_url);
    worker::Workers workers(*queue, *sink,
                            {.count = settings.workers, .threads_per_task = settings.threads_per_task});
    spdlog::info("pictures go to {}", settings.endpoint_url);
    config::wait_for_stop();
    spdlog::info("stopping");
    stop.request_stop();
    workers.stop();
    spdlog::info("stopped");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "faafo-worker: {}\n", error.what());
        return 1;
    }
}
