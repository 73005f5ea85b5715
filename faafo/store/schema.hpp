// The tables, as numbered migrations: what the first release made, then every change since. Each step exists once
// for each kind of database: schema.cpp (SQLite, and what the tables are for), schema_mysql.cpp, schema_postgresql.cpp.
#pragma once

#include <span>

#include "common/db/database.hpp"

namespace faafo::store {

[[nodiscard]] std::span<const common::db::Migration> migrations(common::db::Backend backend);

[[nodiscard]] std::span<const common::db::Migration> mysql_migrations();
[[nodiscard]] std::span<const common::db::Migration> postgresql_migrations();

}  // namespace faafo::store
