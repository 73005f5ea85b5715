// Octavia, as `scaling_fractals --balance octavia` uses it. Whether it moves traffic is that story's question.
#include <algorithm>
#include <openstack/load_balancer.hpp>
#include <openstack/network.hpp>

#include "acceptance/cloud/story.hpp"

namespace acceptance::cloud {
namespace {

using ::testing::HasSubstr;

class LoadBalancers : public Story {
  protected:
    void SetUp() override {
        Story::SetUp();
        if (IsSkipped()) return;
        if (const auto reason =
                why_not("load balancing", [] { (void)octavia().load_balancers({}, call()).to_vector(1); });
            !reason.empty())
            GTEST_SKIP() << reason;
    }
    static openstack::LoadBalancerService octavia() { return cloud().load_balancer(); }
};

TEST_F(LoadBalancers, OneIsMadePartByPartChangedAndRemoved) {
    auto balancer = octavia().create_load_balancer(
        {.name = name("balancer"), .vip_subnet_id = suite().network().subnet_ids.front()}, call());
    EXPECT_FALSE(balancer.vip_address.empty());
    balancer = wait_for_balancer(balancer);
    EXPECT_EQ(octavia().find_load_balancer(name("balancer"), call()).id, balancer.id);

    // One change after the other, although Octavia takes none while one is at work: the SDK waits in between.
    const auto listener = octavia().create_listener(
        {.name = name("listener"), .load_balancer_id = balancer.id, .protocol = "HTTP", .protocol_port = 80},
        call());
    const auto pool = octavia().create_pool(
        {.name = name("pool"), .listener_id = listener.id, .protocol = "HTTP", .lb_algorithm = "ROUND_ROBIN"},
        call());
    EXPECT_EQ(pool.lb_algorithm, "ROUND_ROBIN");
    octavia().create_health_monitor({.name = name("monitor"),
                                     .pool_id = pool.id,
                                     .type = "HTTP",
                                     .delay = 5,
                                     .timeout = 3,
                                     .max_retries = 2,
                                     .url_path = "/healthz"},
                                    call());
    octavia().create_member(pool, {.name = "one", .address = "10.93.7.101", .protocol_port = 80}, call());
    const auto member =
        octavia().create_member(pool, {.name = "two", .address = "10.93.7.102", .protocol_port = 80}, call());
    octavia().update_member(member, pool, {.weight = 5}, call());
    octavia().update_pool(pool, {.lb_algorithm = "LEAST_CONNECTIONS"}, call());
    octavia().set_members(pool,
                          {{.name = "two", .address = "10.93.7.102", .protocol_port = 80},
                           {.name = "three", .address = "10.93.7.103", .protocol_port = 80}},
                          call());
    (void)octavia().wait_for_load_balancer(balancer, openstack::load_balancer::ProvisioningStatus::active,
                                           suite().short_wait("its changes are made"));
    std::set<std::string> names;
    for (const auto& each : octavia().members(pool, {}, call()))
        names.insert(each.name);
    EXPECT_THAT(names, ::testing::ElementsAre("three", "two"));

    const auto tree = octavia().get_load_balancer_status(balancer, call());
    ASSERT_EQ(tree.listeners.size(), 1U);
    ASSERT_EQ(tree.listeners.front().pools.size(), 1U);
    EXPECT_EQ(tree.listeners.front().pools.front().members.size(), 2U);
    EXPECT_GE(octavia().get_load_balancer_statistics(balancer, call()).total_connections, 0);

    (void)refused<openstack::BadRequest>([&] {
        octavia().create_listener({.name = name("wrong"),
                                   .load_balancer_id = balancer.id,
                                   .protocol = "GOPHER",
                                   .protocol_port = 70},
                                  call());
    });
    (void)refused<openstack::Conflict>([&] {
        octavia().create_listener(
            {.name = name("same"), .load_balancer_id = balancer.id, .protocol = "HTTP", .protocol_port = 80},
            call());
    });
    EXPECT_TRUE(octavia().delete_load_balancer(balancer, true, call()));
    octavia().wait_for_delete(balancer, suite().short_wait("the load balancer is gone"));
    (void)refused<openstack::NotFound>([&] { (void)octavia().get_load_balancer(balancer, call()); });
}

TEST_F(LoadBalancers, OneIsMadeWithAllBelowItAtOnce) {
    const auto made = octavia().create_load_balancer(
        {.name = name("tree"),
         .vip_subnet_id = suite().network().subnet_ids.front(),
         .listeners = {{.name = name("tree-listener"),
                        .protocol = "HTTP",
                        .protocol_port = 80,
                        .default_pool =
                            openstack::load_balancer::PoolCreate{.name = name("tree-pool"),
                                                                 .protocol = "HTTP",
                                                                 .lb_algorithm = "ROUND_ROBIN",
                                                                 .members = {{.name = "one",
                                                                              .address = "10.93.7.101",
                                                                              .protocol_port = 80}}}}}},
        call());
    const auto balancer = wait_for_balancer(made);
    const auto tree = octavia().get_load_balancer_status(balancer, call());
    ASSERT_EQ(tree.listeners.size(), 1U);
    ASSERT_EQ(tree.listeners.front().pools.size(), 1U);
    EXPECT_EQ(tree.listeners.front().pools.front().members.size(), 1U);
    const auto pool = octavia().get_pool(balancer.pools.front(), call());
    EXPECT_TRUE(octavia().delete_load_balancer(balancer, true, call()));
    octavia().wait_for_delete(balancer, suite().short_wait("the load balancer is gone"));
    // Seen on Zed with its noop drivers: such a pool can never be changed, which is why the programs make part by part.
    if (pool.provisioning_status == openstack::load_balancer::ProvisioningStatus::active) return;
    const auto seen = "this cloud's load balancer is ACTIVE, and the pool that was made with it " +
                      pool.provisioning_status.text();
    ASSERT_FALSE(suite().settings().embedded) << seen;
    GTEST_SKIP() << seen;
}

TEST_F(LoadBalancers, OneThatDoesNotExistIsNotFound) {
    const auto said =
        refused<openstack::NotFound>([] { (void)octavia().find_load_balancer(name("no-balancer"), call()); });
    EXPECT_THAT(said, HasSubstr(name("no-balancer")));
    EXPECT_FALSE(octavia().delete_load_balancer("00000000-0000-4000-8000-000000000000", true, call()));
}

TEST_F(LoadBalancers, QuotasAndProvidersAreKnown) {
    EXPECT_TRUE(octavia().get_quota({}, call()).load_balancers);
    EXPECT_FALSE(octavia().providers(call()).to_vector().empty());
}

}  // namespace
}  // namespace acceptance::cloud
