#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "openstack/object_store.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::recording;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

struct ObjectStore : ::testing::Test {
    FakeService cloud{"object-store"};
    ObjectStoreService store{cloud.adapter()};
    std::string sent(const char* header) { return cloud.last().headers.get(header); }
};

constexpr const char* hello = "Hello, object store!\n";
constexpr const char* hello_md5 = "84bf8787e778fb4f128800091031fd52";

}  // namespace

TEST_F(ObjectStore, TheAccountIsRead) {
    cloud.on("HEAD ", recording("object-store", 9));
    const auto account = store.get_account();
    EXPECT_EQ(account.container_count, 0);
    EXPECT_EQ(account.metadata.at("Color"), "blue");
    EXPECT_EQ(account.project_domain_id, "default");
}

TEST_F(ObjectStore, TheAccountsMetadataIsSetAndRemoved) {
    cloud.on("POST ", "", 204);
    store.set_account_metadata({{"Color", "blue"}});
    EXPECT_EQ(sent("X-Account-Meta-Color"), "blue");
    store.delete_account_metadata({"Color"});
    EXPECT_TRUE(cloud.last().headers.find("X-Remove-Account-Meta-Color"));
    store.set_account_temp_url_key("k");
    EXPECT_EQ(sent("X-Account-Meta-Temp-URL-Key"), "k");
    store.set_account_temp_url_key("k2", true);
    EXPECT_EQ(sent("X-Account-Meta-Temp-URL-Key-2"), "k2");
}

TEST_F(ObjectStore, AKeyIsMadeOnlyWhenThereIsNone) {
    cloud.on("HEAD ", "", 204);
    cloud.on("POST ", "", 204);
    const std::string key = store.ensure_account_temp_url_key();
    EXPECT_EQ(key.size(), 64U);
    EXPECT_EQ(sent("X-Account-Meta-Temp-URL-Key"), key);
    FakeService keyed("object-store");
    keyed.on("HEAD ", "", 204, {{"X-Account-Meta-Temp-Url-Key", "there"}});
    EXPECT_EQ(ObjectStoreService(keyed.adapter()).ensure_account_temp_url_key(), "there");
    EXPECT_EQ(keyed.lines().size(), 1U);
}

TEST_F(ObjectStore, ContainersAreListedByMarker) {
    cloud.on("GET ?limit=1&format=json", recording("object-store", 19));
    cloud.on("GET ?limit=1&format=json&marker=rec-c1", recording("object-store", 20));
    cloud.on("GET ?limit=1&format=json&marker=rec-c2", R"([{"name":"rec-c3","count":2,"bytes":3}])");
    cloud.on("GET ?limit=1&format=json&marker=rec-c3", recording("object-store", 21));
    const auto containers = store.containers({.limit = 1}).to_vector();
    ASSERT_EQ(containers.size(), 3U);
    EXPECT_EQ(containers[0].name, "rec-c1");
    EXPECT_TRUE(containers[0].last_modified);
    EXPECT_EQ(containers[2].object_count, 2);
}

TEST_F(ObjectStore, ContainersAreCreatedUpdatedAndRead) {
    cloud.on("PUT /rec-c1", recording("object-store", 13));
    store.create_container("rec-c1", {.read_acl = ".r:*,.rlistings", .metadata = {{"Book", "Tom"}}});
    EXPECT_EQ(sent("X-Container-Read"), ".r:*,.rlistings");
    EXPECT_EQ(sent("X-Container-Meta-Book"), "Tom");
    EXPECT_FALSE(cloud.last().headers.find("X-Container-Write"));
    cloud.on("POST /rec-c1", recording("object-store", 30));
    store.update_container("rec-c1", {.metadata = {{"Author", "Mark"}}, .remove_metadata = {"Book"}});
    EXPECT_EQ(sent("X-Container-Meta-Author"), "Mark");
    EXPECT_TRUE(cloud.last().headers.find("X-Remove-Container-Meta-Book"));
    cloud.on("HEAD /rec-c1", recording("object-store", 27));
    const auto container = store.get_container("rec-c1");
    EXPECT_EQ(container.name, "rec-c1");
    EXPECT_EQ(container.read_acl, ".r:*,.rlistings");
    EXPECT_EQ(container.storage_policy, "Policy-0");
    EXPECT_EQ(container.metadata.at("Book"), "Tom");
    EXPECT_FALSE(store.find_container_or_null("none"));
}

TEST_F(ObjectStore, ContainersThatAreFullStay) {
    cloud.on("DELETE /full", recording("object-store", 156));
    EXPECT_THROW(store.delete_container("full"), Conflict);
    EXPECT_FALSE(store.delete_container("none"));
}

TEST_F(ObjectStore, NamesAreEncodedAndChecked) {
    cloud.on("DELETE /c%20%2B/photos/2024/a%20b%2Bc%25.jpg", "", 204);
    EXPECT_TRUE(store.delete_object("c +", "photos/2024/a b+c%.jpg"));
    EXPECT_THROW(store.delete_object("c", ""), Error) << "must not become a DELETE of the container";
    EXPECT_THROW(store.delete_container(""), Error) << "must not become a DELETE of the account";
    EXPECT_THROW(store.delete_container("a/b"), Error) << "must not become a DELETE of an object";
    EXPECT_EQ(cloud.lines().size(), 1U);
}

TEST_F(ObjectStore, ObjectsAreListedWithSubfolders) {
    cloud.on("GET /rec-c1?prefix=photos/&delimiter=/&format=json", recording("object-store", 74));
    cloud.on("GET /rec-c1?prefix=photos/&delimiter=/&format=json&marker=photos/index.html", "[]");
    const auto objects = store.objects("rec-c1", {.prefix = "photos/", .delimiter = "/"}).to_vector();
    ASSERT_EQ(objects.size(), 3U);
    EXPECT_EQ(objects[0].subdir, "photos/2024/");
    EXPECT_EQ(objects[2].name, "photos/index.html");
    EXPECT_EQ(objects[2].size, 1);
}

TEST_F(ObjectStore, ObjectsAreUploadedAndCompared) {
    cloud.on("PUT /rec-c1/hello.txt", recording("object-store", 41));
    EXPECT_EQ(store.upload_object("rec-c1", "hello.txt", std::string_view(hello),
                                  {.content_type = "text/plain", .metadata = {{"Color", "red"}}}),
              hello_md5);
    EXPECT_EQ(cloud.last().body, hello);
    EXPECT_EQ(sent("Content-Type"), "text/plain");
    EXPECT_EQ(sent("X-Object-Meta-Color"), "red");
    try {
        store.upload_object("rec-c1", "hello.txt", std::string_view("changed on the way"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("rec-c1/hello.txt was damaged"));
    }
}

TEST_F(ObjectStore, ObjectsThatMustNotExistAreRefused) {
    cloud.on("PUT /rec-c1/hello.txt", recording("object-store", 43));
    EXPECT_THROW(store.upload_object("rec-c1", "hello.txt", std::string_view("x"), {.must_not_exist = true}),
                 PreconditionFailed);
    EXPECT_EQ(sent("If-None-Match"), "*");
}

TEST_F(ObjectStore, ObjectsAreDownloadedAndCompared) {
    cloud.on("GET /rec-c1/hello.txt", recording("object-store", 54));
    EXPECT_EQ(store.download_object("rec-c1", "hello.txt"), hello);
    std::string streamed;
    const auto object =
        store.stream_object("rec-c1", "hello.txt", [&](std::string_view bytes) { streamed += bytes; });
    EXPECT_EQ(streamed, hello);
    EXPECT_EQ(object.metadata.at("Color"), "red");
    EXPECT_EQ(object.content_type, "text/plain");
    FakeService damaged("object-store");
    damaged.on("GET /c/o", "other bytes", 200, {{"Etag", hello_md5}});
    EXPECT_THROW(static_cast<void>(ObjectStoreService(damaged.adapter()).download_object("c", "o")), Error);
}

TEST_F(ObjectStore, MetadataIsAddedToWhatAnObjectHas) {
    cloud.on("HEAD /c/o", "", 200,
             {{"Content-Type", "text/plain"},
              {"Content-Encoding", "gzip"},
              {"Content-Disposition", "attachment"},
              {"Content-Length", "3"},
              {"Cache-Control", "no-cache"},
              {"Etag", "abc"},
              {"X-Delete-At", "1893456000"},
              {"X-Object-Manifest", "segments/o"},
              {"X-Object-Meta-Color", "red"},
              {"X-Object-Meta-Size", "small"},
              {"x-object-meta-old", "yes"}});
    cloud.on("POST /c/o", "", 202);
    store.set_object_metadata("c", "o", {{"size", "large"}, {"New", "1"}, {"Old", ""}});
    for (const auto& [header, value] : Headers{{"Content-Type", "text/plain"},
                                               {"Content-Encoding", "gzip"},
                                               {"Content-Disposition", "attachment"},
                                               {"Cache-Control", "no-cache"},
                                               {"X-Delete-At", "1893456000"},
                                               {"X-Object-Manifest", "segments/o"},
                                               {"X-Object-Meta-Color", "red"},
                                               {"X-Object-Meta-Size", "large"},
                                               {"X-Object-Meta-New", "1"}}) {
        EXPECT_EQ(sent(header.c_str()), value) << header;
    }
    for (const char* header : {"X-Object-Meta-Old", "Etag", "Content-Length"})
        EXPECT_FALSE(cloud.last().headers.find(header)) << header;
    EXPECT_THROW(store.set_object_metadata("c", "none", {{"A", "1"}}), NotFound);
    EXPECT_EQ(cloud.last().line, "HEAD /c/none");
}

TEST_F(ObjectStore, VersionsOfAnObjectMayFillSeveralPages) {
    const std::string line = "GET /c?versions=true&limit=2&format=json";
    cloud.on(line, R"([{"name":"o","version_id":"3"},{"name":"o","version_id":"2"}])");
    cloud.on(line + "&marker=o&version_marker=2",
             R"([{"name":"o","version_id":"1"},{"name":"o","version_id":"null"}])");
    cloud.on(line + "&marker=o&version_marker=null", R"([{"name":"p","version_id":"9"}])");
    cloud.on(line + "&marker=p&version_marker=9", "[]");
    std::vector<std::string> found;
    for (const auto& object : store.objects("c", {.versions = true, .limit = 2}))
        found.push_back(object.name + " " + object.version_id);
    EXPECT_THAT(found, ElementsAre("o 3", "o 2", "o 1", "o null", "p 9"));
}

TEST_F(ObjectStore, LargeObjectsHaveNoPlainEtag) {
    cloud.on("GET /c/slo", "segments", 200,
             {{"Etag", "\"5abd137f8d108f4e42b6a7182dc5a5d1\""}, {"X-Static-Large-Object", "True"}});
    EXPECT_EQ(store.download_object("c", "slo"), "segments");
    cloud.on("HEAD /c/slo", recording("object-store", 95));
    const auto object = store.get_object_metadata("c", "slo");
    EXPECT_TRUE(object.is_static_large_object);
    EXPECT_EQ(object.etag, "5abd137f8d108f4e42b6a7182dc5a5d1");
    EXPECT_EQ(object.size, 1500);
}

TEST_F(ObjectStore, ObjectsAreChangedAndCopied) {
    cloud.on("PUT /rec-c2/copy.txt", recording("object-store", 79));
    store.copy_object("rec-c1", "hello world.txt", "rec-c2", "copy.txt");
    EXPECT_EQ(sent("X-Copy-From"), "/rec-c1/hello%20world.txt");
    EXPECT_FALSE(store.find_object_or_null("c", "none"));
}

TEST(ObjectStoreAfterALostAnswer, WhatIsGoneWasDeleted) {
    FakeService cloud("object-store", "", 3);
    const ObjectStoreService store(cloud.adapter());
    for (const char* line : {"DELETE /c/o", "DELETE /c"}) {
        cloud.fail(line);
        cloud.on(line, "", 404);
    }
    EXPECT_TRUE(store.delete_object("c", "o"));
    EXPECT_TRUE(store.delete_container("c"));
    EXPECT_FALSE(store.delete_object("c", "none"));
}
