// Sessions that several threads share. One that died, because its server was restarted or the network
// dropped it, is replaced when it is next asked for; one whose server says nothing any more is cut off.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "common/db/database.hpp"

namespace common::db {

/// All sessions were in use for too long.
struct PoolExhausted : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Thread-safe. Opens sessions when they are first needed, so that many processes do not take all that a server allows.
class Pool {
  public:
    /// `size`: how many sessions there may be. `longest_use` bounds a lease: a client library waits for ever for a server
    /// that is frozen, so its connection is broken then; SQLite's statements, which know no end of their own, fail as
    /// interrupted. Throws std::invalid_argument.
    Pool(DatabaseUrl url, std::size_t size, std::chrono::milliseconds patience = std::chrono::seconds{10},
         std::chrono::milliseconds longest_use = std::chrono::seconds{60});

    struct Session;

    /// One session, for one thread, until this value goes.
    class Lease {
      public:
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        [[nodiscard]] soci::session& session();
        /// Opened by this lease and so not a connection that may have died while it was idle.
        [[nodiscard]] bool fresh() const { return fresh_; }
        /// The connection is broken, and those that lie idle are likely to be: none of them is used again.
        void discard() noexcept;
        /// discard(), and another one in its place; throws soci_error.
        void renew();
        /// From now on, instead of the pool's `longest_use`.
        void allow(std::chrono::milliseconds time);

      private:
        friend class Pool;
        Lease(Pool& pool, std::unique_ptr<Session> session);

        Pool& pool_;
        std::unique_ptr<Session> session_;
        bool fresh_ = false;
    };
    /// Throws PoolExhausted after the pool's patience, and soci_error when there is no connection.
    [[nodiscard]] Lease lease();

    ~Pool();
    /// SQLite's statements of all leases that there are now fail as interrupted. Servers bound theirs themselves.
    void interrupt() noexcept;
    [[nodiscard]] const DatabaseUrl& url() const { return url_; }

  private:
    std::unique_ptr<Session> take();
    void give_back(std::unique_ptr<Session> session) noexcept;
    void close_idle() noexcept;
    void watch(Session& session, std::chrono::milliseconds time);
    void unwatch(Session* session) noexcept;
    void cut_off(const std::stop_token& stop);

    const DatabaseUrl url_;
    const std::chrono::milliseconds patience_, longest_use_;
    std::mutex mutex_;
    std::condition_variable returned_;
    // The session used last is used next. One that is not open is null.
    std::vector<std::unique_ptr<Session>> idle_;
    std::vector<Session*> in_use_;  // of servers
    std::atomic<std::chrono::steady_clock::time_point> interrupted_{
        std::chrono::steady_clock::time_point::min()};
    std::condition_variable_any stopped_;
    std::jthread watchdog_;
};

}  // namespace common::db
