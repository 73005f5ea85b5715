#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "openstack/object_store.hpp"
#include "sdk/src/resource/digest.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

struct TempUrls : ::testing::Test {
    FakeService cloud{"object-store"};
    ObjectStoreService store{cloud.adapter()};
    const Time expires{std::chrono::seconds(1795429876)};
};

}  // namespace

TEST_F(TempUrls, SignMethodTimeAndPath) {
    const std::string signature = resource::hmac("sha256", "key", "GET\n1795429876\n/v1/AUTH_p1/c/copy.txt");
    EXPECT_EQ(
        store.generate_temp_url({.container = "c", .object = "copy.txt", .key = "key", .expires = expires}),
        "http://cloud.test/v1/AUTH_p1/c/copy.txt?temp_url_sig=" + signature + "&temp_url_expires=1795429876");
}

TEST_F(TempUrls, AgreeWithOpensslsOwn) {
    // printf 'GET\n1795429876\n/v1/AUTH_p1/c/copy.txt' | openssl dgst -sha1 -hmac key
    EXPECT_THAT(
        store.generate_temp_url(
            {.container = "c", .object = "copy.txt", .key = "key", .digest = "sha1", .expires = expires}),
        HasSubstr("temp_url_sig=4a9541f3403490163fe4151110f820284e1b9e5d&"));
}

TEST_F(TempUrls, SignNamesAsTheyAreAndSendThemEncoded) {
    const std::string signature =
        resource::hmac("sha256", "key", "PUT\n1795429876\n/v1/AUTH_p1/my c/a b/ü%.txt");
    const std::string url = store.generate_temp_url({.method = "PUT",
                                                     .container = "my c",
                                                     .object = "a b/ü%.txt",
                                                     .key = "key",
                                                     .filename = "x y",
                                                     .expires = expires});
    EXPECT_THAT(
        url, StartsWith("http://cloud.test/v1/AUTH_p1/my%20c/a%20b/%C3%BC%25.txt?temp_url_sig=" + signature));
    EXPECT_THAT(url, HasSubstr("&filename=x%20y"));
}

TEST_F(TempUrls, OpenPrefixes) {
    const std::string signature = resource::hmac("sha256", "key", "GET\n1795429876\nprefix:/v1/AUTH_p1/c/co");
    const std::string url = store.generate_temp_url(
        {.container = "c", .object = "co", .key = "key", .is_prefix = true, .expires = expires});
    EXPECT_THAT(url, HasSubstr("temp_url_sig=" + signature));
    EXPECT_THAT(url, HasSubstr("&temp_url_prefix=co"));
}

TEST_F(TempUrls, AskTheAccountForItsKey) {
    cloud.on("HEAD ", "", 204, {{"X-Account-Meta-Temp-Url-Key", "key"}});
    EXPECT_EQ(store.generate_temp_url({.container = "c", .object = "o", .expires = expires}),
              store.generate_temp_url({.container = "c", .object = "o", .key = "key", .expires = expires}));
    FakeService keyless("object-store");
    keyless.on("HEAD ", "", 204);
    EXPECT_THROW(
        static_cast<void>(
            ObjectStoreService(keyless.adapter()).generate_temp_url({.container = "c", .object = "o"})),
        Error);
}

TEST_F(TempUrls, RefuseOtherHashes) {
    EXPECT_THROW(static_cast<void>(
                     store.generate_temp_url({.container = "c", .object = "o", .key = "k", .digest = "md5"})),
                 Error);
}

TEST_F(TempUrls, EndWhenTheyShould) {
    const auto before =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    const std::string url = store.generate_temp_url(
        {.container = "c", .object = "o", .valid_for = std::chrono::seconds(60), .key = "k"});
    const auto end = std::stoll(url.substr(url.find("expires=") + 8));
    EXPECT_GE(end, before.count() + 60);
    EXPECT_LE(end, before.count() + 70);
}
