// The store in an SQL database.
#pragma once

#include <chrono>
#include <memory>

#include "faafo/store/store.hpp"

namespace faafo::store {

class Database;

struct SqlStoreOptions {
    bool outbox =
        false;  ///< tasks go to a message broker (outbox.hpp), not into the table that is a queue itself
    std::chrono::milliseconds drawing_limit{
        600'000};  ///< a worker that began and reports nothing: published again
    std::chrono::milliseconds silence_limit{
        120'000};  ///< the same, of one that holds a task without the broker
};

/// `database` is shared with the queue that lives in it.
[[nodiscard]] std::unique_ptr<Store> make_sql_store(std::shared_ptr<Database> database,
                                                    SqlStoreOptions options = {});

}  // namespace faafo::store
