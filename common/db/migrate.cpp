#include <stdexcept>

#include "common/db/backend.hpp"

namespace common::db {
namespace {

void check_numbers(std::span<const Migration> migrations) {
    int expected = 0;
    for (const Migration& migration : migrations) {
        if (migration.number != ++expected) {
            throw std::logic_error("migration " + std::to_string(migration.number) + " stands where number " +
                                   std::to_string(expected) + " belongs");
        }
    }
}

void execute_all(soci::session& session, std::string_view sql) {
    while (!sql.empty()) {
        const std::size_t end = std::min(sql.find(";\n"), sql.size());
        const std::string statement(sql.substr(0, end));
        sql.remove_prefix(std::min(end + 2, sql.size()));
        if (statement.find_first_not_of(" \t\r\n;") != std::string::npos) session << statement;
    }
}

// One transaction; commits at the end, rolls back on the way out of an exception.
class Exclusive {
  public:
    explicit Exclusive(soci::session& session) : session_(session), traits_(traits_of(session)) {
        traits_.begin_exclusive(session_);
    }
    ~Exclusive() {
        if (done_) return;
        try {
            traits_.end_exclusive(session_, false);
        } catch (const soci::soci_error&) {  // the error that brought us here is the one to report
        }
    }
    Exclusive(const Exclusive&) = delete;
    Exclusive& operator=(const Exclusive&) = delete;

    void commit() {
        traits_.end_exclusive(session_, true);
        done_ = true;
    }

  private:
    soci::session& session_;
    const BackendTraits& traits_;
    bool done_ = false;
};

}  // namespace

void migrate(soci::session& session, std::span<const Migration> migrations) {
    check_numbers(migrations);
    const int newest = static_cast<int>(migrations.size());
    while (true) {
        Exclusive transaction(session);
        session << "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, applied_at "
                   "TIMESTAMP NOT "
                   "NULL)";
        int applied = 0;
        session << "SELECT COALESCE(MAX(number), 0) FROM schema_migrations", soci::into(applied);
        if (applied > newest) {
            throw std::runtime_error("the database is at version " + std::to_string(applied) +
                                     ", this program knows " + std::to_string(newest) +
                                     " only: use a newer program, or another database");
        }
        if (applied == newest) return transaction.commit();
        const Migration& next = migrations[static_cast<std::size_t>(applied)];
        execute_all(session, next.sql);
        session << "INSERT INTO schema_migrations (number, applied_at) VALUES (:number, CURRENT_TIMESTAMP)",
            soci::use(next.number);
        transaction.commit();
    }
}

}  // namespace common::db
