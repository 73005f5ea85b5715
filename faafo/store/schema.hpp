// The tables, as numbered migrations: what the first release made, then every change since.
#pragma once

#include <span>

#include "common/db/database.hpp"

namespace faafo::store {

/// Throws std::invalid_argument for a database that is not supported yet.
[[nodiscard]] std::span<const common::db::Migration> migrations(common::db::Backend backend);

}  // namespace faafo::store
