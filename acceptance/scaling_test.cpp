// `scaling_fractals` on real instances, used, broken, scaled and balanced as operators would. One deployment serves all
// tests here, in their order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <future>
#include <openstack/compute.hpp>
#include <openstack/load_balancer.hpp>

#include "acceptance/support/application.hpp"
#include "acceptance/support/deployment_fixture.hpp"
#include "acceptance/support/ports.hpp"
#include "common/testkit/http_client.hpp"
#include "common/testkit/wait.hpp"

namespace acceptance {
namespace {

using common::process::Result;
using common::testkit::HttpClient;
using common::testkit::wait_until;
using std::chrono::seconds;
using ::testing::UnorderedElementsAre;
using Clock = std::chrono::steady_clock;
using Names = std::set<std::string>;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

class Scaling : public DeploymentFixture {
  protected:
    static void SetUpTestSuite() {
        start_cloud("scaling_fractals", {"--services-image"});
        deploy({"--timeout", "4m"});
    }
    void SetUp() override { ASSERT_TRUE(deployed_.contains("url")) << "nothing was deployed"; }

    /// Of a command that has to succeed: what it said in JSON.
    static boost::json::object answer(const Result& result) {
        EXPECT_EQ(result.exit_status, 0) << result.error;
        return boost::json::parse(result.output).as_object();
    }
    static boost::json::object status() {
        return boost::json::parse(run({"status", "--json"}).output).as_object();
    }
    static Names servers() {
        Names names;
        for (const auto& server : connection().compute().servers())
            names.insert(server.name);
        return names;
    }
    static Application api(int number) {
        return Application("http://" + address("app-api-" + std::to_string(number), "floating_address"));
    }
    static void was_promised(const std::set<std::string>& uuids) {
        promised_.insert(uuids.begin(), uuids.end());
    }

    /// Nothing lost, nothing pending, every row once. Returns the most attempts that one of them took.
    static std::int64_t all_that_was_promised_is_there() {
        const auto app = api(1);
        EXPECT_TRUE(app.finishes(std::chrono::minutes(2))) << run({"status"}).output;
        const auto fractals = app.fractals();
        Names uuids;
        std::int64_t most_attempts = 0;
        for (const auto& fractal : fractals) {
            EXPECT_TRUE(uuids.insert(fractal.uuid).second) << fractal.uuid << " is there twice";
            EXPECT_EQ(fractal.state, "done") << fractal.uuid;
            EXPECT_TRUE(fractal.has_checksum) << fractal.uuid;
            most_attempts = std::max(most_attempts, fractal.attempts);
        }
        for (const auto& uuid : promised_)
            EXPECT_TRUE(uuids.contains(uuid)) << uuid << " was answered with 201 and is not there";
        EXPECT_EQ(app.backlog().done, static_cast<std::int64_t>(fractals.size()));
        return most_attempts;
    }
    static void each_request_is_answered_by_every_member();

    static Names promised_;
};
Names Scaling::promised_;

TEST_F(Scaling, EveryFractalArrivesAndEveryWorkerTakesPart) {
    const auto app = api(1);
    const auto before = app.fractals().size();
    const auto small =
        cloud_->run({program("faafo"), "--endpoint-url", api(2).url(), "create", "--tasks", "8"});
    ASSERT_EQ(small.exit_status, 0) << small.error;
    // More than two workers can hold at a time.
    const auto uuids = app.ask_for_long_ones(8);
    was_promised({uuids.begin(), uuids.end()});
    all_that_was_promised_is_there();
    const auto fractals = app.fractals();
    EXPECT_EQ(fractals.size(), before + 16);
    std::map<std::string, int> drawn;
    for (const auto& fractal : fractals)
        ++drawn[fractal.generated_by];
    for (const auto& [worker, count] : drawn)
        std::printf("%s drew %d\n", worker.c_str(), count);
    EXPECT_THAT(drawn, UnorderedElementsAre(testing::Key("app-worker-1"), testing::Key("app-worker-2"),
                                            testing::Key("app-worker-3")));
}

TEST_F(Scaling, StatusShowsInstancesHealthBacklogAndWhoDrewWhat) {
    const auto shown = status();
    EXPECT_TRUE(shown.at("healthy").as_bool()) << boost::json::serialize(shown);
    Names healthy;
    for (const auto& instance : shown.at("instances").as_array())
        if (instance.at("healthy").as_bool() && instance.at("state").as_string() == "ACTIVE")
            healthy.insert(std::string(instance.at("name").as_string()));
    EXPECT_EQ(healthy, servers());
    const auto& backlog = shown.at("backlog");
    EXPECT_EQ(backlog.at("queued").as_int64(), 0);
    EXPECT_EQ(backlog.at("drawing").as_int64(), 0);
    EXPECT_EQ(backlog.at("failed").as_int64(), 0);
    EXPECT_EQ(backlog.at("queue").as_string(), "ok");
    std::int64_t drawn = 0;
    for (const auto& worker : shown.at("drawn_by").as_object())
        drawn += worker.value().as_int64();
    EXPECT_EQ(drawn, backlog.at("done").as_int64());
    EXPECT_EQ(shown.at("drawn_by").as_object().size(), 3U);
}

TEST_F(Scaling, PortsOpenToTheirGroupsAndToNobodyElse) {
    const auto services = address("app-services", "fixed_address");
    const std::vector<Port> ports{
        {address("app-api-1", "fixed_address"), 80}, {services, 5672}, {services, 3306}};
    const auto from = [&](const char* instance) {
        return probe_answer(ssh(instance, port_probe(ports)).output, ports);
    };
    auto outside = std::async(std::launch::async, [&] { return probe_from_outside(connection(), ports); });
    EXPECT_EQ(from("app-worker-2"), "oos");
    EXPECT_EQ(from("app-api-1"), "ooo");
    EXPECT_EQ(outside.get(), "oss");
}

TEST_F(Scaling, ASecondRunChangesNothing) {
    const auto there = inventory(connection());
    EXPECT_FALSE(answer(run({"deploy", "--json"})).at("changed").as_bool());
    EXPECT_EQ(inventory(connection()), there) << inventory(connection());
}

TEST_F(Scaling, WhatWasPromisedSurvivesAKilledWorkerAndRestartsOfBrokerAndDatabase) {
    KeepsAsking people({api(1), api(2)});
    const auto uuids = api(1).ask_for_long_ones(12);
    was_promised({uuids.begin(), uuids.end()});
    // Once its worker computes, which is in the middle of a drawing.
    const auto killed = ssh("app-worker-1",
                            "pid=$(pidof faafo-worker); used() { awk '{print $14}' /proc/$pid/stat; }; "
                            "begin=$(used); until [ \"$(used)\" -ge $((begin + 10)) ]; do :; done; "
                            "sudo kill -9 $pid && echo killed");
    EXPECT_EQ(killed.output, "killed\n") << killed.error;

    const auto begin = Clock::now();
    auto database = std::async(std::launch::async,
                               [] { return ssh("app-services", "sudo /etc/init.d/mariadb restart"); });
    const auto broker = ssh("app-services", "sudo /etc/init.d/rabbitmq-server restart");
    EXPECT_EQ(broker.exit_status, 0) << broker.output << broker.error;
    EXPECT_EQ(database.get().exit_status, 0);
    const auto outage = seconds_since(begin);
    const auto so_far = people.promised();
    EXPECT_TRUE(wait_until([&] { return people.promised() >= so_far + 10; }, seconds(60)))
        << "nobody takes requests any more";
    was_promised(people.stop());
    const auto attempts = all_that_was_promised_is_there();
    EXPECT_GE(attempts, 2) << "the killed worker had nothing to lose";
    std::printf(
        "broker and database restarted within %.1f s: %d fractals promised meanwhile, %d requests not "
        "taken; a killed worker's was drawn at attempt %d\n",
        outage, people.promised(), people.refused(), static_cast<int>(attempts));
    const auto queues =
        ssh("app-services", "sudo rabbitmqctl -q list_queues name messages --no-table-headers");
    EXPECT_EQ(queues.exit_status, 0) << queues.error;
    EXPECT_THAT(queues.output, testing::HasSubstr("normal\t0\n"));
    EXPECT_THAT(queues.output, testing::HasSubstr("dead_letters\t0\n"));
}

TEST_F(Scaling, WorkersGoAndComeWhileTheyDraw) {
    KeepsAsking people({api(1), api(2)});
    const auto uuids = api(2).ask_for_long_ones(12);
    was_promised({uuids.begin(), uuids.end()});
    ASSERT_TRUE(wait_until([] { return api(1).backlog().drawing >= 3; }, seconds(30)));
    const auto begin = Clock::now();
    const auto down = run({"scale", "--workers", "1"});
    const auto drained = seconds_since(begin);
    EXPECT_EQ(down.exit_status, 0) << down.error;
    EXPECT_EQ(servers(), (Names{"app-services", "app-api-1", "app-api-2", "app-worker-1"}));
    const auto pending = api(1).backlog();
    const auto up = run({"scale", "--workers", "2"});
    EXPECT_EQ(up.exit_status, 0) << up.error;
    EXPECT_EQ(servers(), (Names{"app-services", "app-api-1", "app-api-2", "app-worker-1", "app-worker-2"}));
    was_promised(people.stop());
    all_that_was_promised_is_there();
    std::printf(
        "3 workers to 1 in %.1f s (%d fractals waited then), to 2 again; all drawn after %.1f s, none lost\n",
        drained, static_cast<int>(pending.queued + pending.drawing), seconds_since(begin));
}

namespace lb = openstack::load_balancer;

/// The state of each member by its name, as the health monitor sees it.
std::map<std::string, std::string> members(const openstack::Connection& cloud) {
    std::map<std::string, std::string> states;
    for (const auto& pool : cloud.load_balancer().pools())
        for (const auto& member : cloud.load_balancer().members(pool.id))
            states[member.name] = member.operating_status.text();
    return states;
}

void Scaling::each_request_is_answered_by_every_member() {
    // Each writes down what it answers.
    for (const auto* instance : {"app-api-1", "app-api-2", "app-api-3"})
        ASSERT_EQ(ssh(instance,
                      "sudo sed -i '/^\\[DEFAULT\\]/a debug = yes' /etc/faafo/faafo.conf && "
                      "sudo /etc/init.d/faafo-api restart")
                      .exit_status,
                  0);
    ASSERT_TRUE(wait_until(
        [cloud = connection()] {
            const auto states = members(cloud);
            return states.size() == 3 &&
                   std::ranges::all_of(states, [](const auto& member) { return member.second == "ONLINE"; });
        },
        seconds(60)))
        << ::testing::PrintToString(members(connection()));
    HttpClient client(std::string(deployed_.at("url").as_string()));
    constexpr int requests = 200;
    for (int i = 0; i < requests; ++i)
        ASSERT_EQ(client.get("/v1/status?from=a-story").status, 200);
    int sum = 0;
    for (const auto* instance : {"app-api-1", "app-api-2", "app-api-3"}) {
        const int served =
            std::stoi("0" + ssh(instance, "sudo grep -c from=a-story /var/log/faafo/faafo-api.log").output);
        std::printf("%s served %d of %d requests\n", instance, served, requests);
        EXPECT_GT(served, 0) << instance;
        sum += served;
    }
    EXPECT_EQ(sum, requests);
}

TEST_F(Scaling, ALoadBalancerSpreadsRequestsOverAllApis) {
    const auto begin = Clock::now();
    deployed_ = answer(run({"deploy", "--json", "--balance", "octavia", "--api", "3"}));
    std::printf("a load balancer and a third API after %.1f s\n", seconds_since(begin));
    each_request_is_answered_by_every_member();
}

TEST_F(Scaling, ClientsOfTheLoadBalancerDoNotNoticeAnApiThatDiesNorOneThatGoes) {
    const auto cloud = connection();
    const auto url = std::string(deployed_.at("url").as_string());
    KeepsLooking one(url, KeepsLooking::Connections::one);
    KeepsLooking other(url, KeepsLooking::Connections::one_each);

    const auto killed_at = Clock::now();
    cloud.compute().delete_server(cloud.compute().find_server("app-api-2").id);
    ASSERT_TRUE(wait_until([&] { return members(cloud)["app-api-2"] == "ERROR"; }, seconds(60)));
    const auto noticed = seconds_since(killed_at);
    // One goes, and the killed one comes back.
    const auto scaled = run({"scale", "--api", "2"});
    EXPECT_EQ(scaled.exit_status, 0) << scaled.error;
    EXPECT_TRUE(wait_until(
        [&] {
            return members(cloud) ==
                   std::map<std::string, std::string>{{"app-api-1", "ONLINE"}, {"app-api-2", "ONLINE"}};
        },
        seconds(60)));
    const auto so_far = std::min(one.answered(), other.answered());
    EXPECT_TRUE(
        wait_until([&] { return std::min(one.answered(), other.answered()) >= so_far + 20; }, seconds(60)));
    one.stop();
    other.stop();

    seconds first_miss{0};
    for (const auto& monitor : cloud.load_balancer().health_monitors())
        first_miss = seconds(monitor.delay + monitor.timeout);
    ASSERT_GT(first_miss, seconds(0));
    std::size_t before = 0, after = 0;
    for (const auto* client : {&one, &other})
        for (const auto& [begun, why] : client->failed()) {
            ++(begun < killed_at + first_miss ? before : after);
            if (before + after > 10) continue;
            std::printf("failed %.1f s after the kill: %s\n",
                        std::chrono::duration<double>(begun - killed_at).count(), why.c_str());
        }
    std::printf(
        "2 clients, %d requests answered; %zu failed before the monitor's first miss (%d s at the most), "
        "%zu after it; it took the killed one out after %.1f s\n",
        one.answered() + other.answered(), before, static_cast<int>(first_miss.count()), after, noticed);
    EXPECT_EQ(after, 0U);
    EXPECT_EQ(servers(), (Names{"app-services", "app-api-1", "app-api-2", "app-worker-1", "app-worker-2"}));
}

TEST_F(Scaling, TheNameInTheZoneHasAllAddressesAndEachServesAPage) {
    deployed_ = answer(run({"deploy", "--json", "--balance", "dns", "--zone", "fractals.example"}));
    const auto server = cloud_->environment().at("LOCALCLOUD_DNS");
    const auto colon = server.find(':');
    const auto said =
        cloud_->run({"dig", "@" + server.substr(0, colon), "-p", server.substr(colon + 1), "+short",
                     "+tries=2", "+time=5", "A", "scaling-fractals.fractals.example"});
    ASSERT_EQ(said.exit_status, 0) << said.output << said.error;
    Names addresses;
    std::istringstream lines(said.output);
    for (std::string line; std::getline(lines, line);)
        addresses.insert(line);
    EXPECT_EQ(addresses,
              (Names{address("app-api-1", "floating_address"), address("app-api-2", "floating_address")}));
    for (const auto& one : addresses) {
        const auto page = HttpClient("http://" + one).get("/");
        EXPECT_EQ(page.status, 200) << one;
        EXPECT_NE(page.body.find("First App Application for OpenStack"), std::string::npos) << one;
    }
    EXPECT_TRUE(inventory(connection()).load_balancers.empty());
}

TEST_F(Scaling, InTheEndAllOfItIsThereAndDestroyLeavesTheProjectAsItWas) {
    all_that_was_promised_is_there();
    const auto begin = Clock::now();
    const auto destroyed = run({"destroy", "--yes"});
    EXPECT_EQ(destroyed.exit_status, 0) << destroyed.error;
    EXPECT_EQ(inventory(connection()), before_) << inventory(connection());
    std::printf("destroyed in %.1f s\n", seconds_since(begin));
}

}  // namespace
}  // namespace acceptance
