#include "faafo/queue/embedded_queue.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <type_traits>

#include "faafo/store/database.hpp"
#include "faafo/store/rows.hpp"
#include "faafo/store/store.hpp"
#include "faafo/store/text.hpp"

namespace faafo::queue {
namespace {

using store::guarded;
using store::reading;
using store::transacting;
using store::Transaction;

constexpr std::size_t longest_reason = 1024;  // of the column
constexpr std::chrono::seconds elsewhere_delay{5};

long long in_milliseconds(store::Time time) {
    return time.time_since_epoch().count();
}

struct Entry {
    long long id = 0;
    std::string uuid;
    int attempts = 0;
    std::string worker;
};

/// The oldest task that may be claimed at `now`. `lock` as in SQL, or nothing.
std::optional<Entry> oldest(soci::session& session, long long now, std::string_view lock) {
    Entry entry;
    soci::indicator has_worker = soci::i_null;
    session << "SELECT id, uuid, attempts, worker FROM task WHERE visible_at <= :now ORDER BY id LIMIT 1" +
                   std::string(lock),
        soci::into(entry.id), soci::into(entry.uuid), soci::into(entry.attempts),
        soci::into(entry.worker, has_worker), soci::use(now);
    if (!session.got_data()) return std::nullopt;
    return entry;
}

void bury(soci::session& session, const std::string& uuid, int attempts, const std::string& reason,
          long long now) {
    session << "UPDATE fractal SET state = 'failed', failure_reason = :reason, finished_at = :now WHERE uuid "
               "= :uuid",
        soci::use(reason), soci::use(now), soci::use(uuid);
    session << "INSERT INTO dead_letter (uuid, attempts, reason, died_at) VALUES (:uuid, :attempts, :reason, "
               ":now)",
        soci::use(uuid), soci::use(attempts), soci::use(reason), soci::use(now);
    session << "DELETE FROM task WHERE uuid = :uuid", soci::use(uuid);
}

class EmbeddedQueue : public Queue {
  public:
    EmbeddedQueue(std::shared_ptr<store::Database> database, QueueOptions options)
        : database_(std::move(database)),
          options_(options),
          held_("SELECT uuid, attempts FROM task WHERE lease = :lease" +
                std::string(database_->for_update())) {}

    std::optional<Task> claim(const std::string& worker) override {
        // Workers with nothing to do must not queue up for the right to write.
        if (!anything()) return std::nullopt;
        return in_transaction(
            Transaction::Kind::relaxed_write,
            [&](soci::session& session) -> std::optional<Task> { return claim_in(session, worker); });
    }

    bool extend(const std::string& lease) override {
        return in_transaction(Transaction::Kind::relaxed_write, [&](soci::session& session) {
            const long long visible_at = in_milliseconds(store::now() + options_.lease);
            soci::statement statement =
                (session.prepare << "UPDATE task SET visible_at = :visible_at WHERE lease = :lease",
                 soci::use(visible_at), soci::use(lease));
            statement.execute(true);
            return statement.get_affected_rows() > 0;
        });
    }

    void acknowledge(const std::string& lease) override {
        // Whatever ended the task, a picture or a deletion, took it out of the queue in the same transaction.
        const auto uuid = uuid_of(lease);
        if (!uuid) return;
        spdlog::error("the result of fractal {} went to an API with another database: check endpoint_url",
                      *uuid);
        put_back(lease, store::now() + elsewhere_delay, 0);
    }

    void release(const std::string& lease) override {
        put_back(lease, store::now(), 1);
        notify();
    }

    void retry(const std::string& lease, std::chrono::milliseconds delay) override {
        put_back(lease, store::now() + delay, 0);
    }

    void reject(const std::string& lease, const std::string& reason) override {
        in_transaction(Transaction::Kind::write, [&](soci::session& session) {
            Entry entry;
            session << held_, soci::into(entry.uuid), soci::into(entry.attempts), soci::use(lease);
            if (!session.got_data()) return;
            bury(session, entry.uuid, entry.attempts, store::shortened(reason, longest_reason),
                 in_milliseconds(store::now()));
        });
    }

    std::uint64_t notifications() const override {
        const std::lock_guard lock(mutex_);
        return rung_;
    }

    void wait(std::uint64_t seen, std::stop_token stop) override {
        std::unique_lock lock(mutex_);
        bell_.wait_for(lock, stop, options_.poll, [&] { return rung_ != seen; });
    }

    void notify() override {
        {
            const std::lock_guard lock(mutex_);
            ++rung_;
        }
        bell_.notify_all();
    }

    const QueueOptions& options() const override { return options_; }

  private:
    template <typename Work>
    auto in_transaction(Transaction::Kind kind, Work&& work) -> std::invoke_result_t<Work, soci::session&> {
        return guarded(*database_, [&] { return transacting(*database_, kind, work); });
    }

    std::optional<Task> claim_in(soci::session& session, const std::string& worker) {
        // What another process is claiming at this moment is none of ours; SQLite lets only one write anyway.
        const std::string_view lock = database_->is_sqlite() ? "" : " FOR UPDATE SKIP LOCKED";
        const store::Time now = store::now();
        while (const auto entry = oldest(session, in_milliseconds(now), lock)) {
            if (entry->attempts < options_.max_attempts) return take(session, *entry, worker, now);
            bury(session, entry->uuid, entry->attempts,
                 fmt::format("given up: {} workers ended or fell silent while they drew it, {} the last",
                             entry->attempts, entry->worker),
                 in_milliseconds(now));
        }
        return std::nullopt;
    }

    /// The delivery ends; `forgiven` attempts do not count.
    void put_back(const std::string& lease, store::Time when, int forgiven) {
        in_transaction(Transaction::Kind::relaxed_write, [&](soci::session& session) {
            Entry entry;
            session << held_, soci::into(entry.uuid), soci::into(entry.attempts), soci::use(lease);
            if (!session.got_data()) return;
            session << "UPDATE fractal SET state = 'queued', attempts = attempts - :forgiven WHERE state = "
                       "'drawing' "
                       "AND uuid = :uuid",
                soci::use(forgiven), soci::use(entry.uuid);
            const long long visible_at = in_milliseconds(when);
            session
                << "UPDATE task SET visible_at = :visible_at, attempts = attempts - :forgiven, lease = NULL "
                   "WHERE uuid = :uuid",
                soci::use(visible_at), soci::use(forgiven), soci::use(entry.uuid);
        });
    }

    bool anything() {
        return reading(*database_, [](soci::session& session) {
            return oldest(session, in_milliseconds(store::now()), {}).has_value();
        });
    }

    std::optional<std::string> uuid_of(const std::string& lease) {
        return reading(*database_, [&](soci::session& session) -> std::optional<std::string> {
            std::string uuid;
            session << "SELECT uuid FROM task WHERE lease = :lease", soci::into(uuid), soci::use(lease);
            if (!session.got_data()) return std::nullopt;
            return uuid;
        });
    }

    Task take(soci::session& session, const Entry& entry, const std::string& worker, store::Time now) const {
        Task task{.lease = store::new_uuid(), .attempt = entry.attempts + 1};
        const long long visible_at = in_milliseconds(now + options_.lease);
        session << "UPDATE task SET attempts = attempts + 1, lease = :lease, worker = :worker, visible_at = "
                   ":visible_at WHERE id = :id",
            soci::use(task.lease), soci::use(worker), soci::use(visible_at), soci::use(entry.id);
        const long long started_at = in_milliseconds(now);
        session << "UPDATE fractal SET state = 'drawing', attempts = attempts + 1, started_at = :started_at "
                   "WHERE uuid = :uuid AND state IN ('queued', 'drawing')",
            soci::use(started_at), soci::use(entry.uuid);
        task.fractal = store::find_row(session, entry.uuid).value();
        return task;
    }

    std::shared_ptr<store::Database> database_;
    QueueOptions options_;
    const std::string held_;  ///< finds and locks the task of a lease
    mutable std::mutex mutex_;
    std::condition_variable_any bell_;
    std::uint64_t rung_ = 0;
};

}  // namespace

std::unique_ptr<Queue> make_embedded_queue(std::shared_ptr<store::Database> database, QueueOptions options) {
    return std::make_unique<EmbeddedQueue>(std::move(database), options);
}

}  // namespace faafo::queue
