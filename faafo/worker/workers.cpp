#include "faafo/worker/workers.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "faafo/render/julia.hpp"
#include "faafo/worker/draw.hpp"

namespace faafo::worker {
namespace {

using std::chrono::milliseconds;

std::string host_name() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
    return name.data();
}

/// Says what is being thrown; for handlers at the end of a thread, beyond which an exception would end the process.
void report(std::string_view what) noexcept {
    try {
        throw;
    } catch (const std::exception& error) {
        spdlog::error("{}: {}", what, error.what());
    } catch (...) {
        spdlog::error("{}", what);
    }
}

/// Waits between tries of something that does not answer: longer every time, and never longer than a stop.
class Backoff {
  public:
    void reset() { next_ = first; }

    void wait(std::stop_token stop) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, next_, [] { return false; });
        next_ = std::min(next_ * 2, longest);
    }

  private:
    static constexpr milliseconds first{200};
    static constexpr milliseconds longest{5'000};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    milliseconds next_ = first;
};

}  // namespace

struct Workers::Impl {
    Impl(queue::Queue& queue, Sink& sink, WorkerOptions given)
        : queue(queue), sink(sink), options(std::move(given)) {
        if (options.name.empty()) options.name = host_name();
        options.count = std::max(options.count, 1U);
        spdlog::info("{} workers start", options.count);
        for (unsigned i = 0; i < options.count; ++i) {
            threads.emplace_back([this](std::stop_token stop) { work(stop); });
        }
        heartbeat = std::jthread([this](std::stop_token stop) { keep_leases(stop); });
    }

    ~Impl() { stop(); }

    void stop() {
        for (std::jthread& thread : threads)
            thread.request_stop();
        for (std::jthread& thread : threads) {
            if (thread.joinable()) thread.join();
        }
        heartbeat.request_stop();
        if (heartbeat.joinable()) heartbeat.join();
    }

    void work(std::stop_token stop) {
        Backoff backoff;
        while (!stop.stop_requested()) {
            try {
                const std::uint64_t seen = queue.notifications();
                if (const auto task = queue.claim(options.name)) {
                    handle(*task, stop);
                    backoff.reset();
                } else {
                    queue.wait(seen, stop);
                }
            } catch (...) {
                report("the queue does not answer");
                backoff.wait(stop);
            }
        }
    }

    /// One task from its claim to its end. Throws what the queue throws.
    void handle(const queue::Task& task, std::stop_token stop) {
        const Holding holding(*this, task.lease, stop);
        const std::string& uuid = task.fractal.uuid;
        try {
            spdlog::info("processing fractal {} (attempt {})", uuid, task.attempt);
            store::Result result =
                draw(task.fractal, options.name, options.threads_per_task, holding.stop_token());
            if (task.lease_is_stored) result.lease = task.lease;
            hand_in(result, holding.stop_token());
            queue.acknowledge(task.lease);
            return;
        } catch (const render::Cancelled&) {
            // Stopped, or the lease was lost: below.
        } catch (const render::BadParameters& error) {
            spdlog::error("fractal {} cannot be drawn: {}", uuid, error.what());
            return queue.reject(task.lease, fmt::format("cannot be drawn: {}", error.what()));
        } catch (const Refused& error) {
            spdlog::error("the picture of fractal {} was refused: {}", uuid, error.what());
            return queue.reject(task.lease, fmt::format("the picture was refused: {}", error.what()));
        } catch (const SinkUnavailable&) {
            // Only after a stop: until then hand_in() tries again.
        } catch (const std::exception& error) {
            spdlog::error("drawing fractal {} failed: {}", uuid, error.what());
            if (task.attempt >= queue.options().max_attempts) {
                return queue.reject(task.lease, fmt::format("drawing failed: {}", error.what()));
            }
            return queue.retry(task.lease, std::chrono::seconds{1} * task.attempt);
        }
        if (stop.stop_requested()) {
            spdlog::info("returning fractal {} to the queue", uuid);
            queue.release(task.lease);
        } else {
            spdlog::warn("fractal {} is not wanted any more, or was given to another worker", uuid);
        }
    }

    /// Keeps the drawn picture while nobody takes it: drawing again would not help.
    void hand_in(const store::Result& result, std::stop_token stop) {
        Backoff backoff;
        for (;;) {
            try {
                const Delivery delivery = sink.deliver(result, stop);
                spdlog::info("fractal {} {} after {:.3f} s", result.uuid,
                             delivery == Delivery::stored ? "done" : "not needed any more", *result.duration);
                return;
            } catch (const SinkUnavailable& error) {
                if (stop.stop_requested()) throw;
                spdlog::warn("the result of fractal {} has to wait: {}", result.uuid, error.what());
                backoff.wait(stop);
            }
        }
    }

    /// A task that is being worked on: its lease is renewed, and its drawing ends when the lease is lost.
    class Holding {
      public:
        Holding(Impl& impl, std::string lease, std::stop_token stop)
            : impl_(impl), lease_(std::move(lease)), forward_(stop, [this] { source_.request_stop(); }) {
            const std::lock_guard lock(impl_.mutex);
            impl_.held.emplace(lease_, source_);
        }
        ~Holding() {
            const std::lock_guard lock(impl_.mutex);
            impl_.held.erase(lease_);
        }
        Holding(const Holding&) = delete;
        Holding& operator=(const Holding&) = delete;

        [[nodiscard]] std::stop_token stop_token() const { return source_.get_token(); }

      private:
        Impl& impl_;
        std::string lease_;
        std::stop_source source_;
        std::stop_callback<std::function<void()>> forward_;
    };

    void keep_leases(std::stop_token stop) {
        while (!stop.stop_requested()) {
            try {
                for (auto& [lease, source] : held_after_a_while(stop))
                    renew(lease, source, stop);
            } catch (...) {
                report("the leases could not be renewed");
            }
        }
    }

    std::map<std::string, std::stop_source> held_after_a_while(std::stop_token stop) {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, queue.options().lease / 3, [] { return false; });
        return held;
    }

    void renew(const std::string& lease, std::stop_source& drawing, const std::stop_token& stop) {
        try {
            if (!stop.stop_requested() && !queue.extend(lease) && still_held(lease)) drawing.request_stop();
        } catch (...) {
            report("a lease could not be renewed");  // the others can, perhaps
        }
    }

    bool still_held(const std::string& lease) {
        const std::lock_guard lock(mutex);
        return held.contains(lease);
    }

    queue::Queue& queue;
    Sink& sink;
    WorkerOptions options;
    std::mutex mutex;
    std::condition_variable_any wake;
    std::map<std::string, std::stop_source> held;
    std::vector<std::jthread> threads;
    std::jthread heartbeat;
};

Workers::Workers(queue::Queue& queue, Sink& sink, WorkerOptions options)
    : impl_(std::make_unique<Impl>(queue, sink, std::move(options))) {}

Workers::~Workers() = default;

void Workers::stop() {
    impl_->stop();
}

}  // namespace faafo::worker
