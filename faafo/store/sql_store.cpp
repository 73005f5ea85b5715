#include "faafo/store/sql_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "faafo/store/database.hpp"
#include "faafo/store/group_commit.hpp"
#include "faafo/store/rows.hpp"

namespace faafo::store {
namespace {

constexpr std::size_t longest_reason = 1024;

/// Bytes as a BLOB. SOCI copies them.
void fill(soci::blob& blob, std::string_view bytes) {
    if (!bytes.empty()) blob.write(0, bytes.data(), bytes.size());
}

std::string bytes_of(soci::blob& blob) {
    std::string bytes(blob.get_len(), '\0');
    if (!bytes.empty()) blob.read(0, bytes.data(), bytes.size());
    return bytes;
}

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
    explicit SqlStore(std::shared_ptr<Database> database)
        : database_(std::move(database)), writes_(*database_) {}

    void create(const Fractal& fractal) override {
        try {
            writes_.run([&](soci::session& session) { insert(session, fractal); });
        } catch (const soci::soci_error& error) {
            if (common::db::classify(error) == common::db::Failure::unique) throw DuplicateUuid(fractal.uuid);
            throw_unavailable(error);
        }
    }

    std::optional<Fractal> find(std::string_view uuid) override {
        return guarded([&] {
            soci::session session(database_->pool());
            return find_row(session, uuid);
        });
    }

    Page list(const Query& query, std::int64_t first, std::int64_t count) override {
        const Sql where = where_clause(query);
        const std::string order = order_clause(query);
        return guarded([&] {
            Transaction transaction(*database_, Transaction::Kind::read);
            Page page{.total = count_of(transaction.session(), where)};
            // The question's own limit and offset choose the rows that pages are then cut from.
            page.total = std::max<std::int64_t>(0, page.total - query.offset);
            if (query.limit) page.total = std::min(page.total, *query.limit);
            count = std::min(count, page.total - first);
            if (first >= 0 && count > 0) {
                page.fractals = rows(transaction.session(), where, order, first + query.offset, count);
            }
            transaction.commit();
            return page;
        });
    }

    bool remove(std::string_view uuid) override {
        const std::string key = lower_case(uuid);
        bool removed = false;
        write([&](soci::session& session) {
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
            keep_image(session, fractal, result);
            retire(session, fractal.uuid);
        });
    }

    Fractal fail(std::string_view uuid, std::string_view reason,
                 const std::optional<std::string>& lease) override {
        return changed(uuid, [&](soci::session& session, Fractal& fractal) {
            if (fractal.state == State::done || fractal.state == State::failed) return;
            if (lease) require_lease(session, fractal.uuid, *lease);

            fractal.state = State::failed;
            fractal.failure_reason = std::string(reason.substr(0, longest_reason));
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
            if (!change.duration && !change.generated_by) return;
            if (change.duration) fractal.duration = change.duration;
            if (change.generated_by) fractal.generated_by = change.generated_by;
            update_row(session, fractal);
        });
    }

    std::optional<Image> image(std::string_view uuid) override {
        return read_image(uuid, "SELECT checksum, picture FROM fractal_image WHERE uuid = :uuid");
    }

    std::optional<Image> thumbnail(std::string_view uuid) override {
        return read_image(
            uuid, "SELECT checksum, COALESCE(thumbnail, picture) FROM fractal_image WHERE uuid = :uuid");
    }

    void check() override {
        guarded([&] {
            soci::session session(database_->pool());
            int found = 0;
            session << "SELECT COUNT(*) FROM (SELECT 1 FROM fractal LIMIT 1) AS some", soci::into(found);
        });
    }

  private:
    void write(const std::function<void(soci::session&)>& work) {
        guarded([&] { writes_.run(work); });
    }

    /// Reads the fractal and lets `work` change it, in one transaction; returns what it became.
    Fractal changed(std::string_view uuid, const std::function<void(soci::session&, Fractal&)>& work) {
        Fractal fractal;
        write([&](soci::session& session) {
            auto found = find_row(session, uuid);
            if (!found) throw NotFound(std::string(uuid));
            fractal = *std::move(found);
            work(session, fractal);
        });
        return fractal;
    }

    static void insert(soci::session& session, const Fractal& fractal) {
        static const std::string sql =
            fmt::format("INSERT INTO fractal ({}) VALUES ({})", columns(), placeholders());
        Row row(fractal);
        soci::statement statement(session);
        row.write_with(statement);
        statement.alloc();
        statement.prepare(sql);
        statement.define_and_bind();
        statement.execute(true);

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

    static void keep_image(soci::session& session, const Fractal& fractal, const Result& result) {
        soci::blob picture(session);
        soci::blob thumbnail(session);
        fill(picture, result.image);
        fill(thumbnail, result.thumbnail);
        soci::indicator has_thumbnail = result.thumbnail.empty() ? soci::i_null : soci::i_ok;
        session << "INSERT INTO fractal_image (uuid, checksum, picture, thumbnail) VALUES (:uuid, :checksum, "
                   ":picture, :thumbnail)",
            soci::use(fractal.uuid), soci::use(result.checksum), soci::use(picture),
            soci::use(thumbnail, has_thumbnail);
    }

    static void retire(soci::session& session, const std::string& uuid) {
        session << "DELETE FROM task WHERE uuid = :uuid", soci::use(uuid);
    }

    std::optional<Image> read_image(std::string_view uuid, const char* sql) {
        return guarded([&]() -> std::optional<Image> {
            const std::string key = lower_case(uuid);
            soci::session session(database_->pool());
            soci::blob blob(session);
            Image image;
            session << sql, soci::into(image.checksum), soci::into(blob), soci::use(key);
            if (!session.got_data()) return std::nullopt;
            image.bytes = bytes_of(blob);
            return image;
        });
    }

    std::shared_ptr<Database> database_;
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

std::unique_ptr<Store> make_sql_store(std::shared_ptr<Database> database) {
    return std::make_unique<SqlStore>(std::move(database));
}

}  // namespace faafo::store
