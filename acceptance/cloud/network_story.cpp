// Neutron: networks, routers, ports, security groups, floating IPs, as deployments make, find, refuse and remove them.
#include <algorithm>
#include <openstack/network.hpp>

#include "acceptance/cloud/story.hpp"

namespace acceptance::cloud {
namespace {

using Network = Story;
using ::testing::HasSubstr;

/// The IDs that a listing has, for asking whether something is among them.
template <class Resource>
std::vector<std::string> ids(const openstack::Paged<Resource>& resources) {
    std::vector<std::string> all;
    for (const auto& resource : resources)
        all.push_back(resource.id);
    return all;
}

TEST_F(Network, ANetworkWithARouterIsMadeAndRemoved) {
    const auto neutron = cloud().network();
    const auto& outside = suite().external_network();
    const auto network = neutron.create_network({.name = name("life")}, call());
    const auto subnet = neutron.create_subnet(
        {.name = name("life"), .network_id = network.id, .cidr = "10.94.0.0/24"}, call());
    EXPECT_EQ(subnet.gateway_ip, "10.94.0.1");
    EXPECT_EQ(neutron.find_network(name("life"), call()).id, network.id);
    EXPECT_EQ(neutron.find_subnet(name("life"), call()).cidr, "10.94.0.0/24");

    const auto router = neutron.create_router(
        {.name = name("life"),
         .external_gateway_info = openstack::network::ExternalGateway{.network_id = outside.id}},
        call());
    neutron.add_interface_to_router(router, {.subnet_id = subnet.id}, call());
    EXPECT_EQ(neutron.find_router(name("life"), call()).external_gateway_info->network_id, outside.id);
    const auto ports = neutron.ports({.device_id = router.id}, call()).to_vector();
    EXPECT_TRUE(std::ranges::any_of(ports, [&](const auto& port) { return port.network_id == network.id; }));

    (void)refused<openstack::Conflict>([&] { neutron.delete_router(router, call()); });
    (void)refused<openstack::Conflict>([&] { neutron.delete_network(network, call()); });
    EXPECT_TRUE(neutron.remove_interface_from_router(router, {.subnet_id = subnet.id}, call()));
    EXPECT_TRUE(neutron.delete_router(router, call()));
    EXPECT_TRUE(neutron.delete_network(network, call()));
    EXPECT_FALSE(neutron.delete_network(network, call()));
    (void)refused<openstack::NotFound>([&] { (void)neutron.get_subnet(subnet, call()); });
}

TEST_F(Network, WhatMakesNoSenseIsABadRequest) {
    const auto neutron = cloud().network();
    const auto network = neutron.create_network({.name = name("bad")}, call());
    const auto said = refused<openstack::BadRequest>([&] {
        neutron.create_subnet({.name = name("bad"), .network_id = network.id, .cidr = "10.94.0.0/99"},
                              call());
    });
    EXPECT_THAT(said, HasSubstr("10.94.0.0/99"));
    (void)neutron.create_subnet({.name = name("bad"), .network_id = network.id, .cidr = "10.94.1.0/24"},
                                call());
    const auto overlap = refused<openstack::BadRequest>([&] {
        neutron.create_subnet({.name = name("bad"), .network_id = network.id, .cidr = "10.94.1.0/25"},
                              call());
    });
    EXPECT_THAT(overlap, HasSubstr("overlap"));
    EXPECT_TRUE(neutron.delete_network(network, call()));
}

TEST_F(Network, MembersMakeNoExternalNetworks) {
    try {
        const auto made =
            cloud().network().create_network({.name = name("outside"), .is_router_external = true}, call());
        cloud().network().delete_network(made, call());
    } catch (const openstack::Forbidden& error) {
        EXPECT_EQ(error.status(), 403);
        EXPECT_EQ(dynamic_cast<const openstack::QuotaExceeded*>(&error), nullptr) << error.what();
        return;
    }
    GTEST_SKIP() << "this user may make external networks: it is an administrator's";
}

TEST_F(Network, APortHasItsAddressBeforeAnythingBoots) {
    const auto neutron = cloud().network();
    const auto& network = suite().network();
    const auto group = neutron.create_security_group({.name = name("port")}, call());
    const auto port = neutron.create_port({.name = name("port"),
                                           .network_id = network.id,
                                           .security_group_ids = std::vector{group.id},
                                           .description = name("description")},
                                          call());
    ASSERT_FALSE(port.fixed_ips.empty());
    EXPECT_EQ(port.security_group_ids, std::vector{group.id});
    EXPECT_EQ(neutron.get_port(port, call()).description, name("description"));
    EXPECT_EQ(neutron.find_port(name("port"), call()).id, port.id);
    EXPECT_THAT(ids(neutron.ports({.network_id = network.id}, call())), ::testing::Contains(port.id));

    // The address is taken, and the group is in use.
    const auto taken = refused<openstack::Conflict>([&] {
        neutron.create_port({.name = name("second"), .network_id = network.id, .fixed_ips = port.fixed_ips},
                            call());
    });
    EXPECT_THAT(taken, HasSubstr(port.fixed_ips.front().ip_address));
    const auto used = refused<openstack::Conflict>([&] { neutron.delete_security_group(group, call()); });
    EXPECT_THAT(used, HasSubstr("409"));

    EXPECT_EQ(neutron.update_port(port, {.description = "another"}, call()).description, "another");
    EXPECT_TRUE(neutron.delete_port(port, call()));
    EXPECT_FALSE(neutron.delete_port(port, call()));
    EXPECT_TRUE(neutron.delete_security_group(group, call()));
}

TEST_F(Network, ASecurityGroupHasEachRuleOnce) {
    const auto neutron = cloud().network();
    const auto group =
        neutron.create_security_group({.name = name("group"), .description = name("mark")}, call());
    const auto found = neutron.find_security_group(name("group"), call());
    EXPECT_EQ(found.description, name("mark"));
    EXPECT_TRUE(std::ranges::all_of(found.security_group_rules, [](const auto& rule) {
        return rule.direction == "egress";
    })) << "a new group lets in nobody";

    const openstack::network::SecurityGroupRuleCreate web{.security_group_id = group.id,
                                                          .protocol = "tcp",
                                                          .port_range_min = 80,
                                                          .port_range_max = 80,
                                                          .remote_ip_prefix = "0.0.0.0/0"};
    const auto rule = neutron.create_security_group_rule(web, call());
    EXPECT_EQ(rule.port_range_min, 80);
    (void)refused<openstack::Conflict>([&] { neutron.create_security_group_rule(web, call()); });
    EXPECT_EQ(neutron.ensure_security_group_rule(web, call()).id, rule.id);
    const auto from_members = neutron.ensure_security_group_rule({.security_group_id = group.id,
                                                                  .protocol = "tcp",
                                                                  .port_range_min = 5672,
                                                                  .port_range_max = 5672,
                                                                  .remote_group_id = group.id},
                                                                 call());
    EXPECT_EQ(from_members.remote_group_id, group.id);
    (void)refused<openstack::BadRequest>([&] {
        neutron.create_security_group_rule(
            {.security_group_id = group.id, .protocol = "tcp", .port_range_min = 90, .port_range_max = 80},
            call());
    });
    EXPECT_TRUE(neutron.delete_security_group_rule(rule, call()));
    EXPECT_FALSE(neutron.delete_security_group_rule(rule, call()));
    EXPECT_TRUE(neutron.delete_security_group(group, call()));
    (void)refused<openstack::NotFound>([&] { (void)neutron.get_security_group(group, call()); });
}

TEST_F(Network, TwoOfOneNameAreAnErrorThatListsTheirIDs) {
    const auto neutron = cloud().network();
    const auto first = neutron.create_security_group({.name = name("twice")}, call());
    const auto second = neutron.create_security_group({.name = name("twice")}, call());
    const auto said = refused<openstack::DuplicateResource>(
        [&] { (void)neutron.find_security_group(name("twice"), call()); });
    EXPECT_THAT(said, ::testing::AllOf(HasSubstr(first.id), HasSubstr(second.id)));
    EXPECT_EQ(neutron.find_security_group(second.id, call()).id, second.id);
    EXPECT_TRUE(neutron.delete_security_group(first, call()));
    EXPECT_TRUE(neutron.delete_security_group(second, call()));
}

TEST_F(Network, AFloatingIPGoesToAPortAndBack) {
    const auto neutron = cloud().network();
    const auto port =
        neutron.create_port({.name = name("inside"), .network_id = suite().network().id}, call());
    const auto ip = neutron.create_ip(
        {.floating_network_id = suite().external_network().id, .description = name("ip")}, call());
    EXPECT_TRUE(ip.port_id.empty());
    EXPECT_EQ(neutron.find_ip(ip.floating_ip_address, call()).id, ip.id);
    EXPECT_TRUE(neutron.find_available_ip(suite().external_network().id, call()));

    const auto given = neutron.update_ip(ip, {.port_id = port.id}, call());
    EXPECT_EQ(given.port_id, port.id);
    EXPECT_EQ(given.fixed_ip_address, port.fixed_ips.front().ip_address);
    EXPECT_EQ(neutron.ips({.port_id = port.id}, call()).to_vector().size(), 1U);
    (void)refused<openstack::Conflict>([&] {
        const auto second = neutron.create_ip({.floating_network_id = suite().external_network().id,
                                               .port_id = port.id,
                                               .description = name("second-ip")},
                                              call());
    });
    const auto taken_away = neutron.update_ip(ip, {.port_id = openstack::null}, call());
    EXPECT_TRUE(taken_away.port_id.empty());
    EXPECT_TRUE(neutron.delete_ip(ip, call()));
    EXPECT_FALSE(neutron.delete_ip(ip, call()));
    (void)refused<openstack::NotFound>([&] { (void)neutron.get_ip(ip, call()); });
    EXPECT_TRUE(neutron.delete_port(port, call()));
}

/// Towards a network that no router joins to the outside.
TEST_F(Network, AFloatingIPNeedsARouterOnItsWay) {
    const auto neutron = cloud().network();
    const auto network = neutron.create_network({.name = name("island")}, call());
    (void)neutron.create_subnet({.name = name("island"), .network_id = network.id, .cidr = "10.94.2.0/24"},
                                call());
    const auto port = neutron.create_port({.name = name("island"), .network_id = network.id}, call());
    const auto said = refused<openstack::NotFound>([&] {
        neutron.create_ip({.floating_network_id = suite().external_network().id,
                           .port_id = port.id,
                           .description = name("island-ip")},
                          call());
    });
    EXPECT_THAT(said, HasSubstr("not reachable"));
    EXPECT_TRUE(neutron.delete_port(port, call()));
    EXPECT_TRUE(neutron.delete_network(network, call()));
}

TEST_F(Network, QuotasSayHowMuchThereMayBe) {
    const auto quota = cloud().network().get_quota({}, true, call());
    ASSERT_TRUE(quota.ports && quota.floating_ips && quota.security_groups && quota.security_group_rules);
    EXPECT_TRUE(quota.ports->used);
    Suite::say("    floating IPs: " + std::to_string(quota.floating_ips->used.value_or(0)) + " of " +
               (quota.floating_ips->limit < 0 ? "any number" : std::to_string(quota.floating_ips->limit)));
}

TEST_F(Network, ItsExtensionsAreKnown) {
    EXPECT_TRUE(cloud().network().find_extension("router", call()));
    EXPECT_TRUE(cloud().network().find_extension("security-group", call()));
    EXPECT_FALSE(cloud().network().find_extension(name("none"), call()));
}

}  // namespace
}  // namespace acceptance::cloud
