// Neutron between projects: whose ports are whose, and what a list is filtered by.
#include <gmock/gmock.h>

#include "localcloud/tests/api.hpp"

using namespace localcloud;
using localcloud::testing::ApiAnswer;
using localcloud::testing::ApiCloud;

namespace {

class Network : public ::testing::Test {
  protected:
    /// A network of that user with a subnet.
    std::string network_of(const std::string& user, const std::string& cidr) {
        const std::string id =
            cloud.ask("POST", neutron + "networks", {{"network", {{"name", user}}}}, user).at("/network/id");
        const ApiAnswer subnet =
            cloud.ask("POST", neutron + "subnets",
                      {{"subnet", {{"network_id", id}, {"cidr", cidr}, {"ip_version", 4}}}}, user);
        EXPECT_EQ(subnet.status, 201);
        return id;
    }
    ApiAnswer port(const json::object& port, const std::string& user) {
        return cloud.ask("POST", neutron + "ports", {{"port", port}}, user);
    }
    ApiAnswer change(const std::string& port, const json::object& changes, const std::string& user) {
        return cloud.ask("PUT", neutron + "ports/" + port, {{"port", changes}}, user);
    }
    std::size_t count(const std::string& query, const std::string& user = "demo") {
        return cloud.ask("GET", neutron + "ports" + query, {}, user).body.at("ports").as_array().size();
    }

    const std::string neutron = "/network/v2.0/";
    ApiCloud cloud;
};

TEST_F(Network, APortDoesNotEnterARouterOfAnotherProject) {
    cloud.add_user("mallory");
    const std::string own = network_of("mallory", "10.9.0.0/24");
    const std::string router = cloud.ask("GET", neutron + "routers").at("/routers/0/id");
    const json::object into{
        {"network_id", own}, {"device_owner", "network:router_interface"}, {"device_id", router}};
    const ApiAnswer refused = port(into, "mallory");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.at("/NeutronError/type"), "DeviceIDNotOwnedByTenant");
    // One after the other is the same.
    const std::string id = port({{"network_id", own}, {"device_id", router}}, "mallory").at("/port/id");
    EXPECT_EQ(change(id, {{"device_owner", "network:router_interface"}}, "mallory").status, 409);
    const std::string other =
        port({{"network_id", own}, {"device_owner", "network:router_interface"}}, "mallory").at("/port/id");
    EXPECT_EQ(change(other, {{"device_id", router}}, "mallory").status, 409);
    EXPECT_EQ(count("?device_owner=network:router_interface&device_id=" + router, "admin"), 1U);

    const std::string shared = network_of("admin", "10.8.0.0/24");
    ASSERT_EQ(
        cloud.ask("PUT", neutron + "networks/" + shared, {{"network", {{"shared", true}}}}, "admin").status,
        200);
    const ApiAnswer no_owner = port({{"network_id", shared}, {"device_owner", "network:dhcp"}}, "mallory");
    EXPECT_EQ(no_owner.status, 403) << "in a network of somebody else's";
    EXPECT_EQ(no_owner.at("/NeutronError/message"),
              "(rule:create_port and rule:create_port:device_owner) is disallowed by policy");
    const std::string plain = port({{"network_id", shared}}, "mallory").at("/port/id");
    EXPECT_EQ(change(plain, {{"device_owner", "network:dhcp"}}, "mallory").status, 403);
    EXPECT_EQ(change(plain, {{"device_owner", "baremetal:none"}}, "mallory").status, 200);
}

TEST_F(Network, APortThatNamesAServerOfAnotherProjectIsNoneOfIts) {
    cloud.add_user("mallory");
    const std::string server = cloud.server("victim");
    const std::string own = network_of("mallory", "10.9.0.0/24");
    const ApiAnswer foreign =
        port({{"network_id", own}, {"device_owner", "compute:nova"}, {"device_id", server}}, "mallory");
    ASSERT_EQ(foreign.status, 201) << "as in Neutron";
    const std::string servers = "/compute/v2.1/servers";
    const json::value addresses =
        cloud.ask("GET", servers + "/" + server).body.at_pointer("/server/addresses");
    EXPECT_EQ(addresses.as_object().size(), 1U);
    EXPECT_EQ(cloud.topology().ports.size(), 1U);
    EXPECT_EQ(cloud.ask("DELETE", servers + "/" + server).status, 204);
    ASSERT_TRUE(cloud.gone(server));
    EXPECT_EQ(cloud.ask("GET", neutron + "ports/" + foreign.at("/port/id"), {}, "mallory").status, 200);
}

TEST_F(Network, PortsAreListedByAddressesThatHaveAllThatIsAsked) {
    const std::string network = network_of("demo", "10.9.0.0/24");
    const std::string other = network_of("demo", "10.8.0.0/24");
    const auto made = [&](const std::string& where, const char* address) {
        return port(
                   {{"network_id", where}, {"fixed_ips", json::array{json::object{{"ip_address", address}}}}},
                   "demo")
            .at("/port/fixed_ips/0/subnet_id");
    };
    const std::string subnet = made(network, "10.9.0.50");
    (void)made(network, "10.9.0.51");
    const std::string other_subnet = made(other, "10.8.0.50");
    const std::string in = "?fixed_ips=subnet_id%3D" + subnet;
    EXPECT_EQ(count(in + "&fixed_ips=ip_address%3D10.9.0.50"), 1U);
    EXPECT_EQ(count(in + "&fixed_ips=ip_address%3D10.8.0.50"), 0U) << "it is in the other one";
    EXPECT_EQ(count(in + "&fixed_ips=ip_address%3D10.9.0.50&fixed_ips=ip_address%3D10.9.0.51"), 2U);
    EXPECT_EQ(count(in + "&fixed_ips=ip_address_substr%3D0.5"), 2U);
    EXPECT_EQ(count(in + "&fixed_ips=subnet_id%3D" + other_subnet + "&fixed_ips=ip_address_substr%3D.50"),
              2U);
}

TEST_F(Network, APortThatIsSwitchedOffIsDown) {
    const std::string server = cloud.server("one");
    const ApiAnswer of_server = cloud.ask("GET", neutron + "ports?device_id=" + server);
    const std::string id = of_server.at("/ports/0/id");
    EXPECT_EQ(of_server.at("/ports/0/status"), "ACTIVE");
    const auto up = [&] { return cloud.topology().ports.at(0).up; };
    EXPECT_TRUE(up());
    EXPECT_EQ(change(id, {{"admin_state_up", false}}, "demo").at("/port/status"), "DOWN");
    EXPECT_FALSE(up());
    EXPECT_EQ(
        cloud.ask("POST", "/compute/v2.1/servers/" + server + "/action", {{"reboot", {{"type", "HARD"}}}})
            .status,
        202);
    ASSERT_TRUE(cloud.becomes(server, "ACTIVE"));
    EXPECT_EQ(cloud.ask("GET", neutron + "ports/" + id).at("/port/status"), "DOWN") << "it still is";
    EXPECT_EQ(change(id, {{"admin_state_up", true}}, "demo").at("/port/status"), "ACTIVE");
    EXPECT_TRUE(up());
    const std::string bare = port({{"network_id", cloud.network()}}, "demo").at("/port/id");
    EXPECT_EQ(change(bare, {{"admin_state_up", true}}, "demo").at("/port/status"), "DOWN") << "nobody has it";
}

TEST_F(Network, ARouterThatIsSwitchedOffLeadsNowhere) {
    const std::string router = cloud.ask("GET", neutron + "routers").at("/routers/0/id");
    const auto set = [&](bool up) {
        return cloud.ask("PUT", neutron + "routers/" + router, {{"router", {{"admin_state_up", up}}}}).status;
    };
    EXPECT_EQ(set(false), 200);
    EXPECT_TRUE(cloud.topology().routers.at(0).subnet_ids.empty());
    EXPECT_EQ(set(true), 200);
    EXPECT_EQ(cloud.topology().routers.at(0).subnet_ids.size(), 1U);
}

TEST_F(Network, APortOfARouterStaysOne) {
    const std::string interface =
        cloud.ask("GET", neutron + "ports?device_owner=network:router_interface").at("/ports/0/id");
    const std::string dhcp = cloud.ask("GET", neutron + "ports?device_owner=network:dhcp").at("/ports/0/id");
    for (const std::string& id : {interface, dhcp}) {
        EXPECT_EQ(change(id, {{"device_owner", ""}}, "demo").status, 409);
        EXPECT_EQ(change(id, {{"device_id", ""}}, "demo").status, 409);
        EXPECT_EQ(change(id, {{"name", "renamed"}}, "demo").status, 200);
    }
    EXPECT_EQ(cloud.ask("DELETE", neutron + "ports/" + interface).at("/NeutronError/type"),
              "ServicePortInUse");
}

}  // namespace
