// Redirects: followed within the origin, never with a token to anybody else.
#include <gmock/gmock.h>

#include "openstack/error.hpp"
#include "sdk/tests/core/cloud_fixture.hpp"

namespace openstack::testing {
namespace {

using ::testing::HasSubstr;

Answer redirect(int status, const std::string& location) {
    auto answer = json_answer(R"({"code":302})", status);
    answer.response.headers.set("Location", location);
    return answer;
}

TEST(Redirect, WithinTheOriginMethodAndBodyStay) {
    for (const int status : {301, 302, 307, 308}) {
        for (const char* method : {"GET", "DELETE", "POST"}) {
            const FakeCloud cloud([&](const ServerRequest& request) {
                return request.path.ends_with("/rec-stack")
                           ? redirect(status, "/object-store/v1/AUTH_p1/stacks/rec-stack/123?x=1")
                           : json_answer(R"({"ok":1})");
            });
            const auto body = std::string(method) == "POST" ? "{}" : "";
            const auto response = cloud.connect()
                                      .adapter("object-store")
                                      .request({.method = method, .path = "/stacks/rec-stack", .body = body});
            EXPECT_EQ(response.body, R"({"ok":1})");
            EXPECT_THAT(response.url, HasSubstr("/stacks/rec-stack/123"));
            const auto last = cloud.requests().back();
            EXPECT_EQ(last.method, method) << status;
            EXPECT_EQ(last.body.read(), body);
            EXPECT_TRUE(last.headers.contains("X-Auth-Token"));
        }
    }
}

TEST(Redirect, SeeOtherMeansGet) {
    const FakeCloud cloud([&](const ServerRequest& request) {
        return request.method == "POST" ? redirect(303, "result") : json_answer("{}");
    });
    static_cast<void>(
        cloud.connect().adapter("object-store").request({.method = "POST", .path = "/a/b", .body = "{}"}));
    EXPECT_EQ(cloud.requests().back().method, "GET");
    EXPECT_EQ(cloud.requests().back().path, "/object-store/v1/AUTH_p1/a/result");
    EXPECT_EQ(cloud.requests().back().body.size(), 0U);
}

TEST(Redirect, NoTokenGoesToAnotherOrigin) {
    std::atomic<int> stolen{0};
    const common::testkit::ScriptedServer thief([&](const ServerRequest&) {
        ++stolen;
        return json_answer("{}");
    });
    for (const int status : {301, 302, 303, 307, 308}) {
        const FakeCloud cloud([&](const ServerRequest&) { return redirect(status, thief.url() + "/x"); });
        try {
            static_cast<void>(cloud.connect().adapter("object-store").request({.path = "/a"}));
            FAIL();
        } catch (const HttpError& error) {
            EXPECT_THAT(error.what(), HasSubstr(thief.url()));
            EXPECT_THAT(error.what(), HasSubstr("object-store_endpoint_override"));
            EXPECT_EQ(error.status(), status);
        }
    }
    EXPECT_EQ(stolen, 0);
    const FakeCloud open([&](const ServerRequest&) { return redirect(302, thief.url() + "/x"); });
    EXPECT_EQ(open.connect().adapter("object-store").request({.path = "/a", .authenticated = false}).status,
              200);
    EXPECT_EQ(stolen, 1);
    EXPECT_FALSE(thief.requests().back().headers.contains("X-Auth-Token"));
}

TEST(Redirect, NoCredentialsGoToAnotherOrigin) {
    const common::testkit::ScriptedServer thief([](const ServerRequest&) { return json_answer("{}"); });
    for (const int status : {301, 302, 303, 307, 308}) {
        FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
        cloud.keystone = [&](const ServerRequest& request) -> std::optional<Answer> {
            if (request.method != "POST") return std::nullopt;
            return redirect(status, thief.url() + "/v3/auth/tokens");
        };
        try {
            static_cast<void>(cloud.connect().session()->token());
            FAIL();
        } catch (const HttpError& error) {
            EXPECT_THAT(error.what(), HasSubstr(thief.url()));
            EXPECT_THAT(error.what(), HasSubstr("credentials are not sent"));
            EXPECT_THAT(error.what(), HasSubstr("auth_url"));
            EXPECT_EQ(error.status(), status);
        }
    }
    EXPECT_TRUE(thief.requests().empty());
}

TEST(Redirect, NoBodyAndNoSecretHeaderGoToAnotherOrigin) {
    const common::testkit::ScriptedServer thief([](const ServerRequest&) { return json_answer("{}"); });
    for (const int status : {301, 302, 307, 308}) {
        const FakeCloud cloud([&](const ServerRequest&) { return redirect(status, thief.url() + "/x"); });
        const auto swift = cloud.connect().adapter("object-store");
        EXPECT_THROW(static_cast<void>(swift.request(
                         {.method = "PUT", .path = "/a", .body = "letters", .authenticated = false})),
                     HttpError);
        EXPECT_THROW(static_cast<void>(swift.request(
                         {.path = "/a", .headers = {{"Authorization", "Basic x"}}, .authenticated = false})),
                     HttpError);
    }
    EXPECT_TRUE(thief.requests().empty());
}

TEST(Redirect, CirclesEnd) {
    const FakeCloud cloud([&](const ServerRequest& request) { return redirect(302, request.path); });
    EXPECT_THROW(static_cast<void>(cloud.connect().adapter("object-store").request({.path = "/a"})),
                 HttpError);
    EXPECT_EQ(cloud.requests().size(), 6U);
    const FakeCloud nowhere([&](const ServerRequest&) { return redirect(302, "mailto:x://y"); });
    EXPECT_THROW(static_cast<void>(nowhere.connect().adapter("object-store").request({.path = "/a"})),
                 HttpError);
}

TEST(Redirect, SeveralChoicesAreAnAnswerOnlyForVersionDocuments) {
    const FakeCloud cloud([&](const ServerRequest&) { return redirect(300, "/image/v2/"); });
    const auto swift = cloud.connect().adapter("object-store");
    EXPECT_THROW(static_cast<void>(swift.request({.path = "/"})), HttpError);
    EXPECT_EQ(swift.request({.path = "/", .authenticated = false}).status, 300);
}

}  // namespace
}  // namespace openstack::testing
