#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/error.hpp"
#include "sdk/src/resource/waiter.hpp"
#include "sdk/tests/resource/fake_service.hpp"

using namespace openstack;
using namespace std::chrono_literals;
using resource::Look;
using resource::wait_until;
using std::chrono::milliseconds;
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

TEST_F(Waiting, SlowsDownFromTheShortestInterval) {
    options.first_interval = 1ms;
    options.longest_interval = 5ms;
    wait_until(options, "x", [&](const CallOptions&) { return Look{.done = ++looks == 6}; });
    EXPECT_THAT(clock->sleeps, ElementsAre(1ms, 2ms, 3ms, 4ms, 5ms));
}

TEST_F(Waiting, MayLastForEver) {
    options.timeout = options.first_interval = options.longest_interval = milliseconds::max();
    wait_until(options, "x", [&](const CallOptions& call) {
        EXPECT_GT(*call.deadline, std::chrono::steady_clock::now() + std::chrono::hours(24 * 365));
        return Look{.done = true};
    });
    options.first_interval = 1ms;
    wait_until(options, "x", [&](const CallOptions&) { return Look{.done = ++looks == 3}; });
    EXPECT_THAT(clock->sleeps, ElementsAre(1ms, 2ms));
    EXPECT_GT(*CallOptions::within(milliseconds::max()).deadline,
              std::chrono::steady_clock::now() + std::chrono::hours(24 * 365));
    const auto past = CallOptions::within(milliseconds::min()).deadline.value();
    EXPECT_LE(past, std::chrono::steady_clock::now());
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
