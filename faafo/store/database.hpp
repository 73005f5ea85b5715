// The database under store and queue: one file or server, a pool of sessions, transactions that
// several threads and several processes may hold against each other. Only .cpp files of store/ and queue/ use it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "common/db/database.hpp"
#include "faafo/store/query.hpp"

namespace faafo::store {

/// One writer at a time inside this process: SQLite lets only one write anyway, and waiting here
/// costs nothing, where its own waiting polls.
class WriteTurn {
  public:
    /// Throws Unavailable when it takes too long.
    void take();
    void give_back();

  private:
    std::mutex mutex_;
    std::condition_variable free_;
    bool taken_ = false;
};

/// Opens the database, creating and upgrading its tables; throws Unavailable or std::invalid_argument.
class Database {
  public:
    /// `sessions`: how many threads may use it at the same moment; others wait.
    Database(const std::string& url, std::size_t sessions);

    [[nodiscard]] common::db::Backend backend() const { return backend_; }
    [[nodiscard]] soci::connection_pool& pool() { return *pool_; }
    [[nodiscard]] WriteTurn& write_turn() { return write_turn_; }

  private:
    common::db::Backend backend_;
    std::shared_ptr<soci::connection_pool> pool_;
    WriteTurn write_turn_;
};

/// A session of the pool in a transaction. Rolled back unless commit() was called.
class Transaction {
  public:
    enum class Kind {
        read,
        write,
        /// A write that may be lost with the machine's power (never with the process), and so need not
        /// wait for the disk: leases and acknowledgements, which are repeated safely.
        relaxed_write,
    };
    Transaction(Database& database, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    [[nodiscard]] soci::session& session() { return session_; }
    void commit();

  private:
    void end() noexcept;

    struct GiveBack {
        void operator()(WriteTurn* turn) const { turn->give_back(); }
    };
    static std::unique_ptr<WriteTurn, GiveBack> take(WriteTurn& turn);

    std::unique_ptr<WriteTurn, GiveBack> turn_;
    soci::session session_;
    bool open_ = false;
    bool relaxed_ = false;
};

[[noreturn]] void throw_unavailable(const soci::soci_error& error);

/// Runs `work`, turning a database's failure into Unavailable with a text for people.
template <typename Work>
auto guarded(Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const soci::soci_error& error) {
        throw_unavailable(error);
    }
}

/// Binds the values of a piece of SQL; they must outlive the statement.
void bind(soci::statement& statement, const std::vector<Value>& values);

}  // namespace faafo::store
