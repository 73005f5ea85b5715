// Work that only so many threads may do at a time, so that others are left for everything else.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace faafo::api {

/// Thread-safe. Must outlive its turns.
class Turns {
  public:
    explicit Turns(unsigned most) : left_(most) {}

    struct GiveBack {
        void operator()(Turns* turns) const { turns->give_back(); }
    };
    using Turn = std::unique_ptr<Turns, GiveBack>;
    /// Empty when nobody else's turn ends within `patience`.
    [[nodiscard]] Turn take(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        if (!ended_.wait_for(lock, patience, [this] { return left_ > 0; })) return nullptr;
        --left_;
        return Turn(this);
    }

  private:
    void give_back() {
        {
            const std::lock_guard lock(mutex_);
            ++left_;
        }
        ended_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable ended_;
    unsigned left_;
};

}  // namespace faafo::api
