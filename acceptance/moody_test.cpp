// A cloud as clouds are: slow, with servers that fail, quotas that run out, ports that linger, an API that is away for a
// while and tokens that end in mid-deployment. What the programs say of it, bear, and leave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <openstack/openstack.hpp>
#include <regex>

#include "acceptance/support/embedded_cloud.hpp"
#include "acceptance/support/inventory.hpp"
#include "common/testkit/wait.hpp"
#include "deploy/tests/fake_package.hpp"
#include "localcloud/tests/cloud_control.hpp"

namespace acceptance {
namespace {

using common::process::Child;
using common::process::Result;
using common::testkit::wait_until;
using localcloud::testing::CloudControl;
using localcloud::testing::Fault;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr auto patience = 60s;
constexpr const char* boot_delay = "2";
const std::string no_host = "No valid host was found. There are not enough hosts available.";

class Moody : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        cloud_ = std::make_unique<EmbeddedCloud>("fake", Words{"--boot-delay", boot_delay});
    }
    static void TearDownTestSuite() { cloud_.reset(); }
    void SetUp() override {
        deploy::write_fake_package(package());
        control_ = std::make_unique<CloudControl>(cloud_->state());
    }
    void TearDown() override {
        control_->clear();
        succeeds({"destroy", "--yes"});
        EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());
    }

    static std::string package() { return cloud_->home() / "faafo-1.2.3-test.tar.gz"; }
    static std::filesystem::path output() { return cloud_->home() / "output"; }
    static Words words(Words arguments) {
        arguments.insert(arguments.begin(), program("micro_fractals"));
        for (const auto& option : {Words{"--package", package()}, Words{"--timeout", "60s"}})
            if (std::ranges::find(arguments, option.front()) == arguments.end())
                arguments.insert(arguments.end(), option.begin(), option.end());
        // "--wait" is ours: nobody answers here.
        if (std::erase(arguments, "--wait") == 0) arguments.emplace_back("--no-wait");
        arguments.insert(arguments.end(), {"--poll-interval", "0.2"});
        return arguments;
    }
    static Result run(Words arguments) { return cloud_->run(words(std::move(arguments))); }
    static void succeeds(const Words& arguments) {
        const auto result = run(arguments);
        EXPECT_EQ(result.exit_status, 0) << arguments.front() << ": " << result.error;
    }
    /// A run beside the test; what it says is in output().
    static Child begin(const Words& arguments) {
        std::filesystem::remove(output());
        return Child({.command = cloud_->command(words(arguments)), .output = output()});
    }
    static std::string said() {
        std::ifstream stream(output());
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    static bool wait_until_said(const std::string& text) {
        return wait_until([&] { return said().find(text) != std::string::npos; }, patience);
    }
    static openstack::Connection connection(const std::string& user = {}) {
        return openstack::connect(
            {.config = {.cloud = cloud_->cloud_name() + user, .config_file = cloud_->clouds_yaml()}});
    }
    static std::string project() { return connection().compute().adapter().project_id(); }
    static std::vector<openstack::compute::Server> servers() {
        return connection().compute().servers().to_vector();
    }
    std::size_t sign_ins() const { return control_->requests().count("identity", "POST"); }
    void deploys_and_destroys_through_several_tokens(const std::map<std::string, std::string>& environment);

    static std::unique_ptr<EmbeddedCloud> cloud_;
    std::unique_ptr<CloudControl> control_;
};
std::unique_ptr<EmbeddedCloud> Moody::cloud_;

TEST_F(Moody, AServerInErrorIsSaidInNovasWordsAndReplacedByTheNextRun) {
    control_->set({.method = "POST", .path = "/servers$", .nth = 2, .server_fault = no_host});
    const auto failed = run({"deploy"});
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_THAT(failed.error, AllOf(HasSubstr("went to ERROR: No valid host was found. There are not enough "
                                              "hosts available. Run this again"),
                                    HasSubstr("--retry-errors"), HasSubstr("What was made so far stays")));
    EXPECT_THAT(run({"status"}).output, AllOf(HasSubstr("ERROR"), HasSubstr("No valid host was found")));
    EXPECT_THAT(run({"plan"}).output, HasSubstr("No valid host was found"));
    EXPECT_THAT(run({"ssh", "app-worker-1", "-c", "true"}).error,
                HasSubstr("nobody can log in to 'app-worker-1': it is ERROR: No valid host was found"));
    succeeds({"deploy"});
    EXPECT_EQ(servers().size(), 2U);
}

TEST_F(Moody, AnInstallationThatFailedIsSaidUntilTheInstanceIsMadeAnew) {
    control_->set({.method = "POST",
                   .path = "/action$",
                   .times = Fault::always,
                   .status = 200,
                   .body = R"({"output": "FRACTALS: installing\nFRACTALS: failed: no space left\n"})"});
    const auto failed = run({"deploy", "--wait"});
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_THAT(failed.error,
                AllOf(HasSubstr("the installation on 'app-"), HasSubstr("failed: no space left"),
                      HasSubstr("After mending the cause, `micro_fractals deploy` makes the instance anew"),
                      HasSubstr("run `micro_fractals` again to go on")));
    control_->clear();

    const auto plan = run({"plan"});
    EXPECT_EQ(plan.exit_status, 3);
    EXPECT_THAT(plan.output,
                AllOf(HasSubstr("replace"), HasSubstr("its installation failed: no space left")));
    EXPECT_THAT(run({"status"}).output, HasSubstr("its installation failed: no space left"));
    std::map<std::string, std::string> before;
    for (const auto& server : servers())
        before[server.name] = server.metadata.contains("deployment_failed") ? server.id : "";
    succeeds({"deploy"});
    for (const auto& server : servers())
        EXPECT_NE(server.id, before.at(server.name)) << server.name;
    EXPECT_EQ(run({"plan"}).exit_status, 0);
}

TEST_F(Moody, AnInstallationThatNobodyWaitedForIsJudgedByItsConsole) {
    succeeds({"deploy"});
    EXPECT_THAT(run({"status"}).output, HasSubstr("does not answer"));
    control_->set({.method = "POST",
                   .path = "/action$",
                   .times = Fault::always,
                   .status = 200,
                   .body = R"({"output": "FRACTALS: failed: no space left\n"})"});
    EXPECT_THAT(run({"status"}).output, HasSubstr("its installation failed: no space left"));
}

TEST_F(Moody, WhatIsNoPackageIsRefusedBeforeAnythingIsMade) {
    for (const auto* operation : {"deploy", "plan", "upgrade"})
        for (const auto* option : {"--package", "--services-packages"}) {
            const auto refused = run({operation, option, "/etc/passwd"});
            EXPECT_EQ(refused.exit_status, 2) << operation << option;
            EXPECT_THAT(refused.error,
                        AllOf(HasSubstr("/etc/passwd"), HasSubstr(option), HasSubstr("Nothing was done")));
        }
    EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());
}

TEST_F(Moody, WhereNothingIsThatIsSaid) {
    const auto status = run({"status"});
    EXPECT_EQ(status.exit_status, 3);
    EXPECT_THAT(status.output,
                HasSubstr("There is no instance of the deployment 'micro_fractals' in this project"));
    EXPECT_THAT(run({"logs"}).error, HasSubstr("deploy first"));
}

TEST_F(Moody, AServerInErrorIsMadeAgainElsewhereIfAsked) {
    control_->set_all({{.method = "POST", .path = "/servers$", .nth = 2, .server_fault = no_host},
                       {.method = "GET",
                        .path = "/os-availability-zone$",
                        .times = Fault::always,
                        .status = 200,
                        .body = R"({"availabilityZoneInfo": [
              {"zoneName": "closed", "zoneState": {"available": false}, "hosts": null},
              {"zoneName": "nova", "zoneState": {"available": true}, "hosts": null},
              {"zoneName": "north", "zoneState": {"available": true}, "hosts": null}]})"}});
    const auto result = run({"deploy", "--retry-errors", "1"});
    EXPECT_EQ(result.exit_status, 0) << result.error;
    EXPECT_THAT(
        result.error,
        HasSubstr("went to ERROR: No valid host was found. There are not enough hosts available. It is "
                  "deleted and made again in the availability zone nova (1 of 1 retries)"));
    const auto there = servers();
    EXPECT_EQ(there.size(), 2U);
    for (const auto& server : there)
        EXPECT_EQ(server.status, openstack::compute::ServerStatus::active) << server.name;
    EXPECT_EQ(inventory(connection()).ports.size(), 2U) << "the prepared ones are used again";
    EXPECT_EQ(run({"plan"}).exit_status, 0);
}

TEST_F(Moody, ServersThatAlwaysFailAreNotMadeForEver) {
    control_->set({.method = "POST", .path = "/servers$", .times = Fault::always, .server_fault = no_host});
    const auto result = run({"deploy", "--retry-errors", "2"});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_THAT(result.error, AllOf(HasSubstr("(2 of 2 retries)"), HasSubstr("So did 2 before it"),
                                    Not(HasSubstr("availability zone"))));
    EXPECT_LE(servers().size(), 2U);
}

TEST_F(Moody, AQuotaThatRunsOutInMidDeploymentIsSaidWithWhatIsUsed) {
    const auto admin = connection("-admin");
    control_->set({.method = "POST", .path = "/servers$", .nth = 2, .times = Fault::always, .hold = true});
    auto child = begin({"deploy"});
    ASSERT_TRUE(control_->wait_until_held(patience));
    admin.compute().update_quota_set(project(), {.instances = 1});
    control_->clear();
    EXPECT_EQ(child.wait(patience), 1);
    EXPECT_THAT(said(), AllOf(HasSubstr("a quota of the project ran out"), HasSubstr("instances 1 of 1"),
                              HasSubstr("ask for a larger quota"), HasSubstr("What was made so far stays")));
    EXPECT_THAT(run({"deploy"}).error, HasSubstr("instances: 1 needed, 0 left"));
    admin.compute().update_quota_set(project(), {.instances = -1});

    control_->set({.method = "POST", .path = "/floatingips$", .times = Fault::always, .hold = true});
    succeeds({"destroy", "--yes"});
    auto another = begin({"deploy"});
    ASSERT_TRUE(control_->wait_until_held(patience));
    admin.network().update_quota(project(), {.floating_ips = 0});
    control_->clear();
    EXPECT_EQ(another.wait(patience), 1);
    EXPECT_THAT(said(),
                AllOf(HasSubstr("ran out"), HasSubstr("floatingip"), HasSubstr("floating IPs 0 of 0")));
    admin.network().delete_quota(project());
    succeeds({"deploy"});
}

TEST_F(Moody, PortsAndAddressesThatLingerAreWaitedFor) {
    succeeds({"deploy"});
    control_->set_all({{.method = "DELETE", .path = "/ports/", .times = 3, .status = 409},
                       {.method = "DELETE", .path = "/floatingips/", .times = 2, .status = 409},
                       {.method = "DELETE", .path = "/security-groups/", .times = 2, .status = 409}});
    succeeds({"destroy", "--yes"});
    for (const auto& fault : control_->faults())
        EXPECT_GE(fault.struck, 2U) << fault.path;
    EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());

    // A port that Nova has not let go of yet, and an address that Neutron believes to be elsewhere.
    control_->set_all(
        {{.method = "POST",
          .path = "/servers$",
          .times = 3,
          .status = 409,
          .body = R"({"conflictingRequest": {"code": 409, "message": "Port x is still in use."}})"},
         {.method = "POST",
          .path = "/floatingips$",
          .times = 2,
          .status = 409,
          .body = R"({"NeutronError": {"type": "FloatingIPPortAlreadyAssociated", "detail": "",
                            "message": "that fixed IP already has a floating IP on external network x."}})"}});
    succeeds({"deploy"});
    EXPECT_EQ(servers().size(), 2U);

    control_->set({.method = "DELETE", .path = "/ports/", .times = Fault::always, .status = 409});
    const auto begin = std::chrono::steady_clock::now();
    const auto failed = run({"destroy", "--yes", "--patience", "2s"});
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
    EXPECT_THAT(failed.error, AllOf(HasSubstr("was still in use after 2 s, when --patience was over"),
                                    HasSubstr("micro_fractals destroy`")));
}

TEST_F(Moody, AnAPIThatIsAwayForAMomentIsNotNoticed) {
    control_->set_all({{.method = "POST",
                        .path = "/servers$",
                        .times = 2,
                        .status = 503,
                        .headers = {{"Retry-After", "1"}}},
                       {.method = "GET", .path = "/security-groups", .times = 2, .status = 503}});
    const auto result = run({"deploy"});
    EXPECT_EQ(result.exit_status, 0) << result.error;
    EXPECT_THAT(result.error, Not(HasSubstr("does not answer")));
}

TEST_F(Moody, ARequestThatMayHaveBeenDoneIsLookedForBeforeItIsSentAgain) {
    // Without Retry-After nobody knows whether the server was made; here one was and one was not.
    control_->set_all({{.method = "POST", .path = "/servers$", .status = 503},
                       {.method = "POST", .path = "/servers$", .nth = 2, .status = 503, .after = true}});
    const auto result = run({"deploy", "--json"});
    EXPECT_EQ(result.exit_status, 0) << result.error;
    EXPECT_THAT(result.error, AllOf(HasSubstr("The cloud does not answer as it should: "),
                                    HasSubstr("503 Service Unavailable"), HasSubstr("Going on in")));
    EXPECT_THAT(result.output, AllOf(HasSubstr(R"("changed":true)"), HasSubstr("key-")));
    EXPECT_EQ(servers().size(), 2U);
    EXPECT_EQ(run({"plan"}).exit_status, 0);
}

TEST_F(Moody, AnOutageThatIsLongerThanOneCallBearsIsWaitedOutAndBounded) {
    const Fault away{.service = "network", .times = Fault::always, .status = 503};
    control_->set(away);
    auto deploying = begin({"deploy"});
    ASSERT_TRUE(wait_until_said("The cloud does not answer as it should"));
    control_->clear();
    EXPECT_EQ(deploying.wait(patience), 0) << said();

    control_->set(away);
    auto destroying = begin({"destroy", "--yes"});
    ASSERT_TRUE(wait_until_said("The cloud does not answer as it should"));
    control_->clear();
    EXPECT_EQ(destroying.wait(patience), 0) << said();
    EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());

    control_->set(away);
    const auto begin = std::chrono::steady_clock::now();
    const auto failed = run({"deploy", "--patience", "1s"});
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
    EXPECT_THAT(failed.error, AllOf(HasSubstr("503 Service Unavailable"), HasSubstr(control_->endpoint()),
                                    HasSubstr("This run has changed nothing")));
}

/// Boots take longer than tokens live.
void Moody::deploys_and_destroys_through_several_tokens(
    const std::map<std::string, std::string>& environment) {
    control_->set({.method = "POST", .path = "/auth/tokens$", .times = Fault::always, .token_life = 700ms});
    for (const auto* operation : {"deploy", "destroy"}) {
        control_->reset_requests();
        auto command = cloud_->command(words({operation}));
        for (const auto& [name, value] : environment)
            command.environment[name] = value;
        const auto result = common::process::run(command);
        EXPECT_EQ(result.exit_status, 0) << operation << ": " << result.error;
        if (operation == std::string("deploy")) {
            EXPECT_GE(sign_ins(), 3U);
        }
    }
    EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());
}

TEST_F(Moody, TokensThatEndInMidDeploymentAreRenewedWithThePassword) {
    deploys_and_destroys_through_several_tokens({});
}

TEST_F(Moody, TokensThatEndInMidDeploymentAreRenewedWithAnApplicationCredential) {
    const auto cloud = connection();
    const auto user = cloud.session()->access()->user.id;
    const auto made =
        cloud.adapter("identity")
            .request({.method = "POST",
                      .path = "/users/" + user + "/application_credentials",
                      .body = R"({"application_credential": {"name": "moody", "secret": "not so secret"}})"});
    std::smatch id;
    ASSERT_TRUE(std::regex_search(made.body, id,
                                  std::regex("\"id\": ?\"([0-9a-f]{32})\"[^{}]*\"name\": ?\"moody\"|"
                                             "\"name\": ?\"moody\"[^{}]*\"id\": ?\"([0-9a-f]{32})\"")))
        << made.body;
    const auto file = cloud_->home() / "application-credential.yaml";
    std::ofstream(file)
        << "clouds:\n  moody:\n    auth_type: v3applicationcredential\n    auth:\n      auth_url: "
        << control_->endpoint() << "/identity/v3\n      application_credential_id: " << id[1].str()
        << id[2].str() << "\n      application_credential_secret: not so secret\n";
    deploys_and_destroys_through_several_tokens(
        {{"OS_CLIENT_CONFIG_FILE", file.string()}, {"OS_CLOUD", "moody"}});
}

TEST_F(Moody, ABootThatIsSlowerThanTheTimeoutIsNoFailureOfTheServer) {
    const auto failed = run({"deploy", "--timeout", "1s"});
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_THAT(failed.error, AllOf(HasSubstr("was still BUILD, spawning after"), HasSubstr("--timeout"),
                                    HasSubstr("run this again"), HasSubstr("What was made so far stays")));
    const auto begun = servers();
    EXPECT_FALSE(begun.empty());
    succeeds({"deploy"});
    for (const auto& server : begun)
        EXPECT_EQ(connection().compute().get_server(server.id).status,
                  openstack::compute::ServerStatus::active)
            << "it was used, not replaced";
}

}  // namespace
}  // namespace acceptance
