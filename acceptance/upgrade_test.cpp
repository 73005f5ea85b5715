// Another version of faafo on real instances while people ask for fractals; and a first deployment that is taken back.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "acceptance/support/application.hpp"
#include "acceptance/support/deployment_fixture.hpp"
#include "acceptance/support/package.hpp"

namespace acceptance {
namespace {

constexpr const char* newer = "99.1.0";

class Upgrading : public DeploymentFixture {
  protected:
    static void SetUpTestSuite() { start_cloud("micro_fractals", {"--services-image"}); }

    /// The packages that `status` names, one for each instance.
    static std::vector<std::string> packages() {
        std::vector<std::string> all;
        const auto status = run({"status", "--json"});
        const auto now = boost::json::parse(status.output);
        for (const auto& instance : now.at("instances").as_array())
            all.emplace_back(instance.at("package").as_string());
        return all;
    }

    common::process::TemporaryDirectory folder_;
};

TEST_F(Upgrading, AFirstDeploymentThatFailsIsTakenBack) {
    // Instances boot in seconds, and the software on them takes longer than that.
    const auto failed = run({"deploy", "--rollback", "--timeout", "5s"});
    EXPECT_EQ(failed.exit_status, 1) << failed.output;
    EXPECT_NE(failed.error.find("Rolled back: nothing of this run is left."), std::string::npos)
        << failed.error;
    EXPECT_EQ(inventory(connection()), before_) << inventory(connection());
}

TEST_F(Upgrading, GivesEveryInstanceTheNewerVersionWhileFractalsAreAskedFor) {
    deploy({"--timeout", "4m"});
    ASSERT_TRUE(deployed_.contains("url"));
    const Application app(std::string(deployed_.at("url").as_string()));
    const auto package = package_of_version(newer, folder_.path());

    KeepsAsking asking({app});
    const auto begin = std::chrono::steady_clock::now();
    const auto upgraded = run({"upgrade", "--json", "--package", package.string()});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto promised = asking.stop();
    ASSERT_EQ(upgraded.exit_status, 0) << upgraded.error << run({"logs"}).output;
    EXPECT_EQ(boost::json::parse(upgraded.output).at("upgraded").as_array().size(), 2U) << upgraded.output;
    std::printf("upgrade of two instances: %.1f s, %zu fractals promised meanwhile, %d requests refused\n",
                took.count(), promised.size(), asking.refused());

    for (const auto& mark : packages())
        EXPECT_TRUE(mark.starts_with(newer)) << mark;
    for (const char* instance : {"app-controller", "app-worker-1"})
        EXPECT_EQ(ssh(instance, "cat /opt/faafo/VERSION").output, std::string(newer) + "\n") << instance;

    ASSERT_TRUE(app.finishes(std::chrono::minutes(1))) << run({"status"}).output;
    EXPECT_GT(promised.size(), 0U);
    std::map<std::string, std::string> states;
    for (const auto& fractal : app.fractals())
        states[fractal.uuid] = fractal.state;
    for (const auto& uuid : promised)
        EXPECT_EQ(states[uuid], "done") << uuid;

    const auto again = run({"upgrade", "--json", "--package", package.string()});
    ASSERT_EQ(again.exit_status, 0) << again.error;
    EXPECT_TRUE(boost::json::parse(again.output).at("upgraded").as_array().empty()) << again.output;
    const auto redeployed = run({"deploy", "--json"});
    ASSERT_EQ(redeployed.exit_status, 0) << redeployed.error;
    EXPECT_FALSE(boost::json::parse(redeployed.output).at("changed").as_bool()) << redeployed.output;
    for (const auto& mark : packages())
        EXPECT_TRUE(mark.starts_with(newer)) << "deploy leaves what upgrade has installed: " << mark;
}

TEST_F(Upgrading, ZDestroyLeavesTheProjectAsItWas) {
    const auto destroyed = run({"destroy", "--yes"});
    EXPECT_EQ(destroyed.exit_status, 0) << destroyed.error;
    EXPECT_EQ(inventory(connection()), before_) << inventory(connection());
}

}  // namespace
}  // namespace acceptance
