// The object store over HTTP: ranges, conditions, metadata, copies, ACLs, and TempURLs signed here.
#include <gmock/gmock.h>

#include "common/httpd/server.hpp"
#include "common/process/process.hpp"
#include "common/testkit/http_client.hpp"
#include "localcloud/api/front.hpp"
#include "localcloud/api/identity/identity.hpp"
#include "localcloud/compute/fake_driver.hpp"
#include "localcloud/state/identifiers.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud {
namespace {

using common::testkit::HttpAnswer;
using common::testkit::HttpClient;
using state::Hash;
using ::testing::HasSubstr;
using Headers = common::httpd::Headers;

class ObjectStore : public ::testing::Test {
  protected:
    ObjectStore() {
        for (const char* name : {"spool", "images", "objects"})
            std::filesystem::create_directories(folder_.path() / name);
        api::identity::preload(cloud_, {.demo = "demo-password", .admin = "admin-password"});
        token_ = sign_in("demo");
        EXPECT_EQ(put("/c", "").status, 201);
        EXPECT_EQ(put("/c/o", "0123456789").status, 201);
    }

    std::string sign_in(const std::string& user) {
        const json::value domain{{"id", "default"}};
        const json::value body{
            {"auth",
             {{"identity",
               {{"methods", {"password"}},
                {"password",
                 {{"user", {{"name", user}, {"domain", domain}, {"password", user + "-password"}}}}}}},
              {"scope", {{"project", {{"name", user}, {"domain", domain}}}}}}}};
        const HttpAnswer answer = client_.post("/identity/v3/auth/tokens", json::serialize(body));
        EXPECT_EQ(answer.status, 201) << answer.body;
        const std::string project =
            parse_json(answer.body).at("token").at("project").at("id").as_string().c_str();
        if (account_.empty()) account_ = "AUTH_" + project;
        return answer.headers.get("X-Subject-Token");
    }

    [[nodiscard]] std::string path(const std::string& rest) const {
        return "/object-store/v1/" + account_ + rest;
    }
    HttpAnswer ask(const std::string& method, const std::string& rest, Headers headers = {},
                   const std::string& body = {}) {
        headers.set("X-Auth-Token", token_);
        return client_.request(method, path(rest), body, headers);
    }
    HttpAnswer put(const std::string& rest, const std::string& body, Headers headers = {}) {
        if (!headers.contains("Content-Type")) headers.set("Content-Type", "text/plain");
        return ask("PUT", rest, std::move(headers), body);
    }
    HttpAnswer get(const std::string& rest, Headers headers = {}) {
        return ask("GET", rest, std::move(headers));
    }

    struct Signed {
        Hash algorithm = Hash::sha256;
        std::string key = "account key";
        std::string method = "GET";
        std::string object = "/c/o";
        bool prefix = false;
        int seconds = 60;  ///< from now
    };
    /// The query of a TempURL, made as Swift's documentation says.
    [[nodiscard]] std::string query(const Signed& url) const {
        const auto now = std::chrono::floor<std::chrono::seconds>(state::now()).time_since_epoch().count();
        const std::string expires = std::to_string(now + url.seconds);
        const std::string text = url.method + "\n" + expires + "\n" + (url.prefix ? "prefix:" : "") + "/v1/" +
                                 account_ + url.object;
        return "?temp_url_sig=" + state::hmac_hex(url.algorithm, url.key, text) +
               "&temp_url_expires=" + expires;
    }
    HttpAnswer without_token(const std::string& method, const std::string& rest, const std::string& body = {},
                             const Headers& headers = {}) {
        return client_.request(method, path(rest), body, headers);
    }

    common::process::TemporaryDirectory folder_{"localcloud-objects"};
    state::Store store_{folder_.path() / "localcloud.db"};
    compute::FakeDriver driver_{folder_.path() / "instances"};
    compute::FakeFabric fabric_;
    api::Cloud cloud_{.name = "test",
                      .endpoint = "http://127.0.0.1:1",
                      .floating_range = "127.9.9.0/24",
                      .directory = folder_.path(),
                      .store = store_,
                      .driver = driver_,
                      .fabric = fabric_};
    api::Front front_{cloud_};
    common::httpd::Server server_{{.spool_directory = folder_.path() / "spool"},
                                  [this](const api::Request& request) { return front_(request); }};
    HttpClient client_{server_.url()};
    std::string account_;
    std::string token_;
};

TEST_F(ObjectStore, RangesGiveAPart) {
    const auto part = [&](const std::string& range) { return get("/c/o", {{"Range", range}}); };
    EXPECT_EQ(part("bytes=2-4").status, 206);
    EXPECT_EQ(part("bytes=2-4").body, "234");
    EXPECT_EQ(part("bytes=2-4").headers.get("Content-Range"), "bytes 2-4/10");
    EXPECT_EQ(part("bytes=-3").body, "789");
    EXPECT_EQ(part("bytes=7-").body, "789");
    EXPECT_EQ(part("bytes=7-100").body, "789");
    const HttpAnswer beyond = part("bytes=10-");
    EXPECT_EQ(beyond.status, 416);
    EXPECT_EQ(beyond.headers.get("Content-Range"), "bytes */10");
    EXPECT_EQ(part("bytes=4-2").status, 200) << "what is no range is ignored";
}

TEST_F(ObjectStore, ConditionsCompareEtagsAndTimes) {
    const std::string etag = state::hash_hex(Hash::md5, "0123456789");
    EXPECT_EQ(get("/c/o").headers.get("Etag"), etag);
    EXPECT_EQ(get("/c/o", {{"If-None-Match", etag}}).status, 304);
    EXPECT_EQ(get("/c/o", {{"If-None-Match", "\"other\""}}).status, 200);
    EXPECT_EQ(get("/c/o", {{"If-Match", "\"" + etag + "\""}}).status, 200);
    EXPECT_EQ(get("/c/o", {{"If-Match", "other"}}).status, 412);
    EXPECT_EQ(get("/c/o", {{"If-Modified-Since", get("/c/o").headers.get("Last-Modified")}}).status, 304);
    EXPECT_EQ(put("/c/o", "again", {{"If-None-Match", "*"}}).status, 412);
    EXPECT_EQ(put("/c/o", "again", {{"ETag", etag}}).status, 422);
    EXPECT_EQ(get("/c/o").body, "0123456789") << "a refused upload changes nothing";
}

TEST_F(ObjectStore, MetadataIsReplacedByPostAndKeptByCopies) {
    EXPECT_EQ(put("/c/m", "text", {{"X-Object-Meta-Color", "blue"}, {"Content-Encoding", "identity"}}).status,
              201);
    EXPECT_EQ(ask("HEAD", "/c/m").headers.get("X-Object-Meta-Color"), "blue");
    EXPECT_EQ(ask("HEAD", "/c/m").headers.get("Content-Length"), "4");
    EXPECT_EQ(ask("HEAD", "/c/m").headers.get("Content-Encoding"), "identity");

    EXPECT_EQ(ask("COPY", "/c/m", {{"Destination", "c/kept"}}).status, 201);
    EXPECT_EQ(get("/c/kept").body, "text");
    EXPECT_EQ(get("/c/kept").headers.get("X-Object-Meta-Color"), "blue");
    EXPECT_EQ(ask("COPY", "/c/m", {{"Destination", "c/fresh"}, {"X-Fresh-Metadata", "true"}}).status, 201);
    EXPECT_FALSE(get("/c/fresh").headers.contains("X-Object-Meta-Color"));
    EXPECT_EQ(put("/c/put%20copy", "", {{"X-Copy-From", "/c/m"}, {"X-Object-Meta-Size", "s"}}).status, 201);
    EXPECT_EQ(get("/c/put%20copy").headers.get("X-Object-Meta-Color"), "blue");
    EXPECT_EQ(get("/c/put%20copy").headers.get("X-Object-Meta-Size"), "s");

    EXPECT_EQ(ask("POST", "/c/m", {{"X-Object-Meta-Shape", "round"}}).status, 202);
    EXPECT_FALSE(get("/c/m").headers.contains("X-Object-Meta-Color"));
    EXPECT_EQ(get("/c/m").headers.get("X-Object-Meta-Shape"), "round");
    EXPECT_EQ(get("/c/kept").headers.get("X-Object-Meta-Color"), "blue") << "a copy is an object of its own";

    EXPECT_EQ(ask("COPY", "/c/missing", {{"Destination", "c/x"}}).status, 404);
    EXPECT_EQ(ask("COPY", "/c/m", {{"Destination", "missing/x"}}).status, 404);
    EXPECT_EQ(ask("COPY", "/c/m", {{"Destination", "c"}}).status, 412);
    EXPECT_EQ(ask("COPY", "/c/m").status, 412);
}

TEST_F(ObjectStore, CopiesHaveTheSourcesBytesAndOutliveIt) {
    EXPECT_EQ(ask("COPY", "/c/o", {{"Destination", "c/copy"}}).status, 201);
    // Linked while the source was looked up: nobody can have replaced it between that and reading its bytes.
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder_.path() / "objects"}) {
        if (entry.is_regular_file()) {
            EXPECT_EQ(std::filesystem::hard_link_count(entry), 2U);
        }
    }
    EXPECT_EQ(put("/c/o", "another").status, 201);
    EXPECT_EQ(get("/c/copy").body, "0123456789");
    EXPECT_EQ(ask("DELETE", "/c/o").status, 204);
    EXPECT_EQ(get("/c/copy").body, "0123456789");
}

TEST_F(ObjectStore, CopyingNeedsTheRightToReadTheSource) {
    EXPECT_EQ(put("/drop", "", {{"X-Container-Write", "*:*"}}).status, 201);
    EXPECT_EQ(ask("POST", "", {{"X-Account-Meta-Temp-URL-Key", "account key"}}).status, 204);
    const std::string url = query({.method = "PUT", .object = "/drop/stolen"});
    EXPECT_EQ(without_token("PUT", "/drop/stolen" + url, "", {{"X-Copy-From", "/c/o"}}).status, 401);
    EXPECT_EQ(get("/drop/stolen").status, 404);
    EXPECT_EQ(without_token("PUT", "/drop/stolen" + url, "mine").status, 201);
}

TEST_F(ObjectStore, TempUrlsAreSignedWithAnyKeyAndDigest) {
    EXPECT_EQ(
        ask("POST", "",
            {{"X-Account-Meta-Temp-URL-Key", "account key"}, {"X-Account-Meta-Temp-URL-Key-2", "second key"}})
            .status,
        204);
    EXPECT_EQ(ask("POST", "/c", {{"X-Container-Meta-Temp-URL-Key", "container key"}}).status, 204);
    EXPECT_EQ(without_token("GET", "/c/o").status, 401);
    for (const Hash algorithm : {Hash::sha1, Hash::sha256, Hash::sha512}) {
        for (const char* key : {"account key", "second key", "container key"}) {
            const HttpAnswer answer =
                without_token("GET", "/c/o" + query({.algorithm = algorithm, .key = key}));
            EXPECT_EQ(answer.status, 200) << key << " " << static_cast<int>(algorithm);
            EXPECT_EQ(answer.body, "0123456789");
            EXPECT_THAT(answer.headers.get("Content-Disposition"), HasSubstr("attachment; filename=\"o\""));
        }
    }
    // A container's key is no key of another container.
    EXPECT_EQ(put("/d", "").status, 201);
    EXPECT_EQ(put("/d/o", "other").status, 201);
    EXPECT_EQ(without_token("GET", "/d/o" + query({.key = "container key", .object = "/d/o"})).status, 401);
    EXPECT_EQ(without_token("GET", "/d/o" + query({.object = "/d/o"})).status, 200);
}

TEST_F(ObjectStore, TempUrlsPermitWhatWasSignedAndNothingElse) {
    EXPECT_EQ(ask("POST", "", {{"X-Account-Meta-Temp-URL-Key", "account key"}}).status, 204);
    const std::string readable = query({});
    EXPECT_EQ(without_token("HEAD", "/c/o" + readable).status, 200) << "who may GET may HEAD";
    EXPECT_EQ(without_token("PUT", "/c/o" + readable, "new").status, 401);
    EXPECT_EQ(without_token("DELETE", "/c/o" + readable).status, 401);
    EXPECT_EQ(without_token("POST", "/c/o" + readable).status, 401);
    EXPECT_EQ(without_token("GET", "/c/other" + readable).status, 401);
    EXPECT_EQ(without_token("GET", "/c" + readable).status, 401) << "a container is no object";

    EXPECT_EQ(without_token("GET", "/c/o" + query({.seconds = -1})).status, 401) << "expired";
    EXPECT_EQ(without_token("GET", "/c/o" + query({.key = "guess"})).status, 401);
    std::string wrong = readable;
    wrong.back() = wrong.back() == '9' ? '8' : '9';  // another expiry than the one that was signed
    EXPECT_EQ(without_token("GET", "/c/o" + wrong).status, 401);
    for (const char* bad :
         {"?temp_url_sig=", "?temp_url_expires=99999999999", "?temp_url_sig=ff&temp_url_expires=x",
          "?temp_url_sig=0&temp_url_expires=99999999999999999999"})
        EXPECT_EQ(without_token("GET", std::string{"/c/o"} + bad).status, 401) << bad;

    const std::string writable = query({.method = "PUT", .object = "/c/new"});
    EXPECT_EQ(without_token("PUT", "/c/new" + writable, "new").status, 201);
    EXPECT_EQ(without_token("GET", "/c/new" + writable).status, 401);
    EXPECT_EQ(get("/c/new").body, "new");
    EXPECT_EQ(without_token("DELETE", "/c/new" + query({.method = "DELETE", .object = "/c/new"})).status,
              204);
    EXPECT_EQ(get("/c/new").status, 404);
}

TEST_F(ObjectStore, ATempUrlForAPrefixOpensWhatBeginsWithIt) {
    EXPECT_EQ(ask("POST", "", {{"X-Account-Meta-Temp-URL-Key", "account key"}}).status, 204);
    EXPECT_EQ(put("/c/public/a", "a").status, 201);
    EXPECT_EQ(put("/c/private/a", "b").status, 201);
    const std::string url = query({.object = "/c/public/", .prefix = true}) + "&temp_url_prefix=public/";
    EXPECT_EQ(without_token("GET", "/c/public/a" + url).body, "a");
    EXPECT_EQ(without_token("GET", "/c/private/a" + url).status, 401);
    EXPECT_EQ(without_token("GET", "/c/public/a" + query({.object = "/c/public/", .prefix = true})).status,
              401)
        << "the prefix has to be said";
}

TEST_F(ObjectStore, AnObjectMayHaveAnyName) {
    for (const char* name : {"/c/a/b/c", "/c/%C3%A9t%C3%A9%20%3F%25", "/c/..%2F..%2Fetc", "/c/a%0Ab"}) {
        EXPECT_EQ(put(name, name).status, 201) << name;
        EXPECT_EQ(get(name).body, name);
    }
    EXPECT_EQ(put("/c/" + std::string(1025, 'x'), "").status, 400);
    EXPECT_EQ(put("/missing/o", "").status, 404);
    EXPECT_EQ(ask("DELETE", "/c").status, 409) << "not empty";
}

TEST_F(ObjectStore, NamesAndMetadataAreUtf8AndHeadersOfObjectsAnyBytes) {
    const std::string latin = "caf\xe9";
    EXPECT_EQ(put("/%ff", "").status, 412);
    EXPECT_EQ(put("/c/%ff", "").status, 412);
    EXPECT_EQ(put("/c/%ED%A0%80", "").status, 412) << "half of a surrogate pair";
    EXPECT_EQ(put("/c/%F4%90%80%80", "").status, 412) << "beyond Unicode";
    EXPECT_EQ(put("/c/%C0%AF", "").status, 412) << "a slash that is longer than need be";
    EXPECT_EQ(put("/c/cut%E2%82", "").status, 412);
    EXPECT_EQ(put("/c/%F0%9F%A5%94", "").status, 201);
    EXPECT_EQ(ask("COPY", "/c/o", {{"Destination", "c/%ff"}}).status, 412);
    EXPECT_EQ(ask("COPY", "/c/o", {{"Destination", "c/a%00b"}}).status, 412);
    EXPECT_EQ(get("/c?prefix=%ff").status, 400);
    EXPECT_EQ(ask("POST", "", {{"X-Account-Meta-Drink", latin}}).status, 400);
    EXPECT_EQ(ask("POST", "/c", {{"X-Container-Meta-Drink", latin}}).status, 400);
    EXPECT_EQ(ask("POST", "/c", {{"X-Container-Read", latin + ":*"}}).status, 400);
    EXPECT_EQ(put("/c/typed", "", {{"Content-Type", latin}}).status, 400);

    const std::string disposition = "attachment; filename=" + latin;
    EXPECT_EQ(
        put("/c/latin", "x", {{"X-Object-Meta-Drink", latin}, {"Content-Disposition", disposition}}).status,
        201);
    EXPECT_EQ(get("/c/latin").headers.get("X-Object-Meta-Drink"), latin);
    EXPECT_EQ(get("/c/latin").headers.get("Content-Disposition"), disposition);
    EXPECT_NO_THROW((void)parse_json(get("/c?format=json").body));

    const state::Store again{folder_.path() / "localcloud.db"};
    EXPECT_NE(again.read().find(state::Kind::object, account_ + "/c/latin"), nullptr);
}

TEST_F(ObjectStore, KeysAndAclsAreForTheOwner) {
    EXPECT_EQ(put("/shared", "",
                  {{"X-Container-Read", ".r:*,.rlistings"},
                   {"X-Container-Write", "*:nobody"},
                   {"X-Container-Meta-Temp-URL-Key", "container key"},
                   {"X-Container-Meta-Temp-URL-Key-2", "second key"},
                   {"X-Container-Meta-Color", "blue"}})
                  .status,
              201);
    for (const char* method : {"GET", "HEAD"}) {
        const HttpAnswer open = without_token(method, "/shared");
        EXPECT_EQ(open.status, 204);
        EXPECT_EQ(open.headers.get("X-Container-Meta-Color"), "blue");
        const HttpAnswer own = ask(method, "/shared");
        for (const char* header : {"X-Container-Read", "X-Container-Write", "X-Container-Meta-Temp-Url-Key",
                                   "X-Container-Meta-Temp-Url-Key-2"}) {
            EXPECT_FALSE(open.headers.contains(header)) << header;
            EXPECT_TRUE(own.headers.contains(header)) << header;
        }
    }
}

TEST_F(ObjectStore, ExpiredObjectsGoWithTheirBytesAndKeepNoContainer) {
    const auto files = [&] {
        int count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator{folder_.path() / "objects"})
            count += entry.is_regular_file() ? 1 : 0;
        return count;
    };
    const auto expire = [&](const std::string& name) {
        EXPECT_EQ(put(name, "x", {{"X-Delete-After", "3600"}}).status, 201);
        auto transaction = store_.write();
        transaction.edit(state::Kind::object, account_ + name)["delete_at"] = 1;
        transaction.commit();
    };
    expire("/c/gone");
    EXPECT_EQ(files(), 2);
    EXPECT_EQ(get("/c/gone").status, 404);
    EXPECT_EQ(ask("DELETE", "/c/gone").status, 404);
    EXPECT_EQ(get("/c").body, "o\n");
    EXPECT_EQ(files(), 1);
    expire("/c/gone");
    EXPECT_EQ(ask("HEAD", "/c").headers.get("X-Container-Object-Count"), "1");
    expire("/c/gone");
    EXPECT_EQ(ask("HEAD", "").headers.get("X-Account-Object-Count"), "1");
    EXPECT_EQ(ask("DELETE", "/c/o").status, 204);
    expire("/c/gone");
    EXPECT_EQ(ask("DELETE", "/c").status, 204);
    EXPECT_EQ(files(), 0);
    EXPECT_EQ(put("/c", "").status, 201);
    expire("/c/gone");
    const api::Front started_again{cloud_};
    EXPECT_EQ(files(), 0);
}

TEST_F(ObjectStore, TimesToDeleteAtHaveTenDigits) {
    const auto answer = [&](const char* header, const char* value) {
        return put("/c/times", "", {{header, value}}).status;
    };
    for (const char* much : {"9223372036854775807", "99999999999999999999", "9999999999"}) {
        for (const char* header : {"X-Delete-After", "X-Delete-At"}) {
            EXPECT_EQ(answer(header, much), 201) << header << much;
            EXPECT_EQ(ask("HEAD", "/c/times").headers.get("X-Delete-At"), "9999999999");
        }
    }
    for (const char* bad : {"0", "-5", "-99999999999999999999", "soon", "", "5s"}) {
        EXPECT_EQ(answer("X-Delete-After", bad), 400) << bad;
        EXPECT_EQ(answer("X-Delete-At", bad), 400) << bad;
    }
}

TEST_F(ObjectStore, APathListsWhatIsDirectlyBelowIt) {
    EXPECT_EQ(put("/p", "").status, 201);
    for (const char* name : {"/p/top", "/p/a", "/p/a/", "/p/a/b", "/p/a/c/", "/p/a/c/d", "/p/ab"})
        EXPECT_EQ(put(name, "").status, 201);
    EXPECT_EQ(get("/p?path=a").body, "a/b\na/c/\n");
    EXPECT_EQ(get("/p?path=a/").body, "a/b\na/c/\n");
    EXPECT_EQ(get("/p?path=a/c&delimiter=x&prefix=y").body, "a/c/d\n") << "they do not count with a path";
    EXPECT_EQ(get("/p?path=").body, "a\na/\nab\ntop\n");
    EXPECT_EQ(get("/p?path=a&marker=a/b").body, "a/c/\n");
    EXPECT_EQ(get("/p?path=missing").status, 204);
}

TEST_F(ObjectStore, WhatIsMissingIsRefusedBeforeItDoesSomethingElse) {
    EXPECT_EQ(ask("POST", "?bulk-delete", {}, "/c/o\n").status, 501);
    EXPECT_EQ(put("/c?extract-archive=tar", "").status, 501);
    EXPECT_EQ(put("/versions", "", {{"X-Versions-Enabled", "true"}}).status, 501);
    EXPECT_EQ(put("/versions", "", {{"X-Versions-Location", "c"}}).status, 501);
    EXPECT_EQ(put("/versions", "", {{"X-History-Location", "c"}}).status, 501);
    EXPECT_EQ(get("/c?versions").status, 501);
    EXPECT_LT(get("/c?versions=false").status, 300);
    EXPECT_EQ(put("/c/o", "x").status, 201);
    EXPECT_EQ(ask("DELETE", "/c/o?version-id=1").status, 501);
    EXPECT_EQ(get("/c/o").body, "x");
    EXPECT_EQ(without_token("POST", "?bulk-delete").status, 401);
}

}  // namespace
}  // namespace localcloud
