#include "common/db/database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <latch>
#include <thread>
#include <vector>

#include "common/db/pool.hpp"
#include "common/process/process.hpp"

namespace db = common::db;
using db::Backend;
using db::DatabaseUrl;
using db::Failure;
using testing::HasSubstr;
using testing::Not;

namespace {

class Database : public testing::Test {
  protected:
    [[nodiscard]] DatabaseUrl url() const { return {.path = (folder_.path() / "test database.db").string()}; }

    template <class Statement>
    static Failure failure_of(Statement&& statement) {
        try {
            statement();
        } catch (const soci::soci_error& error) {
            return db::classify(error);
        }
        ADD_FAILURE() << "the statement did not fail";
        return Failure::other;
    }

    common::process::TemporaryDirectory folder_;
};

std::string parse_failure(std::string_view url) {
    try {
        (void)DatabaseUrl::parse(url);
        return "";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

TEST(DatabaseUrl, ReadsSqlalchemysSpelling) {
    EXPECT_EQ(DatabaseUrl::parse("sqlite:////var/lib/faafo.db").path, "/var/lib/faafo.db");
    EXPECT_EQ(DatabaseUrl::parse("sqlite:///relative.db").path, "relative.db");
    EXPECT_EQ(DatabaseUrl::parse("sqlite:////a.db?timeout=3").path, "/a.db");
    EXPECT_EQ(DatabaseUrl::parse("sqlite://").path, ":memory:");
    EXPECT_EQ(DatabaseUrl::parse("sqlite:///:memory:").path, ":memory:");

    const auto mysql =
        DatabaseUrl::parse("mysql+pymysql://user:p%40ss:w/rd@db.example:3307/name?charset=utf8");
    EXPECT_EQ(mysql.backend, Backend::mysql);
    EXPECT_EQ(mysql.user, "user");
    EXPECT_EQ(mysql.host, "db.example");
    EXPECT_EQ(mysql.password, "p@ss:w/rd");
    EXPECT_EQ(mysql.port, 3307);
    EXPECT_EQ(mysql.name, "name");
    EXPECT_EQ(mysql.without_password(), "mysql://user@db.example:3307/name");

    EXPECT_EQ(mysql.options.at("charset"), "utf8");
    EXPECT_EQ(DatabaseUrl::parse("mariadb://h/n").backend, Backend::mysql);
    EXPECT_EQ(DatabaseUrl::parse("postgresql+psycopg2://h/n?sslmode=verify-full&sslrootcert=/a%26b")
                  .options.at("sslrootcert"),
              "/a&b");

    const auto postgresql = DatabaseUrl::parse("postgresql://[::1]/name");
    EXPECT_EQ(postgresql.backend, Backend::postgresql);
    EXPECT_EQ(postgresql.host, "::1");
    EXPECT_EQ(postgresql.port, 5432);
    EXPECT_EQ(postgresql.without_password(), "postgresql://[::1]:5432/name");
}

TEST(DatabaseUrl, RefusesBadOnesWithoutTellingThePassword) {
    for (const char* url :
         {"", "faafo.db", "oracle://u:s3cret@h/n", "mysql://u:s3cret@h", "mysql://u:s3cret@/n",
          "mysql://u:s3cret@h:70000/n", "mysql://u:s3cret@h:x/n", "mysql://u:s3cret@[::1/n",
          "mysql://u:s3cret@[::1]x/n", "sqlite://relative.db", "sqlite:///",
          "mysql://u:s3cret@h;ssl-verify=0/n", "mysql://u:s3cret@h/n?sslmode=require",
          "mysql://u:s3cret@h/n?ssl_ca", "mysql://u:s3cret@h/n?ssl_ca=", "mysql://u:s3cret@h/n?ssl_ca=a%3Bb",
          "postgresql://u:s3cret@h/n?ssl_ca=x", "postgresql://u:s3cret%00@h/n"}) {
        const std::string text = parse_failure(url);
        EXPECT_THAT(text, HasSubstr("bad database URL")) << url;
        EXPECT_THAT(text, Not(HasSubstr("s3cret")));
    }
}

TEST_F(Database, OpensPrivatelyWithSaneSettings) {
    soci::session session;
    db::open(session, url());
    session << "CREATE TABLE t (a INTEGER)";
    std::string journal;
    int foreign_keys = 0;
    int synchronous = 0;
    int timeout = 0;
    session << "PRAGMA journal_mode", soci::into(journal);
    session << "PRAGMA foreign_keys", soci::into(foreign_keys);
    session << "PRAGMA synchronous", soci::into(synchronous);
    session << "PRAGMA busy_timeout", soci::into(timeout);
    EXPECT_EQ(journal, "wal");
    EXPECT_EQ(foreign_keys, 1);
    EXPECT_EQ(synchronous, 2);
    EXPECT_EQ(timeout, 10'000);
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
        ++files;
        EXPECT_EQ(entry.status().permissions(),
                  std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
            << entry.path();
    }
    EXPECT_GE(files, 2);
}

TEST_F(Database, SaysWhatItCannotOpen) {
    soci::session session;
    EXPECT_THROW(db::open(session, {.path = "/no/such/folder/x.db"}), std::system_error);
    EXPECT_THROW(db::open(session, {.path = (folder_.path() / "a\"b").string()}), std::invalid_argument);
    std::ofstream(folder_.path() / "text.db") << std::string(5000, 'x');
    EXPECT_EQ(failure_of([&] { db::open(session, {.path = (folder_.path() / "text.db").string()}); }),
              Failure::connection);
    try {
        db::open(session, DatabaseUrl::parse("mysql://u:s3cret@h/n"));
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("mysql://u@h:3306/n"));
        EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
    }
}

TEST_F(Database, ClassifiesFailures) {
    soci::session session;
    db::open(session, url());
    session << "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)";
    session << "CREATE TABLE child (id TEXT PRIMARY KEY, parent INTEGER REFERENCES parent (id), n INTEGER "
               "CHECK (n > 0))";
    session << "INSERT INTO parent VALUES (1, 'a')";
    session << "INSERT INTO child VALUES ('x', 1, 1)";
    const auto failure = [&](const std::string& sql) { return failure_of([&] { session << sql; }); };
    EXPECT_EQ(failure("INSERT INTO parent VALUES (2, 'a')"), Failure::unique);
    EXPECT_EQ(failure("INSERT INTO parent VALUES (1, 'b')"), Failure::unique);
    EXPECT_EQ(failure("INSERT INTO child VALUES ('x', 1, 1)"), Failure::unique);
    EXPECT_EQ(failure("INSERT INTO child VALUES ('y', 9, 1)"), Failure::foreign_key);
    EXPECT_EQ(failure("DELETE FROM parent"), Failure::foreign_key);
    EXPECT_EQ(failure("INSERT INTO parent VALUES (3, NULL)"), Failure::not_null);
    EXPECT_EQ(failure("INSERT INTO child VALUES ('z', 1, 0)"), Failure::other);
    EXPECT_EQ(failure("SELECT nonsense"), Failure::other);
    std::string name = "a";
    EXPECT_EQ(failure_of([&] { session << "INSERT INTO parent VALUES (4, :name)", soci::use(name); }),
              Failure::unique);
}

TEST_F(Database, TellsBusyFromStaleSnapshots) {
    soci::session first;
    soci::session second;
    db::open(first, url());
    db::open(second, url());
    first << "CREATE TABLE t (a INTEGER)";
    second << "PRAGMA busy_timeout = 1";
    first << "BEGIN IMMEDIATE";
    EXPECT_EQ(failure_of([&] { second << "INSERT INTO t VALUES (1)"; }), Failure::busy);
    first << "ROLLBACK";

    second << "BEGIN";
    int count = 0;
    second << "SELECT COUNT(*) FROM t", soci::into(count);
    first << "INSERT INTO t VALUES (1)";
    EXPECT_EQ(failure_of([&] { second << "INSERT INTO t VALUES (2)"; }), Failure::serialization);
}

TEST_F(Database, AnotherSessionsOpeningKeepsLocks) {
    // A descriptor of the file that is opened and closed carelessly would free every lock of this process on it.
    soci::session writer;
    db::open(writer, url());
    writer << "CREATE TABLE t (a INTEGER)";
    writer << "BEGIN IMMEDIATE";
    soci::session other;
    db::open(other, url());
    struct stat status{};
    ASSERT_EQ(::stat(url().path.c_str(), &status), 0);
    const std::string locks = common::process::check({.arguments = {"cat", "/proc/locks"}});
    EXPECT_THAT(locks, HasSubstr(":" + std::to_string(status.st_ino) + " "))
        << "the database's file has no lock left";
    writer << "COMMIT";
}

TEST_F(Database, PoolServesMoreThreadsThanItHasSessions) {
    db::Pool pool(url(), 2);
    pool.lease().session() << "CREATE TABLE t (a INTEGER PRIMARY KEY)";
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&pool, i] {
                for (int j = 0; j < 10; ++j) {
                    auto lease = pool.lease();
                    const int value = i * 10 + j;
                    lease.session() << "INSERT INTO t VALUES (:value)", soci::use(value);
                }
            });
        }
    }
    int count = 0;
    pool.lease().session() << "SELECT COUNT(*) FROM t", soci::into(count);
    EXPECT_EQ(count, 60);
    EXPECT_THROW(db::Pool(url(), 0), std::invalid_argument);
    EXPECT_THROW(db::Pool(DatabaseUrl::parse("sqlite://"), 2), std::invalid_argument);
    db::Pool in_memory(DatabaseUrl::parse("sqlite://"), 1);
    in_memory.lease().session() << "CREATE TABLE t (a INTEGER)";
    in_memory.lease().session() << "SELECT COUNT(*) FROM t", soci::into(count);
    EXPECT_EQ(count, 0);
}

TEST_F(Database, PoolWaitsForSessionsOnlySoLong) {
    db::Pool pool(url(), 1, std::chrono::milliseconds{1});
    const auto lease = pool.lease();
    EXPECT_THROW((void)pool.lease(), db::PoolExhausted);
}

constexpr const char* endless =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";

TEST_F(Database, PoolEndsWhatTakesTooLong) {
    db::Pool pool(url(), 1, std::chrono::seconds{10}, std::chrono::milliseconds{20});
    auto lease = pool.lease();
    int count = 0;
    EXPECT_EQ(failure_of([&] { lease.session() << endless, soci::into(count); }), Failure::interrupted);
    lease.allow(std::chrono::minutes{10});
    lease.session() << "SELECT 7", soci::into(count);
    EXPECT_EQ(count, 7);
}

TEST_F(Database, PoolInterruptsWhatRunsAndNothingLater) {
    db::Pool pool(url(), 1);
    std::latch leased(1);
    std::jthread thread([&] {
        auto lease = pool.lease();
        leased.count_down();
        int count = 0;
        EXPECT_EQ(failure_of([&] { lease.session() << endless, soci::into(count); }), Failure::interrupted);
    });
    leased.wait();
    pool.interrupt();
    thread.join();
    int count = 0;
    pool.lease().session() << "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                              "5000) SELECT COUNT(*) FROM n",
        soci::into(count);
    EXPECT_EQ(count, 5000);
}

TEST_F(Database, PoolReplacesWhatIsDiscarded) {
    db::Pool pool(url(), 2);
    {
        auto lease = pool.lease();
        EXPECT_TRUE(lease.fresh());
        lease.session() << "CREATE TABLE t (a INTEGER)";
    }
    {
        auto lease = pool.lease();
        EXPECT_FALSE(lease.fresh()) << "the session used last is used next";
        lease.discard();
    }
    auto lease = pool.lease();
    EXPECT_TRUE(lease.fresh());
    lease.renew();
    lease.session() << "INSERT INTO t VALUES (1)";
}

const std::array migrations{
    db::Migration{1, "CREATE TABLE a (x INTEGER);\nINSERT INTO a VALUES (1);\n"},
    db::Migration{2, "-- a comment; with a semicolon\nCREATE TABLE b (y TEXT);\n\nUPDATE a SET x = x + 10"},
};

int a_value(soci::session& session) {
    int value = 0;
    session << "SELECT x FROM a", soci::into(value);
    return value;
}

TEST_F(Database, MigratesOnceAndStepByStep) {
    soci::session session;
    db::open(session, url());
    db::migrate(session, std::span(migrations).first(1));
    EXPECT_EQ(a_value(session), 1);
    db::migrate(session, migrations);
    db::migrate(session, migrations);
    EXPECT_EQ(a_value(session), 11);
    EXPECT_THROW(db::migrate(session, std::span(migrations).first(1)), std::runtime_error)
        << "a newer database";
    EXPECT_THROW(db::migrate(session, std::span(migrations).last(1)), std::logic_error);
}

TEST_F(Database, AFailedMigrationLeavesNothing) {
    soci::session session;
    db::open(session, url());
    const std::array broken{migrations[0], db::Migration{2, "CREATE TABLE c (z TEXT);\nnonsense;\n"}};
    EXPECT_THROW(db::migrate(session, broken), soci::soci_error);
    int tables = 0;
    session << "SELECT COUNT(*) FROM sqlite_master WHERE name = 'c'", soci::into(tables);
    EXPECT_EQ(tables, 0);
    db::migrate(session, migrations);
    EXPECT_EQ(a_value(session), 11);
}

TEST_F(Database, SeveralMayOpenAndMigrateAtOnce) {
    for (int round = 0; round < 20; ++round) {
        const DatabaseUrl fresh{.path = (folder_.path() / std::to_string(round)).string()};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 6; ++i) {
                threads.emplace_back([&] {
                    try {
                        soci::session session;
                        db::open(session, fresh);
                        db::migrate(session, migrations);
                    } catch (const std::exception& error) {
                        ADD_FAILURE() << error.what();
                    }
                });
            }
        }
        soci::session session;
        db::open(session, fresh);
        EXPECT_EQ(a_value(session), 11);
    }
}

}  // namespace
