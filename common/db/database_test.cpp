#include "common/db/database.hpp"

#include <gtest/gtest.h>

#include <array>

namespace db = common::db;

TEST(Open, GivesAWorkingSession) {
    soci::session session;
    db::open(session, db::DatabaseUrl::parse("sqlite://"));
    const std::array migrations{
        db::Migration{1, "CREATE TABLE t (a TEXT UNIQUE);\nINSERT INTO t VALUES ('x');\n"}};
    db::migrate(session, migrations);
    int count = 0;
    session << "SELECT COUNT(*) FROM t", soci::into(count);
    EXPECT_EQ(count, 1);
    try {
        session << "INSERT INTO t VALUES ('x')";
        FAIL();
    } catch (const soci::soci_error& error) {
        EXPECT_EQ(db::classify(error), db::Failure::unique) << error.what();
    }
}
