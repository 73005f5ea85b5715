#include <fcntl.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "common/db/backend.hpp"

namespace common::db {
namespace {

constexpr std::chrono::milliseconds busy_timeout{10'000};
constexpr int instructions_between_questions = 1000;

sqlite_api::sqlite3* connection_of(soci::session& session) {
    return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
}

// Makes the file with mode 0600 where there is none; SQLite gives the -wal and -shm files beside it the same mode.
// It is made elsewhere and linked into place, because a process that closes a descriptor of a database loses all
// locks which its other sessions hold on it.
void create_private(const std::string& path) {
    const auto fail = [&path] {
        throw std::system_error(errno, std::generic_category(), "cannot create the database file " + path);
    };
    if (::access(path.c_str(), F_OK) == 0) return;
    std::string fresh = path + ".XXXXXX";
    const int file = ::mkostemp(fresh.data(), O_CLOEXEC);
    if (file < 0) fail();
    ::close(file);
    const bool linked = ::link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST;
    const int error = errno;
    ::unlink(fresh.c_str());
    errno = error;
    if (!linked) fail();
}

// Several sessions may switch a fresh file's journal at once, and SQLite does not wait for that lock by itself.
void use_wal(soci::session& session) {
    const auto end = std::chrono::steady_clock::now() + busy_timeout;
    while (true) {
        try {
            std::string mode;
            session << "PRAGMA journal_mode = WAL", soci::into(mode);
            return;
        } catch (const soci::sqlite3_soci_error& error) {
            if ((error.result() & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() > end) throw;
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }
}

void open_sqlite(soci::session& session, const DatabaseUrl& url) {
    if (url.path.find('"') != std::string::npos) {  // SOCI's connection string cannot express it
        throw std::invalid_argument("the database file's name must not hold a quotation mark: " + url.path);
    }
    if (url.path != ":memory:") create_private(url.path);
    session.open(soci::sqlite3, "db=\"" + url.path + "\"");
    auto* connection = connection_of(session);
    sqlite_api::sqlite3_extended_result_codes(connection, 1);
    sqlite_api::sqlite3_busy_timeout(connection, static_cast<int>(busy_timeout.count()));
    use_wal(session);
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
        case SQLITE_INTERRUPT:
            return Failure::interrupted;
        case SQLITE_FULL:
        case SQLITE_READONLY:
        case SQLITE_IOERR:
        case SQLITE_CORRUPT:
            return Failure::storage;
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
        .refusal = [](const soci::soci_error&) { return Refusal::other; },
        .begin_exclusive = [](soci::session& session) { session << "BEGIN IMMEDIATE"; },
        .end_exclusive = [](soci::session& session,
                            bool commit) { session << (commit ? "COMMIT" : "ROLLBACK"); },
        .socket_of = nullptr,
        .ask_whether_to_end =
            [](soci::session& session, int (*asked)(void*), void* argument) {
                sqlite_api::sqlite3_progress_handler(connection_of(session), instructions_between_questions,
                                                     asked, argument);
            },
    };
    return traits;
}

}  // namespace common::db
