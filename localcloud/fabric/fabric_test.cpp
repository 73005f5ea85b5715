// What the fabric would tell nft and ip, and how it judges clients: no namespace is needed for these.
#include <gmock/gmock.h>

#include "localcloud/fabric/address.hpp"
#include "localcloud/fabric/gateway.hpp"
#include "localcloud/fabric/links.hpp"
#include "localcloud/fabric/security.hpp"

using namespace localcloud::fabric;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

constexpr const char* network_a = "aaaaaaaa-1111-4000-8000-000000000000";
constexpr const char* network_b = "bbbbbbbb-2222-4000-8000-000000000000";

Topology with_rules(std::vector<SecurityRule> rules) {
    Topology topology;
    topology.networks = {
        {.id = network_a,
         .subnets = {{.id = "a",
                      .cidr = "10.0.0.0/24",
                      .gateway = "10.0.0.1",
                      .service_address = "10.0.0.2",
                      .routed = true}}},
        {.id = network_b,
         .subnets = {
             {.id = "b", .cidr = "10.0.1.0/24", .gateway = "10.0.1.1", .service_address = "10.0.1.2"}}}};
    topology.security_groups["mine"] = std::move(rules);
    topology.ports = {{.id = "p1",
                       .instance_id = "i1",
                       .network_id = network_a,
                       .ip_addresses = {"10.0.0.11"},
                       .security_group_ids = {"mine"}},
                      {.id = "p2",
                       .instance_id = "i2",
                       .network_id = network_a,
                       .ip_addresses = {"10.0.0.12"},
                       .security_group_ids = {"others"}}};
    return topology;
}

std::string ruleset(const Topology& topology) {
    const PortView view{.interface = "eth0", .port = topology.ports[0], .service_addresses = {"10.0.0.2"}};
    return instance_ruleset(std::span(&view, 1), topology, {});
}

TEST(Addresses, AreReadStrictly) {
    EXPECT_EQ(parse_address("10.0.0.1"), 0x0a000001U);
    for (const char* wrong :
         {"", "10.0.0", "10.0.0.256", "10.0.0.1 ", "::1", "10.0.0.1/24", "1; flush ruleset"})
        EXPECT_FALSE(parse_address(wrong)) << wrong;
    EXPECT_FALSE(parse_address(std::string_view("10.0.0.1\0.2", 11)));
    EXPECT_EQ(Prefix::parse("10.1.2.3/8")->text(), "10.0.0.0/8");
    EXPECT_EQ(Prefix::parse("127.0.0.7")->text(), "127.0.0.7/32");
    EXPECT_TRUE(Prefix::parse("0.0.0.0/0")->contains(0xffffffffU));
    EXPECT_FALSE(Prefix::parse("127.0.0.0/30")->contains(*parse_address("127.0.0.4")));
    for (const char* wrong :
         {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8 ", "2001:db8::/32", "/8"})
        EXPECT_FALSE(Prefix::parse(wrong)) << wrong;
    EXPECT_TRUE(is_mac_address("fa:16:3e:00:0A:ff"));
    EXPECT_FALSE(is_mac_address("fa:16:3e:00:0a"));
    EXPECT_FALSE(is_mac_address("fa:16:3e:00:0a:zz"));
}

TEST(InstanceRules, SayWhatMayComeAndGo) {
    const auto text =
        ruleset(with_rules({{.protocol = "tcp", .port_min = 80, .port_max = 90},
                            {.protocol = "udp", .remote_ip_prefix = "10.9.0.0/16"},
                            {.protocol = "icmp", .port_min = 8, .port_max = 0},
                            {.ingress = false, .protocol = "tcp", .port_min = 443, .port_max = 443}}));
    EXPECT_THAT(text, HasSubstr("    meta l4proto 6 th dport 80-90 accept\n"));
    EXPECT_THAT(text, HasSubstr("    ip saddr 10.9.0.0/16 meta l4proto 17 accept\n"));
    EXPECT_THAT(text, HasSubstr("    meta l4proto icmp icmp type 8 icmp code 0 accept\n"));
    EXPECT_THAT(text, HasSubstr("chain eth0_out {\n    meta l4proto 6 th dport 443-443 accept\n  }"));
    EXPECT_THAT(text, HasSubstr("oifname eth0 ip saddr != { 10.0.0.11 } drop"));
    EXPECT_THAT(text, HasSubstr("iifname eth0 ip saddr { 10.0.0.2 } meta l4proto tcp accept"));
    EXPECT_THAT(text, HasSubstr("hook input priority filter; policy drop"));
}

TEST(InstanceRules, MembersOfARemoteGroupAreASet) {
    const auto text = ruleset(with_rules({{.remote_group_id = "others"}, {.remote_group_id = "nobody"}}));
    EXPECT_THAT(text, HasSubstr("set group0 { type ipv4_addr; elements = { 10.0.0.12 } }"));
    EXPECT_THAT(text, HasSubstr("set group1 { type ipv4_addr; }"));
    EXPECT_THAT(text, HasSubstr("ip saddr @group0 accept"));
}

TEST(InstanceRules, WhatCannotBeSaidAdmitsNothing) {
    const auto text = ruleset(with_rules({{.protocol = "tcp; flush ruleset"},
                                          {.protocol = "ipv6-icmp"},
                                          {.remote_ip_prefix = "2001:db8::/32"},
                                          {.remote_ip_prefix = "10.0.0.0/8 accept"},
                                          {.protocol = "tcp", .port_min = 90, .port_max = 80},
                                          {.protocol = "tcp", .port_min = 80, .port_max = 70'000}}));
    EXPECT_THAT(text, HasSubstr("chain eth0_in {\n  }"));
    EXPECT_THAT(text, Not(HasSubstr("flush")));
}

TEST(InstanceRules, WithoutPortSecurityEverythingPasses) {
    auto topology = with_rules({});
    topology.ports[0].port_security = false;
    const auto text = ruleset(topology);
    EXPECT_THAT(text, HasSubstr("iifname eth0 accept"));
    EXPECT_THAT(text, HasSubstr("oifname eth0 accept"));
    EXPECT_THAT(instance_ruleset({}, topology, {}), Not(HasSubstr("eth0"))) << "an unknown port is closed";
}

TEST(FloatingIps, AreJudgedByTheClientsAddress) {
    const std::vector<SecurityRule> rules{
        {.protocol = "tcp", .port_min = 80, .port_max = 80},
        {.protocol = "tcp", .port_min = 22, .port_max = 22, .remote_ip_prefix = "127.0.0.0/30"}};
    EXPECT_TRUE(admits_tcp(rules, *parse_address("127.9.9.9"), 80));
    EXPECT_TRUE(admits_tcp(rules, *parse_address("127.0.0.3"), 22));
    EXPECT_FALSE(admits_tcp(rules, *parse_address("127.0.0.4"), 22));
    EXPECT_FALSE(admits_tcp(rules, *parse_address("127.0.0.3"), 443));
    EXPECT_FALSE(admits_tcp({}, *parse_address("127.0.0.1"), 80));
}

TEST(FloatingIps, OpenWhatConcernsTcpFromOutside) {
    auto topology =
        with_rules({{.protocol = "tcp", .port_min = 80, .port_max = 81},
                    {.protocol = "udp", .port_min = 53, .port_max = 53},
                    {.protocol = "tcp", .port_min = 5672, .port_max = 5672, .remote_group_id = "others"},
                    {.ingress = false},
                    {.protocol = "6", .port_min = 22, .port_max = 22, .remote_ip_prefix = "127.0.0.0/8"}});
    topology.floating_ips = {{.address = "127.1.2.3", .port_id = "p1", .fixed_address = "10.0.0.11"},
                             {.address = "127.1.2.4", .port_id = "unknown", .fixed_address = "10.0.0.12"}};
    const auto targets = floating_targets(topology);
    ASSERT_EQ(targets.size(), 1U);
    EXPECT_EQ(targets[0].source, *parse_address("10.0.0.2"));
    EXPECT_EQ(targets[0].bridge, bridge_name(network_a));
    ASSERT_EQ(targets[0].open.size(), 2U);
    EXPECT_EQ(targets[0].open[0].last, 81);
    EXPECT_EQ(targets[0].open[1].first, 22);
    topology.ports[0].up = false;
    EXPECT_THAT(floating_targets(topology), IsEmpty());
}

TEST(FloatingIps, FollowWhatAnInstanceListensOn) {
    const std::string table =
        "  sl  local_address rem_address   st tx_queue\n"
        "   0: 00000000:0050 00000000:0000 0A 00000000:00000000\n"
        "   1: 0B00000A:1F90 00000000:0000 0A 00000000:00000000\n"
        "   2: 0100007F:0CEA 00000000:0000 0A 00000000:00000000\n"
        "   3: 0B00000A:0016 0200000A:9C40 01 00000000:00000000\n"
        "   4: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 0\n"
        "nonsense\n";
    EXPECT_THAT(listened_ports(table, *parse_address("10.0.0.11")), ElementsAre(80, 443, 8080));
    EXPECT_THAT(listened_ports("", 0), IsEmpty());
}

TEST(Routing, JoinsTheSubnetsOfARouterOnly) {
    auto topology = with_rules({});
    const auto apart = routing_batch(topology);
    EXPECT_THAT(apart, Not(HasSubstr("10.0.1.0/24")));
    topology.routers = {{.id = "r", .subnet_ids = {"a", "b", "gone"}}};
    const auto joined = routing_batch(topology);
    EXPECT_THAT(joined, HasSubstr("route replace 10.0.1.0/24 dev br-bbbbbbbb-22 table 1001\n"));
    EXPECT_THAT(joined, HasSubstr("route replace 10.0.0.0/24 dev br-aaaaaaaa-11 table 1002\n"));
    EXPECT_THAT(joined, HasSubstr("route replace unreachable default table 1002\n"));
    EXPECT_EQ(address_batch(topology.networks[0]),
              "addr replace 10.0.0.1/24 dev br-aaaaaaaa-11\naddr replace 10.0.0.2/24 dev br-aaaaaaaa-11\n");
    EXPECT_EQ(address_batch(topology.networks[1]), "addr replace 10.0.1.2/24 dev br-bbbbbbbb-22\n")
        << "without a router nobody answers at the gateway's address";
    topology.networks[0].subnets[0].cidr = "10.0.0.0/24 dev lo";
    EXPECT_THROW((void)routing_batch(topology), std::runtime_error);
    EXPECT_THROW((void)bridge_name("x; reboot"), std::runtime_error);
}

}  // namespace
