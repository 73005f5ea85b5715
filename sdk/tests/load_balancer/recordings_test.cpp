// Every key of every load-balancing resource that a real Octavia sent is decoded.
#include <gtest/gtest.h>

#include "sdk/src/load_balancer/tables.hpp"
#include "sdk/tests/resource/recorded_types.hpp"

using namespace openstack;
using sdktest::decode_all;

TEST(LoadBalancerRecordings, LoadBalancersLeaveNothingOver) {
    EXPECT_GT(decode_all<load_balancer::LoadBalancer>("load-balancer", "loadbalancer", "loadbalancers"), 20U);
}
TEST(LoadBalancerRecordings, ListenersLeaveNothingOver) {
    EXPECT_GE(decode_all<load_balancer::Listener>("load-balancer", "listener", "listeners"), 3U);
}
TEST(LoadBalancerRecordings, PoolsLeaveNothingOver) {
    EXPECT_GE(decode_all<load_balancer::Pool>("load-balancer", "pool", "pools"), 5U);
}
TEST(LoadBalancerRecordings, MembersLeaveNothingOver) {
    EXPECT_GE(decode_all<load_balancer::Member>("load-balancer", "member", "members"), 8U);
}
TEST(LoadBalancerRecordings, HealthMonitorsLeaveNothingOver) {
    EXPECT_GE(decode_all<load_balancer::HealthMonitor>("load-balancer", "healthmonitor", "healthmonitors"),
              3U);
}
TEST(LoadBalancerRecordings, L7PoliciesLeaveNothingOver) {
    EXPECT_GE(decode_all<load_balancer::L7Policy>("load-balancer", "l7policy", "l7policies"), 2U);
}
TEST(LoadBalancerRecordings, L7RulesLeaveNothingOver) {
    EXPECT_GE(decode_all<load_balancer::L7Rule>("load-balancer", "rule", "rules"), 3U);
}
TEST(LoadBalancerRecordings, ProvidersLeaveNothingOver) {
    EXPECT_GE(decode_all<load_balancer::Provider>("load-balancer", "", "providers"), 2U);
}
TEST(LoadBalancerRecordings, QuotasLeaveNothingOver) {
    EXPECT_EQ(decode_all<load_balancer::Quota>("load-balancer", "quota", "quotas"), 3U);
}
TEST(LoadBalancerRecordings, StatisticsLeaveNothingOver) {
    EXPECT_EQ(decode_all<load_balancer::Statistics>("load-balancer", "stats", ""), 2U);
}
TEST(LoadBalancerRecordings, StatusTreesLeaveNothingOver) {
    for (const int number : {29, 77, 93}) {
        std::vector<std::string> unknown;
        load_balancer::StatusTree tree;
        resource::decode(sdktest::recording("load-balancer", number).body,
                         {.key_path = {"statuses", "loadbalancer"}, .unknown = &unknown},
                         resource::value_type<load_balancer::StatusTree>, &tree);
        EXPECT_TRUE(unknown.empty()) << unknown.front();
        ASSERT_EQ(tree.listeners.size(), 1U);
        ASSERT_FALSE(tree.listeners[0].pools.empty());
        EXPECT_GE(tree.listeners[0].pools[0].members.size(), 2U);
        EXPECT_TRUE(tree.listeners[0].pools[0].health_monitor);
    }
}
