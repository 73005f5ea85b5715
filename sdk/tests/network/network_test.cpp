#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "openstack/network.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::recording;
using sdktest::same_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

struct NetworkTest : ::testing::Test {
    FakeService cloud{"network"};
    NetworkService network{cloud.adapter()};
    std::string body() { return cloud.last().body; }
};

const std::string own_groups = std::string("GET /security-groups?project_id=") + FakeService::project_id;

}  // namespace

TEST_F(NetworkTest, NetworksAreListedOverAllPages) {
    const std::string sorted = "sort_key=name&sort_dir=asc&project_id=c66dbae9df474098aaf7d9a82a13f49f";
    cloud.on("GET /networks?project_id=c66dbae9df474098aaf7d9a82a13f49f&sort_key=name&sort_dir=asc&limit=1",
             recording("network", 35));
    cloud.on("GET /networks?limit=1&" + sorted + "&marker=4ca102c1-3909-41cb-a095-5885900531cc",
             recording("network", 36));
    cloud.on("GET /networks?limit=1&" + sorted + "&marker=e5e5dce6-e78b-499f-a4d7-894b05607354",
             recording("network", 37));
    cloud.on("GET /networks?limit=1&" + sorted + "&marker=a9571628-dbe5-4e77-acd0-662c6f588ca6",
             recording("network", 38));
    std::vector<std::string> names;
    for (const auto& found : network.networks({.project_id = "c66dbae9df474098aaf7d9a82a13f49f",
                                               .sort_key = "name",
                                               .sort_dir = "asc",
                                               .limit = 1})) {
        names.push_back(found.name);
    }
    EXPECT_THAT(names, ElementsAre("rec-bulk-1", "rec-bulk-2", "rec-net"));
    EXPECT_EQ(cloud.lines().size(), 4U);
}

TEST_F(NetworkTest, NetworksAreCreatedAndUpdated) {
    cloud.on("POST /networks", recording("network", 25));
    const auto created = network.create_network(
        {.name = "rec-net", .description = "Recordings", .is_admin_state_up = true, .mtu = 1400});
    EXPECT_PRED2(same_json, body(), recording("network", 25).request_body);
    EXPECT_EQ(created.mtu, 1400);
    EXPECT_EQ(created.status, network::NetworkStatus::active);
    cloud.on("PUT /networks/n", recording("network", 45));
    network.update_network("n", {.name = "rec-net", .description = "Changed"});
    EXPECT_PRED2(same_json, body(), recording("network", 45).request_body);
}

TEST_F(NetworkTest, NetworksAreFoundByNameOrRefused) {
    cloud.on("GET /networks?name=rec-net", recording("network", 40));
    EXPECT_EQ(network.find_network("rec-net").name, "rec-net");
    cloud.on("GET /networks?name=prviate", R"({"networks":[]})");
    cloud.on("GET /networks", R"({"networks":[{"id":"1","name":"public"},{"id":"2","name":"private"}]})");
    try {
        static_cast<void>(network.find_network("prviate"));
        FAIL();
    } catch (const NotFound& error) {
        EXPECT_STREQ(error.what(), "There is no network named prviate; there are: private, public");
    }
    cloud.on("GET /networks?router%3Aexternal=true", recording("network", 24));
    EXPECT_EQ(network.networks({.is_router_external = true}).first()->name, "public");
}

TEST_F(NetworkTest, ADeletedIdIsLookedForOnceMore) {
    const std::string id = "a9571628-dbe5-4e77-acd0-662c6f588ca6";
    cloud.on("GET /networks?name=" + id, R"({"networks":[]})");
    EXPECT_FALSE(network.find_network_or_null(id)) << "a network may be named like an ID";
    EXPECT_EQ(cloud.lines().size(), 2U);
}

TEST_F(NetworkTest, SubnetsKnowNoGatewayFromNoWord) {
    cloud.on("POST /subnets", recording("network", 57));
    network.create_subnet({.name = "rec-sub",
                           .network_id = "a9571628-dbe5-4e77-acd0-662c6f588ca6",
                           .cidr = "10.66.0.0/24",
                           .gateway_ip = "10.66.0.1",
                           .is_dhcp_enabled = true,
                           .dns_nameservers = {"10.66.0.2"},
                           .allocation_pools = {{"10.66.0.10", "10.66.0.200"}},
                           .host_routes = {{"10.99.0.0/16", "10.66.0.9"}}});
    EXPECT_PRED2(same_json, body(), recording("network", 57).request_body);
    network.create_subnet({.name = "s", .network_id = "n", .cidr = "10.0.0.0/24", .gateway_ip = null});
    EXPECT_EQ(
        body(),
        R"({"subnet":{"name":"s","network_id":"n","cidr":"10.0.0.0/24","ip_version":4,"gateway_ip":null}})");
    network.create_subnet({.name = "s", .network_id = "n", .cidr = "10.0.0.0/24"});
    EXPECT_EQ(body(), R"({"subnet":{"name":"s","network_id":"n","cidr":"10.0.0.0/24","ip_version":4}})");
    cloud.on("PUT /subnets/s", recording("network", 65));
    network.update_subnet(
        "s", {.name = "rec-sub", .gateway_ip = "10.66.0.1", .dns_nameservers = std::vector<std::string>{}});
    EXPECT_PRED2(same_json, body(), recording("network", 65).request_body);
}

TEST_F(NetworkTest, PortsAreCreatedAndUpdated) {
    cloud.on("POST /ports", recording("network", 94));
    const auto port = network.create_port(
        {.name = "rec-port",
         .network_id = "a9571628-dbe5-4e77-acd0-662c6f588ca6",
         .fixed_ips = {{{.subnet_id = "c18f8b8f-36a3-4ade-a98b-a10c80f690db", .ip_address = "10.66.0.50"}}},
         .security_group_ids = {{"1312e6da-5d6e-4e1b-9cd3-7a618c5eced9"}}});
    EXPECT_EQ(port.fixed_ips.at(0).ip_address, "10.66.0.50");
    EXPECT_EQ(sdktest::json_member(sdktest::json_member(body(), "port"), "fixed_ips"),
              R"([{"subnet_id":"c18f8b8f-36a3-4ade-a98b-a10c80f690db","ip_address":"10.66.0.50"}])");
    cloud.on("PUT /ports/p", recording("network", 104));
    network.update_port("p", {.security_group_ids = std::vector<std::string>{},
                              .is_port_security_enabled = false,
                              .allowed_address_pairs = std::vector<network::AddressPair>{}});
    EXPECT_PRED2(same_json, body(), recording("network", 104).request_body);
    cloud.on("PUT /ports/q", recording("network", 159));
    network.update_port("q", {.qos_policy_id = null});
    EXPECT_PRED2(same_json, body(), recording("network", 159).request_body);
}

TEST_F(NetworkTest, RoutersTakeInterfacesAndGiveThemBack) {
    cloud.on("POST /routers", recording("network", 112));
    const auto router = network.create_router(
        {.name = "rec-router",
         .external_gateway_info = {{.network_id = "63b7d4b4-a705-4cd6-84bf-38ce1fd661ff"}}});
    EXPECT_PRED2(same_json, body(), recording("network", 112).request_body);
    EXPECT_EQ(router.external_gateway_info->external_fixed_ips.at(0).ip_address, "172.24.4.117");
    cloud.on("PUT /routers/" + router.id + "/add_router_interface", recording("network", 115));
    const auto interface =
        network.add_interface_to_router(router, {.subnet_id = "c18f8b8f-36a3-4ade-a98b-a10c80f690db"});
    EXPECT_PRED2(same_json, body(), recording("network", 115).request_body);
    EXPECT_EQ(interface.port_id, "f80990c0-0727-4d68-8443-7f5a0d1e7b70");
    cloud.on("PUT /routers/" + router.id + "/remove_router_interface", recording("network", 179));
    EXPECT_TRUE(
        network.remove_interface_from_router(router, {.port_id = "c93c24f4-939a-445b-8dff-f9ca0dce261e"}));
    EXPECT_PRED2(same_json, body(), recording("network", 179).request_body);
    FakeService gone("network");
    gone.on("PUT /routers/r/remove_router_interface", recording("network", 181));
    EXPECT_FALSE(NetworkService(gone.adapter()).remove_interface_from_router("r", {.subnet_id = "s"}));
    cloud.on("PUT /routers/r", recording("network", 182));
    network.update_router("r", {.external_gateway_info = null});
    EXPECT_PRED2(same_json, body(), recording("network", 182).request_body);
}

TEST_F(NetworkTest, SecurityGroupsAreThoseOfTheProject) {
    cloud.on(own_groups + "&name=default", recording("network", 23));
    const auto group = network.find_security_group("default");
    EXPECT_EQ(group.security_group_rules.size(), 4U);
    EXPECT_EQ(cloud.lines().back(), own_groups + "&name=default") << "an administrator sees everybody's";
}

TEST_F(NetworkTest, RulesThatExistAreReturned) {
    const network::SecurityGroupRuleCreate rule{.security_group_id = "1312e6da-5d6e-4e1b-9cd3-7a618c5eced9",
                                                .ether_type = "IPv4",
                                                .protocol = "tcp",
                                                .port_range_min = 80,
                                                .port_range_max = 80,
                                                .remote_ip_prefix = "0.0.0.0/0"};
    cloud.on("POST /security-group-rules", recording("network", 76));
    EXPECT_EQ(network.ensure_security_group_rule(rule).id, "b88531ae-5ea3-48b1-9bc6-82c6734d8341");
    EXPECT_PRED2(same_json, body(), recording("network", 76).request_body);

    FakeService again("network");
    const NetworkService second(again.adapter());
    again.on("POST /security-group-rules", recording("network", 77));
    EXPECT_THROW(second.create_security_group_rule(rule), Conflict);
    again.on("GET /security-group-rules/b88531ae-5ea3-48b1-9bc6-82c6734d8341", recording("network", 91));
    EXPECT_EQ(second.ensure_security_group_rule(rule).security_group_id, rule.security_group_id);
    EXPECT_EQ(again.last().line, "GET /security-group-rules/b88531ae-5ea3-48b1-9bc6-82c6734d8341");
}

TEST_F(NetworkTest, OtherConflictsOfRulesAreThrown) {
    cloud.on("POST /security-group-rules", recording("network", 108));
    EXPECT_THROW(network.ensure_security_group_rule({.security_group_id = "g"}), Error);
    EXPECT_EQ(cloud.lines().size(), 1U);
}

TEST_F(NetworkTest, WhatIsInUseIsAConflict) {
    cloud.on("DELETE /security-groups/g", recording("network", 106));
    EXPECT_THROW(network.delete_security_group("g"), Conflict);
    EXPECT_FALSE(network.delete_security_group("other"));
}

TEST_F(NetworkTest, TagsAreReplaced) {
    network::Port port;
    port.id = "p";
    cloud.on("PUT /ports/p/tags", recording("network", 48));
    network.set_tags(port, {"red", "green"});
    EXPECT_EQ(body(), R"({"tags":["red","green"]})");
    network.set_tags(port, {});
    EXPECT_EQ(body(), R"({"tags":[]})");
    network::SecurityGroup group;
    group.id = "g";
    cloud.on("PUT /security-groups/g/tags", R"({"tags":[]})");
    network.set_tags(group, {"x"});
}

TEST_F(NetworkTest, ExtensionsAndQuotas) {
    cloud.on("GET /extensions/router", recording("network", 7));
    cloud.on("GET /extensions/none", recording("network", 8));
    EXPECT_EQ(network.find_extension("router")->name, "Neutron L3 Router");
    EXPECT_FALSE(network.find_extension("none"));
    const std::string own = std::string("GET /quotas/") + FakeService::project_id;
    cloud.on(own, recording("network", 16));
    cloud.on(own + "/details.json", recording("network", 17));
    EXPECT_EQ(network.get_quota().rbac_policies->limit, 10);
    EXPECT_FALSE(network.get_quota().security_groups->used);
    EXPECT_EQ(network.get_quota({}, true).security_group_rules->used, 4);
    EXPECT_EQ(network.get_quota({}, true).rbac_policies->left(), 10);
    cloud.on(own + "/default", recording("network", 18));
    EXPECT_EQ(network.get_quota_default().rbac_policies->limit, 10);
    cloud.on("DELETE /quotas/p", recording("network", 110));
    EXPECT_TRUE(network.delete_quota("p"));
    cloud.on("PUT /quotas/p", recording("network", 107));
    EXPECT_EQ(network.update_quota("p", {.networks = 3, .security_groups = 50}).networks->limit, 3);
    EXPECT_PRED2(same_json, body(), recording("network", 107).request_body);
}

TEST_F(NetworkTest, PortsAreWaitedFor) {
    auto clock = std::make_shared<sdktest::FakeWaitClock>();
    cloud.on("GET /ports/p", R"({"port":{"id":"p","status":"DOWN"}})");
    cloud.on("GET /ports/p", R"({"port":{"id":"p","status":"ACTIVE"}})");
    EXPECT_EQ(network.wait_for_port("p", "ACTIVE", {.clock = clock}).status, network::PortStatus::active);
    cloud.on("GET /ports/q", R"({"port":{"id":"q","status":"ERROR"}})");
    EXPECT_THROW(network.wait_for_port("q", "ACTIVE", {.clock = clock}), ResourceFailed);
    EXPECT_EQ(network.wait_for_port("p", "active", {.timeout = {}, .clock = clock}).id, "p");
    EXPECT_EQ(network.wait_for_port("q", "error", {.timeout = {}, .clock = clock}).id, "q");
}

TEST(NetworkAfterALostAnswer, RouterInterfacesAreNotChangedTwice) {
    FakeService cloud("network", "", 3);
    const NetworkService network(cloud.adapter());
    for (const char* line : {"PUT /routers/r/add_router_interface", "PUT /routers/r/remove_router_interface"})
        cloud.fail(line);
    EXPECT_THROW(network.add_interface_to_router("r", {.subnet_id = "s"}), TransportError);
    EXPECT_THROW(network.remove_interface_from_router("r", {.subnet_id = "s"}), TransportError);
    EXPECT_EQ(cloud.lines().size(), 2U);
}

TEST(NetworkAfterALostAnswer, WhatIsGoneWasDeleted) {
    FakeService cloud("network", "", 3);
    const NetworkService network(cloud.adapter());
    cloud.fail("DELETE /ports/lost");
    cloud.on("DELETE /ports/lost", "", 404);
    EXPECT_TRUE(network.delete_port("lost"));
    cloud.on("DELETE /ports/gateway", "", 504);
    cloud.on("DELETE /ports/gateway", "", 404);
    EXPECT_TRUE(network.delete_port("gateway"));
    cloud.on("DELETE /ports/busy", "", 429);
    cloud.on("DELETE /ports/busy", "", 404);
    EXPECT_FALSE(network.delete_port("busy")) << "429 means that nothing was done";
    EXPECT_FALSE(network.delete_port("none"));
}
