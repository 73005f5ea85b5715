// Every key of every network resource that a real Neutron sent is decoded.
#include <gtest/gtest.h>

#include "sdk/src/network/tables.hpp"
#include "sdk/tests/resource/recorded_types.hpp"

using namespace openstack;
using sdktest::decode_all;

TEST(NetworkRecordings, NetworksLeaveNothingOver) {
    EXPECT_GT(decode_all<network::Network>("network", "network", "networks"), 15U);
}
TEST(NetworkRecordings, SubnetsLeaveNothingOver) {
    EXPECT_GE(decode_all<network::Subnet>("network", "subnet", "subnets"), 8U);
}
TEST(NetworkRecordings, PortsLeaveNothingOver) {
    EXPECT_GT(decode_all<network::Port>("network", "port", "ports"), 15U);
}
TEST(NetworkRecordings, RoutersLeaveNothingOver) {
    EXPECT_GE(decode_all<network::Router>("network", "router", "routers"), 9U);
}
TEST(NetworkRecordings, FloatingIPsLeaveNothingOver) {
    EXPECT_GE(decode_all<network::FloatingIP>("network", "floatingip", "floatingips"), 10U);
}
TEST(NetworkRecordings, SecurityGroupsLeaveNothingOver) {
    EXPECT_GE(decode_all<network::SecurityGroup>("network", "security_group", "security_groups"), 5U);
}
TEST(NetworkRecordings, SecurityGroupRulesLeaveNothingOver) {
    EXPECT_GT(
        decode_all<network::SecurityGroupRule>("network", "security_group_rule", "security_group_rules"), 7U);
}
TEST(NetworkRecordings, ExtensionsLeaveNothingOver) {
    EXPECT_GT(decode_all<network::Extension>("network", "extension", "extensions"), 30U);
}
TEST(NetworkRecordings, AvailabilityZonesLeaveNothingOver) {
    EXPECT_EQ(decode_all<network::AvailabilityZone>("network", "", "availability_zones"), 2U);
}
TEST(NetworkRecordings, QuotasLeaveNothingOver) {
    EXPECT_EQ(decode_all<network::Quota>("network", "quota", ""), 4U);
}
TEST(NetworkRecordings, RouterInterfacesLeaveNothingOver) {
    for (const int number : {115, 118, 179, 180}) {
        std::vector<std::string> unknown;
        network::RouterInterface interface;
        resource::decode(sdktest::recording("network", number).body, {.unknown = &unknown},
                         resource::value_type<network::RouterInterface>, &interface);
        EXPECT_TRUE(unknown.empty()) << unknown.front();
        EXPECT_FALSE(interface.port_id.empty());
    }
}
