// What every user of a database here needs and SOCI does not give: opening with sane settings,
// a class for each failure, numbered migrations. SOCI itself is used directly for statements.
#pragma once

#include <soci/soci.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace common::db {

enum class Backend { sqlite, mysql, postgresql };

/// "sqlite:////var/lib/faafo/faafo.db" (SQLAlchemy's spelling: four slashes for an absolute path),
/// "mysql://user:password@host:port/name" ("mysql+pymysql://" too), "postgresql://…".
struct DatabaseUrl {
    Backend backend = Backend::sqlite;
    std::string path;  ///< SQLite's file
    std::string user, password, host, name;
    std::uint16_t port = 0;

    /// Throws std::invalid_argument, without the password in its text.
    [[nodiscard]] static DatabaseUrl parse(std::string_view url);
    [[nodiscard]] std::string without_password() const;
};

/// SQLite: WAL, foreign keys, synchronous=FULL, a busy timeout of 10 s, file mode 0600.
void open(soci::session& session, const DatabaseUrl& url);

/// Sessions ready for use; a thread leases one (soci::session lease(pool.get())) and waits while all are out.
[[nodiscard]] std::shared_ptr<soci::connection_pool> open_pool(const DatabaseUrl& url, std::size_t size);

enum class Failure { unique, foreign_key, not_null, busy, connection, serialization, other };
[[nodiscard]] Failure classify(const soci::soci_error& error);

struct Migration {
    int number = 0;        ///< ascending from 1
    std::string_view sql;  ///< statements, separated by ";\n"
};
/// Applies what is missing, each in one transaction, under a lock so that several processes may start at once.
void migrate(soci::session& session, std::span<const Migration> migrations);

}  // namespace common::db
