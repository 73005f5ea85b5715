#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/compute.hpp"
#include "openstack/error.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using compute::ServerStatus;
using sdktest::FakeService;
using sdktest::recording;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

struct Servers : ::testing::Test {
    FakeService cloud{"compute"};
    ComputeService compute{cloud.adapter()};
};

constexpr const char* web = "0c4eaa79-f685-4a77-970a-fe896611b8fd";

}  // namespace

TEST_F(Servers, AreDecoded) {
    cloud.on(std::string("GET /servers/") + web, recording("compute", 161));
    const auto server = compute.get_server(web);
    EXPECT_EQ(server.id, web);
    EXPECT_EQ(server.status, ServerStatus::active);
    EXPECT_EQ(server.flavor.name, "m1.nano");
    EXPECT_EQ(server.flavor.ram, 192);
    EXPECT_EQ(server.image.id, "f04b3495-a72d-454b-98e5-11833cda619a");
    ASSERT_EQ(server.addresses.at("rec-private").size(), 1U);
    EXPECT_EQ(server.addresses.at("rec-private")[0].address, "10.69.0.247");
    EXPECT_EQ(server.addresses.at("rec-private")[0].type, "fixed");
    EXPECT_TRUE(server.has_config_drive) << "Nova says \"True\"";
    EXPECT_THAT(server.security_groups, ElementsAre("rec-web", "default"));
    EXPECT_EQ(server.user_data, "#!/bin/sh\necho hello > /root/hello\n");
    EXPECT_EQ(server.metadata.at("role"), "web");
    EXPECT_EQ(server.launched_at.value() - server.created_at.value(), std::chrono::seconds(28));
    EXPECT_FALSE(server.terminated_at);
    EXPECT_TRUE(server.extra.empty());
}

TEST_F(Servers, OfOldMicroversionsHaveTheFlavorsId) {
    FakeService old("compute", "2.1");
    old.on(std::string("GET /servers/") + web, recording("compute", 104));
    const auto server = ComputeService(old.adapter()).get_server(web);
    EXPECT_EQ(server.flavor.id, "48cb0af4-440f-4df3-a54c-ee3f1f731daa");
    EXPECT_EQ(server.flavor.name, "");
}

TEST_F(Servers, BootedFromAVolumeHaveNoImage) {
    cloud.on("GET /servers/x", recording("compute", 273));
    const auto server = compute.get_server("x");
    EXPECT_EQ(server.image.id, "");
    EXPECT_EQ(server.attached_volumes.size(), 1U);
}

TEST_F(Servers, AreCreatedAsTheRealClientDoesIt) {
    const auto recorded = recording("compute", 102);
    FakeService old("compute", "2.1");
    old.on("POST /servers", recorded);
    const auto server = ComputeService(old.adapter())
                            .create_server({.name = "rec-web",
                                            .image_id = "f04b3495-a72d-454b-98e5-11833cda619a",
                                            .flavor_id = "48cb0af4-440f-4df3-a54c-ee3f1f731daa",
                                            .networks = {{"4c18bed7-a244-4a04-a101-177ee6cc6ff4"}},
                                            .user_data = "#!/bin/sh\necho hello > /root/hello\n",
                                            .key_name = "rec-imported",
                                            .security_groups = {"rec-web", "default"},
                                            .metadata = {{"role", "web"}, {"tier", "1"}},
                                            .config_drive = true});
    EXPECT_PRED2(sdktest::same_json, old.last().body, recorded.request_body);
    EXPECT_EQ(server.id, web);
    EXPECT_EQ(server.name, "rec-web");
    EXPECT_EQ(server.admin_password, "***") << "as recorded";
}

TEST_F(Servers, AreCreatedAtNewMicroversions) {
    const auto recorded = recording("compute", 105);
    cloud.on("POST /servers", recorded);
    compute.create_server({.name = "rec-api",
                           .image_id = "f04b3495-a72d-454b-98e5-11833cda619a",
                           .flavor_id = "48cb0af4-440f-4df3-a54c-ee3f1f731daa",
                           .networks = {{.port_id = "69608646-3753-49a2-872d-7db26c81c43e", .tag = "front"}},
                           .user_data = "#!/bin/sh\necho hello > /root/hello\n",
                           .key_name = "rec-imported",
                           .description = "API",
                           .tags = {"blue", "green"},
                           .hostname = "rec-api-host",
                           .server_group = "70db4f1b-8df9-4c67-b692-4450bb6db1f5"});
    EXPECT_PRED2(sdktest::same_json, cloud.last().body, recorded.request_body);
}

TEST_F(Servers, WithoutNetworksSayAuto) {
    cloud.on("POST /servers", R"({"server":{"id":"s"}})", 202);
    compute.create_server({.name = "a", .image_id = "i", .flavor_id = "f"});
    EXPECT_EQ(sdktest::json_member(sdktest::json_member(cloud.last().body, "server"), "networks"),
              "\"auto\"");
    compute.create_server({.name = "a", .image_id = "i", .flavor_id = "f", .network_mode = "none"});
    EXPECT_EQ(sdktest::json_member(sdktest::json_member(cloud.last().body, "server"), "networks"),
              "\"none\"");
}

TEST_F(Servers, AreUpdatedWithWhatIsGivenOnly) {
    cloud.on("PUT /servers/x", recording("compute", 165));
    compute.update_server("x", {.name = "rec-web-2"});
    EXPECT_EQ(cloud.last().body, R"({"server":{"name":"rec-web-2"}})");
    compute.update_server("x", {.description = null});
    EXPECT_EQ(cloud.last().body, R"({"server":{"description":null}})");
    compute.update_server("x", {.description = ""});
    EXPECT_EQ(cloud.last().body, R"({"server":{"description":""}})");
}

TEST_F(Servers, AreListedWithQueries) {
    cloud.on("GET /servers/detail?status=ERROR&changes-since=2026-11-22T10:00:00Z&all_tenants=true&limit=50",
             R"({"servers":[{"id":"s","status":"ERROR"}]})");
    const Time since = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(10);
    const auto servers =
        compute.servers({.status = "ERROR", .changes_since = since, .all_projects = true, .limit = 50});
    std::size_t count = 0;
    for (const auto& server : servers) {
        EXPECT_EQ(server.status, "ERROR");
        ++count;
    }
    EXPECT_EQ(count, 1U);
}

TEST_F(Servers, AreFoundThoughNovasNameIsARegularExpression) {
    cloud.on("GET /servers/detail?name=%5Ea%5C.b%24",
             R"({"servers":[{"id":"1","name":"a.b"},{"id":"2","name":"A.B"}]})");
    EXPECT_EQ(compute.find_server("a.b").id, "1") << "databases compare without case";
}

TEST_F(Servers, AreFoundById) {
    cloud.on(std::string("GET /servers/") + web, recording("compute", 161));
    EXPECT_EQ(compute.find_server(web).name, "rec-web");
    EXPECT_EQ(cloud.lines().size(), 1U);
}

TEST_F(Servers, KeepWhatIsUnknown) {
    cloud.on("GET /servers/x",
             R"({"server":{"id":"x","status":"DANCING","flavor":{"ram":1,"hue":{"a":[1]}},"new":true}})");
    const auto server = compute.get_server("x");
    EXPECT_EQ(server.status, "DANCING");
    EXPECT_EQ(server.extra.find("new"), "true");
    EXPECT_EQ(server.extra.find("flavor.hue"), R"({"a":[1]})");
    EXPECT_EQ(server.extra.size(), 2U);
}

TEST_F(Servers, ThatMakeNoSenseSayWhere) {
    cloud.on("GET /servers/detail", R"({"servers":[{"id":"1"},{"id":"2","flavor":{"ram":{}}}]})");
    try {
        static_cast<void>(compute.servers().to_vector());
        FAIL();
    } catch (const MalformedResponse& error) {
        EXPECT_THAT(error.what(),
                    HasSubstr("servers[1].flavor.ram: expected a whole number, found an object"));
        EXPECT_THAT(error.what(), HasSubstr("GET"));
    }
}

TEST_F(Servers, AnswersThatAreNoJsonSaySo) {
    for (const char* body : {"", "<html>", "[]", "{}", "{\"server\":[]}", "{\"server\":{\"id\":"}) {
        FakeService broken("compute");
        broken.on("GET /servers/x", body);
        EXPECT_THROW(static_cast<void>(ComputeService(broken.adapter()).get_server("x")), MalformedResponse)
            << body;
    }
}

TEST_F(Servers, WhoseNamesHoldSlashesStayOnePathSegment) {
    EXPECT_THROW(static_cast<void>(compute.get_server("../flavors?x")), NotFound);
    EXPECT_EQ(cloud.last().line, "GET /servers/..%2Fflavors%3Fx");
}
