#include "faafo/store/outbox.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "faafo/store/database.hpp"
#include "faafo/store/rows.hpp"
#include "faafo/store/store.hpp"

namespace faafo::store {
namespace {

constexpr int most_doublings = 6;

long long in_milliseconds(Time time) {
    return time.time_since_epoch().count();
}

struct Due {
    std::string uuid;
    int publications = 0;
    bool held = false;
};

std::vector<Due> due(soci::session& session, long long now, std::size_t count, std::string_view locking) {
    std::vector<Due> found;
    Due row;
    std::string lease;
    soci::indicator has_lease = soci::i_null;
    soci::statement statement =
        (session.prepare << fmt::format("SELECT uuid, publications, lease FROM outbox WHERE due_at <= :now "
                                        "ORDER BY due_at, id LIMIT {}{}",
                                        count, locking),
         soci::into(row.uuid), soci::into(row.publications), soci::into(lease, has_lease), soci::use(now));
    statement.execute(false);
    while (statement.fetch()) {
        row.held = has_lease == soci::i_ok;
        found.push_back(row);
    }
    return found;
}

void set_due(soci::session& session, const std::string& uuid, long long due_at) {
    session << "UPDATE outbox SET due_at = :due_at WHERE uuid = :uuid", soci::use(due_at), soci::use(uuid);
}

/// Not by the affected rows: MySQL does not count those that keep their values.
bool exists(soci::session& session, const std::string& uuid) {
    int found = 0;
    session << "SELECT COUNT(*) FROM outbox WHERE uuid = :uuid", soci::into(found), soci::use(uuid);
    return found > 0;
}

template <typename Work>
auto in_transaction(Database& database, Transaction::Kind kind, Work&& work) {
    return guarded(database, [&] { return transacting(database, kind, work); });
}

std::size_t affected(soci::session& session, const std::string& sql) {
    soci::statement statement(session);
    statement.alloc();
    statement.prepare(sql);
    statement.define_and_bind();
    statement.execute(true);
    return static_cast<std::size_t>(std::max<long long>(0, statement.get_affected_rows()));
}

}  // namespace

std::vector<OutboxEntry> Outbox::take(std::size_t count, std::chrono::milliseconds lease) {
    const long long now = in_milliseconds(store::now());
    // Processes with nothing to do must not queue up for the right to write.
    const bool any =
        reading(*database_, [&](soci::session& session) { return !due(session, now, 1, "").empty(); });
    if (!any) return {};
    return in_transaction(*database_, Transaction::Kind::relaxed_write, [&](soci::session& session) {
        std::vector<OutboxEntry> entries;
        for (const Due& row :
             due(session, now, count, database_->is_sqlite() ? "" : " FOR UPDATE SKIP LOCKED")) {
            auto fractal = find_row(session, row.uuid);
            if (!fractal || fractal->state == State::done || fractal->state == State::failed) {
                outbox::remove(session, row.uuid);
                continue;
            }
            set_due(session, row.uuid, now + lease.count());
            entries.push_back({.fractal = *std::move(fractal),
                               .publications = row.publications,
                               .worker_silent = row.held});
        }
        return entries;
    });
}

void Outbox::published(std::span<const std::string> uuids, std::chrono::milliseconds again) {
    if (uuids.empty()) return;
    in_transaction(*database_, Transaction::Kind::relaxed_write, [&](soci::session& session) {
        for (const std::string& uuid : uuids) {
            int publications = 0;
            session << "SELECT publications FROM outbox WHERE uuid = :uuid", soci::into(publications),
                soci::use(uuid);
            if (!session.got_data()) continue;  // drawn already
            const long long due_at =
                in_milliseconds(store::now() + again * (1 << std::clamp(publications, 0, most_doublings)));
            session << "UPDATE outbox SET due_at = :due_at, publications = publications + 1, lease = NULL "
                       "WHERE uuid = :uuid",
                soci::use(due_at), soci::use(uuid);
        }
    });
}

void Outbox::postpone(std::span<const std::string> uuids, std::chrono::milliseconds delay) {
    if (uuids.empty()) return;
    in_transaction(*database_, Transaction::Kind::relaxed_write, [&](soci::session& session) {
        for (const std::string& uuid : uuids)
            set_due(session, uuid, in_milliseconds(store::now() + delay));
    });
}

std::size_t Outbox::adopt_tasks() {
    return in_transaction(*database_, Transaction::Kind::write, [](soci::session& session) {
        const std::size_t count = affected(
            session, "INSERT INTO outbox (uuid, due_at) SELECT uuid, visible_at FROM task ORDER BY id");
        if (count > 0) session << "DELETE FROM task";
        return count;
    });
}

std::size_t Outbox::return_tasks() {
    return in_transaction(*database_, Transaction::Kind::write, [](soci::session& session) {
        const std::size_t count = affected(
            session,
            fmt::format("INSERT INTO task (uuid, visible_at) SELECT uuid, {} FROM outbox ORDER BY id",
                        in_milliseconds(store::now())));
        if (count > 0) session << "DELETE FROM outbox";
        return count;
    });
}

namespace outbox {

void add(soci::session& session, const std::string& uuid, Time when) {
    const long long due_at = in_milliseconds(when);
    session << "INSERT INTO outbox (uuid, due_at) VALUES (:uuid, :due_at)", soci::use(uuid),
        soci::use(due_at);
}

void remove(soci::session& session, const std::string& uuid) {
    session << "DELETE FROM outbox WHERE uuid = :uuid", soci::use(uuid);
}

bool begin(soci::session& session, const std::string& uuid, Time until) {
    if (!exists(session, uuid)) return false;
    const long long due_at = in_milliseconds(until);
    session << "UPDATE outbox SET due_at = :due_at, lease = NULL WHERE uuid = :uuid", soci::use(due_at),
        soci::use(uuid);
    return true;
}

bool hold(soci::session& session, const std::string& uuid, const std::string& lease, Time until) {
    if (!exists(session, uuid)) return false;
    const long long due_at = in_milliseconds(until);
    session << "UPDATE outbox SET due_at = :due_at, lease = :lease WHERE uuid = :uuid", soci::use(due_at),
        soci::use(lease), soci::use(uuid);
    return true;
}

bool release(soci::session& session, const std::string& uuid) {
    if (!exists(session, uuid)) return false;
    const long long due_at = in_milliseconds(store::now());
    session << "UPDATE outbox SET due_at = :due_at, lease = NULL WHERE uuid = :uuid AND lease IS NOT NULL",
        soci::use(due_at), soci::use(uuid);
    return true;
}

}  // namespace outbox

}  // namespace faafo::store
