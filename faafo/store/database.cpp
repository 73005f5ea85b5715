#include "faafo/store/database.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <system_error>
#include <thread>

#include "faafo/store/schema.hpp"
#include "faafo/store/store.hpp"

namespace faafo::store {
namespace {

using common::db::Backend;
using common::db::DatabaseUrl;
using common::db::Failure;

constexpr std::chrono::seconds longest_wait_for_writers{10};
constexpr std::chrono::seconds longest_wait_for_sessions{10};
// Clients choose what is searched for, and threads that answer everybody wait for it.
constexpr std::chrono::milliseconds most_for_a_search{10'000};
constexpr int most_tries = 8;
constexpr std::chrono::minutes longest_migration{10};

/// A file in a folder that does not exist yet is the first start, not a mistake.
void make_folder(const DatabaseUrl& url) {
    if (url.backend != Backend::sqlite || url.path.empty() || url.path == ":memory:") return;
    const std::filesystem::path folder = std::filesystem::path(url.path).parent_path();
    if (folder.empty() || std::filesystem::exists(folder)) return;
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

}  // namespace

Database::Database(const std::string& url, std::size_t sessions, Start start,
                   std::chrono::milliseconds longest_use)
    : longest_search_(std::min(longest_use, most_for_a_search)),
      pool_(DatabaseUrl::parse(url), sessions, longest_wait_for_sessions, longest_use) {
    try {
        prepare();
    } catch (const Unavailable& error) {
        if (start == Start::now || is_sqlite()) throw;
        spdlog::warn("{}; trying again with every request", error.what());
    }
}

void Database::prepare() {
    const std::lock_guard lock(preparing_);
    if (prepared_) return;
    const DatabaseUrl& url = pool_.url();
    const auto cannot_open = [&url](const std::string& why) {
        return Unavailable("cannot use the database " + url.without_password() + ": " + why);
    };
    try {
        make_folder(url);
        auto lease = pool_.lease();
        lease.allow(longest_migration);
        common::db::migrate(lease.session(), migrations(url.backend));
    } catch (const soci::soci_error& error) {
        throw cannot_open(error.get_error_message());
    } catch (const std::system_error& error) {
        throw cannot_open(error.code().message());
    } catch (const common::db::PoolExhausted& error) {
        throw cannot_open(error.what());
    }
    prepared_ = true;
}

common::db::Pool::Lease Database::lease() {
    if (!prepared_) prepare();
    try {
        return pool_.lease();
    } catch (const common::db::PoolExhausted&) {
        throw Unavailable("the database is too busy; try again");
    } catch (const soci::soci_error& error) {
        throw Unavailable("cannot use the database " + pool_.url().without_password() + ": " +
                          error.get_error_message());
    }
}

void Database::fail(const soci::soci_error& error) {
    const std::string reason = error.get_error_message();
    switch (common::db::classify(error)) {
        case Failure::connection:
            throw Unavailable("the connection with the database " + pool_.url().without_password() +
                              " is broken; try again (" + reason + ")");
        case Failure::busy:
        case Failure::serialization:
            throw Unavailable("the database is too busy; try again (" + reason + ")");
        case Failure::interrupted:
            throw Unavailable(
                "a question took the database too long, or the program ends (" + reason + ")",
                "The question takes the database too long; ask for less, with fewer conditions");
        case Failure::storage:
            keeps_nothing_ = true;
            throw Unavailable(
                "the database " + pool_.url().without_password() + " can keep nothing: " + reason,
                "The database's disk is full, read-only or broken: nothing can be kept until that is "
                "repaired");
        default:
            throw Unavailable("the database failed: " + reason);
    }
}

void WriteTurn::take() {
    std::unique_lock lock(mutex_);
    if (!free_.wait_for(lock, longest_wait_for_writers, [this] { return !taken_; })) {
        throw Unavailable("the database is too busy; try again");
    }
    taken_ = true;
}

void WriteTurn::give_back() {
    {
        const std::lock_guard lock(mutex_);
        taken_ = false;
    }
    free_.notify_one();
}

std::unique_ptr<WriteTurn, Transaction::GiveBack> Transaction::take(Database& database, Kind kind) {
    if (kind == Kind::read || !database.is_sqlite()) return nullptr;
    database.write_turn().take();
    return std::unique_ptr<WriteTurn, GiveBack>(&database.write_turn());
}

Transaction::Transaction(Database& database, Kind kind)
    : database_(database), kind_(kind), turn_(take(database, kind)), lease_(database.lease()) {
    if (kind == Kind::read && database.is_sqlite()) lease_.allow(database.longest_search());
    try {
        begin();
    } catch (const soci::soci_error& error) {
        const bool died_while_idle = common::db::classify(error) == Failure::connection && !lease_.fresh();
        end();  // the session goes back into the pool, and must not stay relaxed
        if (!died_while_idle) throw;
        lease_.discard();
        lease_.renew();
        begin();
    }
}

void Transaction::begin() {
    switch (database_.backend()) {
        case Backend::sqlite:
            if (kind_ == Kind::relaxed_write) {
                session() << "PRAGMA synchronous = NORMAL";
                relaxed_ = true;
            }
            // IMMEDIATE: two processes that read first and write then would else fail at the moment of writing.
            session() << (kind_ == Kind::read ? "BEGIN" : "BEGIN IMMEDIATE");
            break;
        case Backend::mysql:
            // A reader wants one state of everything, a writer that waited for a lock the newest.
            if (kind_ == Kind::read) session() << "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
            session() << (kind_ == Kind::read ? "START TRANSACTION READ ONLY" : "START TRANSACTION");
            break;
        case Backend::postgresql:
            session() << (kind_ == Kind::read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
            break;
    }
    open_ = true;
    if (database_.backend() == Backend::postgresql && kind_ == Kind::relaxed_write)
        session() << "SET LOCAL synchronous_commit = off";
}

Transaction::~Transaction() {
    end();
}

void Transaction::end() noexcept {
    try {
        if (open_) session() << "ROLLBACK";
    } catch (const std::exception&) {
        // A server's connection is gone, and the transaction with it. SQLite has rolled back already.
        if (!database_.is_sqlite()) lease_.discard();
    }
    open_ = false;
    try {
        if (relaxed_) session() << "PRAGMA synchronous = FULL";
    } catch (const std::exception& error) {
        spdlog::warn("a session of the database stays relaxed: {}", error.what());
    }
    relaxed_ = false;
}

void Transaction::commit() {
    try {
        session() << "COMMIT";
    } catch (const soci::soci_error& error) {
        if (common::db::classify(error) != Failure::connection) throw;
        throw Unavailable(
            "the connection with the database broke while it kept a change; whether it did will show (" +
            error.get_error_message() + ")");
    }
    open_ = false;
}

bool worth_another_try(const soci::soci_error& error, int tries) {
    const Failure failure = common::db::classify(error);
    if (failure == Failure::connection) return tries == 1;
    if (failure != Failure::serialization || tries >= most_tries) return false;
    // Those who got into each other's way must not meet again.
    thread_local std::minstd_rand random{std::random_device{}()};
    std::this_thread::sleep_for(
        std::chrono::milliseconds{std::uniform_int_distribution<int>(1, 4 << tries)(random)});
    return true;
}

void bind(soci::statement& statement, const std::vector<Value>& values) {
    for (const Value& value : values) {
        std::visit([&statement](const auto& held) { statement.exchange(soci::use(held)); }, value);
    }
}

}  // namespace faafo::store
