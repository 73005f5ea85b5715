// What every user of a database here needs and SOCI does not give: opening with sane settings,
// a class for each failure, numbered migrations. SOCI itself is used directly for statements.
#pragma once

#include <soci/soci.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace common::db {

enum class Backend { sqlite, mysql, postgresql };

/// "sqlite:////var/lib/faafo/faafo.db" (SQLAlchemy's spelling: four slashes for an absolute path),
/// "mysql://user:password@host:port/name?charset=utf8mb4" ("mysql+pymysql://" and "mariadb://" too),
/// "postgresql://user:password@host:port/name?sslmode=verify-full" ("postgresql+psycopg2://" too).
/// User, password, database and the options' values may be percent-encoded.
struct DatabaseUrl {
    Backend backend = Backend::sqlite;
    std::string path;  ///< SQLite's file
    std::string user, password, host, name;
    std::uint16_t port = 0;
    std::map<std::string, std::string> options;  ///< behind the '?', of servers; only known ones

    /// Throws std::invalid_argument, without the password in its text.
    [[nodiscard]] static DatabaseUrl parse(std::string_view url);
    [[nodiscard]] std::string without_password() const;
};

/// SQLite: WAL, foreign keys, synchronous=FULL, a busy timeout of 10 s, file mode 0600.
/// Servers: UTF-8, strict types, READ COMMITTED, times in UTC, bounded waits for connections, answers and locks.
/// Throws soci_error; of a server with a text for people, and of Failure::connection.
void open(soci::session& session, const DatabaseUrl& url);

/// busy, serialization (deadlocks are of it): the same transaction may succeed later, from its beginning.
/// connection: the session is of no use any more, or there is none.
/// interrupted: it took longer than a pool allows, or the program ends.
/// storage: the disk is full, read-only or broken; somebody has to look after it.
enum class Failure {
    unique,
    foreign_key,
    not_null,
    too_large,
    busy,
    connection,
    serialization,
    interrupted,
    storage,
    other,
};
[[nodiscard]] Failure classify(const soci::soci_error& error);

struct Migration {
    int number = 0;        ///< ascending from 1
    std::string_view sql;  ///< statements, separated by ";\n"
};
/// Applies what is missing, each in one transaction, under a lock so that several processes may start at once.
/// MySQL ends the transaction with every CREATE: there a step has to bear being repeated (IF NOT EXISTS).
void migrate(soci::session& session, std::span<const Migration> migrations);

}  // namespace common::db
