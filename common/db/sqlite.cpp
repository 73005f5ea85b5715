#include <fcntl.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/db/backend.hpp"

namespace common::db {
namespace {

constexpr int busy_timeout_ms = 10'000;

// SQLite gives the -wal and -shm files beside it the same mode.
void create_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        throw std::system_error(errno, std::generic_category(), "cannot open the database file " + path);
    }
    ::close(file);
}

void open_sqlite(soci::session& session, const DatabaseUrl& url) {
    if (url.path.find('"') != std::string::npos) {  // SOCI's connection string cannot express it
        throw std::invalid_argument("the database file's name must not hold a quotation mark: " + url.path);
    }
    if (url.path != ":memory:") create_private(url.path);
    session.open(soci::sqlite3, "db=\"" + url.path + "\"");
    auto* connection = static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
    sqlite_api::sqlite3_extended_result_codes(connection, 1);
    sqlite_api::sqlite3_busy_timeout(connection, busy_timeout_ms);
    // Several processes may switch the journal at once; SQLite does not wait for that one lock by itself.
    std::string mode;
    session << "PRAGMA journal_mode = WAL", soci::into(mode);
    session << "PRAGMA foreign_keys = ON";
    session << "PRAGMA synchronous = FULL";
}

std::optional<Failure> classify_sqlite(const soci::soci_error& error) {
    const auto* failure = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    if (failure == nullptr) return std::nullopt;
    switch (failure->result()) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return Failure::unique;
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return Failure::foreign_key;
        case SQLITE_CONSTRAINT_NOTNULL:
            return Failure::not_null;
        // A reader whose snapshot is old cannot become a writer; trying the whole transaction again helps.
        case SQLITE_BUSY_SNAPSHOT:
            return Failure::serialization;
        default:
            break;
    }
    switch (failure->result() & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return Failure::busy;
        case SQLITE_CANTOPEN:
        case SQLITE_NOTADB:
            return Failure::connection;
        default:
            return Failure::other;
    }
}

}  // namespace

const BackendTraits& sqlite_traits() {
    static const BackendTraits traits{
        .backend = Backend::sqlite,
        .open = open_sqlite,
        .classify = classify_sqlite,
        .begin_exclusive = [](soci::session& session) { session << "BEGIN IMMEDIATE"; },
        .end_exclusive = [](soci::session& session,
                            bool commit) { session << (commit ? "COMMIT" : "ROLLBACK"); },
    };
    return traits;
}

}  // namespace common::db
