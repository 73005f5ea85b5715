#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "sdk/src/resource/waiter.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using namespace std::chrono_literals;
using resource::Look;
using resource::wait_until;
using ::testing::ElementsAre;

namespace {

struct Waiting : ::testing::Test {
    std::shared_ptr<sdktest::FakeWaitClock> clock = std::make_shared<sdktest::FakeWaitClock>();
    WaitOptions options{.timeout = 100s, .first_interval = 1s, .longest_interval = 3s, .clock = clock};
    int looks = 0;
};

}  // namespace

TEST_F(Waiting, LooksBeforeItSleeps) {
    wait_until(options, "x", [&](const CallOptions&) { return Look{.done = true}; });
    EXPECT_TRUE(clock->sleeps.empty());
}

TEST_F(Waiting, SlowsDownToALimit) {
    wait_until(options, "x", [&](const CallOptions&) { return Look{.done = ++looks == 6}; });
    EXPECT_THAT(clock->sleeps, ElementsAre(1000ms, 1500ms, 2250ms, 3000ms, 3000ms));
}

TEST_F(Waiting, LooksOnceMoreAtTheVeryEnd) {
    options.timeout = 2s;
    EXPECT_THROW(wait_until(options, "x",
                            [&](const CallOptions&) {
                                ++looks;
                                return Look{};
                            }),
                 Timeout);
    EXPECT_THAT(clock->sleeps, ElementsAre(1000ms, 1000ms));
    EXPECT_EQ(looks, 3);
}

TEST_F(Waiting, GivesEachLookTheTimeThatIsLeft) {
    options.timeout = 30s;
    wait_until(options, "x", [&](const CallOptions& call) {
        const auto left = call.deadline.value() - std::chrono::steady_clock::now();
        EXPECT_GT(left, 25s - 4s * looks);
        EXPECT_LE(left, 30s - 1s * looks);
        return Look{.done = ++looks == 3};
    });
}

TEST_F(Waiting, TakesALookThatTimedOutForNotYet) {
    try {
        wait_until(options, "it is not so", [&](const CallOptions&) -> Look {
            clock->sleep(100s, {});
            throw Timeout("the call took too long");
        });
        FAIL();
    } catch (const Timeout& error) {
        EXPECT_STREQ(error.what(), "it is not so after 100 s; it is not known");
    }
}

TEST_F(Waiting, CountsFailuresInARowOnly) {
    wait_until(options, "x", [&](const CallOptions&) -> Look {
        ++looks;
        if (looks % 4 != 0) {
            throw ServiceUnavailable("busy");
        }
        return {.done = looks == 12};
    });
    EXPECT_EQ(looks, 12);
}
