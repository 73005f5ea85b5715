// What differs between the database programs. A new one is a file beside sqlite.cpp and a line in database.cpp.
#pragma once

#include <optional>
#include <span>

#include "common/db/database.hpp"

namespace common::db {

struct BackendTraits {
    Backend backend;
    /// Opens and sets up a session.
    void (*open)(soci::session& session, const DatabaseUrl& url);
    /// Nothing where the error is of another backend.
    std::optional<Failure> (*classify)(const soci::soci_error& error);
    /// Begins a transaction that excludes every other migration until it ends.
    void (*begin_exclusive)(soci::session& session);
    void (*end_exclusive)(soci::session& session, bool commit);
};

[[nodiscard]] const BackendTraits& sqlite_traits();

[[nodiscard]] std::span<const BackendTraits* const> all_backends();
/// Of an open session.
[[nodiscard]] const BackendTraits& traits_of(soci::session& session);

}  // namespace common::db
