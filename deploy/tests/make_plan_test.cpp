// What a plan makes of a deployment of scaling_fractals that is whole, and then lacks, has too much, or is to be another:
// create, change, replace, remove, and the quotas that this takes. The cloud is asked for quotas only.
#include <gmock/gmock.h>

#include <openstack/openstack.hpp>

#include "common/testkit/scripted_server.hpp"
#include "deploy/balance/plan.hpp"
#include "deploy/plan/marks.hpp"
#include "deploy/plan/plan.hpp"
#include "deploy/topology/services.hpp"

namespace deploy {
namespace {

using common::testkit::Answer;
using common::testkit::json_answer;
using openstack::compute::ServerStatus;
using openstack::network::SecurityGroupRule;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Names = std::vector<std::string>;

constexpr const char* deployment = "scaling_fractals";
const Balance by_octavia{.method = BalanceMethod::octavia};
const Balance by_name{.method = BalanceMethod::dns, .zone = "example.org."};

/// Signs everybody in and knows quotas: all limits are 10, half of that is in use.
class QuotaCloud {
  public:
    QuotaCloud() : server_([this](const auto& request) { return answer(request); }) {}
    [[nodiscard]] openstack::Connection connect() const {
        return openstack::connect({.settings = {{"auth_url", server_.url() + "/identity/v3"},
                                                {"username", "somebody"},
                                                {"password", "none"},
                                                {"user_domain_name", "Default"},
                                                {"project_domain_name", "Default"},
                                                {"project_name", "somewhere"}},
                                   .config = {.environment = std::map<std::string, std::string>{},
                                              .folders = std::vector<std::string>{}}});
    }
    [[nodiscard]] std::size_t requests() const { return server_.requests().size(); }

  private:
    Answer answer(const common::httpd::Request& request) const {
        const auto& path = request.path;
        const auto asks = [&](std::string_view end) { return path.ends_with(end); };
        if (asks("/auth/tokens")) return sign_in();
        if (path == "/compute/v2.1/")
            return json_answer(
                R"({"version":{"id":"v2.1","status":"CURRENT","version":"2.90","min_version":"2.1"}})");
        if (asks("/limits"))
            return json_answer(
                R"({"limits":{"rate":[],"absolute":{"maxTotalInstances":10,"totalInstancesUsed":5,)"
                R"("maxTotalCores":10,"totalCoresUsed":5,"maxTotalRAMSize":10240,"totalRAMUsed":5120}}})");
        const std::string half = R"({"limit":10,"used":4,"reserved":1})";
        if (path.starts_with("/network/"))
            return json_answer(R"({"quota":{"port":)" + half + R"(,"floatingip":)" + half +
                               R"(,"security_group":)" + half + R"(,"security_group_rule":)" + half + "}}");
        if (path.starts_with("/load-balancer/") && path.find("/quotas/") != std::string::npos)
            return json_answer(
                R"({"quota":{"load_balancer":1,"listener":10,"pool":-1,"member":10,"health_monitor":10}})");
        for (const auto* list : {"loadbalancers", "listeners", "pools", "healthmonitors", "zones"})
            if (asks(list)) return json_answer(std::string(R"({")") + list + R"(":[]})");
        if (path == "/dns/")
            return json_answer(R"({"versions":{"values":[{"id":"v2","status":"CURRENT","links":[{"href":")" +
                               server_.url() + R"(/dns/v2","rel":"self"}]}]}})");
        if (path.starts_with("/dns/"))
            return json_answer(R"({"zones":3,"zone_recordsets":10,"recordset_records":2})");
        return json_answer("{}", 404);
    }
    Answer sign_in() const {
        std::string catalog;
        for (const auto& [type, path] : {std::pair("compute", "/compute/v2.1"),
                                         {"network", "/network"},
                                         {"load-balancer", "/load-balancer"},
                                         {"dns", "/dns"}})
            catalog +=
                std::string(catalog.empty() ? "" : ",") + R"({"type":")" + type +
                R"(","id":"s","name":"x","endpoints":[{"id":"e","interface":"public","region":"R","region_id":"R","url":")" +
                server_.url() + path + R"("}]})";
        auto answer = json_answer(
            R"({"token":{"methods":["password"],"expires_at":"2099-01-01T00:00:00.000000Z","issued_at":"2020-01-01T00:00:00.000000Z",)"
            R"("user":{"id":"u","name":"u","domain":{"id":"d","name":"d"}},"project":{"id":"p1","name":"p","domain":{"id":"d","name":"d"}},)"
            R"("roles":[],"catalog":[)" +
                catalog + "]}}",
            201);
        answer.response.headers.set("X-Subject-Token", "a-token");
        return answer;
    }

    common::testkit::ScriptedServer server_;
};

class MakePlan : public ::testing::Test {
  protected:
    MakePlan() {
        context_.options.keypair = "demokey";
        target_.flavor.vcpus = 1;
        target_.flavor.ram = 1024;
        target_.services_flavor.vcpus = 2;
        target_.services_flavor.ram = 2048;
        target_.external_network.emplace();
    }

    /// What is to be, from now on.
    void want(Counts counts, const Balance& balance = {}) {
        context_.topology = scaling({}, counts, true, balance);
    }
    /// All that such a deployment has, as it should be.
    static Observed deployed(Counts counts, const Balance& balance = {}) {
        const auto topology = scaling({}, counts, true, balance);
        Observed there;
        for (const auto& spec : topology.groups)
            there.groups.emplace(spec.name, group(spec));
        there.keypair.emplace();
        there.keypair->name = "demokey";
        for (const auto* spec : topology.addressed())
            add(there, topology, *spec);
        if (topology.balancer) add_balancer(there.balance, topology);
        if (balance.method == BalanceMethod::dns) add_name(there, topology);
        return there;
    }
    [[nodiscard]] Plan plan(const Observed& there) const { return make_plan(context_, target_, there); }
    /// All that is not kept: "replace server app-api-1".
    static Names changes(const Plan& plan) {
        Names list;
        for (const auto& item : plan.items)
            if (item.action != Action::keep)
                list.push_back(std::string(to_string(item.action)) + " " + item.kind + " " + item.name);
        return list;
    }
    /// "instances: 6 of 5"
    static Names quotas(const Plan& plan) {
        Names list;
        for (const auto& need : plan.quotas)
            list.push_back(need.resource + ": " + std::to_string(need.needed) + " of " +
                           std::to_string(need.left));
        return list;
    }

    QuotaCloud cloud_;
    Context context_{.cloud = cloud_.connect(),
                     .options = {},
                     .topology = {},
                     .stop = {},
                     .deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1)};
    Target target_;
    inline static const Secrets secrets{"a-seed"};

  private:
    static openstack::network::SecurityGroup group(const GroupSpec& spec) {
        openstack::network::SecurityGroup group;
        group.id = spec.name + "-id";
        group.name = spec.name;
        group.description = group_mark(deployment);
        for (const auto& rule : spec.ingress)
            group.security_group_rules.push_back(
                {.direction = "ingress",
                 .ether_type = "IPv4",
                 .protocol = rule.protocol,
                 .port_range_min = rule.port,
                 .port_range_max = rule.port,
                 .remote_group_id = rule.from_group.empty() ? "" : rule.from_group + "-id"});
        return group;
    }
    static std::string fixed(const std::string& name) { return "10.0.0." + name; }

    static void add(Observed& there, const Topology& topology, const InstanceSpec& spec) {
        if (topology.needs_port(spec)) {
            openstack::network::Port port;
            port.id = spec.name + "-port";
            port.device_id = spec.name + "-id";
            port.fixed_ips = {{.ip_address = fixed(spec.name)}};
            there.ports.emplace(spec.name, port);
        }
        if (spec.floating_ip) {
            openstack::network::FloatingIP ip;
            ip.floating_ip_address = "floating " + spec.name;
            ip.port_id = spec.name + "-port";
            ip.description = address_mark(deployment, spec.name);
            there.addresses.emplace(spec.name, ip);
            there.floating_ips.push_back(ip);
        }
        if (topology.find(spec.name) == nullptr) return;
        ObservedInstance instance;
        instance.fixed_address = fixed(spec.name);
        auto& server = instance.server;
        server.id = spec.name + "-id";
        server.name = spec.name;
        server.status = ServerStatus::active;
        server.metadata = {{std::string(role_key), std::string(to_string(spec.role))},
                           {std::string(package_key), package_mark("1.0.0", "aa11")}};
        if (!spec.endpoint_instance.empty()) server.metadata.emplace(endpoint_key, spec.endpoint_instance);
        if (uses_secrets(spec.install)) server.metadata.emplace(secrets_key, secrets.fingerprint());
        if (spec.runs_services) {
            server.metadata.emplace(seed_key, secrets.seed());
            server.metadata.merge(to_metadata(*topology.counts));
            server.metadata.merge(to_metadata(topology.balance));
        }
        there.instances.emplace(spec.name, instance);
    }
    static void add_balancer(ObservedBalance& balance, const Topology& topology) {
        openstack::load_balancer::LoadBalancer balancer;
        balancer.id = "balancer-id";
        balancer.name = topology.balancer->name;
        balancer.provisioning_status = openstack::load_balancer::ProvisioningStatus::active;
        balancer.vip_port_id = balancer.name + "-port";
        balance.balancers.push_back(balancer);
        balance.parts.listener.emplace();
        balance.parts.listener->default_pool_id = "pool";
        balance.parts.pool.emplace();
        balance.parts.pool->id = "pool";
        balance.parts.monitor.emplace();
        balance.parts.monitor->url_path = monitor_path;
        for (const auto* api : topology.apis())
            balance.parts.members.push_back(
                {.name = api->name, .address = fixed(api->name), .protocol_port = web_port, .weight = 1});
    }
    static void add_name(Observed& there, const Topology& topology) {
        openstack::dns::Zone zone;
        zone.id = "zone-id";
        zone.name = topology.balance.zone;
        zone.description = group_mark(deployment);
        there.balance.zones.push_back(zone);
        there.balance.zone = zone;
        openstack::dns::Recordset recordset;
        recordset.id = "recordset-id";
        recordset.name = balanced_name(deployment, zone.name);
        recordset.description = group_mark(deployment);
        recordset.ttl = name_ttl;
        for (const auto& [name, ip] : there.addresses)
            recordset.records.push_back(ip.floating_ip_address);
        there.balance.recordsets.push_back(recordset);
        there.balance.recordset = recordset;
    }
};

TEST_F(MakePlan, ChangesNothingOfWhatIsWholeAndAsksNobody) {
    for (const auto& balance : {Balance(), by_octavia, by_name}) {
        want({2, 3}, balance);
        const auto kept = plan(deployed({2, 3}, balance));
        EXPECT_THAT(changes(kept), IsEmpty()) << to_string(balance.method);
        EXPECT_TRUE(kept.changes_nothing());
    }
    EXPECT_EQ(cloud_.requests(), 0U);
}

TEST_F(MakePlan, CreatesAllOfAFirstDeploymentAndCountsWhatItTakes) {
    want({2, 3});
    const auto first = plan({});
    EXPECT_THAT(changes(first),
                ::testing::IsSupersetOf({"create security group services", "create keypair demokey",
                                         "create port app-services", "create server app-services",
                                         "create port app-api-1", "create server app-api-1",
                                         "create floating IP app-api-1", "create server app-worker-3",
                                         "create package scaling_fractals-package"}));
    // One with services of 2 cores and 2 GiB, five others; the rules: two of each of the four new groups, and its own.
    EXPECT_THAT(quotas(first),
                UnorderedElementsAre("instances: 6 of 5", "cores: 7 of 5", "RAM in MiB: 7168 of 5120",
                                     "ports: 6 of 5", "floating IPs: 2 of 5", "security groups: 4 of 5",
                                     "security group rules: 18 of 5"));
    try {
        require_quota(first);
        ADD_FAILURE() << "there is not enough of anything";
    } catch (const openstack::QuotaExceeded& error) {
        EXPECT_THAT(error.what(), HasSubstr("instances: 6 needed, 5 left"));
        EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("floating IPs")));
    }
}

TEST_F(MakePlan, AFreeAddressOfTheProjectsCostsNoQuota) {
    want({1, 0});
    Observed there;
    openstack::network::FloatingIP ip;
    ip.floating_ip_address = "203.0.113.9";
    there.floating_ips.push_back(ip);
    const auto first = plan(there);
    EXPECT_EQ(first.item("floating IP", "app-api-1").action, Action::change);
    EXPECT_THAT(quotas(first), ::testing::Not(::testing::Contains(HasSubstr("floating IPs"))));
}

TEST_F(MakePlan, ReplacesWhatIsBeyondRepairAndThatCostsNoQuota) {
    want({2, 1});
    auto there = deployed({2, 1});
    auto& api = there.instances.find("app-api-1")->second.server;
    api.status = ServerStatus::error;
    api.fault.emplace();
    api.fault->message = "No valid host was found.";
    there.instances.find("app-api-2")->second.server.metadata[std::string(secrets_key)] = "of another seed";
    const auto mended = plan(there);
    EXPECT_THAT(changes(mended), UnorderedElementsAre("replace server app-api-1", "replace server app-api-2",
                                                      "create package scaling_fractals-package"));
    EXPECT_THAT(mended.item("server", "app-api-1").why, HasSubstr("No valid host"));
    EXPECT_FALSE(mended.item("server", "app-api-1").one_by_one) << "it does nothing anyway";
    EXPECT_FALSE(mended.item("server", "app-api-2").one_by_one) << "it cannot reach its database";
    EXPECT_THAT(quotas(mended), IsEmpty());
}

TEST_F(MakePlan, StartsWhatIsShutOffAndAddsRulesThatAreMissing) {
    want({1, 0});
    auto there = deployed({1, 0});
    there.instances.find("app-api-1")->second.server.status = ServerStatus::shutoff;
    there.groups.find("services")->second.security_group_rules.pop_back();
    const auto mended = plan(there);
    EXPECT_THAT(changes(mended),
                UnorderedElementsAre("change server app-api-1", "change security group services"));
    EXPECT_THAT(quotas(mended), ElementsAre("security group rules: 1 of 5"));
    EXPECT_FALSE(mended.makes_servers());
}

TEST_F(MakePlan, RecordsOtherNumbersAndRemovesWhatIsTooMany) {
    want({1, 1});
    const auto less = plan(deployed({2, 2}));
    EXPECT_THAT(changes(less),
                UnorderedElementsAre("change counts scaling_fractals", "remove server app-api-2",
                                     "remove port app-api-2", "remove floating IP app-api-2",
                                     "remove server app-worker-2"));
    EXPECT_THAT(quotas(less), IsEmpty());

    want({2, 4});
    const auto more = plan(deployed({2, 2}));
    EXPECT_THAT(changes(more), UnorderedElementsAre(
                                   "change counts scaling_fractals", "create server app-worker-3",
                                   "create server app-worker-4", "create package scaling_fractals-package"));
    EXPECT_THAT(quotas(more), UnorderedElementsAre("instances: 2 of 5", "cores: 2 of 5",
                                                   "RAM in MiB: 2048 of 5120", "ports: 2 of 5"));
}

TEST_F(MakePlan, WorkersWhoseResultsGoAnotherWayAreReplacedOneByOne) {
    want({1, 4});
    // Those with an even number hand their results to the API that goes.
    const auto less = plan(deployed({2, 4}));
    for (const auto& [name, is_replaced] : std::map<std::string, bool>{{"app-worker-1", false},
                                                                       {"app-worker-2", true},
                                                                       {"app-worker-3", false},
                                                                       {"app-worker-4", true}}) {
        EXPECT_EQ(less.item("server", name).action == Action::replace, is_replaced) << name;
        EXPECT_EQ(less.item("server", name).one_by_one, is_replaced) << name;
    }
}

TEST_F(MakePlan, FromNoneToALoadBalancer) {
    want({2, 2}, by_octavia);
    const auto change = plan(deployed({2, 2}));
    EXPECT_THAT(changes(change),
                UnorderedElementsAre("change balance scaling_fractals", "replace server app-worker-1",
                                     "replace server app-worker-2", "create port app-balancer",
                                     "create floating IP app-balancer", "create load balancer app-balancer",
                                     "create package scaling_fractals-package"));
    EXPECT_TRUE(change.item("server", "app-worker-1").one_by_one);
    EXPECT_THAT(quotas(change),
                UnorderedElementsAre("ports: 1 of 5", "floating IPs: 1 of 5", "load balancers: 1 of 1",
                                     "listeners: 1 of 10", "pools: 1 of -1", "members of pools: 2 of 10",
                                     "health monitors: 1 of 10"));
    EXPECT_NO_THROW(require_quota(change));
}

TEST_F(MakePlan, FromALoadBalancerToAName) {
    want({2, 1}, by_name);
    const auto change = plan(deployed({2, 1}, by_octavia));
    EXPECT_THAT(
        changes(change),
        UnorderedElementsAre("change balance scaling_fractals", "replace server app-worker-1",
                             "create zone example.org.", "create recordset scaling-fractals.example.org.",
                             "remove load balancer app-balancer", "remove port app-balancer",
                             "remove floating IP app-balancer", "create package scaling_fractals-package"));
    EXPECT_THAT(quotas(change), UnorderedElementsAre("zones: 1 of 3", "records of a name: 2 of 2"));
}

TEST_F(MakePlan, FromANameToALoadBalancerWithMoreAPIsTakesOfBoth) {
    want({4, 0}, by_octavia);
    const auto change = plan(deployed({2, 0}, by_name));
    EXPECT_THAT(changes(change),
                ::testing::IsSupersetOf({"remove zone example.org.", "create server app-api-4",
                                         "create load balancer app-balancer"}));
    // Two APIs and the balancer have a port and an address each; what the name takes is given back only later.
    EXPECT_THAT(quotas(change),
                UnorderedElementsAre("instances: 2 of 5", "cores: 2 of 5", "RAM in MiB: 2048 of 5120",
                                     "ports: 3 of 5", "floating IPs: 3 of 5", "load balancers: 1 of 1",
                                     "listeners: 1 of 10", "pools: 1 of -1", "members of pools: 4 of 10",
                                     "health monitors: 1 of 10"));
}

TEST_F(MakePlan, ANameWithMoreAddressesThanTheCloudAllowsIsRefused) {
    want({3, 0}, by_name);
    const auto more = plan(deployed({2, 0}, by_name));
    EXPECT_THAT(quotas(more), ::testing::Contains("records of a name: 3 of 2"));
    EXPECT_THROW(require_quota(more), openstack::QuotaExceeded);
}

TEST_F(MakePlan, MoreAPIsBehindALoadBalancerTakeMembers) {
    want({3, 0}, by_octavia);
    EXPECT_THAT(quotas(plan(deployed({2, 0}, by_octavia))),
                ::testing::IsSupersetOf({"ports: 1 of 5", "members of pools: 1 of 10"}));
}

TEST_F(MakePlan, NewInstancesGetThePackageThatTheOthersHave) {
    want({1, 1});
    EXPECT_THAT(plan(deployed({1, 0})).item("package", "scaling_fractals-package").why,
                HasSubstr("the one that is installed, 1.0.0 aa11"));

    auto upgraded = deployed({1, 0});
    for (auto& [name, instance] : upgraded.instances)
        instance.server.metadata.merge(url_metadata("https://mirror.example.org/faafo.tar.gz"));
    EXPECT_EQ(plan(upgraded).item("package", "https://mirror.example.org/faafo.tar.gz").action, Action::keep);

    context_.options.package = "faafo-2.0.0-test.tar.gz";
    EXPECT_FALSE(installed_package(context_.options, context_.topology, upgraded.instances));
    EXPECT_THAT(plan(upgraded).item("package", "scaling_fractals-package").why,
                ::testing::Not(HasSubstr("1.0.0")));
}

TEST(UrlMetadata, HasNoCredentialsAndFits) {
    EXPECT_THAT(url_metadata(""), IsEmpty());
    EXPECT_THAT(url_metadata("https://me:secret@example.org/faafo.tar.gz"), IsEmpty());
    EXPECT_THAT(url_metadata("https://example.org/" + std::string(255, 'x')), IsEmpty());
    EXPECT_EQ(url_metadata("https://example.org/a@b.tar.gz").at(std::string(package_url_key)),
              "https://example.org/a@b.tar.gz");
}

}  // namespace
}  // namespace deploy
