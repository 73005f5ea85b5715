// The store in an SQL database.
#pragma once

#include <memory>

#include "faafo/store/store.hpp"

namespace faafo::store {

class Database;

/// `database` is shared with the queue that lives in it.
[[nodiscard]] std::unique_ptr<Store> make_sql_store(std::shared_ptr<Database> database);

}  // namespace faafo::store
