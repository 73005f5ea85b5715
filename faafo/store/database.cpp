#include "faafo/store/database.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <system_error>

#include "faafo/store/schema.hpp"
#include "faafo/store/store.hpp"

namespace faafo::store {
namespace {

constexpr std::chrono::seconds longest_wait_for_writers{10};

/// A file in a folder that does not exist yet is the first start, not a mistake.
void make_folder(const common::db::DatabaseUrl& url) {
    if (url.backend != common::db::Backend::sqlite || url.path.empty() || url.path == ":memory:") return;
    const std::filesystem::path folder = std::filesystem::path(url.path).parent_path();
    if (folder.empty() || std::filesystem::exists(folder)) return;
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

}  // namespace

Database::Database(const std::string& url, std::size_t sessions) {
    const auto parsed = common::db::DatabaseUrl::parse(url);
    backend_ = parsed.backend;
    const auto steps = migrations(backend_);
    try {
        make_folder(parsed);
        {
            soci::session first;
            common::db::open(first, parsed);
            common::db::migrate(first, steps);
        }
        pool_ = common::db::open_pool(parsed, sessions);
    } catch (const soci::soci_error& error) {
        throw Unavailable("cannot open the database " + parsed.without_password() + ": " +
                          error.get_error_message());
    } catch (const std::system_error& error) {
        throw Unavailable("cannot open the database " + parsed.without_password() + ": " +
                          error.code().message());
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

std::unique_ptr<WriteTurn, Transaction::GiveBack> Transaction::take(WriteTurn& turn) {
    turn.take();
    return std::unique_ptr<WriteTurn, GiveBack>(&turn);
}

Transaction::Transaction(Database& database, Kind kind)
    : turn_(kind == Kind::read ? nullptr : take(database.write_turn())), session_(database.pool()) {
    const bool sqlite = database.backend() == common::db::Backend::sqlite;
    if (sqlite && kind == Kind::relaxed_write) {
        session_ << "PRAGMA synchronous = NORMAL";
        relaxed_ = true;
    }
    try {
        // IMMEDIATE: two processes that read first and write then would else fail at the moment of writing.
        session_ << (sqlite && kind != Kind::read ? "BEGIN IMMEDIATE" : "BEGIN");
        open_ = true;
    } catch (...) {
        end();  // the session goes back into the pool, and must not stay relaxed
        throw;
    }
}

Transaction::~Transaction() {
    end();
}

void Transaction::end() noexcept {
    try {
        if (open_) session_ << "ROLLBACK";
        if (relaxed_) session_ << "PRAGMA synchronous = FULL";
    } catch (const std::exception& error) {
        // The connection is gone, and the transaction with it.
        spdlog::warn("a transaction was not rolled back: {}", error.what());
    }
}

void Transaction::commit() {
    session_ << "COMMIT";
    open_ = false;
}

void throw_unavailable(const soci::soci_error& error) {
    throw Unavailable("the database failed: " + error.get_error_message());
}

void bind(soci::statement& statement, const std::vector<Value>& values) {
    for (const Value& value : values) {
        std::visit([&statement](const auto& held) { statement.exchange(soci::use(held)); }, value);
    }
}

}  // namespace faafo::store
