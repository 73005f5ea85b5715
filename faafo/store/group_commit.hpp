// Many small writes, one wait for the disk. Only .cpp files of store/ use it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "faafo/store/database.hpp"

namespace faafo::store {

/// Writes that arrive while the disk is busy with a commit go into the next one together. Each succeeds or fails
/// by itself, and returns when it is as durable as if it had been alone. Thread-safe.
class GroupCommit {
  public:
    explicit GroupCommit(Database& database) : database_(database) {}

    /// Runs `work` in a transaction, perhaps on another thread, and commits; throws what it throws.
    /// With a server `work` may run several times, see transacting().
    void run(const std::function<void(soci::session&)>& work);

  private:
    struct Job;
    void execute(const std::vector<Job*>& jobs);

    Database& database_;
    std::mutex mutex_;
    std::condition_variable finished_;
    std::vector<Job*> waiting_;
    bool busy_ = false;
};

}  // namespace faafo::store
