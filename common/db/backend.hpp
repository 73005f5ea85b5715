// What differs between the database programs. A new one is a file beside sqlite.cpp and a line in servers.cpp.
#pragma once

#include <optional>
#include <span>

#include "common/db/database.hpp"

namespace common::db {

/// Why a server let nobody in.
enum class Refusal { unreachable, credentials, no_database, too_many, starting, encryption, other };

struct BackendTraits {
    Backend backend;
    /// Opens and sets up a session.
    void (*open)(soci::session& session, const DatabaseUrl& url);
    /// Nothing where the error is of another backend.
    std::optional<Failure> (*classify)(const soci::soci_error& error);
    /// Of an error of open().
    Refusal (*refusal)(const soci::soci_error& error);
    /// Begins a transaction that excludes every other migration until it ends.
    void (*begin_exclusive)(soci::session& session);
    void (*end_exclusive)(soci::session& session, bool commit);
    /// The connection's descriptor; null where there is no server.
    int (*socket_of)(soci::session& session);
    /// Statements that run ask now and then whether to end: anything but 0 makes them fail as interrupted. Null where a
    /// server bounds them.
    void (*ask_whether_to_end)(soci::session& session, int (*asked)(void*), void* argument);
};

[[nodiscard]] const BackendTraits& sqlite_traits();
[[nodiscard]] const BackendTraits& mysql_traits();
[[nodiscard]] const BackendTraits& postgresql_traits();

/// Those that are built in: SQLite alone in common_db (sqlite_only.cpp), all in common_db_servers (servers.cpp).
[[nodiscard]] std::span<const BackendTraits* const> all_backends();
/// Of an open session.
[[nodiscard]] const BackendTraits& traits_of(soci::session& session);

}  // namespace common::db
