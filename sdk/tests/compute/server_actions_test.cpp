#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/compute.hpp"
#include "openstack/error.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::recording;
using sdktest::same_json;
using ::testing::ElementsAre;

namespace {

struct ServerActions : ::testing::Test {
    FakeService cloud{"compute"};
    ComputeService compute{cloud.adapter()};
    void accept() { cloud.on("POST /servers/s/action", "", 202); }
    std::string body() { return cloud.last().body; }
};

}  // namespace

TEST_F(ServerActions, SendTheBodiesThatNovaKnows) {
    accept();
    compute.stop_server("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 210).request_body);
    compute.start_server("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 214).request_body);
    compute.reboot_server("s", true);
    EXPECT_PRED2(same_json, body(), recording("compute", 199).request_body);
    compute.reboot_server("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 318).request_body);
    compute.pause_server("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 185).request_body);
    compute.unpause_server("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 189).request_body);
    compute.suspend_server("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 193).request_body);
    compute.resume_server("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 196).request_body);
    compute.lock_server("s", "recording");
    EXPECT_PRED2(same_json, body(), recording("compute", 204).request_body);
    compute.unlock_server("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 209).request_body);
    compute.resize_server("s", "b2b755eb-aa98-4ac7-ad8d-314afb173c87");
    EXPECT_PRED2(same_json, body(), recording("compute", 219).request_body);
    compute.confirm_server_resize("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 237).request_body);
    compute.revert_server_resize("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 225).request_body);
    compute.remove_security_group_from_server("s", "rec-web");
    EXPECT_PRED2(same_json, body(), recording("compute", 250).request_body);
    compute.add_security_group_to_server("s", "rec-web");
    EXPECT_PRED2(same_json, body(), recording("compute", 251).request_body);
    compute.shelve_server("s");
    EXPECT_PRED2(same_json, body(), recording("compute", 309).request_body);
}

TEST_F(ServerActions, AddingASecurityGroupTwiceIsNoError) {
    cloud.on("POST /servers/s/action", recording("compute", 252));
    EXPECT_NO_THROW(compute.add_security_group_to_server("s", "rec-web"));
    FakeService other("compute");
    other.on("POST /servers/s/action", recording("compute", 253));
    EXPECT_THROW(ComputeService(other.adapter()).add_security_group_to_server("s", "none"), HttpError);
}

TEST_F(ServerActions, RebuildReturnsTheServer) {
    cloud.on("POST /servers/s/action", recording("compute", 241));
    const auto server = compute.rebuild_server("s", {.image_id = "f04b3495-a72d-454b-98e5-11833cda619a",
                                                     .name = "rec-web",
                                                     .preserve_ephemeral = false,
                                                     .metadata = {{{"a", "b"}}}});
    EXPECT_PRED2(same_json, body(), recording("compute", 241).request_body);
    EXPECT_EQ(server.status, compute::ServerStatus::rebuild);
    EXPECT_EQ(server.user_data, "#!/bin/sh\necho hello > /root/hello\n");
}

TEST_F(ServerActions, ImagesAreNamedByBodyOrHeader) {
    cloud.on("POST /servers/s/action", recording("compute", 306));
    EXPECT_EQ(compute.create_server_image("s", "rec-snap-2"), "11e4eac8-845f-4766-b193-1bc269e97ff7");
    FakeService old("compute", "2.1");
    const auto recorded = recording("compute", 301);
    old.on("POST /servers/s/action", recorded);
    const std::string id =
        ComputeService(old.adapter()).create_server_image("s", "rec-snap", {{"purpose", "recording"}});
    EXPECT_TRUE(recorded.headers.get("Location").ends_with("/" + id));
    EXPECT_EQ(id.size(), 36U);
    EXPECT_PRED2(same_json, old.last().body, recorded.request_body);
}

TEST_F(ServerActions, TheConsoleIsText) {
    cloud.on("POST /servers/s/action", recording("compute", 317));
    EXPECT_FALSE(compute.get_server_console_output("s").empty());
    EXPECT_EQ(body(), R"({"os-getConsoleOutput":{}})");
    static_cast<void>(compute.get_server_console_output("s", 20));
    EXPECT_PRED2(same_json, body(), recording("compute", 245).request_body);
}

TEST_F(ServerActions, MetadataAndTagsAreSet) {
    cloud.on("POST /servers/s/metadata", recording("compute", 169));
    compute.set_server_metadata("s", {{"tier", "2"}, {"color", "red"}});
    EXPECT_PRED2(same_json, body(), recording("compute", 169).request_body);
    cloud.on("GET /servers/s/metadata", recording("compute", 168));
    EXPECT_EQ(compute.get_server_metadata("s").at("role"), "web");
    cloud.on("DELETE /servers/s/metadata/a%20b", "", 204);
    compute.delete_server_metadata("s", {"a b", "missing"});
    EXPECT_EQ(cloud.last().line, "DELETE /servers/s/metadata/missing");
    cloud.on("PUT /servers/s/tags", recording("compute", 175));
    compute.set_server_tags("s", {"red"});
    EXPECT_PRED2(same_json, body(), recording("compute", 175).request_body);
}

TEST_F(ServerActions, InterfacesComeAndGo) {
    cloud.on("GET /servers/s/os-interface", recording("compute", 254));
    EXPECT_EQ(compute.server_interfaces("s").to_vector().at(0).fixed_ips.at(0).ip_address, "10.69.0.247");
    cloud.on("POST /servers/s/os-interface", recording("compute", 255));
    const auto added = compute.create_server_interface(
        "s",
        {.network_id = "4c18bed7-a244-4a04-a101-177ee6cc6ff4", .fixed_ips = {{.ip_address = "10.69.0.99"}}});
    EXPECT_PRED2(same_json, body(), recording("compute", 255).request_body);
    EXPECT_EQ(added.fixed_ips.at(0).ip_address, "10.69.0.99");
    cloud.on("DELETE /servers/s/os-interface/p", "", 202);
    EXPECT_TRUE(compute.delete_server_interface("s", "p"));
    EXPECT_FALSE(compute.delete_server_interface("s", "q"));
}

TEST_F(ServerActions, HistoryIsListed) {
    cloud.on("GET /servers/s/os-instance-actions", recording("compute", 276));
    EXPECT_FALSE(compute.server_actions("s").to_vector().empty());
    cloud.on("GET /servers/s/os-instance-actions/r", recording("compute", 278));
    EXPECT_FALSE(compute.get_server_action("s", "r").events.empty());
}

TEST_F(ServerActions, LimitsQuotasAndZones) {
    cloud.on("GET /limits", recording("compute", 56));
    EXPECT_EQ(compute.get_limits().absolute.instances, 20);
    EXPECT_FALSE(compute.get_limits().absolute.floating_ips) << "gone since 2.36";
    const std::string own = std::string("GET /os-quota-sets/") + FakeService::project_id;
    cloud.on(own, recording("compute", 57));
    cloud.on(own + "/detail", recording("compute", 58));
    EXPECT_EQ(compute.get_quota_set().instances->limit, 20);
    EXPECT_EQ(compute.get_quota_set({}, true).instances->in_use, 0);
    cloud.on("PUT /os-quota-sets/p", recording("compute", 60));
    EXPECT_EQ(compute.get_quota_set({}, true).instances->left(), 20);
    EXPECT_FALSE(compute.get_quota_set().instances->left()) << "not known";
    EXPECT_FALSE((compute::QuotaLimit{.limit = -1, .in_use = 3}.left())) << "no limit";
    EXPECT_EQ((compute::QuotaLimit{.limit = 10, .in_use = 3, .reserved = 2}.left()), 5);
    cloud.on(own + "/defaults", recording("compute", 59));
    EXPECT_EQ(compute.get_quota_set_defaults().metadata_items->limit, 128);
    cloud.on("DELETE /os-quota-sets/p", recording("compute", 294));
    compute.revert_quota_set("p");
    compute.update_quota_set("p", {.instances = 20, .metadata_items = 5});
    EXPECT_PRED2(same_json, body(), recording("compute", 60).request_body);
    cloud.on("GET /os-availability-zone/detail", recording("compute", 64));
    const auto zones = compute.availability_zones(true).to_vector();
    ASSERT_EQ(zones.size(), 2U);
    EXPECT_TRUE(zones[0].is_available);
    EXPECT_TRUE(zones[0].hosts.at("aio").at("nova-scheduler").is_active);
}

TEST_F(ServerActions, KeypairsAreKnownByName) {
    cloud.on("GET /os-keypairs", recording("compute", 48));
    EXPECT_EQ(compute.find_keypair("rec-key").name, "rec-key");
    EXPECT_FALSE(compute.find_keypair_or_null("none"));
    cloud.on("POST /os-keypairs", recording("compute", 42));
    EXPECT_EQ(compute.create_keypair({.name = "rec-ssh", .type = "ssh"}).private_key, "***") << "as recorded";
    EXPECT_PRED2(same_json, body(), recording("compute", 42).request_body);
    EXPECT_EQ(cloud.last().headers.get("OpenStack-API-Version"), "compute 2.35")
        << "later none are generated";
}
