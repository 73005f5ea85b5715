#include "faafo/store/sql_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "faafo/store/database.hpp"
#include "faafo/store/group_commit.hpp"
#include "faafo/store/outbox.hpp"
#include "faafo/store/pictures.hpp"
#include "faafo/store/rows.hpp"
#include "faafo/store/text.hpp"

namespace faafo::store {
namespace {

constexpr std::size_t longest_reason = 1024;
constexpr int most_workers = 1000;  // in a summary

void update_row(soci::session& session, const Fractal& fractal) {
    static const std::string sql = [] {
        std::string assignments;
        for (const Field& field : fields()) {
            if (field.name == "uuid") continue;
            if (!assignments.empty()) assignments += ", ";
            assignments += fmt::format("{0} = :{0}", field.name);
        }
        return fmt::format("UPDATE fractal SET {} WHERE uuid = :uuid", assignments);
    }();
    Row row(fractal);
    soci::statement statement(session);
    row.write_with(statement);
    statement.alloc();
    statement.prepare(sql);
    statement.define_and_bind();
    statement.execute(true);
}

void require_lease(soci::session& session, const std::string& uuid, const std::string& lease) {
    int held = 0;
    session << "SELECT COUNT(*) FROM task WHERE uuid = :uuid AND lease = :lease", soci::into(held),
        soci::use(uuid), soci::use(lease);
    if (held == 0) throw LeaseLost(uuid);
}

class SqlStore : public Store {
  public:
    SqlStore(std::shared_ptr<Database> database, SqlStoreOptions options)
        : database_(std::move(database)), options_(options), writes_(*database_) {}

    void create(const Fractal& fractal) override {
        try {
            writes_.run([&](soci::session& session) { insert(session, fractal); });
        } catch (const soci::soci_error& error) {
            if (common::db::classify(error) == common::db::Failure::unique) throw DuplicateUuid(fractal.uuid);
            database_->fail(error);
        }
    }

    std::optional<Fractal> find(std::string_view uuid) override {
        return reading(*database_, [&](soci::session& session) { return find_row(session, uuid); });
    }

    Page list(const Query& query, std::int64_t first, std::int64_t count) override {
        const Sql where = where_clause(query, database_->backend());
        const std::string order = order_clause(query, database_->backend());
        return guarded(*database_, [&] {
            return transacting(*database_, Transaction::Kind::read, [&](soci::session& session) {
                Page page{.total = count_of(session, where)};
                // The question's own limit and offset choose the rows that pages are then cut from.
                page.total = std::max<std::int64_t>(0, page.total - query.offset);
                if (query.limit) page.total = std::min(page.total, *query.limit);
                const std::int64_t wanted = std::min(count, page.total - first);
                if (first >= 0 && wanted > 0)
                    page.fractals = rows(session, where, order, first + query.offset, wanted);
                return page;
            });
        });
    }

    bool remove(std::string_view uuid) override {
        const std::string key = lower_case(uuid);
        bool removed = false;
        write([&](soci::session& session) {
            lock_task(session, key);
            soci::statement statement =
                (session.prepare << "DELETE FROM fractal WHERE uuid = :uuid", soci::use(key));
            statement.execute(true);
            removed = statement.get_affected_rows() > 0;
        });
        return removed;
    }

    Fractal complete(const Result& result) override {
        return changed(result.uuid, [&](soci::session& session, Fractal& fractal) {
            if (fractal.state == State::done) {
                if (fractal.checksum == result.checksum) return;
                throw AlreadyDrawn(result.uuid);
            }
            if (result.lease) require_lease(session, fractal.uuid, *result.lease);

            fractal.state = State::done;
            fractal.checksum = result.checksum;
            fractal.size = static_cast<std::int64_t>(result.image.size());
            fractal.duration = result.duration;
            fractal.generated_by = result.generated_by;
            fractal.c = result.c;
            fractal.failure_reason.reset();
            fractal.finished_at = now();
            update_row(session, fractal);
            insert_pictures(session, database_->backend(), fractal.uuid, result);
            retire(session, fractal.uuid);
        });
    }

    Fractal fail(std::string_view uuid, std::string_view reason,
                 const std::optional<std::string>& lease) override {
        return changed(uuid, [&](soci::session& session, Fractal& fractal) {
            if (fractal.state == State::done || fractal.state == State::failed) return;
            if (lease) require_lease(session, fractal.uuid, *lease);

            fractal.state = State::failed;
            fractal.failure_reason = shortened(reason, longest_reason);
            fractal.finished_at = now();
            update_row(session, fractal);
            const long long died_at = fractal.finished_at->time_since_epoch().count();
            const long long attempts = fractal.attempts;
            session << "INSERT INTO dead_letter (uuid, attempts, reason, died_at) VALUES (:uuid, :attempts, "
                       ":reason, "
                       ":died_at)",
                soci::use(fractal.uuid), soci::use(attempts), soci::use(*fractal.failure_reason),
                soci::use(died_at);
            retire(session, fractal.uuid);
        });
    }

    Fractal change(std::string_view uuid, const Change& change) override {
        return changed(uuid, [&](soci::session& session, Fractal& fractal) {
            if (change.state && fractal.state != State::done && fractal.state != State::failed) {
                move_task(session, fractal, *change.state, change.lease);
            } else if (!change.duration && !change.generated_by) {
                return;
            }
            if (change.duration) fractal.duration = change.duration;
            if (change.generated_by) fractal.generated_by = change.generated_by;
            update_row(session, fractal);
        });
    }

    std::optional<Image> image(std::string_view uuid) override {
        return picture(uuid, "SELECT checksum, picture FROM fractal_image WHERE uuid = :uuid");
    }

    std::optional<Image> thumbnail(std::string_view uuid) override {
        return picture(uuid,
                       "SELECT checksum, COALESCE(thumbnail, picture) FROM fractal_image WHERE uuid = :uuid");
    }

    Summary summary() override {
        return guarded(*database_, [&] {
            return transacting(*database_, Transaction::Kind::read, [](soci::session& session) {
                Summary summary;
                std::string name;
                long long count = 0;
                soci::statement states =
                    (session.prepare << "SELECT state, COUNT(*) FROM fractal GROUP BY state",
                     soci::into(name), soci::into(count));
                states.execute(false);
                while (states.fetch())
                    summary.states[parse_state(name).value_or(State::failed)] += count;
                soci::statement workers =
                    (session.prepare << fmt::format(
                         "SELECT generated_by, COUNT(*) AS drawn FROM fractal "
                         "WHERE state = 'done' AND generated_by IS NOT NULL "
                         "GROUP BY generated_by ORDER BY drawn DESC, generated_by LIMIT {}",
                         most_workers),
                     soci::into(name), soci::into(count));
                workers.execute(false);
                while (workers.fetch())
                    summary.drawn_by[name] = count;
                return summary;
            });
        });
    }

    void check() override {
        reading(*database_, [](soci::session& session) {
            int found = 0;
            session << "SELECT COUNT(*) FROM (SELECT 1 FROM fractal LIMIT 1) AS first_row", soci::into(found);
        });
        // Nobody may write before this says that it is worth while, so it has to find out by itself.
        if (database_->keeps_nothing()) write_something();
    }

  private:
    void write_something() {
        const Fractal nobodys{.uuid = new_uuid(), .created_at = now()};
        write([&](soci::session& session) {
            insert(session, nobodys);
            session << "DELETE FROM fractal WHERE uuid = :uuid", soci::use(nobodys.uuid);
        });
        database_->kept_something();
    }

    void write(const std::function<void(soci::session&)>& work) {
        guarded(*database_, [&] { writes_.run(work); });
    }

    /// Reads the fractal and lets `work` change it, in one transaction; returns what it became.
    Fractal changed(std::string_view uuid, const std::function<void(soci::session&, Fractal&)>& work) {
        Fractal fractal;
        write([&](soci::session& session) {
            lock_task(session, uuid);
            auto found = find_row(session, uuid, database_->for_update());
            if (!found) throw NotFound(std::string(uuid));
            fractal = *std::move(found);
            work(session, fractal);
        });
        return fractal;
    }

    /// What a worker that a broker supplies says of its task.
    void move_task(soci::session& session, Fractal& fractal, State state,
                   const std::optional<std::string>& lease) const {
        if (state == State::drawing && lease) {
            if (!outbox::hold(session, fractal.uuid, *lease, now() + options_.silence_limit))
                throw LeaseLost(fractal.uuid);
            fractal.state = State::drawing;
        } else if (state == State::drawing) {
            if (!outbox::begin(session, fractal.uuid, now() + options_.drawing_limit)) return;
            fractal.state = State::drawing;
            fractal.started_at = now();
            ++fractal.attempts;
        } else if (fractal.state == State::drawing && outbox::release(session, fractal.uuid)) {
            fractal.state = State::queued;
            fractal.attempts = std::max<std::int64_t>(0, fractal.attempts - 1);
        }
    }

    void insert(soci::session& session, const Fractal& fractal) const {
        static const std::string sql =
            fmt::format("INSERT INTO fractal ({}) VALUES ({})", columns(), placeholders());
        Row row(fractal);
        soci::statement statement(session);
        row.write_with(statement);
        statement.alloc();
        statement.prepare(sql);
        statement.define_and_bind();
        statement.execute(true);

        if (options_.outbox) {
            outbox::add(session, fractal.uuid, fractal.created_at);
            return;
        }
        const long long visible_at = fractal.created_at.time_since_epoch().count();
        session << "INSERT INTO task (uuid, visible_at) VALUES (:uuid, :visible_at)", soci::use(fractal.uuid),
            soci::use(visible_at);
    }

    static std::int64_t count_of(soci::session& session, const Sql& where) {
        long long count = 0;
        soci::statement statement(session);
        statement.exchange(soci::into(count));
        bind(statement, where.values);
        statement.alloc();
        statement.prepare("SELECT COUNT(*) FROM fractal" + where.text);
        statement.define_and_bind();
        statement.execute(true);
        return count;
    }

    static std::vector<Fractal> rows(soci::session& session, const Sql& where, const std::string& order,
                                     std::int64_t first, std::int64_t count) {
        std::vector<Fractal> fractals;
        Row row;
        soci::statement statement(session);
        row.read_with(statement);
        bind(statement, where.values);
        statement.alloc();
        statement.prepare(fmt::format("SELECT {} FROM fractal{}{} LIMIT {} OFFSET {}", columns(), where.text,
                                      order, count, first));
        statement.define_and_bind();
        statement.execute(false);
        while (statement.fetch())
            fractals.push_back(row.fractal());
        return fractals;
    }

    static void retire(soci::session& session, const std::string& uuid) {
        session << "DELETE FROM task WHERE uuid = :uuid", soci::use(uuid);
        outbox::remove(session, uuid);
    }

    /// The task before its fractal, as the queue does it: then nobody waits for somebody who waits for him.
    void lock_task(soci::session& session, std::string_view uuid) {
        if (database_->is_sqlite()) return;
        const std::string key = lower_case(uuid);
        long long id = 0;
        session << "SELECT id FROM task WHERE uuid = :uuid FOR UPDATE", soci::into(id), soci::use(key);
    }

    std::optional<Image> picture(std::string_view uuid, const char* sql) {
        return reading(*database_, [&](soci::session& session) {
            return read_picture(session, database_->backend(), sql, lower_case(uuid));
        });
    }

    std::shared_ptr<Database> database_;
    SqlStoreOptions options_;
    GroupCommit writes_;
};

}  // namespace

DuplicateUuid::DuplicateUuid(const std::string& uuid)
    : std::runtime_error("a fractal with the uuid " + uuid + " exists already") {}
NotFound::NotFound(const std::string& uuid)
    : std::runtime_error("there is no fractal with the uuid " + uuid) {}
AlreadyDrawn::AlreadyDrawn(const std::string& uuid)
    : std::runtime_error("the fractal " + uuid + " has another picture already") {}
LeaseLost::LeaseLost(const std::string& uuid)
    : std::runtime_error("the task of the fractal " + uuid + " was given to another worker") {}

std::unique_ptr<Store> make_sql_store(std::shared_ptr<Database> database, SqlStoreOptions options) {
    return std::make_unique<SqlStore>(std::move(database), options);
}

}  // namespace faafo::store
