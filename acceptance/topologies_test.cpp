// `micro_fractals` and `scaling_fractals` on a cloud whose instances are states only: what they make, that a second run
// changes nothing, that an interrupted one is completed, that nothing stays and nothing secret is shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <openstack/compute.hpp>
#include <openstack/image.hpp>
#include <openstack/network.hpp>

#include "acceptance/support/embedded_cloud.hpp"
#include "acceptance/support/inventory.hpp"
#include "acceptance/support/killing_proxy.hpp"
#include "deploy/tests/fake_package.hpp"
#include "deploy/topology/secrets.hpp"

namespace acceptance {
namespace {

using common::process::Child;
using common::process::Result;
using ::testing::HasSubstr;
using ::testing::Not;
using Names = std::multiset<std::string>;
using Words = std::vector<std::string>;

class Topologies : public ::testing::Test {
  protected:
    static void SetUpTestSuite() { cloud_ = std::make_unique<EmbeddedCloud>("fake"); }
    static void TearDownTestSuite() { cloud_.reset(); }
    void SetUp() override { deploy::write_fake_package(package()); }
    void TearDown() override {
        for (const auto* name : {"micro_fractals", "scaling_fractals"})
            EXPECT_EQ(run(name, {"destroy", "--yes"}).exit_status, 0);
        EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());
    }

    static std::string package() { return cloud_->home() / "faafo-1.2.3-test.tar.gz"; }
    static std::vector<std::string> words(const std::string& name, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), program(name));
        arguments.insert(arguments.end(), {"--no-wait", "--package", package(), "--timeout", "60s"});
        return arguments;
    }
    static Result run(const std::string& name, std::vector<std::string> arguments) {
        return cloud_->run(words(name, std::move(arguments)));
    }
    static boost::json::object answer(const Result& result) {
        EXPECT_EQ(result.exit_status, 0) << result.error;
        return boost::json::parse(result.output).as_object();
    }
    static openstack::Connection connection() {
        return openstack::connect(
            {.config = {.cloud = cloud_->cloud_name(), .config_file = cloud_->clouds_yaml()}});
    }
    static std::map<std::string, openstack::compute::Server> servers() {
        std::map<std::string, openstack::compute::Server> found;
        for (auto& server : connection().compute().servers())
            found.emplace(server.name, server);
        return found;
    }
    static std::string address(const openstack::compute::Server& server, const std::string& type) {
        for (const auto& [network, addresses] : server.addresses)
            for (const auto& item : addresses)
                if (item.type == type) return item.address;
        return {};
    }
    /// Rules for traffic in: "5672 from worker".
    static Names rules_of(const std::string& group) {
        Names rules;
        std::map<std::string, std::string> names;
        const auto cloud = connection();
        for (const auto& other : cloud.network().security_groups())
            names[other.id] = other.name;
        for (const auto& rule : cloud.network().find_security_group(group).security_group_rules)
            if (rule.direction == "ingress")
                rules.insert(std::to_string(rule.port_range_min.value_or(0)) +
                             (rule.remote_group_id.empty() ? "" : " from " + names[rule.remote_group_id]));
        return rules;
    }

    /// A run that is killed as soon as it has made that many changes; false when it ended before.
    static bool killed_after(const std::string& name, std::size_t changes) {
        KillingProxy proxy(changes, KillingProxy::Counted::changes);
        auto command = cloud_->command(words(name, {"deploy"}));
        command.environment["http_proxy"] = proxy.url();
        Child child({.command = command});
        proxy.set_victim(child.pid());
        return child.wait(std::chrono::minutes(1)) != 0;
    }
    static void survives_kills(const std::string& name, const std::vector<std::size_t>& moments);

    static std::unique_ptr<EmbeddedCloud> cloud_;
};
std::unique_ptr<EmbeddedCloud> Topologies::cloud_;

TEST_F(Topologies, MicroMakesWhatTheGuideMakes) {
    EXPECT_TRUE(answer(run("micro_fractals", {"deploy", "--json"})).at("changed").as_bool());
    const auto there = inventory(connection());
    EXPECT_EQ(there.servers, (Names{"app-controller", "app-worker-1"}));
    EXPECT_EQ(there.security_groups, (Names{"control", "worker"}));
    EXPECT_EQ(rules_of("worker"), (Names{"22"}));
    EXPECT_EQ(rules_of("control"), (Names{"22", "80", "5672 from worker"}));
    EXPECT_EQ(there.keypairs, (Names{"demokey"}));
    EXPECT_EQ(there.ports.size(), 2U);
    for (const auto& [name, server] : servers()) {
        EXPECT_NE(address(server, "floating"), "") << name;
        EXPECT_EQ(server.security_groups,
                  std::vector<std::string>{name == "app-controller" ? "control" : "worker"});
        EXPECT_EQ(server.key_name, "demokey");
    }
    EXPECT_FALSE(answer(run("micro_fractals", {"deploy", "--json"})).at("changed").as_bool());
    EXPECT_EQ(inventory(connection()), there) << inventory(connection());
}

TEST_F(Topologies, ScalingMakesWhatTheGuideMakes) {
    EXPECT_TRUE(answer(run("scaling_fractals", {"deploy", "--json"})).at("changed").as_bool());
    const auto there = inventory(connection());
    EXPECT_EQ(there.servers, (Names{"app-services", "app-api-1", "app-api-2", "app-worker-1", "app-worker-2",
                                    "app-worker-3"}));
    EXPECT_EQ(there.security_groups, (Names{"api", "control", "services", "worker"}));
    EXPECT_EQ(rules_of("api"), (Names{"22", "80"}));
    EXPECT_EQ(rules_of("worker"), (Names{"22"}));
    EXPECT_EQ(rules_of("control"), (Names{"22", "80", "5672 from worker"}));
    EXPECT_EQ(rules_of("services"), (Names{"22", "3306 from api", "5672 from worker", "5672 from api"}));
    EXPECT_EQ(there.floating_ips.size(), 2U);
    EXPECT_EQ(there.ports.size(), 6U);
    for (const auto& [name, server] : servers())
        EXPECT_EQ(!address(server, "floating").empty(), name.starts_with("app-api")) << name;
    EXPECT_FALSE(answer(run("scaling_fractals", {"deploy", "--json"})).at("changed").as_bool());
    EXPECT_EQ(inventory(connection()), there) << inventory(connection());
}

TEST_F(Topologies, CountsAreRememberedUntilOthersAreAskedFor) {
    const auto count = [](const std::string& prefix) {
        return std::ranges::count_if(servers(),
                                     [&](const auto& item) { return item.first.starts_with(prefix); });
    };
    ASSERT_EQ(run("scaling_fractals", {"deploy", "--api", "1", "--workers", "1"}).exit_status, 0);
    EXPECT_EQ(run("scaling_fractals", {"plan"}).exit_status, 0);
    ASSERT_EQ(run("scaling_fractals", {"deploy", "--api", "3"}).exit_status, 0);
    EXPECT_EQ(count("app-api"), 3);
    EXPECT_EQ(count("app-worker"), 1);
    EXPECT_EQ(run("scaling_fractals", {"plan"}).exit_status, 0);

    const auto less = run("scaling_fractals", {"plan", "--json", "--api", "2"});
    EXPECT_EQ(less.exit_status, 3);
    Names removed;
    const auto plan = boost::json::parse(less.output);
    for (const auto& item : plan.at("items").as_array())
        if (item.at("action").as_string() == "remove")
            removed.insert(std::string(item.at("kind").as_string()) + " " +
                           std::string(item.at("name").as_string()));
    EXPECT_EQ(removed, (Names{"server app-api-3", "port app-api-3", "floating IP app-api-3"}));
}

TEST_F(Topologies, NothingSecretIsShown) {
    std::string shown;
    for (const auto* command : {"deploy", "plan", "status", "deploy"})
        for (const auto& more : {std::vector<std::string>{}, std::vector<std::string>{"--json"}}) {
            auto arguments = more;
            arguments.insert(arguments.begin(), command);
            const auto result = run("scaling_fractals", arguments);
            shown += result.output + result.error;
        }
    const auto metadata = servers().at("app-services").metadata;
    const deploy::Secrets secrets(metadata.at("deployment_seed"));
    for (const auto& [name, server] : servers())
        EXPECT_EQ(server.metadata.contains("deployment_seed"), name == "app-services") << name;
    EXPECT_EQ(shown.find(secrets.seed()), std::string::npos);
    for (const auto* purpose : {"database", "messaging"})
        EXPECT_EQ(shown.find(secrets.password(purpose)), std::string::npos) << purpose;
}

TEST_F(Topologies, InstancesWithPasswordsOfAnotherTimeAreReplaced) {
    ASSERT_EQ(run("scaling_fractals", {"deploy", "--api", "1", "--workers", "1"}).exit_status, 0);
    const auto before = servers();
    const auto cloud = connection();
    cloud.compute().delete_server(before.at("app-services").id);
    cloud.compute().wait_for_delete(before.at("app-services").id);

    EXPECT_THAT(run("scaling_fractals", {"plan", "--api", "1", "--workers", "1"}).output,
                HasSubstr("passwords"));
    ASSERT_EQ(run("scaling_fractals", {"deploy", "--api", "1", "--workers", "1"}).exit_status, 0);
    const auto after = servers();
    EXPECT_EQ(after.size(), 3U);
    for (const auto& [name, server] : after)
        EXPECT_NE(server.id, before.at(name).id) << name;
    EXPECT_EQ(address(after.at("app-services"), "fixed"), address(before.at("app-services"), "fixed"));
    EXPECT_EQ(address(after.at("app-api-1"), "floating"), address(before.at("app-api-1"), "floating"));
    EXPECT_EQ(run("scaling_fractals", {"plan"}).exit_status, 0);
}

TEST_F(Topologies, AQuotaThatDoesNotSufficeIsSaidBeforeAnythingIsMade) {
    const auto admin = openstack::connect(
        {.config = {.cloud = cloud_->cloud_name() + "-admin", .config_file = cloud_->clouds_yaml()}});
    const auto project = connection().network().adapter().project_id();
    admin.compute().update_quota_set(project, {.instances = 4});
    admin.network().update_quota(project, {.floating_ips = 1, .security_group_rules = 5});

    EXPECT_THAT(run("scaling_fractals", {"plan"}).output,
                HasSubstr("NOT ENOUGH quota of instances: 6 needed, 4 left"));
    const auto refused = run("scaling_fractals", {"deploy"});
    EXPECT_EQ(refused.exit_status, 1);
    EXPECT_THAT(refused.error, HasSubstr("instances: 6 needed, 4 left"));
    EXPECT_THAT(refused.error, HasSubstr("floating IPs: 2 needed, 1 left"));
    EXPECT_THAT(refused.error, HasSubstr("security group rules: "));
    EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());

    admin.compute().update_quota_set(project, {.instances = -1});
    admin.network().update_quota(project, {.floating_ips = -1, .security_group_rules = -1});
    EXPECT_THAT(run("scaling_fractals", {"plan"}).output,
                HasSubstr("quota of instances: 6 needed, no limit"));
}

TEST_F(Topologies, TwoProgramsStandSideBySideThoughTheirNamesAreTheSame) {
    ASSERT_EQ(run("scaling_fractals", {"deploy", "--api", "1", "--workers", "1"}).exit_status, 0);
    const auto first = inventory(connection());
    ASSERT_EQ(run("micro_fractals", {"deploy"}).exit_status, 0);
    EXPECT_EQ(run("scaling_fractals", {"plan"}).exit_status, 0);
    ASSERT_EQ(run("micro_fractals", {"destroy", "--yes"}).exit_status, 0);
    EXPECT_EQ(inventory(connection()), first) << inventory(connection());
}

TEST_F(Topologies, AnotherProgramRefusesTheNameAndRemovesItIfTold) {
    const Words by_octavia{"deploy", "--api", "1", "--workers", "1", "--balance", "octavia"};
    ASSERT_EQ(run("scaling_fractals", by_octavia).exit_status, 0);
    const auto there = inventory(connection());
    for (const auto* command : {"deploy", "plan", "upgrade"}) {
        const auto refused = run("fractals", {command, "--name", "scaling_fractals"});
        EXPECT_EQ(refused.exit_status, 1) << command;
        EXPECT_THAT(refused.error, HasSubstr("is a deployment of scaling_fractals")) << command;
    }
    EXPECT_THAT(run("fractals", {"status", "--name", "scaling_fractals"}).output,
                HasSubstr("made by scaling_fractals"));
    EXPECT_EQ(inventory(connection()), there) << inventory(connection());
    ASSERT_EQ(run("fractals", {"destroy", "--yes", "--name", "scaling_fractals"}).exit_status, 0);
    EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());
}

TEST_F(Topologies, AnImageWithTheServicesInItIsFoundAndUsedForThemAlone) {
    const auto cloud = connection();
    const auto image = cloud.image().create_image(
        {.name = "with-services", .properties = {{"preinstalled", "mariadb-server rabbitmq-server"}}},
        openstack::text_body("the fake driver never looks into it"));
    ASSERT_EQ(run("micro_fractals", {"deploy"}).exit_status, 0);
    const auto all = servers();
    EXPECT_NE(all.at("app-controller").image.id, all.at("app-worker-1").image.id);
    EXPECT_EQ(all.at("app-controller").image.id, image.id);
    cloud.image().delete_image(image);
}

void Topologies::survives_kills(const std::string& name, const std::vector<std::size_t>& moments) {
    ASSERT_EQ(run(name, {"deploy"}).exit_status, 0);
    const auto complete = inventory(connection());
    ASSERT_EQ(run(name, {"destroy", "--yes"}).exit_status, 0);

    // One change at a time: every run is killed after its first, so each begins with what another left.
    std::size_t runs = 1;
    while (killed_after(name, 1))
        ASSERT_LT(++runs, 100U) << "it never ends";
    EXPECT_GT(runs, 8U);
    EXPECT_EQ(inventory(connection()), complete) << inventory(connection());
    ASSERT_EQ(run(name, {"destroy", "--yes"}).exit_status, 0);

    // In the middle of many at once.
    for (const auto moment : moments) {
        SCOPED_TRACE("killed after change " + std::to_string(moment));
        EXPECT_TRUE(killed_after(name, moment));
        const auto next = run(name, {"deploy"});
        ASSERT_EQ(next.exit_status, 0) << next.error;
        ASSERT_EQ(inventory(connection()), complete) << inventory(connection());
        ASSERT_EQ(run(name, {"destroy", "--yes"}).exit_status, 0);
        ASSERT_TRUE(inventory(connection()).empty()) << inventory(connection());
    }
}

TEST_F(Topologies, MicroKilledAfterAnyChangeIsCompletedByTheNextRun) {
    survives_kills("micro_fractals", {5, 9, 13, 15});
}

TEST_F(Topologies, ScalingKilledAfterAnyChangeIsCompletedByTheNextRun) {
    survives_kills("scaling_fractals", {8, 16, 19, 21, 24, 27});
}

TEST_F(Topologies, ASingleInstanceOptionIsNoneOfTheirs) {
    const auto result = run("scaling_fractals", {"deploy", "--instance-name", "x"});
    EXPECT_EQ(result.exit_status, 2);
    EXPECT_THAT(result.error + result.output, Not(HasSubstr("Deploying")));
}

}  // namespace
}  // namespace acceptance
