// Octavia's API with states only: what is PENDING is immutable, trees come and go, refusals are as recorded.
#include <gmock/gmock.h>

#include "common/testkit/wait.hpp"
#include "localcloud/tests/api.hpp"

namespace localcloud::testing {
namespace {

const std::string lbaas = "/load-balancer/v2/lbaas/";

class LoadBalancers : public ::testing::Test {
  protected:
    std::string subnet() { return cloud_.ask("GET", "/network/v2.0/subnets").at("/subnets/0/id"); }

    std::string create(const json::object& more = {}) {
        json::object wanted{{"name", "lb"}, {"vip_subnet_id", subnet()}};
        for (const auto& member : more)
            wanted[member.key()] = member.value();
        const auto answer = cloud_.ask("POST", lbaas + "loadbalancers", {{"loadbalancer", wanted}});
        EXPECT_EQ(answer.status, 201) << json::serialize(answer.body);
        return answer.at("/loadbalancer/id");
    }
    bool active(const std::string& id) {
        return common::testkit::wait_until([&] {
            return cloud_.ask("GET", lbaas + "loadbalancers/" + id).at("/loadbalancer/provisioning_status") ==
                   "ACTIVE";
        });
    }
    /// Creates something below an active load balancer, and waits for that; returns its ID.
    std::string add(const std::string& load_balancer, const std::string& path, const std::string& singular,
                    const json::value& wanted) {
        EXPECT_TRUE(active(load_balancer));
        const auto answer = cloud_.ask("POST", lbaas + path, {{singular, wanted}});
        EXPECT_EQ(answer.status, 201) << json::serialize(answer.body);
        EXPECT_TRUE(active(load_balancer));
        return answer.at("/" + singular + "/id");
    }
    void expect_refusal(const ApiAnswer& answer, const std::string& recording,
                        const std::map<std::string, std::string>& replace = {}) {
        const ApiAnswer wanted = recorded("load-balancer/" + recording, replace);
        EXPECT_EQ(answer.status, wanted.status);
        EXPECT_EQ(json::serialize(answer.body), json::serialize(wanted.body));
    }

    ApiCloud cloud_;
};

TEST_F(LoadBalancers, HaveAPortAndBecomeActive) {
    const std::string id = create();
    ASSERT_TRUE(active(id));
    const auto shown = cloud_.ask("GET", lbaas + "loadbalancers/" + id);
    EXPECT_EQ(shown.at("/loadbalancer/operating_status"), "ONLINE");
    const auto port = cloud_.ask("GET", "/network/v2.0/ports/" + shown.at("/loadbalancer/vip_port_id"));
    EXPECT_EQ(port.at("/port/device_owner"), "Octavia");
    EXPECT_EQ(port.at("/port/device_id"), "lb-" + id);
    EXPECT_EQ(port.at("/port/fixed_ips/0/ip_address"), shown.at("/loadbalancer/vip_address"));
    EXPECT_EQ(cloud_.ask("DELETE", lbaas + "loadbalancers/" + id).status, 204);
    EXPECT_TRUE(common::testkit::wait_until(
        [&] { return cloud_.ask("GET", lbaas + "loadbalancers/" + id).status == 404; }));
    EXPECT_EQ(cloud_.ask("GET", "/network/v2.0/ports/" + shown.at("/loadbalancer/vip_port_id")).status, 404);
}

TEST_F(LoadBalancers, AreImmutableWhilePending) {
    cloud_.pending_for(std::chrono::seconds(20));
    const std::string id = create();
    const std::map<std::string, std::string> ids{{"99cbc867-c210-45dc-8a12-621ce04e4e73", id}};
    expect_refusal(
        cloud_.ask("POST", lbaas + "listeners",
                   {{"listener", {{"protocol", "HTTP"}, {"protocol_port", 80}, {"loadbalancer_id", id}}}}),
        "025-create-listener-while-immutable", ids);
    expect_refusal(cloud_.ask("DELETE", lbaas + "loadbalancers/" + id),
                   "026-delete-load-balancer-while-immutable", ids);
}

TEST_F(LoadBalancers, AreNotChangedWhilePending) {
    cloud_.pending_for(std::chrono::seconds(20));
    const std::string id = create();
    const auto answer =
        cloud_.ask("PUT", lbaas + "loadbalancers/" + id, {{"loadbalancer", {{"description", "x"}}}});
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.at("/faultstring"), "Invalid state PENDING_CREATE of loadbalancer resource " + id);
}

TEST_F(LoadBalancers, AreListedAsOctaviaListsThem) {
    const std::string id = create({{"name", "a"}});
    create({{"name", "b"}});
    const auto page = cloud_.ask("GET", lbaas + "loadbalancers?sort=name:asc&limit=1&admin_state_up=true");
    EXPECT_EQ(page.at("/loadbalancers/0/id"), id);
    EXPECT_THAT(page.at("/loadbalancers_links/0/href"),
                ::testing::EndsWith("loadbalancers?limit=1&sort=name:asc&marker=" + id));
    // Found before the request is read, and therefore in another shape.
    for (const auto& [query, wrong] :
         std::map<std::string, std::string>{{"limit=x", "pagination limit 'x'"},
                                            {"sort=name:up", "sort direction 'up'"},
                                            {"sort_key=name&sort_dir=up", "sort direction 'up'"},
                                            {"sort=name:asc:desc", "sort key '['name', 'asc', 'desc']'"}}) {
        const auto answer = cloud_.ask("GET", lbaas + "loadbalancers?" + query);
        EXPECT_EQ(answer.status, 400);
        EXPECT_EQ(answer.at("/description"), "Supplied " + wrong + " is not valid.");
    }
    for (const auto& [query, wrong] : std::map<std::string, std::string>{
             {"marker=x", "pagination marker 'x'"}, {"sort=no_such:asc", "sort key 'no_such'"}}) {
        const auto answer = cloud_.ask("GET", lbaas + "loadbalancers?" + query);
        EXPECT_EQ(answer.status, 400);
        EXPECT_EQ(answer.at("/faultstring"), "Supplied " + wrong + " is not valid.");
    }
}

TEST_F(LoadBalancers, TakeIdsInEitherForm) {
    std::string without_dashes = subnet();
    std::erase(without_dashes, '-');
    const auto answer =
        cloud_.ask("POST", lbaas + "loadbalancers", {{"loadbalancer", {{"vip_subnet_id", without_dashes}}}});
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.at("/loadbalancer/vip_subnet_id"), subnet());
}

TEST_F(LoadBalancers, ATreeIsMadeAtOnceAndGoesInCascade) {
    const json::value pool{
        {"name", "p"},
        {"protocol", "HTTP"},
        {"lb_algorithm", "ROUND_ROBIN"},
        {"healthmonitor", {{"type", "HTTP"}, {"delay", 5}, {"timeout", 3}, {"max_retries", 3}}},
        {"members", {{{"address", "10.0.0.11"}, {"protocol_port", 80}}}}};
    const std::string id =
        create({{"listeners",
                 {{{"name", "l"}, {"protocol", "HTTP"}, {"protocol_port", 80}, {"default_pool", pool}}}}});
    ASSERT_TRUE(active(id));
    const auto tree = cloud_.ask("GET", lbaas + "loadbalancers/" + id + "/status");
    const std::string root = "/statuses/loadbalancer/listeners/0/pools/0/";
    EXPECT_EQ(tree.at(root + "members/0/operating_status"), "ONLINE");
    EXPECT_EQ(tree.at(root + "members/0/provisioning_status"), "ACTIVE");
    EXPECT_EQ(tree.at(root + "health_monitor/type"), "HTTP");
    expect_refusal(cloud_.ask("DELETE", lbaas + "loadbalancers/" + id),
                   "085-delete-load-balancer-with-children", {{"99cbc867-c210-45dc-8a12-621ce04e4e73", id}});
    EXPECT_EQ(cloud_.ask("DELETE", lbaas + "loadbalancers/" + id + "?cascade=true").status, 204);
    EXPECT_TRUE(common::testkit::wait_until(
        [&] { return cloud_.ask("GET", lbaas + "loadbalancers/" + id).status == 404; }));
    for (const char* collection : {"listeners", "pools", "healthmonitors"})
        EXPECT_EQ(cloud_.ask("GET", lbaas + collection).at("/" + std::string{collection}), "[]");
}

TEST_F(LoadBalancers, MembersAreReplacedInOneRequest) {
    const std::string id = create();
    const std::string listener = add(id, "listeners", "listener",
                                     {{"protocol", "HTTP"}, {"protocol_port", 80}, {"loadbalancer_id", id}});
    const std::string pool =
        add(id, "pools", "pool",
            {{"protocol", "HTTP"}, {"lb_algorithm", "ROUND_ROBIN"}, {"listener_id", listener}});
    const std::string members = "pools/" + pool + "/members";
    const std::string first = add(id, members, "member", {{"address", "10.0.0.11"}, {"protocol_port", 80}});
    EXPECT_EQ(cloud_
                  .ask("PUT", lbaas + members,
                       {{"members",
                         {{{"address", "10.0.0.11"}, {"protocol_port", 80}, {"weight", 7}},
                          {{"address", "10.0.0.12"}, {"protocol_port", 80}}}}})
                  .status,
              202);
    ASSERT_TRUE(active(id));
    auto list = cloud_.ask("GET", lbaas + members);
    EXPECT_EQ(list.at("/members/0/id"), first);
    EXPECT_EQ(list.at("/members/0/weight"), "7");
    EXPECT_EQ(list.at("/members/0/operating_status"), "NO_MONITOR");
    EXPECT_EQ(list.at("/members/1/address"), "10.0.0.12");
    EXPECT_EQ(cloud_
                  .ask("PUT", lbaas + members + "?additive_only=true",
                       {{"members", {{{"address", "10.0.0.13"}, {"protocol_port", 80}}}}})
                  .status,
              202);
    ASSERT_TRUE(active(id));
    EXPECT_EQ(cloud_.ask("GET", lbaas + members).body.at("members").as_array().size(), 3U);
    EXPECT_EQ(cloud_.ask("PUT", lbaas + members, {{"members", json::array{}}}).status, 202);
    ASSERT_TRUE(active(id));
    EXPECT_EQ(cloud_.ask("GET", lbaas + members).at("/members"), "[]");
}

TEST_F(LoadBalancers, RefuseAsRecorded) {
    const auto post = [&](const json::value& wanted) {
        return cloud_.ask("POST", lbaas + "loadbalancers", {{"loadbalancer", wanted}});
    };
    expect_refusal(post({{"name", "rec-x"}}), "019-load-balancer-without-a-vip");
    expect_refusal(post({{"vip_subnet_id", subnet()}, {"provider", "nobody"}}),
                   "020-load-balancer-of-an-unknown-provider");
    expect_refusal(post({{"vip_subnet_id", subnet()}, {"no_such", 1}}),
                   "021-load-balancer-with-an-unknown-field");
    expect_refusal(cloud_.ask("GET", lbaas + "loadbalancers/not-a-uuid"),
                   "018-load-balancer-with-a-malformed-id");
    expect_refusal(cloud_.ask("GET", lbaas + "no-such-thing"), "016-unknown-collection");
    expect_refusal(cloud_.ask("GET", lbaas + "loadbalancers?no_such=1"),
                   "036-list-load-balancers-by-an-unknown-filter");
    const std::string id = create();
    ASSERT_TRUE(active(id));
    expect_refusal(
        cloud_.ask("POST", lbaas + "listeners",
                   {{"listener", {{"protocol", "SMOKE"}, {"protocol_port", 80}, {"loadbalancer_id", id}}}}),
        "048-listener-with-an-unknown-protocol");
    const std::string pool =
        add(id, "pools", "pool",
            {{"protocol", "HTTP"}, {"lb_algorithm", "ROUND_ROBIN"}, {"loadbalancer_id", id}});
    expect_refusal(cloud_.ask("POST", lbaas + "pools/" + pool + "/members",
                              {{"member", {{"address", "nowhere"}, {"protocol_port", 8080}}}}),
                   "057-member-with-a-bad-address");
    expect_refusal(
        cloud_.ask(
            "POST", lbaas + "healthmonitors",
            {{"healthmonitor",
              {{"pool_id", pool}, {"type", "HTTP"}, {"delay", 5}, {"timeout", 3}, {"max_retries", 99}}}}),
        "068-health-monitor-with-too-many-retries");
    EXPECT_EQ(cloud_
                  .ask("PUT", lbaas + "quotas/" + cloud_.demo_project(), {{"quota", {{"load_balancer", 1}}}},
                       "admin")
                  .status,
              202);
    expect_refusal(post({{"vip_subnet_id", subnet()}}), "028-load-balancer-quota-exceeded");
}

}  // namespace
}  // namespace localcloud::testing
