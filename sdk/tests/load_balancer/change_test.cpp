// Changes below a load balancer wait for each other, for Octavia and for other people, and callers do not notice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "openstack/load_balancer.hpp"
#include "openstack/session.hpp"
#include "sdk/src/load_balancer/change_queue.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::recording;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

/// Begins now, because the deadlines of calls are real points in time.
class JumpingClock : public WaitClock {
  public:
    std::chrono::steady_clock::time_point now() override { return now_; }
    void sleep(milliseconds duration, const std::stop_token&) override {
        sleeps.push_back(duration);
        now_ += duration;
        if (on_sleep) {
            on_sleep();
        }
    }
    std::vector<milliseconds> sleeps;
    std::function<void()> on_sleep;

  private:
    std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
};

const std::string look = "GET /lbaas/loadbalancers/l";
const std::string add_member = "POST /lbaas/pools/p/members";

struct Changes : ::testing::Test {
    FakeService cloud{"load-balancer"};
    LoadBalancerService octavia{cloud.adapter()};
    std::shared_ptr<JumpingClock> clock = std::make_shared<JumpingClock>();

    Changes() {
        cloud.adapter().session()->companion<load_balancer::ChangeQueue>()->policy.clock = clock;
        cloud.on("GET /lbaas/pools/p", R"({"pool":{"id":"p","loadbalancers":[{"id":"l"}]}})");
    }
    void is(const std::string& status) {
        cloud.on(look,
                 R"({"loadbalancer":{"id":"l","name":"web","provisioning_status":")" + status + R"("}})");
    }
    void refuse(const std::string& line) { cloud.on(line, recording("load-balancer", 25)); }
    void accept(const std::string& line) { cloud.on(line, R"({"member":{"id":"m"}})", 201); }
    /// Without the one that finds out where the pool belongs.
    std::vector<std::string> lines() {
        auto all = cloud.lines();
        std::erase(all, "GET /lbaas/pools/p");
        return all;
    }
    load_balancer::Member add(const CallOptions& options = {}) {
        return octavia.create_member("p", {.address = "10.0.0.5", .protocol_port = 80}, options);
    }
};

}  // namespace

TEST_F(Changes, ThatNobodyHindersTakeOneRequest) {
    accept(add_member);
    EXPECT_EQ(add().id, "m");
    EXPECT_THAT(cloud.lines(), ElementsAre("GET /lbaas/pools/p", add_member));
}

TEST_F(Changes, WaitForTheOneBefore) {
    accept(add_member);
    is("PENDING_UPDATE");
    is("PENDING_UPDATE");
    is("ACTIVE");
    add();
    add();
    EXPECT_THAT(lines(), ElementsAre(add_member, look, look, look, add_member)) << "no refusal is provoked";
    EXPECT_THAT(clock->sleeps, ElementsAre(milliseconds(100), milliseconds(150)));
}

TEST_F(Changes, WaitForThoseOfOthers) {
    refuse(add_member);
    accept(add_member);
    is("PENDING_UPDATE");
    is("ACTIVE");
    EXPECT_EQ(add().id, "m");
    EXPECT_THAT(lines(), ElementsAre(add_member, look, look, add_member));
}

TEST_F(Changes, RaceWithOthersEverMoreSlowly) {
    for (int i = 0; i < 5; ++i) {
        refuse(add_member);
    }
    accept(add_member);
    is("ACTIVE");
    EXPECT_EQ(add().id, "m");
    EXPECT_THAT(clock->sleeps,
                ElementsAre(milliseconds(100), milliseconds(150), milliseconds(225), milliseconds(337)));
}

TEST_F(Changes, DoNotRaceForEver) {
    refuse(add_member);
    is("ACTIVE");
    try {
        add({.deadline = clock->now() + std::chrono::seconds(30)});
        FAIL();
    } catch (const Timeout& error) {
        EXPECT_THAT(error.what(), HasSubstr("Load balancer l was changed by somebody else all the time; "
                                            "creating member 10.0.0.5:80 was given up"));
    }
    milliseconds waited{0};
    for (const auto pause : clock->sleeps) {
        waited += pause;
    }
    EXPECT_EQ(waited, std::chrono::seconds(30));
}

TEST_F(Changes, EndAtTheirDeadline) {
    refuse(add_member);
    is("PENDING_UPDATE");
    const auto begin = clock->now();
    try {
        add({.deadline = begin + std::chrono::seconds(30)});
        FAIL();
    } catch (const Timeout& error) {
        EXPECT_STREQ(error.what(),
                     "load balancer l is not ready for creating member 10.0.0.5:80 after 30 s; it is "
                     "PENDING_UPDATE");
    }
    EXPECT_EQ(clock->now() - begin, std::chrono::seconds(30));
    EXPECT_THAT(clock->sleeps, ::testing::Each(::testing::Le(milliseconds(5000))));
}

TEST_F(Changes, WithoutADeadlineAreGivenUpInTheEnd) {
    refuse(add_member);
    is("PENDING_UPDATE");
    const auto begin = clock->now();
    EXPECT_THROW(add(), Timeout);
    EXPECT_EQ(clock->now() - begin, std::chrono::minutes(10));
}

TEST_F(Changes, EndWhenStopped) {
    for (const std::string status : {"PENDING_UPDATE", "ACTIVE"}) {
        refuse(add_member);
        is(status);
        std::stop_source source;
        clock->on_sleep = [&] { source.request_stop(); };
        EXPECT_THROW(add({.stop = source.get_token()}), Cancelled);
    }
}

TEST_F(Changes, EndWhenTheLoadBalancerFails) {
    refuse(add_member);
    is("PENDING_UPDATE");
    is("ERROR");
    cloud.on(look + "/status",
             R"({"statuses":{"loadbalancer":{"id":"l","listeners":[],"pools":[{"id":"p","name":"apis",
        "provisioning_status":"ACTIVE","members":[{"id":"m","address":"10.0.0.4","protocol_port":80,
        "provisioning_status":"ERROR"}]}]}}})");
    try {
        add();
        FAIL();
    } catch (const ResourceFailed& error) {
        EXPECT_STREQ(
            error.what(),
            "Load balancer web (l) went to ERROR, and with it member 10.0.0.4:80 (m); creating member "
            "10.0.0.5:80 was given up. It can be deleted, or repaired by an administrator with a "
            "failover");
    }
    EXPECT_THAT(lines(), ElementsAre(add_member, look, look, look + "/status"));
}

TEST_F(Changes, ThatConflictForAnotherReasonFailAtOnce) {
    for (const int number : {47, 56, 67, 84}) {
        FakeService other("load-balancer");
        other.on("POST /lbaas/listeners", recording("load-balancer", number));
        try {
            LoadBalancerService(other.adapter())
                .create_listener({.load_balancer_id = "l", .protocol = "HTTP"});
            FAIL();
        } catch (const Conflict& error) {
            EXPECT_THAT(error.what(), HasSubstr(error.details().service_message));
        }
        EXPECT_EQ(other.lines().size(), 1U) << number;
    }
}

TEST_F(Changes, OfSomethingThatIsBeingDeletedFailAtOnce) {
    refuse(add_member);
    is("PENDING_DELETE");
    EXPECT_THROW(add(), Conflict);
    EXPECT_THAT(lines(), ElementsAre(add_member, look));
    EXPECT_TRUE(clock->sleeps.empty());
}

TEST_F(Changes, OfSomethingThatIsGoneSaySo) {
    refuse(add_member);
    cloud.on(look, recording("load-balancer", 102));
    EXPECT_THROW(add(), NotFound);
    refuse("DELETE /lbaas/pools/p/members/m");
    EXPECT_FALSE(octavia.delete_member("m", "p")) << "a member without its load balancer is gone";
    EXPECT_FALSE(octavia.delete_pool("unknown"));
}

TEST_F(Changes, DeletionWaitsForTheCreation) {
    cloud.on("DELETE /lbaas/loadbalancers/l?cascade=true", recording("load-balancer", 26));
    cloud.on("DELETE /lbaas/loadbalancers/l?cascade=true", "", 204);
    is("PENDING_CREATE");
    is("ACTIVE");
    EXPECT_TRUE(octavia.delete_load_balancer("l", true));
    EXPECT_EQ(lines().size(), 4U);
}

TEST_F(Changes, DeletionNeedsNoHealth) {
    cloud.on("DELETE /lbaas/loadbalancers/l", recording("load-balancer", 26));
    cloud.on("DELETE /lbaas/loadbalancers/l", "", 204);
    is("ERROR");
    EXPECT_TRUE(octavia.delete_load_balancer("l"));
}

TEST_F(Changes, DeletionTwiceIsNoError) {
    cloud.on(
        "DELETE /lbaas/loadbalancers/l",
        R"({"faultcode":"Client","faultstring":"Invalid state PENDING_DELETE of loadbalancer resource l"})",
        409);
    is("PENDING_DELETE");
    EXPECT_TRUE(octavia.delete_load_balancer("l"));
    EXPECT_EQ(lines().size(), 2U);
}

TEST_F(Changes, AfterACreationWaitForIt) {
    cloud.on("POST /lbaas/loadbalancers",
             R"({"loadbalancer":{"id":"l","provisioning_status":"PENDING_CREATE"}})", 201);
    cloud.on("POST /lbaas/listeners", R"({"listener":{"id":"i"}})", 201);
    is("PENDING_CREATE");
    is("ACTIVE");
    octavia.create_load_balancer({.name = "web"});
    octavia.create_listener({.load_balancer_id = "l", .protocol = "HTTP", .protocol_port = 80});
    EXPECT_THAT(lines(), ElementsAre("POST /lbaas/loadbalancers", look, look, "POST /lbaas/listeners"));
}

TEST_F(Changes, AfterAWaitNeedNoLook) {
    accept(add_member);
    is("ACTIVE");
    add();
    static_cast<void>(octavia.wait_for_load_balancer("l", "ACTIVE", {.clock = clock}));
    add();
    EXPECT_THAT(lines(), ElementsAre(add_member, look, add_member));
}

TEST_F(Changes, KnowWhatBelongsToWhat) {
    cloud.on("GET /lbaas/healthmonitors/h", R"({"healthmonitor":{"id":"h","pools":[{"id":"p"}]}})");
    cloud.on("DELETE /lbaas/healthmonitors/h", "", 204);
    cloud.on("GET /lbaas/l7policies/x", R"({"l7policy":{"id":"x","listener_id":"i"}})");
    cloud.on("GET /lbaas/listeners/i", R"({"listener":{"id":"i","loadbalancers":[{"id":"l"}]}})");
    cloud.on("DELETE /lbaas/l7policies/x/rules/r", "", 204);
    is("ACTIVE");
    EXPECT_TRUE(octavia.delete_health_monitor("h"));
    EXPECT_TRUE(octavia.delete_l7_rule("r", "x"));
    EXPECT_THAT(cloud.lines(),
                ElementsAre("GET /lbaas/healthmonitors/h", "GET /lbaas/pools/p",
                            "DELETE /lbaas/healthmonitors/h", "GET /lbaas/l7policies/x",
                            "GET /lbaas/listeners/i", look, "DELETE /lbaas/l7policies/x/rules/r"))
        << "the rule waits for the health monitor, because both are below one load balancer";
}

TEST_F(Changes, LearnFromListings) {
    cloud.on("GET /lbaas/pools",
             R"({"pools":[{"id":"q","loadbalancers":[{"id":"l"}],"healthmonitor_id":"h"}]})");
    cloud.on("DELETE /lbaas/healthmonitors/h", "", 204);
    EXPECT_EQ(octavia.pools().to_vector().size(), 1U);
    EXPECT_TRUE(octavia.delete_health_monitor("h"));
    EXPECT_THAT(cloud.lines(), ElementsAre("GET /lbaas/pools", "DELETE /lbaas/healthmonitors/h"));
}

struct ChangesAfterALostAnswer : Changes {
    ChangesAfterALostAnswer() {
        cloud.adapter().session()->companion<load_balancer::ChangeQueue>()->policy.clock = clock;
        cloud.on("GET /lbaas/pools/p", R"({"pool":{"id":"p","loadbalancers":[{"id":"l"}]}})");
    }
    FakeService cloud{"load-balancer", "", 3};
    LoadBalancerService octavia{cloud.adapter()};
};

TEST_F(ChangesAfterALostAnswer, AFailoverIsNotRepeated) {
    cloud.fail("PUT /lbaas/loadbalancers/l/failover");
    EXPECT_THROW(octavia.failover_load_balancer("l"), TransportError);
    EXPECT_THAT(cloud.lines(), ElementsAre("PUT /lbaas/loadbalancers/l/failover"));
}

TEST_F(ChangesAfterALostAnswer, WhatIsGoneWasDeleted) {
    cloud.fail("DELETE /lbaas/pools/p");
    cloud.on("DELETE /lbaas/pools/p", "", 404);
    EXPECT_TRUE(octavia.delete_pool("p"));
    cloud.fail("DELETE /lbaas/loadbalancers/other");
    cloud.on("DELETE /lbaas/loadbalancers/other", "", 404);
    EXPECT_TRUE(octavia.delete_load_balancer("other"));
    EXPECT_FALSE(octavia.delete_load_balancer("none"));
}

TEST_F(ChangesAfterALostAnswer, WhatIsImmutableBecauseItIsBeingDeletedWasDeleted) {
    const std::string line = "DELETE /lbaas/pools/p";
    cloud.fail(line);
    cloud.on(line, recording("load-balancer", 25));
    cloud.on(line, "", 404);
    cloud.on(look, R"({"loadbalancer":{"id":"l","name":"web","provisioning_status":"ACTIVE"}})");
    EXPECT_TRUE(octavia.delete_pool("p"));
    EXPECT_THAT(cloud.lines(), ElementsAre("GET /lbaas/pools/p", line, line, look, line));
}
