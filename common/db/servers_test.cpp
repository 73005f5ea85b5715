// What MariaDB and PostgreSQL make of it: real servers, each started once for all tests.
#include <gmock/gmock.h>

#include <array>
#include <latch>
#include <memory>
#include <optional>
#include <thread>

#include "common/db/database.hpp"
#include "common/db/pool.hpp"
#include "common/testkit/database_server.hpp"

namespace db = common::db;
using common::testkit::DatabaseServer;
using db::DatabaseUrl;
using db::Failure;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

struct Kind {
    const char* name;
    std::string (*missing)();
    std::unique_ptr<DatabaseServer> (*start)();
    std::unique_ptr<DatabaseServer> running;
};

Kind& kind(std::size_t index) {
    static std::array kinds{
        Kind{"MariaDb", common::testkit::missing_for_maria_db, common::testkit::start_maria_db, nullptr},
        Kind{"PostgreSql", common::testkit::missing_for_postgresql, common::testkit::start_postgresql,
             nullptr}};
    return kinds.at(index);
}

class Servers : public testing::TestWithParam<std::size_t> {
  protected:
    void SetUp() override {
        Kind& mine = kind(GetParam());
        if (const std::string missing = mine.missing(); !missing.empty()) GTEST_SKIP() << missing;
        if (!mine.running) mine.running = mine.start();
    }
    [[nodiscard]] DatabaseServer& server() const { return *kind(GetParam()).running; }
    [[nodiscard]] DatabaseUrl fresh() const { return DatabaseUrl::parse(server().create_database()); }

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
    static std::string words_of(const DatabaseUrl& url) {
        try {
            soci::session session;
            db::open(session, url);
        } catch (const soci::soci_error& error) {
            EXPECT_EQ(db::classify(error), Failure::connection);
            EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
            EXPECT_THAT(error.what(), Not(HasSubstr(DatabaseServer::password)));
            return error.get_error_message();
        }
        ADD_FAILURE() << "it opened";
        return {};
    }
};

TEST_P(Servers, OpenInUtf8AndUtc) {
    soci::session session;
    db::open(session, fresh());
    session << (GetParam() == 0 ? "CREATE TABLE t (a VARCHAR(20) CHARACTER SET utf8mb4)"
                                : "CREATE TABLE t (a VARCHAR(20))");
    const std::string text = "Grüße 🌀";
    session << "INSERT INTO t VALUES (:a)", soci::use(text);
    std::string read;
    int length = 0;
    session << "SELECT a, CHAR_LENGTH(a) FROM t", soci::into(read), soci::into(length);
    EXPECT_EQ(read, text);
    EXPECT_EQ(length, 7);
    std::string zone;
    session << (GetParam() == 0 ? "SELECT @@time_zone" : "SELECT current_setting('timezone')"),
        soci::into(zone);
    EXPECT_THAT(zone, testing::AnyOf("+00:00", "UTC"));
    EXPECT_EQ(failure_of([&] { session << "INSERT INTO t VALUES ('123456789012345678901')"; }),
              Failure::other)
        << "texts are never cut";
}

TEST_P(Servers, SayWhyTheyLetNobodyIn) {
    const std::string name = fresh().name;
    const std::string address = "127.0.0.1:" + std::to_string(server().port());
    EXPECT_THAT(
        words_of(DatabaseUrl::parse(server().url(name, "s3cret"))),
        AllOf(HasSubstr(address), HasSubstr("does not let the user 'faafo' in"), HasSubstr("password")));
    EXPECT_THAT(words_of(DatabaseUrl::parse(server().url("nowhere"))),
                AllOf(HasSubstr(address), HasSubstr("has no database 'nowhere'")));
    DatabaseUrl elsewhere = DatabaseUrl::parse(server().url(name));
    elsewhere.port = 1;
    EXPECT_THAT(words_of(elsewhere), HasSubstr("nothing answers at 127.0.0.1:1 "));
    using Options = std::map<std::string, std::string>;
    const std::vector<Options> all =
        GetParam() == 0 ? std::vector<Options>{{{"ssl", "true"}}, {{"ssl_verify_cert", "true"}}}
                        : std::vector<Options>{{{"sslmode", "require"}}};
    for (const Options& options : all) {
        DatabaseUrl encrypted = DatabaseUrl::parse(server().url(name));
        encrypted.options = options;
        EXPECT_THAT(words_of(encrypted), HasSubstr("no encrypted connection to " + address))
            << "what was asked for encrypted must not be sent in the clear";
    }
}

TEST_P(Servers, ClassifyFailures) {
    const DatabaseUrl url = fresh();
    soci::session session;
    db::open(session, url);
    session << "CREATE TABLE parent (id INTEGER PRIMARY KEY, name VARCHAR(9) NOT NULL UNIQUE)";
    session << "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER, FOREIGN KEY (parent) REFERENCES "
               "parent (id))";
    session << "INSERT INTO parent VALUES (1, 'a')";
    session << "INSERT INTO child VALUES (1, 1)";
    const auto failure = [&](const std::string& sql) { return failure_of([&] { session << sql; }); };
    EXPECT_EQ(failure("INSERT INTO parent VALUES (2, 'a')"), Failure::unique);
    EXPECT_EQ(failure("INSERT INTO parent VALUES (1, 'b')"), Failure::unique);
    EXPECT_EQ(failure("INSERT INTO child VALUES (2, 9)"), Failure::foreign_key);
    EXPECT_EQ(failure("DELETE FROM parent"), Failure::foreign_key);
    EXPECT_EQ(failure("INSERT INTO parent VALUES (3, NULL)"), Failure::not_null);
    EXPECT_EQ(failure("SELECT nonsense"), Failure::other);

    soci::session other;
    db::open(other, url);
    other << (GetParam() == 0 ? "SET innodb_lock_wait_timeout = 1" : "SET lock_timeout = 50");
    session << "BEGIN";
    session << "UPDATE parent SET name = 'c'";
    other << "BEGIN";
    EXPECT_EQ(failure_of([&] { other << "UPDATE parent SET name = 'd'"; }), Failure::busy);
    other << "ROLLBACK";
    session << "ROLLBACK";
}

TEST_P(Servers, DeadlocksAreWorthAnotherTry) {
    const DatabaseUrl url = fresh();
    soci::session one;
    soci::session two;
    db::open(one, url);
    db::open(two, url);
    one << "CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER)";
    one << "INSERT INTO t VALUES (1, 0), (2, 0)";
    std::latch both_hold_one(2);
    std::array<std::optional<Failure>, 2> failures;
    const auto update = [&](soci::session& session, int first, std::size_t index) {
        session << "BEGIN";
        session << "UPDATE t SET b = 1 WHERE a = :a", soci::use(first);
        both_hold_one.arrive_and_wait();
        const int second = 3 - first;
        try {
            session << "UPDATE t SET b = 1 WHERE a = :a", soci::use(second);
        } catch (const soci::soci_error& error) {
            failures.at(index) = db::classify(error);
        }
        session << "ROLLBACK";
    };
    {
        const std::jthread thread([&] { update(one, 1, 0); });
        update(two, 2, 1);
    }
    EXPECT_NE(failures[0].has_value(), failures[1].has_value()) << "one of them is the victim";
    EXPECT_EQ(failures[0].value_or(Failure::serialization), Failure::serialization);
    EXPECT_EQ(failures[1].value_or(Failure::serialization), Failure::serialization);
}

TEST_P(Servers, PoolsReplaceWhatARestartBroke) {
    db::Pool pool(fresh(), 3);
    const auto select = [](soci::session& session) {
        int one = 0;
        session << "SELECT 1", soci::into(one);
    };
    {
        auto first = pool.lease();
        auto second = pool.lease();
        select(first.session());
        select(second.session());
        server().stop();
        EXPECT_EQ(failure_of([&] { select(first.session()); }), Failure::connection);
        first.discard();
        EXPECT_EQ(failure_of([&] { first.renew(); }), Failure::connection);
        EXPECT_EQ(failure_of([&] { (void)pool.lease(); }), Failure::connection);
        server().start();
    }
    auto broken = pool.lease();
    ASSERT_FALSE(broken.fresh()) << "the second of those above";
    EXPECT_EQ(failure_of([&] { select(broken.session()); }), Failure::connection);
    broken.renew();
    select(broken.session());
    select(pool.lease().session());
    select(pool.lease().session());
}

const std::array migrations{
    db::Migration{1, "CREATE TABLE a (x INTEGER);\nINSERT INTO a VALUES (1);\n"},
    db::Migration{2, "CREATE TABLE b (y INTEGER);\nUPDATE a SET x = x + 10"},
};

TEST_P(Servers, ManyMayMigrateAtOnce) {
    for (int round = 0; round < 3; ++round) {
        const DatabaseUrl url = fresh();
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 6; ++i) {
                threads.emplace_back([&] {
                    try {
                        soci::session session;
                        db::open(session, url);
                        db::migrate(session, migrations);
                        db::migrate(session, migrations);
                    } catch (const std::exception& error) {
                        ADD_FAILURE() << error.what();
                    }
                });
            }
        }
        soci::session session;
        db::open(session, url);
        int value = 0;
        session << "SELECT x FROM a", soci::into(value);
        EXPECT_EQ(value, 11);
        EXPECT_THROW(db::migrate(session, std::span(migrations).first(1)), std::runtime_error)
            << "a newer database";
    }
}

INSTANTIATE_TEST_SUITE_P(Real, Servers, testing::Values(0U, 1U),
                         [](const auto& info) { return kind(info.param).name; });

}  // namespace
