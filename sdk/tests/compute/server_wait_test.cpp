#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/compute.hpp"
#include "openstack/error.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using sdktest::FakeService;
using sdktest::FakeWaitClock;
using sdktest::recording;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

struct WaitingForServers : ::testing::Test {
    FakeService cloud{"compute"};
    ComputeService compute{cloud.adapter()};
    std::shared_ptr<FakeWaitClock> clock = std::make_shared<FakeWaitClock>();
    WaitOptions options{.clock = clock};
};

}  // namespace

TEST_F(WaitingForServers, EndsWhenActive) {
    for (const int number : {106, 107, 108, 109}) {
        cloud.on("GET /servers/s", recording("compute", number));
    }
    std::vector<std::string> seen;
    options.progress = [&](std::string_view status, auto) { seen.emplace_back(status); };
    EXPECT_EQ(compute.wait_for_server("s", options).status, "ACTIVE");
    EXPECT_THAT(seen, ElementsAre("BUILD (scheduling)", "BUILD (networking)", "BUILD (spawning)", "ACTIVE"));
    using std::chrono::milliseconds;
    EXPECT_THAT(clock->sleeps, ElementsAre(milliseconds(250), milliseconds(375), milliseconds(562)));
}

TEST_F(WaitingForServers, FailsWithNovasFault) {
    cloud.on("GET /servers/s", recording("compute", 126));
    cloud.on("GET /servers/s", recording("compute", 127));
    try {
        compute.wait_for_server("s", options);
        FAIL();
    } catch (const ResourceFailed& error) {
        EXPECT_STREQ(error.what(), "Server rec-error (s) went to ERROR: No valid host was found.");
    }
}

TEST_F(WaitingForServers, DoesNotTakeAServerThatIsStoppingForOneThatRuns) {
    cloud.on("GET /servers/s", recording("compute", 211));
    cloud.on("GET /servers/s", recording("compute", 212));
    EXPECT_EQ(compute.wait_for_status("s", "SHUTOFF", options).status, "SHUTOFF");
    EXPECT_EQ(compute.wait_for_status("s", "shutoff", {.timeout = {}, .clock = options.clock}).status,
              "SHUTOFF");
    EXPECT_EQ(clock->sleeps.size(), 1U);
    FakeService restarting("compute");
    restarting.on("GET /servers/s", recording("compute", 211));
    restarting.on("GET /servers/s", recording("compute", 216));
    ComputeService(restarting.adapter()).wait_for_server("s", options);
    EXPECT_EQ(restarting.lines().size(), 2U) << "ACTIVE (powering-off) is not yet what was waited for";
}

TEST_F(WaitingForServers, EndsAtTheTimeout) {
    cloud.on("GET /servers/s", recording("compute", 108));
    options.timeout = std::chrono::seconds(30);
    try {
        compute.wait_for_server("s", options);
        FAIL();
    } catch (const Timeout& error) {
        EXPECT_STREQ(error.what(), "server s is not ACTIVE after 30 s; it is BUILD (spawning)");
    }
    std::chrono::milliseconds total{0};
    for (const auto pause : clock->sleeps) {
        EXPECT_LE(pause, options.longest_interval);
        total += pause;
    }
    EXPECT_EQ(total, options.timeout);
}

TEST_F(WaitingForServers, EndsWhenStopped) {
    cloud.on("GET /servers/s", recording("compute", 108));
    std::stop_source source;
    options.stop = source.get_token();
    clock->on_sleep = [&] { source.request_stop(); };
    EXPECT_THROW(compute.wait_for_server("s", options), Cancelled);
    EXPECT_EQ(cloud.lines().size(), 1U);
}

TEST_F(WaitingForServers, StopsAtOnceByTheRealClock) {
    cloud.on("GET /servers/s", recording("compute", 108));
    std::stop_source source;
    options.stop = source.get_token();
    options.clock = nullptr;
    options.first_interval = options.longest_interval = std::chrono::hours(1);
    options.timeout = std::chrono::hours(2);
    options.progress = [&](auto, auto) { source.request_stop(); };
    EXPECT_THROW(compute.wait_for_server("s", options), Cancelled);
}

TEST_F(WaitingForServers, BearsWhatMayGoAway) {
    for (int i = 0; i < 3; ++i) {
        cloud.on("GET /servers/s", "upstream is away", 502);
    }
    cloud.on("GET /servers/s", recording("compute", 109));
    EXPECT_EQ(compute.wait_for_server("s", options).status, "ACTIVE");
    FakeService down("compute");
    down.fail("GET /servers/s");
    EXPECT_THROW(ComputeService(down.adapter()).wait_for_server("s", options), TransportError);
    EXPECT_EQ(down.lines().size(), 4U);
}

TEST_F(WaitingForServers, DoesNotBearWhatStays) {
    EXPECT_THROW(compute.wait_for_server("s", options), NotFound);
    EXPECT_EQ(cloud.lines().size(), 1U);
}

TEST_F(WaitingForServers, EndsWhenGone) {
    cloud.on("GET /servers/s", recording("compute", 329));
    cloud.on("GET /servers/s", recording("compute", 331));
    compute.wait_for_delete("s", options);
    EXPECT_EQ(cloud.lines().size(), 2U);
}

TEST_F(WaitingForServers, ThatCannotBeDeletedFails) {
    cloud.on("GET /servers/s", recording("compute", 127));
    cloud.on("GET /servers/s", recording("compute", 329));
    cloud.on("GET /servers/s", recording("compute", 127));
    try {
        compute.wait_for_delete("s", options);
        FAIL();
    } catch (const ResourceFailed& error) {
        EXPECT_THAT(error.what(), HasSubstr("could not be deleted"));
    }
    EXPECT_EQ(cloud.lines().size(), 3U) << "that it was in ERROR before is no failure of the deletion";
}
