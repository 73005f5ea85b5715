#include "faafo/queue/embedded_queue.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>

#include "faafo/store/database.hpp"
#include "faafo/store/rows.hpp"
#include "faafo/store/store.hpp"

namespace faafo::queue {
namespace {

using store::guarded;
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

/// The oldest task that may be claimed at `now`.
std::optional<Entry> oldest(soci::session& session, long long now) {
    Entry entry;
    soci::indicator has_worker = soci::i_null;
    session << "SELECT id, uuid, attempts, worker FROM task WHERE visible_at <= :now ORDER BY id LIMIT 1",
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
        : database_(std::move(database)), options_(options) {}

    std::optional<Task> claim(const std::string& worker) override {
        return guarded([&]() -> std::optional<Task> {
            // Workers with nothing to do must not queue up for the right to write.
            if (!anything()) return std::nullopt;
            Transaction transaction(*database_, Transaction::Kind::relaxed_write);
            soci::session& session = transaction.session();
            const store::Time now = store::now();
            while (const auto entry = oldest(session, in_milliseconds(now))) {
                if (entry->attempts >= options_.max_attempts) {
                    bury(session, entry->uuid, entry->attempts,
                         fmt::format(
                             "given up: {} workers ended or fell silent while they drew it, {} the last",
                             entry->attempts, entry->worker),
                         in_milliseconds(now));
                    continue;
                }
                Task task = take(session, *entry, worker, now);
                transaction.commit();
                return task;
            }
            transaction.commit();
            return std::nullopt;
        });
    }

    bool extend(const std::string& lease) override {
        return guarded([&] {
            Transaction transaction(*database_, Transaction::Kind::relaxed_write);
            const long long visible_at = in_milliseconds(store::now() + options_.lease);
            soci::statement statement =
                (transaction.session().prepare
                     << "UPDATE task SET visible_at = :visible_at WHERE lease = :lease",
                 soci::use(visible_at), soci::use(lease));
            statement.execute(true);
            const bool held = statement.get_affected_rows() > 0;
            transaction.commit();
            return held;
        });
    }

    void acknowledge(const std::string& lease) override {
        guarded([&] {
            // Whatever ended the task, a picture or a deletion, took it out of the queue in the same transaction.
            const auto uuid = uuid_of(lease);
            if (!uuid) return;
            spdlog::error("the result of fractal {} went to an API with another database: check endpoint_url",
                          *uuid);
            put_back(lease, store::now() + elsewhere_delay, 0);
        });
    }

    void release(const std::string& lease) override {
        guarded([&] { put_back(lease, store::now(), 1); });
        notify();
    }

    void retry(const std::string& lease, std::chrono::milliseconds delay) override {
        guarded([&] { put_back(lease, store::now() + delay, 0); });
    }

    void reject(const std::string& lease, const std::string& reason) override {
        guarded([&] {
            Transaction transaction(*database_, Transaction::Kind::write);
            soci::session& session = transaction.session();
            Entry entry;
            session << "SELECT uuid, attempts FROM task WHERE lease = :lease", soci::into(entry.uuid),
                soci::into(entry.attempts), soci::use(lease);
            if (!session.got_data()) return;
            bury(session, entry.uuid, entry.attempts, reason.substr(0, longest_reason),
                 in_milliseconds(store::now()));
            transaction.commit();
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
    /// The delivery ends; `forgiven` attempts do not count.
    void put_back(const std::string& lease, store::Time when, int forgiven) {
        Transaction transaction(*database_, Transaction::Kind::relaxed_write);
        soci::session& session = transaction.session();
        session << "UPDATE fractal SET state = 'queued', attempts = attempts - :forgiven WHERE state = "
                   "'drawing' AND "
                   "uuid = (SELECT uuid FROM task WHERE lease = :lease)",
            soci::use(forgiven), soci::use(lease);
        const long long visible_at = in_milliseconds(when);
        session << "UPDATE task SET visible_at = :visible_at, attempts = attempts - :forgiven, lease = NULL "
                   "WHERE lease = :lease",
            soci::use(visible_at), soci::use(forgiven), soci::use(lease);
        transaction.commit();
    }

    bool anything() {
        soci::session session(database_->pool());
        return oldest(session, in_milliseconds(store::now())).has_value();
    }

    std::optional<std::string> uuid_of(const std::string& lease) {
        soci::session session(database_->pool());
        std::string uuid;
        session << "SELECT uuid FROM task WHERE lease = :lease", soci::into(uuid), soci::use(lease);
        if (!session.got_data()) return std::nullopt;
        return uuid;
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
    mutable std::mutex mutex_;
    std::condition_variable_any bell_;
    std::uint64_t rung_ = 0;
};

}  // namespace

std::unique_ptr<Queue> make_embedded_queue(std::shared_ptr<store::Database> database, QueueOptions options) {
    return std::make_unique<EmbeddedQueue>(std::move(database), options);
}

std::unique_ptr<Queue> open_queue(std::string_view transport_url, std::shared_ptr<store::Database> database,
                                  QueueOptions options) {
    if (transport_url.empty() || transport_url == embedded_url) {
        return make_embedded_queue(std::move(database), options);
    }
    // The URL may hold a password: only what is before "://" is repeated.
    const std::string_view scheme = transport_url.substr(0, transport_url.find("://"));
    for (const std::string_view known : {"amqp", "amqps", "rabbit", "kombu"}) {
        if (scheme != known) continue;
        throw UnsupportedTransport(fmt::format(
            "transport_url: message brokers ({}://) are not supported yet; leave transport_url out, or "
            "set it to {}, to use the queue inside the database",
            scheme, embedded_url));
    }
    throw UnsupportedTransport(
        fmt::format("transport_url: unknown kind of queue; set it to {}, or leave it out", embedded_url));
}

}  // namespace faafo::queue
