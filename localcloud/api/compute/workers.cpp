#include "localcloud/api/compute/workers.hpp"

#include <spdlog/spdlog.h>

namespace localcloud::api::compute {

Workers::Workers(std::size_t threads) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
    stop();
}

void Workers::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void Workers::submit(const std::string& key, std::function<void()> work) {
    {
        const std::lock_guard lock{mutex_};
        if (stopping_) return;
        enqueue(key, std::move(work));
    }
    wake_.notify_one();
}

void Workers::submit_at(std::chrono::steady_clock::time_point time, const std::string& key,
                        std::function<void()> work) {
    {
        const std::lock_guard lock{mutex_};
        if (stopping_) return;
        later_.emplace(time, Later{.key = key, .work = std::move(work)});
    }
    wake_.notify_all();  // whoever waits for a later one has to wait for this one
}

void Workers::enqueue(const std::string& key, std::function<void()> work) {
    auto& queue = waiting_[key];
    queue.push_back(std::move(work));
    if (queue.size() == 1) ready_.push_back(key);
}

void Workers::enqueue_due(std::chrono::steady_clock::time_point now) {
    while (!later_.empty() && later_.begin()->first <= now) {
        Later due = std::move(later_.begin()->second);
        later_.erase(later_.begin());
        enqueue(due.key, std::move(due.work));
        wake_.notify_one();
    }
}

void Workers::run() {
    std::unique_lock lock{mutex_};
    while (true) {
        enqueue_due(std::chrono::steady_clock::now());
        if (!stopping_ && ready_.empty()) {
            if (later_.empty()) {
                wake_.wait(lock);
            } else {
                // A copy: the entry may go while this thread waits for it.
                const auto next = later_.begin()->first;
                wake_.wait_until(lock, next);
            }
            continue;
        }
        if (stopping_) return;
        const std::string key = std::move(ready_.front());
        ready_.pop_front();
        // The work stays at the head of its queue while it runs: that keeps the key from being ready twice.
        const std::function<void()> work = waiting_[key].front();
        lock.unlock();
        try {
            work();
        } catch (const std::exception& error) {
            spdlog::error("background work for {}: {}", key, error.what());
        }
        lock.lock();
        auto& queue = waiting_[key];
        queue.pop_front();
        if (queue.empty()) {
            waiting_.erase(key);
        } else {
            ready_.push_back(key);
            wake_.notify_one();
        }
    }
}

}  // namespace localcloud::api::compute
