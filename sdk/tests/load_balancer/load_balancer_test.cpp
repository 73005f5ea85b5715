#include "openstack/load_balancer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "openstack/session.hpp"
#include "sdk/src/load_balancer/change_queue.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::FakeWaitClock;
using sdktest::recording;
using sdktest::same_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

const std::string balancer = "99cbc867-c210-45dc-8a12-621ce04e4e73";
const std::string listener = "61392e0f-ec21-4440-a4a7-3a91fac11c29";
const std::string pool = "b437ed14-5a59-4039-956c-e541a6ee8876";
const std::string member = "31ccb717-4861-4fe6-8b0c-65d8201a3b75";
const std::string members = "/lbaas/pools/" + pool + "/members";

struct LoadBalancers : ::testing::Test {
    FakeService cloud{"load-balancer"};
    LoadBalancerService octavia{cloud.adapter()};
    std::shared_ptr<FakeWaitClock> clock = std::make_shared<FakeWaitClock>();

    LoadBalancers() {
        cloud.adapter().session()->companion<load_balancer::ChangeQueue>()->policy.clock = clock;
        cloud.on("GET /lbaas/loadbalancers/" + balancer, recording("load-balancer", 39));
        cloud.on("GET /lbaas/listeners/" + listener, recording("load-balancer", 46));
        cloud.on("GET /lbaas/pools/" + pool, recording("load-balancer", 53));
    }
    void answer(const std::string& line, int number) { cloud.on(line, recording("load-balancer", number)); }
    /// What the last request sent is what was recorded.
    void expect_sent(int number) {
        const auto expected = recording("load-balancer", number);
        EXPECT_PRED2(same_json, cloud.last().body, expected.request_body) << expected.file;
        EXPECT_EQ(cloud.last().line, expected.method + " " + expected.path.substr(std::string("/v2").size()));
    }
};

}  // namespace

TEST_F(LoadBalancers, AreCreated) {
    answer("POST /lbaas/loadbalancers", 23);
    const auto made = octavia.create_load_balancer({.name = "rec-lb",
                                                    .description = "Recordings",
                                                    .vip_subnet_id = "d8811efc-563e-4919-98c8-87fdeb53eaad",
                                                    .vip_address = "10.68.0.50",
                                                    .is_admin_state_up = true,
                                                    .provider = "amphora",
                                                    .tags = {"one", "two"}});
    expect_sent(23);
    EXPECT_EQ(made.id, balancer);
    EXPECT_EQ(made.vip_port_id, "518a2feb-b12d-495f-85e3-43e615fc6cdc");
    EXPECT_EQ(made.provisioning_status, load_balancer::ProvisioningStatus::pending_create);
}

TEST_F(LoadBalancers, AreCreatedWithEverythingBelowThem) {
    answer("POST /lbaas/loadbalancers", 27);
    const load_balancer::PoolCreate web{
        .name = "rec-tree-pool",
        .protocol = "HTTP",
        .lb_algorithm = "ROUND_ROBIN",
        .session_persistence = load_balancer::SessionPersistence{.type = "SOURCE_IP"},
        .members = {{.address = "10.68.0.20", .protocol_port = 80},
                    {.address = "10.68.0.21", .protocol_port = 80, .weight = 5}},
        .health_monitor = load_balancer::HealthMonitorCreate{
            .type = "HTTP", .delay = 5, .timeout = 3, .max_retries = 3, .url_path = "/"}};
    const auto made = octavia.create_load_balancer(
        {.name = "rec-tree",
         .vip_subnet_id = "d8811efc-563e-4919-98c8-87fdeb53eaad",
         .listeners = {
             {.name = "rec-tree-http",
              .protocol = "HTTP",
              .protocol_port = 80,
              .default_pool = web,
              .l7_policies = {
                  {.action = "REJECT",
                   .position = 1,
                   .rules = {{.type = "PATH", .compare_type = "STARTS_WITH", .rule_value = "/admin"}}}}}}});
    expect_sent(27);
    ASSERT_EQ(made.pools.size(), 1U);
    EXPECT_EQ(made.pools[0].members.at(1).weight, 5);
    EXPECT_EQ(made.listeners.at(0).l7_policies.at(0).rules.at(0).rule_value, "/admin");
}

TEST_F(LoadBalancers, AreListedPageByPage) {
    answer("GET /lbaas/loadbalancers?limit=1", 30);
    answer("GET /lbaas/loadbalancers?limit=1&marker=" + balancer, 31);
    answer("GET /lbaas/loadbalancers?limit=1&marker=852bd24e-92ac-4482-933b-31b5fd5a4d72", 32);
    std::vector<std::string> names;
    for (const auto& each : octavia.load_balancers({.limit = 1})) {
        names.push_back(each.name);
    }
    EXPECT_THAT(names, ElementsAre("rec-lb", "rec-tree"));
    EXPECT_EQ(cloud.lines().size(), 3U);
}

TEST_F(LoadBalancers, AreFoundByName) {
    answer("GET /lbaas/loadbalancers?name=rec-tree", 96);
    EXPECT_EQ(octavia.find_load_balancer("rec-tree").id, "852bd24e-92ac-4482-933b-31b5fd5a4d72");
    answer("GET /lbaas/loadbalancers?name=other", 13);
    EXPECT_FALSE(octavia.find_load_balancer_or_null("other"));
    answer("GET /lbaas/loadbalancers?tags=one,two", 35);
    EXPECT_EQ(octavia.load_balancers({.tags = "one,two"}).first()->name, "rec-lb");
}

TEST_F(LoadBalancers, AreUpdated) {
    answer("PUT /lbaas/loadbalancers/" + balancer, 82);
    EXPECT_EQ(octavia
                  .update_load_balancer(balancer,
                                        {.description = "Changed", .tags = std::vector<std::string>{"three"}})
                  .description,
              "Changed");
    expect_sent(82);
}

TEST_F(LoadBalancers, AreDeleted) {
    cloud.on("DELETE /lbaas/loadbalancers/852bd24e-92ac-4482-933b-31b5fd5a4d72?cascade=true",
             recording("load-balancer", 100));
    EXPECT_TRUE(octavia.delete_load_balancer("852bd24e-92ac-4482-933b-31b5fd5a4d72", true));
    answer("DELETE /lbaas/loadbalancers/" + balancer, 85);
    EXPECT_THROW(octavia.delete_load_balancer(balancer), BadRequest) << "it has children";
    answer("DELETE /lbaas/loadbalancers/none", 17);
    EXPECT_FALSE(octavia.delete_load_balancer("none"));
    EXPECT_THROW(octavia.delete_load_balancer(""), Error);
}

TEST_F(LoadBalancers, SayWhenTheQuotaIsMet) {
    answer("POST /lbaas/loadbalancers", 28);
    EXPECT_THROW(octavia.create_load_balancer({.name = "rec-third", .vip_subnet_id = "s"}), QuotaExceeded);
}

TEST_F(LoadBalancers, FailOver) {
    answer("PUT /lbaas/loadbalancers/" + balancer + "/failover", 86);
    EXPECT_THROW(octavia.failover_load_balancer(balancer), Forbidden);
    cloud.on("PUT /lbaas/loadbalancers/x/failover", "", 202);
    octavia.failover_load_balancer("x");
}

TEST_F(LoadBalancers, CountAndTellTheirStates) {
    cloud.on(
        "GET /lbaas/loadbalancers/l/stats",
        R"({"stats":{"bytes_in":1,"bytes_out":2,"active_connections":3,"total_connections":4,"request_errors":5}})");
    const auto counts = octavia.get_load_balancer_statistics("l");
    EXPECT_EQ(counts.bytes_in + counts.bytes_out + counts.active_connections + counts.total_connections +
                  counts.request_errors,
              15);
    answer("GET /lbaas/listeners/l/stats", 78);
    EXPECT_EQ(octavia.get_listener_statistics("l").total_connections, 0);
    answer("GET /lbaas/loadbalancers/l/status", 77);
    const auto tree = octavia.get_load_balancer_status("l");
    EXPECT_EQ(tree.listeners.at(0).pools.at(0).members.at(3).address, "10.68.0.14");
    EXPECT_FALSE(tree.listeners.at(0).pools.at(1).health_monitor);
}

TEST_F(LoadBalancers, AreWaitedFor) {
    FakeService other("load-balancer");
    for (const int number : {24, 24, 39}) {
        other.on("GET /lbaas/loadbalancers/l", recording("load-balancer", number));
    }
    const LoadBalancerService service(other.adapter());
    EXPECT_EQ(service.wait_for_load_balancer("l", "ACTIVE", {.clock = clock}).name, "rec-lb");
    EXPECT_EQ(clock->sleeps.size(), 2U);
    other.on("GET /lbaas/loadbalancers/gone", recording("load-balancer", 101));
    other.on("GET /lbaas/loadbalancers/gone", recording("load-balancer", 102));
    service.wait_for_delete("gone", {.clock = clock});
}

TEST_F(LoadBalancers, ThatFailSayWhatFailed) {
    cloud.on("GET /lbaas/loadbalancers/l",
             R"({"loadbalancer":{"id":"l","name":"web","provisioning_status":"ERROR"}})");
    cloud.on("GET /lbaas/loadbalancers/l/status",
             R"({"statuses":{"loadbalancer":{"id":"l","provisioning_status":"ERROR",
        "listeners":[{"id":"i1","name":"http","provisioning_status":"ACTIVE","pools":[{"id":"p1","name":"apis",
        "provisioning_status":"ERROR","members":[{"id":"m1","name":"api-2","address":"10.0.0.5","protocol_port":80,
        "provisioning_status":"ERROR"},{"id":"m2","address":"10.0.0.6","protocol_port":80,"provisioning_status":"ACTIVE"}]}]}]}}})");
    try {
        static_cast<void>(octavia.wait_for_load_balancer("l", "ACTIVE", {.clock = clock}));
        FAIL();
    } catch (const ResourceFailed& error) {
        EXPECT_STREQ(error.what(),
                     "Load balancer web (l) went to ERROR, and with it pool apis (p1), member api-2 at "
                     "10.0.0.5:80 (m1). It can be deleted, or repaired by an administrator with a failover");
    }
    EXPECT_EQ(octavia.wait_for_load_balancer("l", "ERROR", {.clock = clock}).id, "l");
    EXPECT_EQ(octavia.wait_for_load_balancer("l", "error", {.timeout = {}, .clock = clock}).id, "l");
    cloud.on("GET /lbaas/loadbalancers/l/status", "", 500);
    EXPECT_THROW(static_cast<void>(octavia.wait_for_load_balancer("l", "ACTIVE", {.clock = clock})),
                 ResourceFailed);
}

TEST_F(LoadBalancers, HaveListeners) {
    answer("POST /lbaas/listeners", 42);
    EXPECT_EQ(octavia
                  .create_listener({.name = "rec-listener",
                                    .load_balancer_id = balancer,
                                    .protocol = "HTTP",
                                    .protocol_port = 80,
                                    .connection_limit = 1000,
                                    .insert_headers = {{"X-Forwarded-For", "true"}},
                                    .allowed_cidrs = {"10.0.0.0/8"},
                                    .timeout_client_data = 60000})
                  .id,
              listener);
    expect_sent(42);
    answer("GET /lbaas/listeners?loadbalancer_id=" + balancer, 79);
    EXPECT_EQ(octavia.listeners({.load_balancer_id = balancer}).to_vector().at(0).load_balancers.at(0).id,
              balancer);
    cloud.on("PUT /lbaas/listeners/" + listener, recording("load-balancer", 46));
    octavia.update_listener(listener, {.default_pool_id = null, .allowed_cidrs = null});
    EXPECT_PRED2(same_json, cloud.last().body,
                 R"({"listener":{"default_pool_id":null,"allowed_cidrs":null}})");
    cloud.on("DELETE /lbaas/listeners/" + listener, "", 204);
    EXPECT_TRUE(octavia.delete_listener(listener));
}

TEST_F(LoadBalancers, HavePools) {
    answer("POST /lbaas/pools", 50);
    const auto made = octavia.create_pool(
        {.name = "rec-pool",
         .listener_id = listener,
         .protocol = "HTTP",
         .lb_algorithm = "ROUND_ROBIN",
         .session_persistence = load_balancer::SessionPersistence{.type = "HTTP_COOKIE"}});
    expect_sent(50);
    EXPECT_EQ(made.session_persistence->type, "HTTP_COOKIE");
    octavia.create_pool({.name = "rec-pool-2",
                         .loadbalancer_id = balancer,
                         .protocol = "HTTP",
                         .lb_algorithm = "LEAST_CONNECTIONS"});
    expect_sent(70);
    answer("DELETE /lbaas/pools/" + pool, 91);
    EXPECT_TRUE(octavia.delete_pool(pool));
}

TEST_F(LoadBalancers, HaveMembers) {
    answer("POST " + members, 54);
    octavia.create_member(pool, {.name = "rec-m1",
                                 .address = "10.68.0.11",
                                 .protocol_port = 8080,
                                 .weight = 2,
                                 .subnet_id = "d8811efc-563e-4919-98c8-87fdeb53eaad"});
    expect_sent(54);
    answer("GET " + members + "/" + member, 55);
    EXPECT_EQ(octavia.get_member(member, pool).weight, 2);
    EXPECT_EQ(octavia.find_member(member, pool).name, "rec-m1");
    answer("PUT " + members + "/" + member, 64);
    octavia.update_member(member, pool, {.weight = 0, .is_admin_state_up = false});
    expect_sent(64);
    answer("GET " + members, 62);
    EXPECT_EQ(octavia.members(pool).to_vector().size(), 4U);
    answer("DELETE " + members + "/" + member, 90);
    EXPECT_TRUE(octavia.delete_member(member, pool));
    cloud.on("GET " + members + "?name=web",
             R"({"members":[{"id":"1","name":"web"},{"id":"2","name":"web"}]})");
    EXPECT_THROW(static_cast<void>(octavia.find_member("web", pool)), DuplicateResource);
    cloud.on("GET " + members + "?name=wbe", R"({"members":[]})");
    EXPECT_THROW(static_cast<void>(octavia.find_member("wbe", pool)), NotFound);
}

TEST_F(LoadBalancers, TakeMembersInBatches) {
    answer("PUT " + members, 58);
    octavia.set_members(pool,
                        {{.name = "rec-m1", .address = "10.68.0.11", .protocol_port = 8080, .weight = 7},
                         {.address = "10.68.0.12", .protocol_port = 8080},
                         {.address = "10.68.0.13", .protocol_port = 8080, .backup = true}});
    expect_sent(58);
    answer("PUT " + members + "?additive_only=true", 61);
    octavia.add_members(pool, {{.address = "10.68.0.14", .protocol_port = 8080}});
    expect_sent(61);
    octavia.set_members(pool, {});
    EXPECT_EQ(cloud.last().body, R"({"members":[]})");
}

TEST_F(LoadBalancers, HaveHealthMonitors) {
    answer("POST /lbaas/healthmonitors", 65);
    const auto made = octavia.create_health_monitor({.name = "rec-hm",
                                                     .pool_id = pool,
                                                     .type = "HTTP",
                                                     .delay = 5,
                                                     .timeout = 3,
                                                     .max_retries = 3,
                                                     .max_retries_down = 2,
                                                     .http_method = "GET",
                                                     .url_path = "/health",
                                                     .expected_codes = "200-204"});
    expect_sent(65);
    answer("PUT /lbaas/healthmonitors/" + made.id, 69);
    EXPECT_EQ(octavia.update_health_monitor(made, {.delay = 7}).delay, 7);
    expect_sent(69);
    answer("DELETE /lbaas/healthmonitors/" + made.id, 89);
    EXPECT_TRUE(octavia.delete_health_monitor(made));
}

TEST_F(LoadBalancers, HaveLayer7Policies) {
    answer("POST /lbaas/l7policies", 71);
    const auto policy = octavia.create_l7_policy({.name = "rec-l7",
                                                  .listener_id = listener,
                                                  .action = "REDIRECT_TO_POOL",
                                                  .redirect_pool_id = "f6c17eb4-e242-472c-a92c-5b863c8daeac",
                                                  .position = 1});
    expect_sent(71);
    const std::string rules = "/lbaas/l7policies/" + policy.id + "/rules";
    answer("POST " + rules, 72);
    const auto rule = octavia.create_l7_rule(
        policy, {.type = "PATH", .compare_type = "STARTS_WITH", .rule_value = "/v2", .invert = false});
    expect_sent(72);
    answer("GET " + rules, 74);
    EXPECT_EQ(octavia.l7_rules(policy).to_vector().size(), 1U);
    answer("PUT " + rules + "/" + rule.id, 76);
    EXPECT_EQ(octavia.update_l7_rule(rule, policy, {.rule_value = "/v3"}).rule_value, "/v3");
    expect_sent(76);
    answer("DELETE " + rules + "/" + rule.id, 87);
    EXPECT_TRUE(octavia.delete_l7_rule(rule, policy));
    answer("DELETE /lbaas/l7policies/" + policy.id, 88);
    EXPECT_TRUE(octavia.delete_l7_policy(policy));
}

TEST_F(LoadBalancers, HaveProvidersAndQuotas) {
    answer("GET /lbaas/providers", 4);
    EXPECT_EQ(octavia.providers().first()->name, "amphora");
    const std::string project = FakeService::project_id;
    answer("GET /lbaas/quotas/" + project, 8);
    EXPECT_EQ(octavia.get_quota().load_balancers, -1);
    answer("GET /lbaas/quotas/defaults", 10);
    EXPECT_EQ(octavia.get_quota_default().l7_rules, -1);
    answer("PUT /lbaas/quotas/2aabbfc86d6e4acb83849ec6a922c9d8", 12);
    EXPECT_EQ(octavia.update_quota("2aabbfc86d6e4acb83849ec6a922c9d8", {.load_balancers = 2, .members = 50})
                  .members,
              50);
    expect_sent(12);
    answer("DELETE /lbaas/quotas/2aabbfc86d6e4acb83849ec6a922c9d8", 106);
    EXPECT_TRUE(octavia.delete_quota("2aabbfc86d6e4acb83849ec6a922c9d8"));
}
