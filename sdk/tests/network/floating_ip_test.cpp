#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "openstack/network.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::recording;
using sdktest::same_json;
using ::testing::HasSubstr;

namespace {

const std::string of_project = std::string("project_id=") + FakeService::project_id;

struct FloatingIPs : ::testing::Test {
    FakeService cloud{"network"};
    NetworkService network{cloud.adapter()};

    /// A server with a port in each of two networks; routers lead from `public` to those named.
    void two_ports(const std::vector<std::string>& routed) {
        cloud.on(
            "GET /floatingips/f",
            R"({"floatingip":{"id":"f","floating_ip_address":"172.24.4.1","floating_network_id":"public","port_id":null}})");
        cloud.on(
            "GET /ports?device_id=s",
            R"({"ports":[{"id":"p1","network_id":"n1","fixed_ips":[{"ip_address":"10.0.0.1"}]},{"id":"p2","network_id":"n2"}]})");
        cloud.on("GET /routers",
                 R"({"routers":[{"id":"other","external_gateway_info":{"network_id":"elsewhere"}},
            {"id":"closed","external_gateway_info":null},{"id":"r","external_gateway_info":{"network_id":"public"}}]})");
        std::string ports;
        for (const std::string& id : routed) {
            ports += R"({"id":"i","device_owner":"network:router_interface","network_id":")" + id + R"("},)";
        }
        cloud.on(
            "GET /ports?device_id=r",
            R"({"ports":[)" + ports + R"({"device_owner":"network:router_gateway","network_id":"public"}]})");
        cloud.on("PUT /floatingips/f", R"({"floatingip":{"id":"f","port_id":"given"}})");
    }
};

}  // namespace

TEST_F(FloatingIPs, AreCreatedWithAPort) {
    cloud.on("POST /floatingips", recording("network", 130));
    const auto ip = network.create_ip({.floating_network_id = "63b7d4b4-a705-4cd6-84bf-38ce1fd661ff",
                                       .port_id = "999274bf-1117-4dfc-8c24-8c53380bb50c"});
    EXPECT_PRED2(same_json, cloud.last().body, recording("network", 130).request_body);
    EXPECT_EQ(ip.floating_ip_address, "172.24.4.244");
    EXPECT_EQ(ip.port_details->name, "rec-port");
}

TEST_F(FloatingIPs, AreFreedByNull) {
    cloud.on("PUT /floatingips/f", recording("network", 134));
    EXPECT_EQ(network.remove_ip_from_server("f").port_id, "");
    EXPECT_PRED2(same_json, cloud.last().body, recording("network", 134).request_body);
    network.update_ip("f",
                      {.port_id = "999274bf-1117-4dfc-8c24-8c53380bb50c", .fixed_ip_address = "10.66.0.50"});
    EXPECT_PRED2(same_json, cloud.last().body, recording("network", 135).request_body);
}

TEST_F(FloatingIPs, AreFoundByAddress) {
    cloud.on("GET /floatingips?floating_ip_address=172.24.4.189", recording("network", 138));
    EXPECT_EQ(network.find_ip("172.24.4.189").id, "bb482377-0e9e-4621-aed7-8884bce5a6a8");
}

TEST_F(FloatingIPs, ThatAreFreeAreReused) {
    cloud.on(
        "GET /floatingips?floating_network_id=public&" + of_project,
        R"({"floatingips":[{"id":"used","port_id":"p"},{"id":"forwarding","port_id":null,"port_forwardings":[{"id":"x"}]},
                 {"id":"free","port_id":null}]})");
    EXPECT_EQ(network.find_available_ip("public")->id, "free");
    cloud.on("GET /floatingips?" + of_project, R"({"floatingips":[{"id":"used","port_id":"p"}]})");
    EXPECT_FALSE(network.find_available_ip());
}

TEST_F(FloatingIPs, GoToTheOnlyPort) {
    cloud.on("GET /floatingips/f", R"({"floatingip":{"id":"f","floating_network_id":"public"}})");
    cloud.on("GET /ports?device_id=s", R"({"ports":[{"id":"p"}]})");
    cloud.on("PUT /floatingips/f", R"({"floatingip":{"id":"f","port_id":"p"}})");
    EXPECT_EQ(network.add_ip_to_server("f", "s").port_id, "p");
    EXPECT_EQ(cloud.last().body, R"({"floatingip":{"port_id":"p"}})");
    EXPECT_EQ(cloud.lines().size(), 3U);
}

TEST_F(FloatingIPs, GoToThePortThatARouterReaches) {
    two_ports({"n2"});
    network.add_ip_to_server("f", "s");
    EXPECT_EQ(cloud.last().body, R"({"floatingip":{"port_id":"p2"}})");
}

TEST_F(FloatingIPs, DoNotGuessBetweenPorts) {
    two_ports({"n1", "n2"});
    try {
        network.add_ip_to_server("f", "s");
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("p1 (10.0.0.1), p2 (no address)"));
    }
}

TEST_F(FloatingIPs, SayWhenNoRouterLeadsThere) {
    two_ports({});
    EXPECT_THROW(network.add_ip_to_server("f", "s"), NotFound);
    cloud.on("GET /ports?device_id=portless", R"({"ports":[]})");
    EXPECT_THROW(network.add_ip_to_server("f", "portless"), NotFound);
}

TEST_F(FloatingIPs, ThatAreThereStay) {
    cloud.on("GET /floatingips/f",
             R"({"floatingip":{"id":"f","floating_network_id":"public","port_id":"p"}})");
    cloud.on("GET /ports?device_id=s", R"({"ports":[{"id":"p"}]})");
    EXPECT_EQ(network.add_ip_to_server("f", "s").port_id, "p");
    EXPECT_EQ(cloud.lines().size(), 2U) << "nothing is changed";
}
