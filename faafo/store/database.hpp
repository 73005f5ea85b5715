// The database under store and queue: one file or server, a pool of sessions, transactions that
// several threads and several processes may hold against each other. Only .cpp files of store/ and queue/ use it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/db/database.hpp"
#include "common/db/pool.hpp"
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

/// A database with the tables of this program.
class Database {
  public:
    enum class Start {
        now,             ///< the constructor fails when there is no database
        when_reachable,  ///< a server that does not answer yet makes calls fail until it does
    };
    /// `sessions`: how many threads may use it at the same moment; others wait.
    /// `longest_use`: what one transaction may take before its connection with a server is given up.
    /// Creates and upgrades the tables. Throws Unavailable or std::invalid_argument.
    Database(const std::string& url, std::size_t sessions, Start start = Start::now,
             std::chrono::milliseconds longest_use = std::chrono::seconds{60});

    [[nodiscard]] common::db::Backend backend() const { return pool_.url().backend; }
    [[nodiscard]] bool is_sqlite() const { return backend() == common::db::Backend::sqlite; }
    /// Throws Unavailable.
    [[nodiscard]] common::db::Pool::Lease lease();
    [[nodiscard]] WriteTurn& write_turn() { return write_turn_; }
    /// Of SQLite, what Kind::read may take; a server bounds its statements itself.
    [[nodiscard]] std::chrono::milliseconds longest_search() const { return longest_search_; }
    /// For SELECTs of rows that the transaction goes on to change: other processes must not change them in between.
    /// Empty where transactions exclude each other anyway.
    [[nodiscard]] std::string_view for_update() const { return is_sqlite() ? "" : " FOR UPDATE"; }

    /// Statements that run now end, in what SQLite does; those that come later run as ever.
    void interrupt() noexcept { pool_.interrupt(); }

    /// Whether something could not be kept for want of room on the disk, or the like, and nobody has found since that
    /// something can.
    [[nodiscard]] bool keeps_nothing() const { return keeps_nothing_; }
    void kept_something() { keeps_nothing_ = false; }

    [[noreturn]] void fail(const soci::soci_error& error);

  private:
    void prepare();

    const std::chrono::milliseconds longest_search_;
    common::db::Pool pool_;
    WriteTurn write_turn_;
    std::mutex preparing_;
    std::atomic<bool> prepared_ = false;
    std::atomic<bool> keeps_nothing_ = false;
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

    [[nodiscard]] soci::session& session() { return lease_.session(); }
    /// Throws Unavailable when the connection breaks: nobody knows then whether the change was kept.
    void commit();

  private:
    void begin();
    void end() noexcept;

    struct GiveBack {
        void operator()(WriteTurn* turn) const { turn->give_back(); }
    };
    static std::unique_ptr<WriteTurn, GiveBack> take(Database& database, Kind kind);

    Database& database_;
    const Kind kind_;
    std::unique_ptr<WriteTurn, GiveBack> turn_;
    common::db::Pool::Lease lease_;
    bool open_ = false;
    bool relaxed_ = false;
};

/// Whether a transaction that failed like this may succeed when it is begun again; waits a moment before it says so.
/// `tries`: how often it was tried.
[[nodiscard]] bool worth_another_try(const soci::soci_error& error, int tries);

/// Runs `work` with the session of a transaction and commits. What another transaction's lock or a broken connection
/// spoils is done again, so `work` may run several times. Throws what it throws, Unavailable and soci_error.
template <typename Work>
auto transacting(Database& database, Transaction::Kind kind, Work&& work) {
    for (int tries = 1;; ++tries) {
        try {
            Transaction transaction(database, kind);
            if constexpr (std::is_void_v<decltype(work(transaction.session()))>) {
                work(transaction.session());
                transaction.commit();
                return;
            } else {
                auto result = work(transaction.session());
                transaction.commit();
                return result;
            }
        } catch (const soci::soci_error& error) {
            if (!worth_another_try(error, tries)) throw;
        }
    }
}

/// Runs `work`, turning a database's failure into Unavailable with a text for people.
template <typename Work>
auto guarded(Database& database, Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const soci::soci_error& error) {
        database.fail(error);
    }
}

/// guarded(), for one SELECT outside a transaction. A connection that died while it was idle is replaced.
template <typename Work>
auto reading(Database& database, Work&& work) {
    return guarded(database, [&] {
        auto lease = database.lease();
        try {
            return work(lease.session());
        } catch (const soci::soci_error& error) {
            if (common::db::classify(error) != common::db::Failure::connection) throw;
            const bool again = !lease.fresh();
            lease.discard();
            if (!again) throw;
        }
        lease.renew();
        return work(lease.session());
    });
}

/// Binds the values of a piece of SQL; they must outlive the statement.
void bind(soci::statement& statement, const std::vector<Value>& values);

}  // namespace faafo::store
