// The errors of all services, as a real OpenStack wrote them.
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "openstack/error.hpp"
#include "sdk/src/session/error_body.hpp"
#include "sdk/src/session/failure.hpp"
#include "sdk/tests/core/cloud_fixture.hpp"

namespace openstack::testing {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

const fs::path recordings = SOURCE_DIR "/sdk/tests/recordings";

struct Recorded {
    std::string service;
    std::string method;
    Response response;
};

Recorded read(const fs::path& path) {
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto exchange = json::parse(text);
    const auto& answer = exchange.at("response");
    Recorded out{.service = std::string(exchange.at("service").as_string()),
                 .method = std::string(exchange.at("request").at("method").as_string())};
    out.response.status = static_cast<int>(answer.at("status").as_int64());
    out.response.url = "http://cloud" + std::string(exchange.at("request").at("path").as_string());
    for (const auto& [name, value] : answer.at("headers").as_object()) {
        if (value.is_string()) out.response.headers.add(std::string(name), std::string(value.as_string()));
    }
    const auto& body = answer.at("body");
    if (body.is_string()) out.response.body = std::string(body.as_string());
    if (body.is_object() || body.is_array()) out.response.body = json::serialize(body);
    return out;
}

ErrorDetails details(const std::string& file) {
    const auto recorded = read(recordings / file);
    return session::details_of(recorded.method, recorded.response, recorded.service, 1);
}

TEST(ErrorBody, EveryRecordedRefusalIsUnderstood) {
    std::size_t seen = 0;
    for (const auto& entry : fs::recursive_directory_iterator(recordings)) {
        if (entry.path().extension() != ".json") continue;
        const auto recorded = read(entry.path());
        if (recorded.response.status < 400) continue;
        ++seen;
        const auto found = session::details_of(recorded.method, recorded.response, recorded.service, 1);
        const auto& text = found.service_message;
        if (!recorded.response.body.empty()) {
            EXPECT_FALSE(text.empty() && found.service_code.empty()) << entry.path();
        }
        for (const char* leftover : {"<br", "</", "&lt;", "\n", "{\""})
            EXPECT_THAT(text, Not(HasSubstr(leftover))) << entry.path();
        EXPECT_THROW(session::raise_answer(found), HttpError) << entry.path();
    }
    EXPECT_GT(seen, 35U);
}

TEST(ErrorBody, MessageCodeAndRequest) {
    const auto cinder = details("errors/block-storage-059-volume-quota-exceeded-in-gigabytes.json");
    EXPECT_THAT(cinder.service_message, HasSubstr("exceeds allowed gigabytes quota"));
    EXPECT_EQ(cinder.service_code, "overLimit");
    EXPECT_EQ(cinder.retry_after, std::chrono::seconds(0));
    EXPECT_FALSE(cinder.retryable) << "a quota does not go away by itself";
    EXPECT_EQ(details("errors/block-storage-004-v2-is-gone.json").service_message,
              "The resource could not be found.");
    EXPECT_EQ(details("errors/dns-017-zone-without-e-mail.json").service_message,
              "type.email: 'email' is a required property");
    EXPECT_EQ(details("errors/dns-017-zone-without-e-mail.json").service_code, "invalid_object");
    EXPECT_EQ(details("errors/dns-104-create-secondary-zone.json").request_id,
              "req-64436914-9194-4205-8a2b-8e2f68dfdc26");
    EXPECT_EQ(details("errors/load-balancer-017-load-balancer-not-found.json").service_message,
              "Load Balancer 00000000-0000-0000-0000-000000000000 not found.");
    EXPECT_EQ(details("errors/orchestration-012-resource-type-not-found.json").service_message,
              "The Resource Type (OS::No::Such) could not be found.");
    EXPECT_EQ(details("errors/orchestration-012-resource-type-not-found.json").service_code,
              "EntityNotFound");
    EXPECT_EQ(details("errors/placement-013-resource-provider-exists.json").service_message,
              "There was a conflict when trying to complete your request. Conflicting resource provider "
              "name: rec-rp already exists.");
    EXPECT_EQ(details("errors/placement-013-resource-provider-exists.json").service_code,
              "placement.duplicate_name");
}

TEST(ErrorBody, ShapesThatNobodyRecorded) {
    using session::parse_error_body;
    EXPECT_EQ(parse_error_body("application/json", R"({"NeutronError":"plain"})").message, "plain");
    EXPECT_EQ(
        parse_error_body(
            "application/json",
            R"({"NeutronError":{"type":"OverQuota","message":"Quota exceeded for resources: ['network'].","detail":""}})")
            .code,
        "OverQuota");
    EXPECT_EQ(parse_error_body("text/html",
                               "<html><head><title>403 Forbidden</title></head><body><h1>403 "
                               "Forbidden</h1>You may &amp; must not.<br /><br />\n</body></html>")
                  .message,
              "You may & must not.");
    EXPECT_EQ(parse_error_body("text/html",
                               "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad "
                               "Gateway</h1></center><hr></body></html>")
                  .message,
              "502 Bad Gateway");
    EXPECT_EQ(parse_error_body("text/plain", " Upload exceeds\n quota. ").message, "Upload exceeds quota.");
    EXPECT_EQ(parse_error_body("", "").message, "");
    EXPECT_EQ(parse_error_body("application/json", "{\"truncated\": ").message, "{\"truncated\":");
}

TEST(ErrorBody, HostileBodiesAreBoundedAndHarmless) {
    using session::parse_error_body;
    EXPECT_LE(parse_error_body("text/plain", std::string(1U << 20U, 'x')).message.size(), 1010U);
    std::string deep;
    for (int i = 0; i < 100000; ++i)
        deep += "{\"a\":";
    EXPECT_LE(parse_error_body("application/json", deep).message.size(), 1010U);
    EXPECT_EQ(parse_error_body("application/json", R"({"a":{"b":{"c":{"d":{"e":{"message":"too deep"}}}}}})")
                  .message,
              "");
    EXPECT_EQ(parse_error_body("text/plain", "a\x1b[31mred\x07").message, "a [31mred");
    EXPECT_EQ(parse_error_body("text/html", "a &\x1b[3;m &amp;").message, "a & [3;m &");
    const auto named = parse_error_body(
        "application/json", R"({"bad\nRequest":{"message":"x","request_id":"req-1\r\nX-Evil: 1"}})");
    EXPECT_EQ(named.code, "bad Request");
    EXPECT_EQ(named.request_id, "req-1 X-Evil: 1");
    std::string list;
    for (int i = 0; i < 1000; ++i)
        list += R"({"detail":"many words","path":["a",{"b\u007f":1}]},)";
    const auto listed = parse_error_body("application/json", R"({"errors":[)" + list + R"("end"]})").message;
    EXPECT_LE(listed.size(), 2003U);
    EXPECT_EQ(listed.find('\x7f'), std::string::npos);
    const auto cut = session::plain_text("\xc3\xa4\xc3\xa4", 3);
    EXPECT_EQ(cut, "\xc3\xa4…");
    for (const char* text : {"<", "<p", "<html", "&", "&amp", "<p>&#x;</p>", "[[[", "[{}]",
                             "{\"errors\":[{}]}", "{\"errors\":{\"errors\":3}}"}) {
        static_cast<void>(parse_error_body("text/html", text));
        static_cast<void>(parse_error_body("application/json", text));
    }
}

template <typename Expected>
void expect_class(int status, const std::string& message, const std::string& code = {}) {
    try {
        session::raise_answer({.status = status,
                               .service_message = message,
                               .service_code = code,
                               .method = "GET",
                               .url = "http://h/x"});
    } catch (const Error& error) {
        EXPECT_EQ(typeid(error), typeid(Expected))
            << status << " " << message << ": " << typeid(error).name();
    }
}

TEST(ErrorClass, FollowsFromStatusAndText) {
    expect_class<BadRequest>(400, "");
    expect_class<BadRequest>(422, "");
    expect_class<Unauthorized>(401, "");
    expect_class<Forbidden>(403, "");
    expect_class<QuotaExceeded>(403, "Quota exceeded for cores: Requested 8, but already used 4 of 10 cores");
    expect_class<Forbidden>(403, "Policy doesn't allow os_compute_api:os-quota-sets:update to be performed.");
    expect_class<NotFound>(404, "");
    expect_class<Conflict>(409, "in use");
    expect_class<QuotaExceeded>(409, "Quota exceeded for resources: ['floatingip'].", "OverQuota");
    expect_class<Conflict>(409, "Key pair 'quota-monitor' already exists.");
    expect_class<Conflict>(409, "Key pair quota-monitor already exists.");
    expect_class<Conflict>(409, "Router \"quota exceeded\" isn't empty, it's in use");
    expect_class<Forbidden>(403, "It isn't allowed to exceed 'quota'");
    expect_class<QuotaExceeded>(403, "Quota has been met for resources: Load Balancer");
    expect_class<QuotaExceeded>(413, "Maximum number of volumes allowed (10) exceeded for quota 'volumes'.");
    expect_class<QuotaExceeded>(413, "", "over_quota");
    expect_class<PreconditionFailed>(412, "");
    expect_class<QuotaExceeded>(413, "Upload exceeds quota.");
    expect_class<HttpError>(413, "too large");
    expect_class<HttpError>(418, "");
    expect_class<TooManyRequests>(429, "");
    expect_class<ServiceUnavailable>(500, "");
    expect_class<ServiceUnavailable>(503, "");
}

TEST(ErrorClass, OfAllRecordedRefusalsIsQuotaExceededOnlyWhereAQuotaIs) {
    std::size_t quotas = 0;
    for (const auto& entry : fs::recursive_directory_iterator(recordings)) {
        const auto name = entry.path().filename().string();
        if (entry.path().extension() != ".json") continue;
        const auto recorded = read(entry.path());
        const int status = recorded.response.status;
        if (status != 403 && status != 409 && status != 413) continue;
        const bool quota = name.find("quota-exceeded") != std::string::npos ||
                           name.find("beyond-container-quota") != std::string::npos;
        quotas += quota ? 1 : 0;
        try {
            session::raise_answer(
                session::details_of(recorded.method, recorded.response, recorded.service, 1));
        } catch (const Error& error) {
            EXPECT_EQ(dynamic_cast<const QuotaExceeded*>(&error) != nullptr, quota) << entry.path();
        }
    }
    EXPECT_GE(quotas, 9U);
}

TEST(ErrorText, IsASentenceWithWhatWasTriedAndTheRequest) {
    const FakeCloud cloud([](const ServerRequest&) {
        auto answer =
            json_answer(R"({"itemNotFound":{"code":404,"message":"Instance x could not be found."}})", 404);
        answer.response.headers.set("X-Openstack-Request-Id", "req-7");
        return answer;
    });
    try {
        static_cast<void>(cloud.connect().adapter("compute").request({.path = "/servers/x"}));
        FAIL();
    } catch (const NotFound& error) {
        EXPECT_EQ(
            std::string(error.what()),
            "GET " + cloud.url() +
                "/compute/v2.1/servers/x: 404 Not Found: Instance x could not be found. (request req-7)");
        EXPECT_EQ(error.details().service_type, "compute");
        EXPECT_EQ(error.details().method, "GET");
        EXPECT_EQ(error.details().request_id, "req-7");
        EXPECT_EQ(error.details().service_code, "itemNotFound");
        EXPECT_EQ(error.status(), 404);
    }
}

TEST(ErrorText, AnyTwoHundredIsSuccessAndSoIsNotModified) {
    for (const int status : {200, 201, 202, 204, 206, 304}) {
        const FakeCloud cloud([&](const ServerRequest&) {
            Answer answer;
            answer.response.status = status;
            return answer;
        });
        EXPECT_EQ(cloud.connect().adapter("compute").request({.path = "/x"}).status, status);
    }
}

}  // namespace
}  // namespace openstack::testing
