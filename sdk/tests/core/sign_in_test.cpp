// What is sent to Keystone for each kind of sign-in and scope, and what becomes of its answers.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>

#include "openstack/error.hpp"
#include "sdk/src/auth/authenticator.hpp"
#include "sdk/tests/core/cloud_fixture.hpp"

namespace openstack::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;
using Settings = std::vector<std::pair<std::string, std::string>>;

Answer ok(const ServerRequest&) {
    return json_answer("{}");
}

/// What is sent for these settings (besides the auth_url).
json::value body_for(const Settings& settings) {
    const FakeCloud cloud(ok);
    auto config = nowhere();
    config.settings = settings;
    config.settings.emplace_back("auth_url", cloud.url() + "/identity/v3");
    static_cast<void>(Connection(CloudConfig::load(config)).session()->token());
    return json::parse(cloud.sign_in_body());
}

std::string error_for(Settings settings) {
    auto config = nowhere();
    settings.emplace_back("auth_url", "http://127.0.0.1:1/v3");
    config.settings = std::move(settings);
    try {
        const Connection connection(CloudConfig::load(config));
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "no error";
}

TEST(SignIn, PasswordForAProjectByNames) {
    EXPECT_EQ(
        body_for({{"username", "ann"},
                  {"password", "pw"},
                  {"project_name", "demo"},
                  {"user_domain_name", "Users"},
                  {"project_domain_name", "Projects"}}),
        json::parse(
            R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ann","domain":{"name":"Users"},"password":"pw"}}},
                              "scope":{"project":{"name":"demo","domain":{"name":"Projects"}}}}})"));
}

TEST(SignIn, PasswordByIds) {
    EXPECT_EQ(
        body_for({{"user_id", "u1"}, {"password", "pw"}, {"project_id", "p1"}}),
        json::parse(
            R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pw"}}},"scope":{"project":{"id":"p1"}}}})"));
}

TEST(SignIn, ScopesOfDomainSystemTrustAndNone) {
    const Settings who = {{"user_id", "u1"}, {"password", "pw"}};
    const auto scope = [&](Settings more) {
        more.insert(more.end(), who.begin(), who.end());
        const auto body = body_for(more);
        const auto* found = body.at("auth").as_object().if_contains("scope");
        return found != nullptr ? *found : json::value("not sent");
    };
    EXPECT_EQ(scope({{"domain_name", "D"}}), json::parse(R"({"domain":{"name":"D"}})"));
    EXPECT_EQ(scope({{"domain_id", "d"}}), json::parse(R"({"domain":{"id":"d"}})"));
    EXPECT_EQ(scope({{"system_scope", "all"}}), json::parse(R"({"system":{"all":true}})"));
    EXPECT_EQ(scope({{"trust_id", "t"}}), json::parse(R"({"OS-TRUST:trust":{"id":"t"}})"));
    EXPECT_EQ(scope({{"unscoped", "true"}}), json::value("unscoped"));
    EXPECT_EQ(scope({}), json::value("not sent"));
}

TEST(SignIn, TheDomainOfTheUserIsTheProjectsUnlessItIsNamed) {
    const auto body = body_for(
        {{"username", "ann"}, {"password", "pw"}, {"project_name", "demo"}, {"user_domain_id", "d1"}});
    EXPECT_EQ(body.at("auth").at("scope"),
              json::parse(R"({"project":{"name":"demo","domain":{"id":"d1"}}})"));
    const auto usual = body_for(
        {{"username", "ann"}, {"password", "pw"}, {"project_name", "demo"}, {"default_domain_name", "D"}});
    EXPECT_EQ(usual.at("auth").at("identity").at("password").at("user").at("domain"),
              json::parse(R"({"name":"D"})"));
}

TEST(SignIn, TokenAndApplicationCredential) {
    EXPECT_EQ(
        body_for({{"auth_type", "v3token"}, {"token", "abc"}, {"project_id", "p"}}),
        json::parse(
            R"({"auth":{"identity":{"methods":["token"],"token":{"id":"abc"}},"scope":{"project":{"id":"p"}}}})"));
    EXPECT_EQ(
        body_for({{"auth_type", "v3applicationcredential"},
                  {"application_credential_id", "ac"},
                  {"application_credential_secret", "s"}}),
        json::parse(
            R"({"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"ac","secret":"s"}}}})"));
    EXPECT_EQ(
        body_for({{"application_credential_name", "ac"},
                  {"application_credential_secret", "s"},
                  {"username", "ann"},
                  {"user_domain_name", "D"}}),
        json::parse(R"({"auth":{"identity":{"methods":["application_credential"],"application_credential":
                              {"name":"ac","secret":"s","user":{"name":"ann","domain":{"name":"D"}}}}}})"))
        << "the kind of sign-in follows from what is there";
}

TEST(SignIn, WhatIsMissingIsNamedBeforeAnythingIsSent) {
    EXPECT_THAT(error_for({{"username", "ann"}, {"user_domain_name", "D"}}), HasSubstr("auth.password"));
    EXPECT_THAT(error_for({{"password", "pw"}}), HasSubstr("auth.username"));
    EXPECT_THAT(error_for({{"username", "ann"}, {"password", "pw"}}), HasSubstr("user_domain_name: Default"));
    EXPECT_THAT(error_for({{"user_id", "u"}, {"password", "pw"}, {"project_name", "x"}}),
                HasSubstr("project_domain_name: Default"));
    EXPECT_THAT(
        error_for({{"user_id", "u"}, {"password", "pw"}, {"project_id", "p"}, {"system_scope", "all"}}),
        HasSubstr("several scopes"));
    EXPECT_THAT(error_for({{"auth_type", "v3applicationcredential"}}),
                HasSubstr("application_credential_id"));
    EXPECT_THAT(error_for({{"auth_type", "v3oidcpassword"}}),
                HasSubstr("\"v3oidcpassword\", which is not supported yet"));
    EXPECT_THAT(error_for({{"auth_type", "v3pasword"}}), HasSubstr("unknown auth_type \"v3pasword\""));
    EXPECT_THAT(error_for({{"auth_type", "v2password"}}), HasSubstr("v2.0"));
    EXPECT_THAT(error_for({{"user_id", "u"}, {"password", "s3cret-pw"}, {"system_scope", "some"}}),
                Not(HasSubstr("s3cret-pw")));
}

TEST(SignIn, FindsTheVersionBelowAnUnversionedUrl) {
    const FakeCloud cloud(ok);
    for (const char* path : {"/identity", "/identity/", "/identity/v3", "/identity/v3/"}) {
        const auto connection = cloud.connect({{"auth_url", cloud.url() + path}});
        EXPECT_THAT(connection.session()->token(), HasSubstr("token-number-")) << path;
    }
}

TEST(SignIn, NothingIsSentBeforeItIsNeeded) {
    const FakeCloud cloud(ok);
    const auto connection = cloud.connect();
    EXPECT_EQ(connection.config().name(), "defaults");
    EXPECT_EQ(cloud.sign_ins(), 0);
    EXPECT_TRUE(cloud.server().requests().empty());
}

TEST(SignIn, TellsWhoWeAre) {
    const FakeCloud cloud(ok);
    const auto access = cloud.connect().session()->access();
    EXPECT_EQ(access->user.name, "ann");
    EXPECT_EQ(access->user_domain.id, "default");
    EXPECT_EQ(access->project->id, "p1");
    EXPECT_EQ(access->roles.front().name, "member");
    EXPECT_FALSE(access->catalog.empty());
    EXPECT_EQ(*access->expires_at - *access->issued_at, std::chrono::hours(1));
    EXPECT_EQ(cloud.connect().adapter("compute").project_id(), "p1");
}

TEST(SignIn, ARefusalSaysWhoAndWhereButNotTheSecret) {
    FakeCloud cloud(ok);
    cloud.keystone = [](const ServerRequest&) {
        auto answer = json_answer(std::string(R"({"error":{"code":401,"message":"The password )") + password +
                                      R"( is wrong.","title":"Unauthorized"}})",
                                  401);
        answer.response.headers.set("x-openstack-request-id", "req-1");
        return answer;
    };
    try {
        static_cast<void>(cloud.connect().session()->token());
        FAIL();
    } catch (const Unauthorized& error) {
        EXPECT_THAT(error.what(), HasSubstr("user ann"));
        EXPECT_THAT(error.what(), HasSubstr(cloud.url() + "/identity/v3/auth/tokens"));
        EXPECT_THAT(error.what(), HasSubstr("req-1"));
        EXPECT_THAT(error.what(), Not(HasSubstr(password)));
        EXPECT_THAT(error.details().service_message, Not(HasSubstr(password)));
        EXPECT_EQ(error.details().service_code, "Unauthorized");
    }
}

TEST(SignIn, AnAuthUrlThatIsNoKeystone) {
    FakeCloud cloud(ok);
    const auto connection = cloud.connect({{"auth_url", cloud.url() + "/nowhere"}});
    try {
        static_cast<void>(connection.session()->token());
        FAIL();
    } catch (const MalformedResponse& error) {
        EXPECT_THAT(error.what(), HasSubstr("X-Subject-Token"));
    }
}

TEST(SignIn, AnswersThatAreNotWhatKeystonePromises) {
    for (const char* body : {"", "{", "[]", "{}", R"({"token":3})", "<html>"}) {
        FakeCloud cloud(ok);
        cloud.keystone = [&](const ServerRequest&) {
            auto answer = json_answer(body, 201);
            answer.response.headers.set("X-Subject-Token", "t");
            return answer;
        };
        EXPECT_THROW(static_cast<void>(cloud.connect().session()->token()), MalformedResponse) << body;
    }
    // Odd, but no reason to fail: missing parts are empty.
    FakeCloud cloud(ok);
    cloud.keystone = [&](const ServerRequest&) {
        auto answer = json_answer(
            R"({"token":{"catalog":[3,{"type":"x","endpoints":[null,{"url":5}]}],"user":"?","expires_at":"soon"}})",
            201);
        answer.response.headers.set("X-Subject-Token", "t");
        return answer;
    };
    EXPECT_EQ(cloud.connect().session()->token(), "t");
}

TEST(SignIn, TokensAnswerOfARealKeystone) {
    std::ifstream file(SOURCE_DIR "/sdk/tests/recordings/core/token-for-project-by-names.json");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto recording = json::parse(text);
    Response response;
    response.headers = {{"X-Subject-Token", "gAAAA"}};
    response.body = json::serialize(recording.at("response").at("body"));
    const auto signed_in = auth::parse_token_answer(response);
    EXPECT_EQ(signed_in.lifetime, std::chrono::hours(24));
    EXPECT_EQ(signed_in.access->project->name, "rec-demo");
    EXPECT_EQ(signed_in.access->catalog.size(), 10U);
    EXPECT_EQ(signed_in.access->roles.size(), 5U);
    EXPECT_EQ(signed_in.access->catalog[0].type, "dns");
    EXPECT_EQ(signed_in.access->catalog[0].endpoints[0].url, "http://127.0.0.1:9001");
}

TEST(SignIn, TimesOfKeystone) {
    using namespace std::chrono;
    const auto expected = sys_days(2026y / November / 22) + 10h + 14min + 36s;
    EXPECT_EQ(auth::parse_time("2026-11-22T10:14:36.000000Z"), expected);
    EXPECT_EQ(auth::parse_time("2026-11-22T10:14:36Z"), expected);
    EXPECT_EQ(auth::parse_time("2026-11-22T10:14:36.5"), expected + 500ms);
    for (const char* bad : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22 10:14:36",
                            "2026-11-22T25:00:00Z", "2026-11-22T10:14:36+02:00"}) {
        EXPECT_FALSE(auth::parse_time(bad)) << bad;
    }
}

TEST(SignIn, WithoutKeystone) {
    const FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    auto config = nowhere();
    config.settings = {
        {"auth_type", "admin_token"}, {"token", "fixed"}, {"endpoint", cloud.url() + "/baremetal"}};
    const Connection connection(CloudConfig::load(config));
    static_cast<void>(connection.adapter("placement").request({.path = "/nodes"}));
    EXPECT_EQ(cloud.requests().back().target, "/baremetal/nodes");
    EXPECT_EQ(cloud.requests().back().headers.get("X-Auth-Token"), "fixed");
    config.settings = {{"auth_type", "none"}, {"endpoint", cloud.url()}};
    static_cast<void>(Connection(CloudConfig::load(config)).adapter("placement").request({.path = "/x"}));
    EXPECT_FALSE(cloud.requests().back().headers.contains("X-Auth-Token"));
}

}  // namespace
}  // namespace openstack::testing
