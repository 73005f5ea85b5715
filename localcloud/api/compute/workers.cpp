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
        auto& queue = waiting_[key];
        queue.push_back(std::move(work));
        if (queue.size() == 1) ready_.push_back(key);
    }
    wake_.notify_one();
}

void Workers::run() {
    std::unique_lock lock{mutex_};
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
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
