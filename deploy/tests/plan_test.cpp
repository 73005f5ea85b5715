// The difference between what should be and what is, as far as no cloud has to be asked.
#include "deploy/plan/plan.hpp"

#include <gmock/gmock.h>

#include "deploy/plan/marks.hpp"
#include "deploy/tests/offline_context.hpp"

namespace deploy {
namespace {

using openstack::network::SecurityGroup;
using openstack::network::SecurityGroupRule;
using ::testing::HasSubstr;

SecurityGroupRule rule(int from, int to) {
    return {.direction = "ingress",
            .ether_type = "IPv4",
            .protocol = "tcp",
            .port_range_min = from,
            .port_range_max = to};
}

std::vector<IngressRule> missing(const GroupSpec& spec, std::vector<SecurityGroupRule> rules,
                                 const std::multimap<std::string, SecurityGroup>& groups = {}) {
    SecurityGroup group;
    group.security_group_rules = std::move(rules);
    return missing_rules(spec, group, groups);
}

const GroupSpec web{.name = "web", .ingress = {{.port = 22}, {.port = 80}}};

TEST(MissingRules, AreThoseThatNoRuleServes) {
    EXPECT_EQ(missing(web, {}), web.ingress);
    EXPECT_EQ(missing(web, {rule(80, 80)}), (std::vector<IngressRule>{{.port = 22}}));
    EXPECT_TRUE(missing(web, {rule(80, 80), rule(22, 22)}).empty());
    EXPECT_TRUE(missing(web, {rule(1, 1024)}).empty()) << "one range serves both";
}

TEST(MissingRules, AnyProtocolAndAnyPortServe) {
    SecurityGroupRule everything{.direction = "ingress", .ether_type = "IPv4"};
    EXPECT_TRUE(missing(web, {everything}).empty());
    everything.remote_ip_prefix = "0.0.0.0/0";
    EXPECT_TRUE(missing(web, {everything}).empty());
}

TEST(MissingRules, WhatOnlySomeMayUseServesNobody) {
    for (const auto& change : std::vector<std::function<void(SecurityGroupRule&)>>{
             [](auto& it) { it.remote_ip_prefix = "10.0.0.0/8"; }, [](auto& it) { it.remote_group_id = "g"; },
             [](auto& it) { it.direction = "egress"; }, [](auto& it) { it.ether_type = "IPv6"; },
             [](auto& it) { it.protocol = "udp"; }}) {
        auto narrow = rule(1, 65535);
        change(narrow);
        EXPECT_EQ(missing(web, {narrow}), web.ingress);
    }
}

TEST(MissingRules, OfAGroupWantThatGroupAndNoOther) {
    const GroupSpec control{.name = "control", .ingress = {{.port = 5672, .from_group = "worker"}}};
    SecurityGroup worker;
    worker.id = "worker-id";
    const std::multimap<std::string, SecurityGroup> groups{{"worker", worker}};
    auto from_workers = rule(5672, 5672);
    from_workers.remote_group_id = "worker-id";
    EXPECT_TRUE(missing(control, {from_workers}, groups).empty());
    EXPECT_EQ(missing(control, {from_workers}), control.ingress) << "there is no such group yet";
    EXPECT_EQ(missing(control, {rule(5672, 5672)}, groups), control.ingress)
        << "anybody is more than was asked for, and not the rule that was meant";
}

class PlanOfAllInOne : public ::testing::Test {
  protected:
    PlanOfAllInOne() {
        context_.options.keypair = "demokey";
        SecurityGroup group;
        group.id = "group-id";
        group.name = "all-in-one";
        group.description = group_mark("fractals");
        group.security_group_rules = {rule(22, 22), rule(80, 80)};
        complete_.groups.emplace("all-in-one", group);
        complete_.keypair.emplace();
        complete_.keypair->name = "demokey";
        complete_.keypair->public_key = "ssh-ed25519 AAAA " + key_comment("fractals");
        ObservedInstance instance;
        instance.server.id = "server-id";
        instance.server.status = openstack::compute::ServerStatus::active;
        instance.floating_address = "203.0.113.9";
        complete_.instances.emplace("all-in-one", instance);
    }
    [[nodiscard]] Plan plan(const Observed& observed) const { return make_plan(context_, {}, observed); }
    [[nodiscard]] std::string refusal(const Observed& observed) const {
        try {
            (void)plan(observed);
        } catch (const openstack::Error& error) {
            return error.what();
        }
        return {};
    }

    Context context_ = offline_context(all_in_one({}, true));
    Observed complete_;
};

TEST_F(PlanOfAllInOne, KeepsWhatIsAsItShouldBe) {
    const auto kept = plan(complete_);
    EXPECT_TRUE(kept.changes_nothing());
    EXPECT_FALSE(kept.makes_servers());
    EXPECT_EQ(kept.item("server", "all-in-one").id, "server-id");
    EXPECT_TRUE(kept.quotas.empty());
}

TEST_F(PlanOfAllInOne, LeavesAForeignGroupThatSufficesAlone) {
    complete_.groups.begin()->second.description = "of somebody";
    const auto kept = plan(complete_);
    EXPECT_TRUE(kept.changes_nothing());
    EXPECT_THAT(kept.item("security group", "all-in-one").why, HasSubstr("before"));
}

TEST_F(PlanOfAllInOne, RefusesAForeignGroupThatDoesNotSuffice) {
    auto& group = complete_.groups.begin()->second;
    group.description = "of somebody";
    group.security_group_rules.pop_back();
    EXPECT_THAT(refusal(complete_), HasSubstr("tcp 80"));
    EXPECT_THROW((void)plan(complete_), openstack::Conflict);
}

TEST_F(PlanOfAllInOne, RefusesToChooseBetweenTwoOfTheSameName) {
    auto second = complete_.instances.begin()->second;
    second.server.id = "other-id";
    complete_.instances.emplace("all-in-one", second);
    EXPECT_THROW((void)plan(complete_), openstack::DuplicateResource);
    EXPECT_THAT(refusal(complete_), HasSubstr("server-id"));
    EXPECT_THAT(refusal(complete_), HasSubstr("other-id"));
}

}  // namespace
}  // namespace deploy
