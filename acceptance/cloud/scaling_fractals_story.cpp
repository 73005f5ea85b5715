// The program `scaling_fractals`: services, APIs and workers, each on instances of their own, and more or fewer of them.
#include <openstack/compute.hpp>
#include <openstack/dns.hpp>
#include <openstack/load_balancer.hpp>
#include <openstack/network.hpp>

#include "acceptance/cloud/deployment.hpp"
#include "acceptance/cloud/fetch.hpp"

namespace acceptance::cloud {
namespace {

struct Scaling {
    static constexpr DeploymentName name = scaling;
    static std::vector<std::string> options() { return deployment_options(true); }
};

class ScalingFractals : public DeploymentStory<Scaling> {
  protected:
    static std::vector<std::string> size(int workers = suite().settings().workers()) {
        return {"--api", std::to_string(suite().settings().apis()), "--workers", std::to_string(workers)};
    }
    static std::set<std::string> workers(int count) {
        std::set<std::string> names;
        for (int i = 1; i <= count; ++i)
            names.insert(deployment().instance("app-worker-" + std::to_string(i)));
        return names;
    }
    static std::set<std::string> servers_like(const std::string& part) {
        std::set<std::string> names;
        for (const auto& server : cloud().compute().servers({.name = deployment().instance(part)}, call()))
            names.insert(server.name);
        return names;
    }
    /// Why a load balancer of this cloud cannot carry the application; empty when nothing speaks against it.
    static std::string why_no_balancing();
};

std::string ScalingFractals::why_no_balancing() {
    const auto octavia = cloud().load_balancer();
    if (auto reason =
            why_not("load balancing", [&] { (void)octavia.load_balancers({}, call()).to_vector(1); });
        !reason.empty())
        return reason;
    if (!suite().balancing_trouble()) {
        const auto balancer = wait_for_balancer(octavia.create_load_balancer(
            {.name = name("probe"), .vip_subnet_id = suite().network().subnet_ids.front()}, call()));
        octavia.delete_load_balancer(balancer, true, call());
        octavia.wait_for_delete(balancer, suite().short_wait("it is gone"));
    }
    return *suite().balancing_trouble();
}

TEST_F(ScalingFractals, PlanSaysWhatIsMissingAndMakesNothing) {
    const auto plan = deployment().json("plan", size(), 3);
    EXPECT_TRUE(plan.at("changes").as_bool());
    EXPECT_TRUE(servers_like("").empty());
}

TEST_F(ScalingFractals, DeployEndsWithAnApplicationThatAnswers) {
    deployment().deploys(size());
}

TEST_F(ScalingFractals, WhatIsAskedForIsDrawnByTheWorkers) {
    deployment().draws(workers(suite().settings().workers()));
}

TEST_F(ScalingFractals, ThePicturesAreOurRenderersToThePixel) {
    deployment().pictures_are_our_renderers();
}

TEST_F(ScalingFractals, ASecondRunChangesNothing) {
    deployment().second_run_changes_nothing();
}

TEST_F(ScalingFractals, StatusSaysThatItAnswers) {
    deployment().status_is_healthy();
}

/// It has no floating IP: the way there goes through an API.
TEST_F(ScalingFractals, SshRunsACommandOnAWorker) {
    deployment().lets_one_in(deployment().instance("app-worker-1"));
}

TEST_F(ScalingFractals, OneMoreWorkerDrawsToo) {
    const int more = suite().settings().workers() + 1;
    const auto scaled = deployment().run("scale", {"--workers", std::to_string(more)});
    ASSERT_EQ(scaled.exit_status, 0) << scaled.output << scaled.error;
    EXPECT_EQ(servers_like("app-worker"), workers(more));
    deployment().draws(workers(more));
}

TEST_F(ScalingFractals, FewerWorkersFinishWhatIsAskedFor) {
    const int fewer = suite().settings().workers();
    const auto scaled = deployment().run("scale", {"--workers", std::to_string(fewer)});
    ASSERT_EQ(scaled.exit_status, 0) << scaled.output << scaled.error;
    EXPECT_EQ(servers_like("app-worker"), workers(fewer));
    deployment().draws(workers(fewer + 1));
    deployment().second_run_changes_nothing();
}

TEST_F(ScalingFractals, ANameLeadsToTheAPIs) {
    if (const auto reason = why_not("DNS", [] { (void)cloud().dns().zones({}, call()).to_vector(1); });
        !reason.empty())
        GTEST_SKIP() << reason;
    const auto zone = deployment().instance("zone") + ".example.org.";
    const auto named = deployment().run("deploy", {"--balance", "dns", "--zone", zone});
    EXPECT_EQ(named.exit_status, 0) << named.output << named.error;
    std::set<std::string> addresses;
    for (const auto& recordset :
         cloud().dns().recordsets(cloud().dns().find_zone(zone, call()), {.type = "A"}, call()))
        addresses.insert(recordset.records.begin(), recordset.records.end());
    EXPECT_EQ(addresses.size(), static_cast<std::size_t>(suite().settings().apis()));
    for (const auto& address : addresses)
        EXPECT_TRUE(cloud().network().find_ip_or_null(address, call())) << address;
    const auto without = deployment().run("deploy", {"--balance", "none"});
    EXPECT_EQ(without.exit_status, 0) << without.output << without.error;
    EXPECT_EQ(cloud().dns().find_zone_or_null(zone, call()), std::nullopt);
}

TEST_F(ScalingFractals, ALoadBalancerStandsInFrontOfTheAPIs) {
    if (const auto reason = why_no_balancing(); !reason.empty()) GTEST_SKIP() << reason;
    const auto balanced = deployment().json("deploy", {"--balance", "octavia"});
    ASSERT_TRUE(balanced.contains("url"));
    const std::string url(balanced.at("url").as_string());
    EXPECT_NE(url, deployment().url()) << "the gallery's address is the load balancer's from now on";
    EXPECT_EQ(fetch(url + "/healthz", cloud().config()).status, 200);
    EXPECT_EQ(fetch(url + "/", cloud().config()).status, 200);
    const auto without = deployment().run("deploy", {"--balance", "none"});
    EXPECT_EQ(without.exit_status, 0) << without.output << without.error;
}

TEST_F(ScalingFractals, DestroyLeavesTheProjectAsItWas) {
    deployment().destroy_leaves_the_project_as_it_was();
}

}  // namespace
}  // namespace acceptance::cloud
