// scale, --balance, upgrade, --rollback and destroy, through the program, on a cloud whose instances are states only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <openstack/openstack.hpp>
#include <sstream>

#include "common/process/process.hpp"
#include "deploy/tests/fake_package.hpp"
#include "localcloud/tests/cloud_control.hpp"

namespace deploy {
namespace {

using common::process::Result;
using localcloud::testing::CloudControl;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Names = std::vector<std::string>;

/// A cloud of its own, gone when the value goes.
class FakeCloud {
  public:
    FakeCloud() {
        auto up = arguments("up");
        up.insert(up.end(), {"--driver", "fake"});
        common::process::check({.arguments = up});
        set_up_environment();
    }
    ~FakeCloud() {
        auto reset = arguments("reset");
        reset.emplace_back("--yes");
        (void)common::process::run({.arguments = reset});
    }
    FakeCloud(const FakeCloud&) = delete;
    FakeCloud& operator=(const FakeCloud&) = delete;

    std::map<std::string, std::string> environment;
    [[nodiscard]] std::filesystem::path home() const { return home_.path(); }
    [[nodiscard]] std::filesystem::path state() const { return state_.path(); }
    [[nodiscard]] openstack::Connection connect(const std::string& user = {}) const {
        return openstack::connect({.config = {.cloud = environment.at("OS_CLOUD") + user,
                                              .config_file = environment.at("OS_CLIENT_CONFIG_FILE")}});
    }
    [[nodiscard]] Result run(std::vector<std::string> words,
                             const std::map<std::string, std::string>& more = {}) const {
        words.insert(words.begin(), BUILD_DIR "/bin/scaling_fractals");
        words.insert(words.end(), {"--no-wait", "--timeout", "60s"});
        // "--installed" is ours: no package is named.
        if (std::erase(words, "--installed") == 0 && std::ranges::find(words, "--package") == words.end())
            words.insert(words.end(), {"--package", home() / "faafo-1.0.0-test.tar.gz"});
        auto all = more;
        all.insert(environment.begin(), environment.end());
        return common::process::run({.arguments = words, .environment = all});
    }

  private:
    [[nodiscard]] std::vector<std::string> arguments(const std::string& command) const {
        return {(BUILD_DIR "/bin/localcloud"), command, "--name", state().filename(), "--state", state()};
    }
    void set_up_environment() {
        environment = {{"HOME", home()},
                       {"XDG_DATA_HOME", ""},
                       {"OS_CLOUD", state().filename()},
                       {"OS_CLIENT_CONFIG_FILE", state() / "clouds.yaml"}};
        for (const auto* version : {"1.0.0", "1.1.0"})
            write_fake_package(home() / (std::string("faafo-") + version + "-test.tar.gz"), version);
    }

    common::process::TemporaryDirectory state_{"operations-test"};
    common::process::TemporaryDirectory home_{"operations-home"};
};

class Operations : public ::testing::Test {
  protected:
    static void SetUpTestSuite() { cloud_ = std::make_unique<FakeCloud>(); }
    static void TearDownTestSuite() { cloud_.reset(); }
    void SetUp() override { control_ = std::make_unique<CloudControl>(cloud_->state()); }
    void TearDown() override {
        control_->clear();
        destroys_all();
    }

    static Result run(const std::string& words, const std::map<std::string, std::string>& more = {}) {
        std::istringstream stream(words);
        return cloud_->run({std::istream_iterator<std::string>(stream), {}}, more);
    }
    static void succeeds(const std::string& words) {
        const auto result = run(words);
        ASSERT_EQ(result.exit_status, 0) << words << ": " << result.error;
    }
    static boost::json::object json(const std::string& words) {
        return boost::json::parse(run(words + " --json").output).as_object();
    }
    static bool is_settled() { return run("plan").exit_status == 0; }
    static openstack::Connection cloud() { return cloud_->connect(); }

    static std::map<std::string, openstack::compute::Server> servers() {
        std::map<std::string, openstack::compute::Server> found;
        for (auto& server : cloud().compute().servers())
            found.emplace(server.name, server);
        return found;
    }
    static Names names(const std::string& prefix) {
        Names found;
        for (const auto& [name, server] : servers())
            if (name.starts_with(prefix)) found.push_back(name);
        return found;
    }
    static Names addresses(const std::string& prefix, const std::string& type) {
        Names found;
        for (const auto& [name, server] : servers())
            for (const auto& [network, list] : server.addresses)
                for (const auto& address : list)
                    if (name.starts_with(prefix) && address.type == type) found.push_back(address.address);
        return found;
    }
    /// Where the members of the only load balancer's only pool are.
    static Names members() {
        Names found;
        for (const auto& pool : cloud().load_balancer().pools())
            for (const auto& member : cloud().load_balancer().members(pool.id))
                found.push_back(member.address);
        return found;
    }
    /// What `plan` says about one kind of things: "change app-balancer".
    static Names planned(const std::string& words, const std::string& kind) {
        Names found;
        const auto plan = json("plan " + words);
        for (const auto& item : plan.at("items").as_array())
            if (item.at("kind").as_string() == kind)
                found.push_back(std::string(item.at("action").as_string()) + " " +
                                std::string(item.at("name").as_string()));
        return found;
    }

    /// With a script in ssh's place.
    static std::map<std::string, std::string> with_ssh(const std::string& ssh) {
        const auto folder = cloud_->home() / "bin";
        std::filesystem::create_directories(folder);
        std::ofstream(folder / "ssh") << "#!/bin/sh\n" << ssh;
        std::filesystem::permissions(folder / "ssh", std::filesystem::perms::owner_all);
        return {{"PATH", folder.string() + ":" + std::getenv("PATH")}};
    }
    /// Which runs it for each instance.
    static Result upgrade(const std::string& ssh) {
        return run("upgrade --package " + (cloud_->home() / "faafo-1.1.0-test.tar.gz").string(),
                   with_ssh(ssh));
    }

    /// Twice, and nothing is left but what the cloud had from the beginning.
    static void destroys_all() {
        succeeds("destroy --yes");
        succeeds("destroy --yes");
        const auto there = cloud();
        EXPECT_THAT(there.compute().servers().to_vector(), IsEmpty());
        EXPECT_THAT(there.compute().keypairs().to_vector(), IsEmpty());
        EXPECT_THAT(there.network().ips().to_vector(), IsEmpty());
        EXPECT_THAT(there.load_balancer().load_balancers().to_vector(), IsEmpty());
        EXPECT_THAT(there.dns().recordsets({.type = "A"}).to_vector(), IsEmpty());
        EXPECT_THAT(there.object_store().containers().to_vector(), IsEmpty());
        for (const auto& port : there.network().ports({.project_id = there.network().adapter().project_id()}))
            EXPECT_THAT(port.device_owner, HasSubstr("network:")) << port.name;
    }

    static std::unique_ptr<FakeCloud> cloud_;
    std::unique_ptr<CloudControl> control_;
};
std::unique_ptr<FakeCloud> Operations::cloud_;

TEST_F(Operations, ScalesUpAndDownAndLetsEverybodyEndTheirWorkFirst) {
    EXPECT_THAT(run("scale --workers 2").error, HasSubstr("deploy")) << "there is nothing to scale yet";
    succeeds("deploy --api 1 --workers 1");
    succeeds("scale --api 2 --workers 3");
    EXPECT_THAT(names("app-api"), ElementsAre("app-api-1", "app-api-2"));
    EXPECT_THAT(names("app-worker"), ElementsAre("app-worker-1", "app-worker-2", "app-worker-3"));

    const auto before = servers();
    control_->reset_requests();
    succeeds("scale --workers 1 --api 1");
    EXPECT_THAT(names("app-api"), ElementsAre("app-api-1"));
    EXPECT_THAT(names("app-worker"), ElementsAre("app-worker-1"));
    EXPECT_TRUE(is_settled()) << "the numbers are remembered";

    const auto requests = control_->requests().recent;
    const auto when = [&](const std::string& method, const std::string& server, const std::string& rest) {
        const auto found = std::ranges::find_if(requests, [&](const auto& request) {
            return request.method == method && request.path.ends_with(before.at(server).id + rest);
        });
        EXPECT_NE(found, requests.end()) << method << " " << server << rest;
        return found - requests.begin();
    };
    for (const auto* name : {"app-api-2", "app-worker-2", "app-worker-3"})
        EXPECT_LT(when("POST", name, "/action"), when("DELETE", name, ""))
            << name << " was not shut down first";
    for (const auto* name : {"app-worker-2", "app-worker-3"})
        EXPECT_LT(when("DELETE", name, ""), when("POST", "app-api-2", "/action"))
            << "an API went before a worker could hand in its last result";
}

TEST_F(Operations, ScalingDownThatIsInterruptedIsTakenUp) {
    succeeds("deploy --api 1 --workers 3");
    control_->set({.method = "DELETE", .path = "/servers/", .status = 403});
    EXPECT_EQ(run("scale --workers 1").exit_status, 1);
    control_->clear();
    EXPECT_THAT(planned("", "server"), ::testing::Contains(HasSubstr("remove app-worker-")));
    succeeds("deploy");
    EXPECT_THAT(names("app-worker"), ElementsAre("app-worker-1"));
    EXPECT_TRUE(is_settled());
}

TEST_F(Operations, ALoadBalancerHasAllAPIsAndFollowsTheirNumber) {
    succeeds("deploy --balance octavia --api 2 --workers 1");
    const auto balancers = cloud().load_balancer().load_balancers().to_vector();
    ASSERT_EQ(balancers.size(), 1U);
    EXPECT_EQ(members(), addresses("app-api", "fixed"));
    const auto ip = cloud().network().ips({.port_id = balancers.front().vip_port_id}).to_vector();
    ASSERT_EQ(ip.size(), 1U);
    const auto monitors = cloud().load_balancer().health_monitors().to_vector();
    ASSERT_EQ(monitors.size(), 1U);
    EXPECT_EQ(monitors.front().url_path, "/healthz");

    const auto status = json("status");
    EXPECT_EQ(status.at("url").as_string(), "http://" + ip.front().floating_ip_address);
    EXPECT_EQ(status.at("balance").at("members").as_array().size(), 2U);
    EXPECT_EQ(servers().at("app-worker-1").metadata.at("deployment_endpoint"), "app-balancer");
    EXPECT_TRUE(is_settled());

    succeeds("scale --api 3");
    EXPECT_EQ(members().size(), 3U);
    EXPECT_EQ(cloud().load_balancer().load_balancers().to_vector().front().id, balancers.front().id);
    control_->reset_requests();
    const auto leaving = servers().at("app-api-3").id;
    succeeds("scale --api 1");
    EXPECT_EQ(members(), addresses("app-api", "fixed"));
    const auto requests = control_->requests().recent;
    const auto left = std::ranges::find_if(requests, [](const auto& request) {
        return request.method == "PUT" && request.path.ends_with("/members");
    });
    const auto stopped = std::ranges::find_if(requests, [&](const auto& request) {
        return request.method == "POST" && request.path.ends_with(leaving + "/action");
    });
    ASSERT_NE(left, requests.end());
    EXPECT_LT(left - requests.begin(), stopped - requests.begin()) << "it got requests while it shut down";
    EXPECT_TRUE(is_settled());
}

TEST_F(Operations, WhatIsMissingBelowALoadBalancerIsMended) {
    succeeds("deploy --balance octavia --api 2 --workers 0");
    const auto service = cloud().load_balancer();
    const auto pool = service.pools().to_vector().front();
    service.delete_health_monitor(pool.health_monitor_id);
    service.set_members(pool.id, {{.name = "stranger", .address = "10.0.0.200", .protocol_port = 80}});
    EXPECT_THAT(planned("", "load balancer"), ElementsAre("change app-balancer"));
    succeeds("deploy");
    EXPECT_EQ(service.health_monitors().to_vector().size(), 1U);
    EXPECT_EQ(members(), addresses("app-api", "fixed"));

    service.delete_load_balancer(service.load_balancers().to_vector().front().id, true);
    succeeds("deploy");
    EXPECT_EQ(members(), addresses("app-api", "fixed"));
    EXPECT_TRUE(is_settled());
}

TEST_F(Operations, OneWayOfBalancingFollowsAnother) {
    succeeds("deploy --api 2 --workers 1 --balance octavia");
    const auto records = [] {
        Names found;
        for (const auto& recordset : cloud().dns().recordsets({.type = "A"}))
            found.insert(found.end(), recordset.records.begin(), recordset.records.end());
        std::ranges::sort(found);
        return found;
    };
    const auto apis = [] {
        auto found = addresses("app-api", "floating");
        std::ranges::sort(found);
        return found;
    };

    succeeds("deploy --balance dns --zone fractals.example.org");
    EXPECT_THAT(cloud().load_balancer().load_balancers().to_vector(), IsEmpty());
    EXPECT_EQ(cloud().network().ips().to_vector().size(), 2U) << "the balancer's went with it";
    EXPECT_EQ(servers().at("app-worker-1").metadata.at("deployment_endpoint"), "app-api-1");
    EXPECT_EQ(records(), apis());
    const auto status = json("status");
    EXPECT_EQ(status.at("url").as_string(), "http://scaling-fractals.fractals.example.org");
    EXPECT_FALSE(status.at("balance").at("name_servers").as_array().empty());
    EXPECT_LE(cloud().dns().recordsets({.type = "A"}).to_vector().front().ttl.value_or(3600), 60);
    succeeds("scale --api 3");
    EXPECT_EQ(records().size(), 3U);
    EXPECT_EQ(records(), apis());
    succeeds("scale --api 1");
    EXPECT_EQ(records(), apis());
    EXPECT_TRUE(is_settled());

    succeeds("deploy --balance none");
    EXPECT_THAT(records(), IsEmpty());
    EXPECT_THAT(cloud().dns().zones().to_vector(), IsEmpty());
    EXPECT_TRUE(is_settled());
}

TEST_F(Operations, AZoneThatWasThereStays) {
    const auto zone = cloud().dns().create_zone({.name = "mine.example.org.", .email = "me@example.org"});
    succeeds("deploy --api 1 --workers 0 --balance dns");
    EXPECT_THAT(json("status").at("url").as_string(), HasSubstr("mine.example.org"));
    succeeds("destroy --yes");
    EXPECT_EQ(cloud().dns().get_zone(zone.id).name, zone.name);
    cloud().dns().delete_zone(zone.id);
    cloud().dns().wait_for_delete_zone(zone.id);
}

TEST_F(Operations, AZoneThatIsRefusedIsNotRemembered) {
    succeeds("deploy --api 1 --workers 0");
    for (const auto* words : {"deploy --balance dns --zone taken.example.org.",
                              "deploy --name new --balance dns --zone taken.example.org."}) {
        control_->set({.method = "POST", .path = "/zones$", .times = 0, .status = 403});
        EXPECT_EQ(run(words).exit_status, 1);
        control_->clear();
    }
    EXPECT_TRUE(is_settled()) << "it is as it was";
    succeeds("deploy --name new --api 1 --workers 0");
    succeeds("destroy --name new --yes");
    const auto without = run("deploy --zone unused.example.org.");
    EXPECT_EQ(without.exit_status, 2);
    EXPECT_THAT(without.error, HasSubstr("--zone is of --balance dns"));
}

TEST_F(Operations, WhatTheCloudCannotDoIsSaidBeforeAnythingIsMade) {
    std::ifstream file(cloud_->environment.at("OS_CLIENT_CONFIG_FILE"));
    std::string text{std::istreambuf_iterator<char>(file), {}};
    text.insert(text.find("    auth:"), "    load_balancer_interface: none-such\n");
    const auto changed = cloud_->home() / "clouds.yaml";
    std::ofstream(changed) << text;
    const auto refused = run("deploy --balance octavia", {{"OS_CLIENT_CONFIG_FILE", changed}});
    EXPECT_EQ(refused.exit_status, 2);
    EXPECT_THAT(refused.error, AllOf(HasSubstr("no load balancers"), HasSubstr("--balance dns")));

    EXPECT_THAT(run("deploy --balance dns").error, HasSubstr("--zone"));

    const auto admin = cloud_->connect("-admin").load_balancer();
    const auto project = cloud().network().adapter().project_id();
    admin.update_quota(project, {.load_balancers = 0});
    EXPECT_THAT(run("deploy --balance octavia").error, HasSubstr("load balancers: 1 needed, 0 left"));
    admin.delete_quota(project);
    EXPECT_THAT(servers(), IsEmpty());
    EXPECT_THAT(cloud().network().ips().to_vector(), IsEmpty());
}

TEST_F(Operations, AFirstDeploymentThatFailsIsTakenBackIfSoWished) {
    const auto mine = cloud().network().create_security_group({.name = "mine"});
    control_->set({.method = "POST", .path = "/servers$", .nth = 3, .times = 0, .status = 403});
    const auto failed = run("deploy --rollback --balance octavia");
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_THAT(failed.error, HasSubstr("Rolled back: nothing of this run is left"));
    control_->clear();
    destroys_all();
    EXPECT_EQ(cloud().network().get_security_group(mine.id).name, "mine");
    cloud().network().delete_security_group(mine.id);

    succeeds("deploy --api 1 --workers 0");
    control_->set({.method = "POST", .path = "/servers$", .times = 0, .status = 403});
    EXPECT_THAT(run("scale --api 2 --rollback").error, HasSubstr("Nothing is rolled back"));
    EXPECT_THAT(names("app-api"), ElementsAre("app-api-1"));
}

TEST_F(Operations, UpgradesOneAfterTheOtherAndGoesOnWhereItFailed) {
    succeeds("deploy --api 2 --workers 1 --balance octavia");
    const auto before = servers();
    std::ofstream(cloud_->home() / "broken") << before.at("app-api-2").id;
    // Notes whom it is for, keeps what it is given, and fails for one.
    const auto upgrade = [] {
        return Operations::upgrade(
            "for word; do case $word in HostKeyAlias=*) id=${word#*=} ;; esac; done\n"
            "echo $id >>\"$HOME/order\"; cat >\"$HOME/script\"\n"
            "[ $id != \"$(cat \"$HOME/broken\")\" ] || "
            "{ echo 'FRACTALS: failed: no space left'; exit 1; }\n");
    };
    const auto order = [&] {
        std::ifstream file(cloud_->home() / "order");
        Names ids{std::istream_iterator<std::string>(file), {}};
        for (auto& id : ids)
            for (const auto& [name, server] : before)
                if (server.id == id) id = name;
        return ids;
    };

    const auto failed = upgrade();
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_THAT(failed.error, AllOf(HasSubstr("app-api-2"), HasSubstr("no space left")));
    EXPECT_THAT(order(), ElementsAre("app-services", "app-api-1", "app-api-2"));
    EXPECT_THAT(planned("", "load balancer"), ElementsAre("change app-balancer")) << "it gets no requests";

    std::ofstream(cloud_->home() / "broken") << "none";
    EXPECT_EQ(upgrade().exit_status, 0);
    EXPECT_THAT(order(), ElementsAre("app-services", "app-api-1", "app-api-2", "app-api-2", "app-worker-1"));
    EXPECT_TRUE(is_settled());
    for (const auto& [name, server] : servers()) {
        EXPECT_EQ(server.id, before.at(name).id);
        EXPECT_THAT(server.metadata.at("deployment_package"), HasSubstr("1.1.0 ")) << name;
    }
    std::ifstream script(cloud_->home() / "script");
    const std::string text{std::istreambuf_iterator<char>(script), {}};
    EXPECT_THAT(text, AllOf(HasSubstr("-r 'worker'"), HasSubstr("transport_url=amqp://")));
    EXPECT_THAT(failed.error + failed.output, ::testing::Not(HasSubstr("amqp://")));
}

TEST_F(Operations, WhatIsLookedAtIsSaidInJSONToo) {
    succeeds("deploy --api 1 --workers 0");
    EXPECT_THAT(std::string(json("open").at("url").as_string()), HasSubstr("http://"));
    const auto console = json("logs app-services --lines 3");
    EXPECT_EQ(console.at("instance").as_string(), "app-services");
    EXPECT_TRUE(console.contains("console"));

    auto environment = with_ssh("printf 'a\\tb\\377'; echo no >&2; exit 5\n");
    const auto ended = run("ssh --json -c uptime", environment);
    EXPECT_EQ(ended.exit_status, 5);
    const auto said = boost::json::parse(ended.output).as_object();
    EXPECT_EQ(said.at("exit_status").as_int64(), 5);
    EXPECT_EQ(said.at("output").as_string(), "a\tb\\xff");
    EXPECT_EQ(said.at("error").as_string(), "no\n");
    EXPECT_THAT(ended.error, ::testing::Not(HasSubstr("private key")));

    environment["XDG_DATA_HOME"] = "/elsewhere";
    EXPECT_THAT(run("ssh -c uptime", environment).error,
                AllOf(HasSubstr("'app-api-1' has the keypair 'demokey', whose private key is not at "
                                "/elsewhere/fractals/key-demokey"),
                      HasSubstr("-i FILE")));
    // One of that name, of another cloud's keypair.
    const auto data = cloud_->home() / "data";
    std::filesystem::create_directories(data / "fractals");
    std::ofstream(data / "fractals/key-demokey") << "another";
    std::ofstream(data / "fractals/key-demokey.pub") << "ssh-ed25519 AAAAanother me@home\n";
    environment["XDG_DATA_HOME"] = data;
    EXPECT_THAT(run("ssh -c uptime", environment).error, HasSubstr("whose private key is not at"));
}

TEST_F(Operations, WhatIsMadeLaterGetsThePackageThatIsInstalled) {
    succeeds("deploy --api 1 --workers 1");
    ASSERT_EQ(upgrade("exec cat >/dev/null\n").exit_status, 0);
    EXPECT_EQ(run("plan --installed").exit_status, 0);
    control_->reset_requests();
    succeeds("deploy --installed");
    EXPECT_THAT(control_->requests().recent, ::testing::Each(::testing::Truly([](const auto& request) {
                    return request.method == "GET" || request.method == "HEAD" ||
                           request.service == "identity";
                })));

    EXPECT_THAT(run("plan --workers 2 --installed").output, HasSubstr("the one that is installed, 1.1.0 "));
    succeeds("scale --workers 2 --installed");
    const auto there = servers();
    EXPECT_EQ(there.at("app-worker-2").metadata.at("deployment_package"),
              there.at("app-services").metadata.at("deployment_package"));
    EXPECT_THAT(there.at("app-worker-2").metadata.at("deployment_package"), HasSubstr("1.1.0 "));

    const auto store = cloud().object_store();
    for (const auto& object : store.objects("scaling_fractals-package").to_vector())
        store.delete_object("scaling_fractals-package", object.name);
    const auto lost = run("scale --workers 3 --installed");
    EXPECT_EQ(lost.exit_status, 2);
    EXPECT_THAT(lost.error, AllOf(HasSubstr("1.1.0"), HasSubstr("not in the deployment's container any more"),
                                  HasSubstr("--package")));
    succeeds("scale --workers 3 --package " + (cloud_->home() / "faafo-1.1.0-test.tar.gz").string());
}

TEST_F(Operations, AURLThatThePackageCameFromIsRemembered) {
    const std::string url = "https://mirror.example.org/faafo.tar.gz";
    succeeds("deploy --api 1 --workers 0 --installed --package-sha256 " + std::string(64, 'a') +
             " --package-url " + url);
    succeeds("scale --workers 1 --installed");
    EXPECT_EQ(servers().at("app-worker-1").metadata.at("deployment_package"), std::string(64, 'a'));
    EXPECT_EQ(servers().at("app-worker-1").metadata.at("deployment_package_url"), url);
    EXPECT_THAT(cloud().object_store().containers().to_vector(), IsEmpty());

    ASSERT_EQ(upgrade("exec cat >/dev/null\n").exit_status, 0);
    for (const auto& [name, server] : servers())
        EXPECT_FALSE(server.metadata.contains("deployment_package_url")) << name << " has another one now";
    succeeds("scale --workers 2 --installed");
    EXPECT_THAT(servers().at("app-worker-2").metadata.at("deployment_package"), HasSubstr("1.1.0 "));
}

TEST_F(Operations, WorkersComeToANewLoadBalancerOneAfterTheOther) {
    succeeds("deploy --api 1 --workers 3");
    control_->reset_requests();
    succeeds("deploy --balance octavia");
    EXPECT_TRUE(is_settled());
    Names order;
    for (const auto& request : control_->requests().recent) {
        if (request.method == "POST" && request.path.ends_with("/loadbalancers"))
            order.emplace_back("balancer");
        if (request.method == "POST" && request.path.ends_with("/action")) order.emplace_back("stop");
        if (request.method == "DELETE" && request.service == "compute") order.emplace_back("delete");
        if (request.method == "POST" && request.path.ends_with("/servers")) order.emplace_back("create");
    }
    EXPECT_THAT(order, ElementsAre("balancer", "stop", "delete", "create", "stop", "delete", "create", "stop",
                                   "delete", "create"));
}

}  // namespace
}  // namespace deploy
