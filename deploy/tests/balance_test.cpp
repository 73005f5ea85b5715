// What balances, as far as no cloud has to be asked.
#include "deploy/balance/plan.hpp"

#include <gmock/gmock.h>

#include "deploy/operations/upgrade.hpp"
#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

BalancerParts complete() {
    BalancerParts parts;
    parts.listener.emplace();
    parts.listener->default_pool_id = "pool";
    parts.pool.emplace();
    parts.pool->id = "pool";
    parts.monitor.emplace();
    parts.monitor->url_path = monitor_path;
    parts.members = {{.name = "api-1", .address = "10.0.0.1", .protocol_port = 80},
                     {.name = "api-2", .address = "10.0.0.2", .protocol_port = 80}};
    return parts;
}
const std::map<std::string, std::string> two{{"api-1", "10.0.0.1"}, {"api-2", "10.0.0.2"}};

TEST(Balancer, IsRightWhenAllOfItIsThere) {
    EXPECT_THAT(faults_of(complete(), two), IsEmpty());
}

TEST(Balancer, SaysWhichPartIsMissing) {
    auto parts = complete();
    parts.monitor.reset();
    EXPECT_THAT(faults_of(parts, two), ElementsAre("nothing monitors the health of its members"));
    parts = complete();
    parts.listener.reset();
    EXPECT_THAT(faults_of(parts, two), ElementsAre("nothing listens on its port 80"));
    parts = complete();
    parts.listener->default_pool_id = "another";
    EXPECT_THAT(faults_of(parts, two), ElementsAre("its listener does not use its pool"));
    EXPECT_EQ(faults_of({}, two).size(), 2U);
}

TEST(Balancer, SaysWhoComesAndWhoGoes) {
    EXPECT_THAT(faults_of(complete(), {{"api-1", "10.0.0.1"}}), ElementsAre("api-2 is to leave it"));
    auto three = two;
    three["api-3"] = "";
    EXPECT_THAT(faults_of(complete(), three), ElementsAre("api-3 is no member of it"));
    auto parts = complete();
    parts.members.back().weight = 0;
    EXPECT_THAT(faults_of(parts, two), ElementsAre("api-2 is given no requests"));
    parts = complete();
    parts.members.back().address = "10.0.0.9";
    EXPECT_THAT(faults_of(parts, two), ElementsAre("api-2 is no member of it"))
        << "it has another address now";
}

TEST(BalancedName, IsAHostNameWhateverTheDeploymentIsCalled) {
    EXPECT_EQ(balanced_name("scaling_fractals", "example.org."), "scaling-fractals.example.org.");
    EXPECT_EQ(balanced_name("Blue 7", "example.org."), "blue-7.example.org.");
    EXPECT_EQ(balanced_name("_", "example.org."), "x.example.org.");
    EXPECT_EQ(balanced_name(std::string(100, 'a'), "b."), std::string(63, 'a') + ".b.");
}

TEST(Scaling, WithALoadBalancerResultsGoThroughIt) {
    const auto topology = scaling({}, {.apis = 2, .workers = 2}, true, {.method = BalanceMethod::octavia});
    ASSERT_TRUE(topology.balancer);
    EXPECT_EQ(topology.front(), "app-balancer");
    EXPECT_EQ(topology.entrance, "app-api-1");
    for (const auto& instance : topology.instances)
        if (instance.role == Role::worker) {
            EXPECT_EQ(instance.endpoint_instance, "app-balancer");
            EXPECT_EQ(instance.install.endpoint_url, "http://{address:app-balancer}");
        }
    EXPECT_FALSE(scaling({}, {.apis = 2, .workers = 2}, true).balancer);
}

TEST(Upgrade, BeginsWithTheDataAndEndsWithTheWorkers) {
    EXPECT_THAT(upgrade_order(scaling({}, {.apis = 2, .workers = 2}, true)),
                ElementsAre("app-services", "app-api-1", "app-api-2", "app-worker-1", "app-worker-2"));
}

TEST(PackageMark, TellsOnePackageFromAnother) {
    EXPECT_EQ(package_mark("1.2.3", "abc"), "1.2.3 abc");
    EXPECT_EQ(package_mark("", "abc"), "abc");
    EXPECT_TRUE(is_of_package("1.2.3 abc", "abc"));
    EXPECT_TRUE(is_of_package("abc", "abc"));
    EXPECT_FALSE(is_of_package("1.2.3 abc", "abd"));
    EXPECT_FALSE(is_of_package("", ""));
}

}  // namespace
}  // namespace deploy
