// One guest, from its request to its end. Each test goes on where the one before it ended.
#include <algorithm>
#include <openstack/body.hpp>
#include <openstack/compute.hpp>
#include <openstack/image.hpp>
#include <openstack/network.hpp>

#include "acceptance/cloud/fetch.hpp"
#include "acceptance/cloud/story.hpp"

namespace acceptance::cloud {
namespace {

using openstack::compute::ServerStatus;
using ::testing::HasSubstr;

openstack::ComputeService nova() {
    return suite().cloud().compute();
}

class Servers : public Story {
  protected:
    void SetUp() override {
        Story::SetUp();
        if (!IsSkipped() && was_tried_ && !booted_) GTEST_SKIP() << "the guest did not boot, see above";
    }
    static std::string marker() { return "THE-GUEST-OF-" + name("server"); }

    static std::string id_;
    static bool was_tried_, booted_;
};
std::string Servers::id_;
bool Servers::was_tried_ = false;
bool Servers::booted_ = false;

TEST_F(Servers, AGuestBootsOnItsPort) {
    was_tried_ = true;
    const auto neutron = cloud().network();
    const auto group = neutron.create_security_group({.name = name("server")}, call());
    neutron.ensure_security_group_rule(
        {.security_group_id = group.id, .protocol = "tcp", .port_range_min = 22, .port_range_max = 22},
        call());
    nova().create_keypair({.name = name("server"), .public_key = new_public_key(name("server"))}, call());
    const auto port = neutron.create_port({.name = name("server"),
                                           .network_id = suite().network().id,
                                           .security_group_ids = std::vector{group.id}},
                                          call());
    const auto asked = nova().create_server({.name = name("server"),
                                             .image_id = suite().image().id,
                                             .flavor_id = suite().flavor().id,
                                             .networks = {{.port_id = port.id}},
                                             .user_data = "#!/bin/sh\necho " + marker() + "\n",
                                             .key_name = name("server"),
                                             .metadata = {{"suite", suite().name()}}},
                                            call());
    id_ = asked.id;
    const auto server = nova().wait_for_server(asked, suite().wait("the guest is ACTIVE"));
    booted_ = true;
    EXPECT_EQ(server.name, name("server"));
    EXPECT_EQ(server.status, ServerStatus::active);
    EXPECT_EQ(server.key_name, name("server"));
    EXPECT_EQ(server.metadata.at("suite"), suite().name());
    ASSERT_EQ(server.addresses.size(), 1U);
    EXPECT_EQ(server.addresses.begin()->second.front().address, port.fixed_ips.front().ip_address);
    EXPECT_EQ(neutron.get_port(port, call()).device_id, server.id);
}

TEST_F(Servers, ItIsListedAndFoundByNameAndByID) {
    EXPECT_EQ(nova().find_server(name("server"), call()).id, id_);
    EXPECT_EQ(nova().find_server(id_, call()).name, name("server"));
    const auto all = nova().servers({.name = suite().name()}, call()).to_vector();
    EXPECT_EQ(std::ranges::count(all, id_, &openstack::compute::Server::id), 1);
}

TEST_F(Servers, ItsMetadataChanges) {
    nova().set_server_metadata(id_, {{"colour", "green"}}, call());
    EXPECT_EQ(nova().get_server_metadata(id_, call()).at("colour"), "green");
    EXPECT_EQ(nova().get_server_metadata(id_, call()).at("suite"), suite().name());
    nova().delete_server_metadata(id_, {"colour"}, call());
    EXPECT_FALSE(nova().get_server_metadata(id_, call()).contains("colour"));
}

TEST_F(Servers, AWaitThatTakesTooLongSaysWhatItSaw) {
    bool has_answered = false;  // in so little time not every cloud does
    const auto said = refused<openstack::Timeout>([&] {
        (void)nova().wait_for_status(
            id_, ServerStatus::shutoff,
            {.timeout = std::chrono::seconds(2),
             .progress = [&](std::string_view, std::chrono::milliseconds) { has_answered = true; }});
    });
    EXPECT_THAT(said, HasSubstr("SHUTOFF"));
    if (has_answered) {
        EXPECT_THAT(said, HasSubstr("ACTIVE"));
    }
}

TEST_F(Servers, ItsConsoleTellsThatItsUserDataRan) {
    suite().wait_until("the guest's user data has run", [] {
        return nova().get_server_console_output(id_, {}, call()).find(marker()) != std::string::npos;
    });
    const auto end = nova().get_server_console_output(id_, 5, call());
    EXPECT_LE(std::ranges::count(end, '\n'), 6);
}

TEST_F(Servers, AFloatingIPLeadsToIt) {
    const auto neutron = cloud().network();
    const auto ip = neutron.create_ip(
        {.floating_network_id = suite().external_network().id, .description = name("server")}, call());
    const auto given = neutron.add_ip_to_server(ip, id_, call());
    EXPECT_FALSE(given.port_id.empty());
    const int port = 22 + std::stoi(cloud().config().extra("floating_ip_port_offset").value_or("0"));
    suite().wait_until("port 22 of " + ip.floating_ip_address + " answers",
                       [&] { return accepts(ip.floating_ip_address, port); });
    EXPECT_FALSE(accepts(ip.floating_ip_address, port + 1)) << "the security group lets in port 22 only";
    EXPECT_TRUE(neutron.remove_ip_from_server(ip, call()).port_id.empty());
    EXPECT_TRUE(neutron.delete_ip(ip, call()));
}

TEST_F(Servers, ItStopsAndStarts) {
    nova().stop_server(id_, call());
    const auto stopped =
        nova().wait_for_status(id_, ServerStatus::shutoff, suite().wait("the guest is stopped"));
    EXPECT_EQ(stopped.power_state, 4);
    (void)refused<openstack::Conflict>([] { nova().stop_server(id_, call()); });
    nova().start_server(id_, call());
    (void)nova().wait_for_status(id_, ServerStatus::active, suite().wait("the guest is started"));
}

TEST_F(Servers, WhatWasDoneToItIsKept) {
    std::set<std::string> actions;
    for (const auto& action : nova().server_actions(id_, call()))
        actions.insert(action.action);
    EXPECT_THAT(actions, ::testing::IsSupersetOf({"create", "stop", "start"}));
}

TEST_F(Servers, ItIsDeletedAndItsPortStays) {
    EXPECT_TRUE(nova().delete_server(id_, call()));
    nova().wait_for_delete(id_, suite().wait("the guest is gone"));
    booted_ = false;
    (void)refused<openstack::NotFound>([] { (void)nova().get_server(id_, call()); });
    EXPECT_FALSE(nova().delete_server(id_, call()));
    const auto neutron = cloud().network();
    const auto port = neutron.find_port_or_null(name("server"), call());
    ASSERT_TRUE(port) << "a port that was there before the server outlives it";
    EXPECT_TRUE(neutron.delete_port(*port, call()));
    EXPECT_TRUE(neutron.delete_security_group(neutron.find_security_group(name("server"), call()), call()));
    EXPECT_TRUE(nova().delete_keypair(name("server"), call()));
}

using BrokenServers = Story;

/// Of an image for processors that no host has, or that no disk is in: Nova accepts the request, and then cannot do it.
TEST_F(BrokenServers, OneThatCannotBootFailsWithNovasReason) {
    const auto glance = cloud().image();
    std::string image;
    try {
        const std::string data(std::size_t{1} << 20U, '\0');
        image = glance
                    .create_image({.name = name("alien"),
                                   .properties = {{"architecture", "ppc64"}, {"hw_architecture", "ppc64"}}},
                                  openstack::text_body(data), call())
                    .id;
    } catch (const openstack::Forbidden& error) {
        GTEST_SKIP() << "this user may not upload images, so nothing here is sure to fail: " << error.what();
    }
    const auto asked = nova().create_server({.name = name("alien"),
                                             .image_id = image,
                                             .flavor_id = suite().flavor().id,
                                             .networks = {{.network_id = suite().network().id}}},
                                            call());
    const auto said = refused<openstack::ResourceFailed>(
        [&] { (void)nova().wait_for_server(asked, suite().wait("the guest that cannot boot fails")); });
    const auto failed = nova().get_server(asked, call());
    ASSERT_TRUE(failed.fault) << "Nova gave no reason";
    EXPECT_THAT(said, HasSubstr(failed.fault->message));
    EXPECT_TRUE(nova().delete_server(asked, call()));
    nova().wait_for_delete(asked, suite().wait("the guest that could not boot is gone"));
    EXPECT_TRUE(glance.delete_image(image, call()));
}

}  // namespace
}  // namespace acceptance::cloud
