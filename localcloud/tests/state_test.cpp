#include <gtest/gtest.h>

#include "common/db/database.hpp"
#include "common/process/process.hpp"
#include "localcloud/api/control/request_log.hpp"
#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/ranges.hpp"
#include "localcloud/state/identifiers.hpp"
#include "localcloud/state/store.hpp"

namespace localcloud {
namespace {

using state::Kind;

TEST(Store, KeepsWhatWasCommittedAndNothingElse) {
    const common::process::TemporaryDirectory folder{"localcloud-state"};
    const std::filesystem::path file = folder.path() / "test.db";
    {
        state::Store store{file};
        auto transaction = store.write();
        transaction.put(Kind::network, "b", {{"id", "b"}, {"name", "first"}});
        transaction.put(Kind::network, "a", {{"id", "a"}, {"name", "second"}});
        transaction.commit();
        transaction.edit(Kind::network, "a")["name"] = "never";
        transaction.erase(Kind::network, "b");
        transaction.put(Kind::network, "c", {{"id", "c"}});
    }
    const state::Store again{file};
    const auto view = again.read();
    ASSERT_EQ(view.count(Kind::network), 2U);
    EXPECT_EQ(text(*view.all(Kind::network).front(), "name"), "first") << "in order of creation";
    EXPECT_EQ(text(*view.find(Kind::network, "a"), "name"), "second");
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(Store, RefusesToWriteWhatItCouldNotRead) {
    const common::process::TemporaryDirectory folder{"localcloud-state"};
    state::Store store{folder.path() / "test.db"};
    auto transaction = store.write();
    transaction.put(Kind::network, "good", {{"name", "caf\xc3\xa9"}});
    transaction.commit();
    for (const auto& [id, name] : {std::pair{"bad", "caf\xe9"}, std::pair{"b\xff", "name"}}) {
        transaction.put(Kind::network, id, {{"name", name}});
        EXPECT_THROW(transaction.commit(), std::runtime_error);
        EXPECT_EQ(transaction.count(Kind::network), 1U);
    }
    EXPECT_EQ(state::Store{folder.path() / "test.db"}.read().count(Kind::network), 1U);
}

TEST(Store, NamesTheDocumentThatCannotBeRead) {
    const common::process::TemporaryDirectory folder{"localcloud-state"};
    const std::filesystem::path file = folder.path() / "test.db";
    {
        state::Store store{file};
        auto transaction = store.write();
        transaction.put(Kind::setting, "cloud", {{"driver", "fake"}});
        transaction.commit();
    }
    {
        soci::session session;
        common::db::open(session, {.backend = common::db::Backend::sqlite, .path = file.string()});
        session << "INSERT INTO document VALUES ('container', 'a/b', 9, '{\"name\": \"\xff\"}')";
    }
    try {
        const state::Store store{file};
        ADD_FAILURE() << "it was read";
    } catch (const state::UnreadableDocument& error) {
        EXPECT_NE(std::string_view{error.what()}.find("the container 'a/b'"), std::string_view::npos);
    }
    const auto cloud = state::Store::read_one(file, Kind::setting, "cloud");
    ASSERT_TRUE(cloud);
    EXPECT_EQ(text(*cloud, "driver"), "fake");
    EXPECT_FALSE(state::Store::read_one(file, Kind::setting, "other"));
}

TEST(Store, RollsBackInMemoryToo) {
    const common::process::TemporaryDirectory folder{"localcloud-state"};
    state::Store store{folder.path() / "test.db"};
    {
        auto transaction = store.write();
        transaction.put(Kind::port, "p", {{"id", "p"}, {"status", "DOWN"}});
        transaction.commit();
    }
    {
        auto transaction = store.write();
        transaction.edit(Kind::port, "p")["status"] = "ACTIVE";
        transaction.erase(Kind::port, "p");
    }
    const auto view = store.read();
    ASSERT_NE(view.find(Kind::port, "p"), nullptr);
    EXPECT_EQ(text(*view.find(Kind::port, "p"), "status"), "DOWN");
}

TEST(Store, FindsByAMemberWhatATransactionHasJustChanged) {
    const common::process::TemporaryDirectory folder{"localcloud-state"};
    const std::filesystem::path file = folder.path() / "test.db";
    const auto of = [](const state::View& view, std::string_view device) {
        std::string ids;
        for (const Document* port : view.with(Kind::port, "device_id", device))
            ids += text(*port, "id");
        return ids;
    };
    const auto port = [](const char* id, const char* device) {
        return Document{{"id", id}, {"device_id", device}};
    };
    {
        state::Store store{file};
        auto transaction = store.write();
        transaction.put(Kind::port, "b", port("b", "one"));
        transaction.put(Kind::port, "a", port("a", "one"));
        transaction.put(Kind::port, "c", port("c", ""));
        EXPECT_EQ(of(transaction, "one"), "ba") << "in order of creation, before it is committed";
        EXPECT_EQ(of(transaction, ""), "c");
        transaction.commit();
        Document& edited = transaction.edit(Kind::port, "b");
        EXPECT_EQ(of(transaction, "one"), "ba");
        edited["device_id"] = "two";
        EXPECT_EQ(of(transaction, "one"), "a");
        EXPECT_EQ(of(transaction, "two"), "b");
        transaction.erase(Kind::port, "a");
        EXPECT_EQ(of(transaction, "one"), "");
        transaction.commit();
        EXPECT_EQ(of(transaction, "two"), "b");
        transaction.edit(Kind::port, "b")["device_id"] = "never";
        transaction.put(Kind::port, "d", port("d", "two"));
        EXPECT_EQ(of(transaction, "two"), "d");
    }
    state::Store again{file};
    EXPECT_EQ(of(again.read(), "two"), "b") << "what was not committed never was";
    {
        auto dropped = again.write();
        dropped.edit(Kind::port, "b")["device_id"] = "three";
        dropped.erase(Kind::port, "c");
    }
    EXPECT_EQ(of(again.read(), "two"), "b");
    EXPECT_EQ(of(again.read(), "three"), "");
}

TEST(Store, RangesGoOnAfterAMarker) {
    const common::process::TemporaryDirectory folder{"localcloud-state"};
    state::Store store{folder.path() / "test.db"};
    auto transaction = store.write();
    for (const char* key : {"x/1", "x/2", "x/3", "y/1"})
        transaction.put(Kind::object, key, {});
    const auto found = transaction.range(Kind::object, "x/", "x/1");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found.front().first, "x/2");
}

TEST(Secrets, PasswordsAreHashedWithSalt) {
    const std::string hashed = state::hash_password("swordfish");
    EXPECT_EQ(hashed.find("swordfish"), std::string::npos);
    EXPECT_NE(hashed, state::hash_password("swordfish"));
    EXPECT_TRUE(state::check_password("swordfish", hashed));
    EXPECT_FALSE(state::check_password("Swordfish", hashed));
    EXPECT_FALSE(state::check_password("", "pbkdf2$x"));
}

TEST(Base64, RefusesWhatIsNone) {
    std::string bytes;
    EXPECT_TRUE(state::base64_decode("aGVsbG8K", bytes));
    EXPECT_EQ(bytes, "hello\n");
    EXPECT_TRUE(state::base64_decode("aGVs\nbG8K", bytes));
    EXPECT_FALSE(state::base64_decode("aGVsbG8", bytes));
    EXPECT_FALSE(state::base64_decode("=aaa", bytes));
}

TEST(Times, ReachBeyondTheClocksNanoseconds) {
    state::Time time;
    ASSERT_TRUE(state::parse_iso("9999-12-31T23:59:59.5Z", time));
    EXPECT_EQ(state::iso_seconds(time), "9999-12-31T23:59:59Z");
    EXPECT_EQ(state::http_date(time), "Fri, 31 Dec 9999 23:59:59 GMT");
    for (const char* bad :
         {"2026-11-22T-1:00:00", "-026-11-22T00:00:00", "2026-02-30T00:00:00", "2026-11-22"}) {
        EXPECT_FALSE(state::parse_iso(bad, time)) << bad;
    }
}

TEST(Cidr, KnowsItsAddresses) {
    const auto cidr = api::network::Cidr::parse("10.0.0.7/24");
    ASSERT_TRUE(cidr);
    EXPECT_EQ(cidr->text(), "10.0.0.0/24");
    EXPECT_TRUE(cidr->overlaps(*api::network::Cidr::parse("10.0.0.128/25")));
    for (const char* bad : {"10.0.0", "10.0.0.256/8", "10.0.0.0/33", "banana", "10.0.0.0/", ""}) {
        EXPECT_FALSE(api::network::Cidr::parse(bad)) << bad;
    }
}

TEST(Ranges, FollowRfc9110) {
    EXPECT_EQ(api::parse_ranges("bytes=-8", 21)->front().first, 13U);
    EXPECT_EQ(api::parse_ranges("bytes=5-", 21)->front().last, 20U);
    EXPECT_TRUE(api::parse_ranges("bytes=1000-", 21)->empty());
    EXPECT_FALSE(api::parse_ranges("bytes=5-2", 21));
    EXPECT_FALSE(api::parse_ranges("lines=1-2", 21));
}

TEST(RequestLog, TellsOfAnyBytesInJson) {
    api::control::RequestLog log;
    (void)log.begun({.method = "GET", .target = "/caf\xe9/a%20b?c", .path = "/caf\xe9/a b"}, false);
    const json::object told = log.describe(1);
    EXPECT_TRUE(is_utf8(json::serialize(told)));
    EXPECT_EQ(text(array(told, "recent").front().as_object(), "path"), "/caf%E9/a%20b");
}

TEST(Json, RefusesNumbersThatAreNone) {
    EXPECT_THROW((void)parse_json("{\"a\": 1e400}"), std::invalid_argument);
    EXPECT_THROW((void)parse_json("{"), std::invalid_argument);
    EXPECT_THROW((void)parse_json(std::string(100, '[') + std::string(100, ']')), std::invalid_argument);
    EXPECT_EQ(python_repr(parse_json(R"({"a": [null, true, "it's"]})")), R"({'a': [None, True, "it's"]})");
}

}  // namespace
}  // namespace localcloud
