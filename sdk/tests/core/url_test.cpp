#include "sdk/src/http/url.hpp"

#include <gmock/gmock.h>

namespace openstack::http {
namespace {

TEST(Url, IsTakenApartAndPutTogether) {
    const auto url = Url::parse("HTTPS://ann:pw@Cloud.Example:8774/v2.1/servers?limit=1#top");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->scheme, "https");
    EXPECT_EQ(url->user_info, "ann:pw");
    EXPECT_EQ(url->host, "cloud.example");
    EXPECT_EQ(url->port, 8774);
    EXPECT_EQ(url->path, "/v2.1/servers");
    EXPECT_EQ(url->query, "limit=1");
    EXPECT_EQ(url->text(), "https://ann:pw@cloud.example:8774/v2.1/servers?limit=1");
}

TEST(Url, WhatIsNoHttpUrlIsRefused) {
    for (const char* text :
         {"", "cloud", "ftp://a/b", "http://", "http:///v3", "http://a:0/", "http://a:99999/", "http://a:1x/",
          "http://a b/", "http://[::1/", "http://[::1]x/", "//a/b", "http://a%20b/", "http://a:80:/",
          "http://::1/", "http://a`/", "http://{region}/"}) {
        EXPECT_FALSE(Url::parse(text)) << text;
    }
    EXPECT_TRUE(Url::parse("http://[::1]:5000/v3"));
}

TEST(Url, OriginsCompareWithoutCaseAndWithTheSchemesPort) {
    EXPECT_TRUE(same_origin("http://A.example/x", "http://a.example:80/y"));
    EXPECT_TRUE(same_origin("https://a:443", "https://a/"));
    EXPECT_FALSE(same_origin("http://a/", "https://a/"));
    EXPECT_FALSE(same_origin("http://a/", "http://a:8080/"));
    EXPECT_FALSE(same_origin("http://a@b/", "http://a/"));
    EXPECT_FALSE(same_origin("http://a.evil/", "http://a/"));
}

TEST(Url, ReferencesAreResolved) {
    const std::string base = "http://h:9292/v2/images?limit=2";
    EXPECT_EQ(resolve(base, "/v2/images?marker=x"), "http://h:9292/v2/images?marker=x");
    EXPECT_EQ(resolve(base, "?marker=x"), "http://h:9292/v2/images?marker=x");
    EXPECT_EQ(resolve(base, "schemas/image"), "http://h:9292/v2/schemas/image");
    EXPECT_EQ(resolve(base, "../v1/./x"), "http://h:9292/v1/x");
    EXPECT_EQ(resolve(base, "https://other/a"), "https://other/a");
    EXPECT_EQ(resolve(base, "//other/a"), "http://other/a");
    EXPECT_EQ(resolve(base, "/next?url=http://x/"), "http://h:9292/next?url=http://x/");
    EXPECT_FALSE(resolve(base, "file:///etc/passwd"));
}

TEST(Url, QueriesAreEncoded) {
    EXPECT_EQ(with_query("http://h/x", {{"name", "a b&c=ü"}, {"sort", "name:asc"}}),
              "http://h/x?name=a%20b%26c%3D%C3%BC&sort=name:asc");
    EXPECT_EQ(with_query("http://h/x?a=1", {{"b", "2"}}), "http://h/x?a=1&b=2");
    EXPECT_EQ(encode_illegal("/a b/%20/ü\n"), "/a%20b/%20/%C3%BC%0A");
    EXPECT_EQ(encode_path_segment("a/b c"), "a%2Fb%20c");
}

TEST(Url, IsShownWithoutSecrets) {
    EXPECT_EQ(without_secrets("https://ann:pw@h/x"), "https://***@h/x");
    EXPECT_EQ(without_secrets("https://h/v1/a/c/o?temp_url_sig=abc&temp_url_expires=1"),
              "https://h/v1/a/c/o?temp_url_sig=***&temp_url_expires=1");
    EXPECT_EQ(without_secrets("https://h/x?user=a@b"), "https://h/x?user=a@b");
}

}  // namespace
}  // namespace openstack::http
