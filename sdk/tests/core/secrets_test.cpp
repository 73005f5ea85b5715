// Nothing secret in logs, texts or explanations.
#include <gmock/gmock.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <mutex>

#include "openstack/error.hpp"
#include "sdk/src/session/error_body.hpp"
#include "sdk/src/session/redaction.hpp"
#include "sdk/tests/core/cloud_fixture.hpp"

namespace openstack::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Log {
    std::mutex mutex;
    std::string text;
    WireLog write = [this](std::string_view line) {
        const std::lock_guard lock(mutex);
        text += std::string(line) + "\n";
    };
};

TEST(Secrets, AreMaskedInTheWireLog) {
    const FakeCloud cloud([](const ServerRequest&) {
        auto answer = json_answer(
            R"({"server":{"id":"s1","adminPass":"gen3rated"},"keypair":{"name":"k","private_key":"-----BEGIN"}})");
        answer.response.headers.set("Set-Cookie", "session=c00kie");
        answer.response.headers.set("X-Container-Meta-Temp-URL-Key", "k3y");
        return answer;
    });
    Log log;
    const auto swift = cloud.connect({}, {.wire_log = log.write}).adapter("object-store");
    static_cast<void>(swift.request(
        {.method = "POST",
         .path = "/servers",
         .query = {{"temp_url_sig", "s1gnature"}},
         .headers = {{"X-Service-Token", "s3rvice"}},
         .body =
             R"({"server":{"name":"web","user_data":"IyEvYmlu","nested":[{"admin_pass":"aPass"}],"licence":"L1C"},"name":"shown"})",
         .secret_fields = {"licence"}}));
    for (const char* secret : {password, "token-number-1", "gen3rated", "-----BEGIN", "c00kie", "k3y",
                               "s1gnature", "s3rvice", "IyEvYmlu", "aPass", "L1C"}) {
        EXPECT_THAT(log.text, Not(HasSubstr(secret)));
    }
    for (const char* shown : {"> POST ", "/identity/v3/auth/tokens", "\"name\":\"shown\"", "\"name\":\"ann\"",
                              "< 200 OK", "X-Auth-Token: ***", "X-Subject-Token: ***"}) {
        EXPECT_THAT(log.text, HasSubstr(shown));
    }
}

TEST(Secrets, TheLogIsOffUnlessAskedFor) {
    const FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    ::testing::internal::CaptureStderr();
    static_cast<void>(cloud.connect().adapter("object-store").request({.path = "/x"}));
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Secrets, OfTokensInBodies) {
    using session::shown_body;
    EXPECT_EQ(shown_body("application/json", R"({"auth":{"identity":{"token":{"id":"abc"}}}})", {}),
              R"({"auth":{"identity":{"token":{"id":"***"}}}})");
    EXPECT_EQ(shown_body("application/json", R"({"credential":{"blob":"x","type":"ec2"}})", {}),
              R"({"credential":{"blob":"***","type":"ec2"}})");
    EXPECT_EQ(shown_body("application/json", R"({"password":null,"secret":["a"]})", {}),
              R"({"password":null,"secret":"***"})");
    EXPECT_EQ(shown_body("application/json",
                         R"({"server":{"metadata":{"deployment":"blue","deployment_seed":"s33d"}}})", {}),
              R"({"server":{"metadata":{"deployment":"blue","deployment_seed":"***"}}})")
        << "all passwords of a deployment are made of it";
    for (const char* console : {"remote_console", "console"}) {
        EXPECT_EQ(shown_body("application/json",
                             std::string(R"({")") + console +
                                 R"(":{"type":"novnc","url":"http://h/vnc_auto.html?path=%3Ftoken%3Dabc"}})",
                             {}),
                  std::string(R"({")") + console + R"(":{"type":"novnc","url":"***"}})");
    }
    EXPECT_EQ(shown_body("application/json",
                         R"({"transfer":{"id":"t","auth_key":"abc"},"api_key":"k","oauth_token":"o"})", {}),
              R"({"transfer":{"id":"t","auth_key":"***"},"api_key":"***","oauth_token":"***"})");
    EXPECT_EQ(shown_body("application/json", R"({"error":{"code":"x.y","url":"http://h"},"code":404})", {}),
              R"({"error":{"code":"x.y","url":"http://h"},"code":404})");
    EXPECT_EQ(shown_body("application/octet-stream",
                         "\x7f"
                         "ELF",
                         {}),
              "(4 bytes of application/octet-stream)");
    EXPECT_EQ(shown_body("application/json", R"({"password": "x")", {}), "(16 bytes of application/json)")
        << "broken JSON is not shown either";
}

TEST(Secrets, EchoedByAServiceAreMaskedInTheError) {
    const FakeCloud cloud([](const ServerRequest& request) {
        return json_answer(R"({"badRequest":{"code":400,"message":"Bad: )" +
                               request.headers.get("X-Auth-Token") + R"( hunter22 L1CENCE"}})",
                           400);
    });
    try {
        static_cast<void>(cloud.connect()
                              .adapter("object-store")
                              .request({.method = "POST",
                                        .path = "/x",
                                        .body = R"({"adminPass":"hunter22","licence":"L1CENCE"})",
                                        .secret_fields = {"licence"}}));
        FAIL();
    } catch (const BadRequest& error) {
        EXPECT_EQ(error.details().service_message, "Bad: *** *** ***");
        EXPECT_THAT(error.what(), Not(HasSubstr("hunter22")));
    }
}

TEST(Secrets, AreFoundInListsAndMaskedWholly) {
    const auto secrets =
        session::secret_values({{"X-Auth-Token", "pass"}},
                               R"( {"password":["passw0rd",["n3sted"]],"code_verifier":"v3rifier"})", {});
    EXPECT_EQ(session::masked("passw0rd n3sted v3rifier pass", secrets), "*** *** *** ***");
    EXPECT_EQ(session::shown_body("application/json", R"({"code_verifier":"v"})", {}),
              R"({"code_verifier":"***"})");
}

TEST(Secrets, EchoedAndCutByAnErrorAreMaskedToTheirLastByte) {
    std::string secret;
    for (int i = 0; i < 1000; ++i)
        secret += std::to_string(i) + " <b>&amp;";
    const auto body = R"({"user_data":")" + secret + R"("})";
    const auto said = session::parse_error_body("application/json",
                                                R"({"badRequest":{"message":"Bad: )" + secret + R"("}})");
    EXPECT_EQ(session::masked(said.message, session::secret_values({}, body, {})), "Bad: ***…");
}

TEST(Secrets, InUrlsOfErrors) {
    const FakeCloud cloud([](const ServerRequest&) { return json_answer("{}", 404); });
    try {
        static_cast<void>(cloud.connect()
                              .adapter("object-store")
                              .request({.path = "/c/o", .query = {{"temp_url_sig", "abcdef"}}}));
        FAIL();
    } catch (const NotFound& error) {
        EXPECT_THAT(std::string(error.what()) + error.details().url, Not(HasSubstr("abcdef")));
    }
}

TEST(Secrets, InExplanations) {
    auto options = nowhere();
    options.settings = {{"auth_url", "https://ann:hidden@cloud/v3"},
                        {"username", "ann"},
                        {"password", "hunter22"},
                        {"application_credential_secret", "s3cr"}};
    std::string all;
    for (const auto& [key, value, origin] : CloudConfig::load(options).explain())
        all += key + "=" + value + "\n";
    options.config_file = ::testing::TempDir() + "secrets_test_" + std::to_string(::getpid()) + ".yaml";
    std::ofstream(options.config_file) << R"(clouds:
  c:
    auth: {passcode: ["123456", {deep: x}], code: c0de, oauth_token: t0ken, api_key: k3y, user_ids: [u1]}
)";
    options.cloud = "c";
    for (const auto& [key, value, origin] : CloudConfig::load(options).explain())
        all += key + "=" + value + "\n";
    std::remove(options.config_file.c_str());
    EXPECT_THAT(all, HasSubstr("auth.passcode.0=***"));
    EXPECT_THAT(all, HasSubstr("auth.user_ids.0=u1"));
    EXPECT_THAT(all, HasSubstr("auth.password=***"));
    EXPECT_THAT(all, HasSubstr("auth.username=ann"));
    for (const char* secret : {"hunter22", "s3cr\n", "hidden", "123456", "c0de", "t0ken", "k3y"})
        EXPECT_THAT(all, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace openstack::testing
