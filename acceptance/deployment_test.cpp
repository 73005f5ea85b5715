// `fractals` on a cloud whose instances are states only: all that concerns resources, nothing that concerns machines.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <openstack/compute.hpp>
#include <openstack/network.hpp>

#include "acceptance/support/embedded_cloud.hpp"
#include "acceptance/support/inventory.hpp"
#include "acceptance/support/killing_proxy.hpp"
#include "deploy/tests/fake_package.hpp"

namespace acceptance {
namespace {

using common::process::Child;
using common::process::Result;

class Deployment : public ::testing::Test {
  protected:
    static void SetUpTestSuite() { cloud_ = std::make_unique<EmbeddedCloud>("fake"); }
    static void TearDownTestSuite() { cloud_.reset(); }
    void SetUp() override { deploy::write_fake_package(package()); }
    void TearDown() override {
        for (const auto* name : {"fractals", "blue"})
            EXPECT_EQ(fractals({"destroy", "--name", name}).exit_status, 0);
        EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());
    }

    static std::string package() { return cloud_->home() / "faafo-1.2.3-test.tar.gz"; }
    static std::vector<std::string> words(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), program("fractals"));
        arguments.insert(arguments.end(), {"--no-wait", "--package", package(), "--timeout", "60s"});
        return arguments;
    }
    static Result fractals(std::vector<std::string> arguments) {
        return cloud_->run(words(std::move(arguments)));
    }
    static boost::json::object answer(const Result& result) {
        EXPECT_EQ(result.exit_status, 0) << result.error;
        return boost::json::parse(result.output).as_object();
    }
    static openstack::Connection connection() {
        return openstack::connect(
            {.config = {.cloud = cloud_->cloud_name(), .config_file = cloud_->clouds_yaml()}});
    }

    static std::unique_ptr<EmbeddedCloud> cloud_;
};
std::unique_ptr<EmbeddedCloud> Deployment::cloud_;

TEST_F(Deployment, MakesWhatTheGuideMakes) {
    const auto deployed = answer(fractals({"deploy", "--json"}));
    EXPECT_TRUE(deployed.at("changed").as_bool());
    const auto there = inventory(connection());
    EXPECT_EQ(there.servers, (std::multiset<std::string>{"all-in-one"}));
    EXPECT_EQ(there.security_groups, (std::multiset<std::string>{"all-in-one"}));
    EXPECT_EQ(there.rules.count("all-in-one ingress IPv4 tcp 22"), 1U) << there;
    EXPECT_EQ(there.rules.count("all-in-one ingress IPv4 tcp 80"), 1U) << there;
    EXPECT_EQ(there.keypairs, (std::multiset<std::string>{"demokey"}));
    EXPECT_EQ(there.floating_ips.size(), 1U);
    const auto key = cloud_->home() / ".local/share/fractals/key-demokey";
    EXPECT_EQ(std::filesystem::status(key).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Deployment, ASecondRunChangesNothing) {
    ASSERT_EQ(fractals({"deploy"}).exit_status, 0);
    const auto before = inventory(connection());
    const auto again = answer(fractals({"deploy", "--json"}));
    EXPECT_FALSE(again.at("changed").as_bool());
    EXPECT_EQ(inventory(connection()), before);
}

TEST_F(Deployment, APlanSaysWhatIsMissingAndChangesNothing) {
    const auto plan = fractals({"plan"});
    EXPECT_EQ(plan.exit_status, 3);
    EXPECT_NE(plan.output.find("security group"), std::string::npos) << plan.output;
    EXPECT_TRUE(inventory(connection()).empty());
    ASSERT_EQ(fractals({"deploy"}).exit_status, 0);
    EXPECT_EQ(fractals({"plan"}).exit_status, 0);
}

TEST_F(Deployment, KilledAfterAnyRequestTheNextRunCompletesIt) {
    std::size_t requests = 0;
    {
        KillingProxy counting(0);
        auto command = cloud_->command(words({"deploy"}));
        command.environment["http_proxy"] = counting.url();
        ASSERT_EQ(common::process::run(command).exit_status, 0);
        requests = counting.requests();
    }
    ASSERT_GT(requests, 10U);
    const auto complete = inventory(connection());
    ASSERT_EQ(fractals({"destroy"}).exit_status, 0);

    for (std::size_t fatal = 1; fatal <= requests; ++fatal) {
        SCOPED_TRACE("killed after request " + std::to_string(fatal) + " of " + std::to_string(requests));
        KillingProxy proxy(fatal);
        auto command = cloud_->command(words({"deploy"}));
        command.environment["http_proxy"] = proxy.url();
        Child child({.command = command});
        proxy.set_victim(child.pid());
        ASSERT_TRUE(child.wait(std::chrono::minutes(1)));

        const auto next = fractals({"deploy"});
        ASSERT_EQ(next.exit_status, 0) << next.error;
        ASSERT_EQ(inventory(connection()), complete) << inventory(connection());
        ASSERT_EQ(fractals({"destroy"}).exit_status, 0);
        ASSERT_TRUE(inventory(connection()).empty()) << inventory(connection());
    }
}

TEST_F(Deployment, InterruptedItSaysWhatToDoAndTheNextRunCompletesIt) {
    std::size_t requests = 0;
    {
        KillingProxy counting(0);
        auto command = cloud_->command(words({"deploy"}));
        command.environment["http_proxy"] = counting.url();
        ASSERT_EQ(common::process::run(command).exit_status, 0);
        requests = counting.requests();
    }
    const auto complete = inventory(connection());
    ASSERT_EQ(fractals({"destroy"}).exit_status, 0);

    const auto output = cloud_->home() / "interrupted";
    for (std::size_t fatal = 1; fatal <= requests; fatal += 5) {
        SCOPED_TRACE("interrupted at request " + std::to_string(fatal) + " of " + std::to_string(requests));
        std::filesystem::remove(output);
        KillingProxy proxy(fatal);
        proxy.only_interrupt();
        auto command = cloud_->command(words({"deploy", "--json"}));
        command.environment["http_proxy"] = proxy.url();
        Child child({.command = command, .output = output});
        proxy.set_victim(child.pid());
        ASSERT_EQ(child.wait(std::chrono::seconds(30)), 130);
        const auto said = common::process::check({.arguments = {"cat", output.string()}});
        EXPECT_NE(said.find("interrupted"), std::string::npos) << said;
        EXPECT_NE(said.find(R"({"error":{"message":"interrupted"}})"), std::string::npos) << said;
        const auto says = [&said](std::string_view words) { return said.find(words) != std::string::npos; };
        EXPECT_TRUE(says("fractals destroy") || says("has changed nothing") || says("deployment is complete"))
            << said;

        const auto next = fractals({"deploy"});
        ASSERT_EQ(next.exit_status, 0) << next.error;
        ASSERT_EQ(inventory(connection()), complete) << inventory(connection());
        ASSERT_EQ(fractals({"destroy"}).exit_status, 0);
    }
}

TEST_F(Deployment, TwoStandSideBySide) {
    ASSERT_EQ(fractals({"deploy"}).exit_status, 0);
    const auto first = inventory(connection());
    const auto second = fractals({"deploy", "--name", "blue"});
    ASSERT_EQ(second.exit_status, 0) << second.error;
    EXPECT_NE(second.output.find("stop: `fractals --name blue destroy`"), std::string::npos) << second.output;
    EXPECT_EQ(inventory(connection()).servers, (std::multiset<std::string>{"all-in-one", "blue-all-in-one"}));
    ASSERT_EQ(fractals({"destroy", "--name", "blue"}).exit_status, 0);
    EXPECT_EQ(inventory(connection()), first) << inventory(connection());
}

TEST_F(Deployment, WhatIsRemovedIsFoundByItsMarkAndWhatStaysIsSaid) {
    ASSERT_EQ(fractals({"deploy"}).exit_status, 0);
    const auto cloud = connection();
    const auto server = cloud.compute().find_server("all-in-one");
    cloud.compute().delete_server(server.id);
    cloud.compute().wait_for_delete(server.id);
    ASSERT_EQ(fractals({"deploy", "--keypair", "other"}).exit_status, 0);
    EXPECT_EQ(inventory(connection()).keypairs, (std::multiset<std::string>{"demokey", "other"}));
    const auto removed = fractals({"destroy"});
    EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());
    for (const auto* name : {"key-demokey", "key-other"})
        EXPECT_NE(removed.output.find((cloud_->home() / ".local/share/fractals" / name).string() + " stays"),
                  std::string::npos)
            << removed.output;
}

TEST_F(Deployment, OptionsThatComeTooLateAreNamed) {
    ASSERT_EQ(fractals({"deploy"}).exit_status, 0);
    const auto before = inventory(connection());
    EXPECT_EQ(fractals({"deploy"}).error.find("Note: "), std::string::npos);
    const auto deployed = fractals({"deploy", "--flavor", "m1.tiny", "--keypair", "other"});
    EXPECT_EQ(deployed.exit_status, 0) << deployed.error;
    for (const auto* words : {"'all-in-one' keeps its flavor m1.small",
                              "'all-in-one' keeps its keypair demokey", "`fractals destroy`"})
        EXPECT_NE(deployed.error.find(words), std::string::npos) << words << deployed.error;
    EXPECT_EQ(deployed.error.find("flavor m1.tiny,"), std::string::npos) << deployed.error;
    EXPECT_EQ(deployed.output.find("private key"), std::string::npos) << deployed.output;
    EXPECT_EQ(fractals({"plan", "--keypair", "other"}).exit_status, 0);
    const auto plan = answer(fractals({"plan", "--json", "--flavor", "m1.tiny"}));
    EXPECT_EQ(plan.at("warnings").as_array().size(), 1U);
    const auto refused = fractals({"deploy", "--floating-ip", "192.0.2.1"});
    EXPECT_EQ(refused.exit_status, 1);
    EXPECT_NE(refused.error.find("the project has no floating IP 192.0.2.1"), std::string::npos)
        << refused.error;
    deploy::write_fake_package(package(), "another");
    EXPECT_NE(
        fractals({"plan"}).output.find("all-in-one keeps the package that is installed; `fractals upgrade"),
        std::string::npos);
    EXPECT_EQ(inventory(connection()), before) << inventory(connection());
}

TEST_F(Deployment, ANoAtTheQuestionIsAnswered) {
    ASSERT_EQ(fractals({"deploy"}).exit_status, 0);
    const auto before = inventory(connection());
    auto command = cloud_->command(
        {"script", "--quiet", "--return", "--command", program("fractals") + " destroy", "/dev/null"});
    command.input = "n\n";
    const auto result = common::process::run(command);
    EXPECT_EQ(result.exit_status, 1) << result.output;
    EXPECT_NE(result.output.find("Remove all of these"), std::string::npos) << result.output;
    EXPECT_NE(result.output.find("Nothing was done."), std::string::npos) << result.output;
    EXPECT_EQ(inventory(connection()), before);
}

TEST_F(Deployment, TwoRunsAtOnceMakeEverythingOnce) {
    Child one({.command = cloud_->command(words({"deploy"}))});
    Child other({.command = cloud_->command(words({"deploy"}))});
    (void)one.wait(std::chrono::minutes(1));
    (void)other.wait(std::chrono::minutes(1));
    const auto settled = fractals({"deploy"});
    // Two runs that start in the same instant may both create; then the next one says which is too many.
    if (settled.exit_status != 0) {
        EXPECT_NE(settled.error.find("Delete all but one"), std::string::npos) << settled.error;
    }
}

TEST_F(Deployment, WhatWasThereBeforeIsUsedAndLeftAlone) {
    const auto cloud = connection();
    const auto group = cloud.network().create_security_group({.name = "mine"});
    for (const int port : {22, 80})
        cloud.network().create_security_group_rule({.security_group_id = group.id,
                                                    .protocol = "tcp",
                                                    .port_range_min = port,
                                                    .port_range_max = port});
    const auto ip =
        cloud.network().create_ip({.floating_network_id = cloud.network().find_network("public").id});

    ASSERT_EQ(fractals({"deploy", "--security-group", "mine"}).exit_status, 0);
    EXPECT_EQ(inventory(cloud).security_groups, (std::multiset<std::string>{"mine"}));
    EXPECT_EQ(cloud.network().get_ip(ip).status, "ACTIVE") << "the free address was not used";
    ASSERT_EQ(fractals({"destroy", "--security-group", "mine"}).exit_status, 0);
    EXPECT_EQ(inventory(cloud).security_groups, (std::multiset<std::string>{"mine"}));
    EXPECT_TRUE(cloud.network().get_ip(ip).port_id.empty());
    cloud.network().delete_ip(ip);
    cloud.network().delete_security_group(group);
}

TEST_F(Deployment, AForeignGroupThatDoesNotSufficeIsNotTouched) {
    const auto cloud = connection();
    const auto group = cloud.network().create_security_group({.name = "mine"});
    const auto result = fractals({"deploy", "--security-group", "mine"});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_NE(result.error.find("tcp 22"), std::string::npos) << result.error;
    EXPECT_TRUE(inventory(cloud).servers.empty());
    cloud.network().delete_security_group(group);
}

TEST_F(Deployment, AWrongNameIsAnsweredWithTheRightOnes) {
    const auto result = fractals({"deploy", "--flavor", "m1.smal"});
    EXPECT_NE(result.exit_status, 0);
    EXPECT_NE(result.error.find("m1.smal"), std::string::npos) << result.error;
    EXPECT_NE(result.error.find("m1.small"), std::string::npos) << result.error;
    EXPECT_TRUE(inventory(connection()).empty());
}

TEST_F(Deployment, WithoutACloudItSaysWhatToDo) {
    const auto result =
        common::process::run({.arguments = {program("fractals")},
                              .environment = {{"HOME", cloud_->home()}, {"PATH", "/usr/bin:/bin"}},
                              .clear_environment = true,
                              .directory = cloud_->home()});
    EXPECT_EQ(result.exit_status, 2);
    EXPECT_NE(result.error.find("localcloud up"), std::string::npos) << result.error;
}

TEST_F(Deployment, TwoCloudsAtOnceKnowNothingOfEachOther) {
    const EmbeddedCloud other("fake");
    ASSERT_EQ(fractals({"deploy"}).exit_status, 0);
    const auto there = other.run({program("fractals"), "status", "--json"});
    EXPECT_EQ(there.exit_status, 3) << there.error;
    EXPECT_NE(there.output.find("missing"), std::string::npos) << there.output;
}

}  // namespace
}  // namespace acceptance
