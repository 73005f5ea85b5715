// What is sent again, when, and how often. Time does not pass here: a clock of the test's own is slept on.
#include "sdk/src/session/retry.hpp"

#include <gmock/gmock.h>

#include <utility>

#include "openstack/error.hpp"
#include "sdk/tests/core/cloud_fixture.hpp"

namespace openstack::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Settings = std::vector<std::pair<std::string, std::string>>;

/// Answers with the given statuses in turn, the last one for ever.
struct Weather {
    explicit Weather(std::vector<int> statuses, std::string retry_after = {})
        : cloud([this, statuses = std::move(statuses),
                 retry_after = std::move(retry_after)](const ServerRequest&) {
              const auto at = std::min<std::size_t>(static_cast<std::size_t>(seen++), statuses.size() - 1);
              if (statuses[at] == 0) {
                  Answer answer;
                  answer.reset = true;
                  return answer;
              }
              auto answer = json_answer("{}", statuses[at]);
              if (!retry_after.empty() && statuses[at] >= 400)
                  answer.response.headers.set("Retry-After", retry_after);
              return answer;
          }) {}

    int send(const char* method, const CallOptions& options = {}, std::optional<bool> repeatable = {}) {
        const bool body = std::string(method) == "POST" || std::string(method) == "PUT";
        return connection()
            .adapter("object-store")
            .request({.method = method, .path = "/x", .body = body ? "{}" : "", .repeatable = repeatable},
                     options)
            .status;
    }
    Connection connection() { return cloud.connect_by_clock(clock); }

    std::atomic<int> seen{0};
    std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
    FakeCloud cloud;
};

TEST(Retry, WhatDoesNoHarmTwiceIsRepeated) {
    for (const int status : {502, 503, 504}) {
        for (const char* method : {"GET", "HEAD", "PUT", "DELETE"}) {
            Weather weather({status, status, 200});
            EXPECT_EQ(weather.send(method), 200) << method << " " << status;
            EXPECT_EQ(weather.seen, 3);
        }
        Weather weather({status, 200});
        EXPECT_THROW(weather.send("POST"), ServiceUnavailable) << status;
        EXPECT_EQ(weather.seen, 1) << "a POST may have been acted upon";
    }
    Weather weather({503, 200});
    EXPECT_EQ(weather.send("POST", {}, true), 200) << "unless the caller knows better";
    Weather never({503, 200});
    EXPECT_THROW(never.send("GET", {}, false), ServiceUnavailable);
}

TEST(Retry, OtherFailuresAreNotRepeated) {
    for (const int status : {400, 403, 404, 409, 413, 500, 501}) {
        Weather weather({status, 200}, "0");
        EXPECT_THROW(weather.send("GET"), HttpError) << status;
        EXPECT_EQ(weather.seen, 1) << status;
    }
}

TEST(Retry, RetryAfterIsWaitedForWhateverTheMethod) {
    for (const int status : {429, 503}) {
        for (const char* method : {"GET", "POST"}) {
            Weather weather({status, 200}, "7");
            EXPECT_EQ(weather.send(method), 200);
            ASSERT_EQ(weather.clock->sleeps().size(), 1U);
            EXPECT_GE(weather.clock->sleeps()[0], 7s);
            EXPECT_LE(weather.clock->sleeps()[0], 9s);
        }
    }
    Weather weather({429, 200});
    EXPECT_EQ(weather.send("POST"), 200) << "429 without a time means not done either";
}

TEST(Retry, ATimeBeyondReasonIsNotWaitedFor) {
    Weather weather({503, 200}, "3600");
    try {
        weather.send("GET");
        FAIL();
    } catch (const ServiceUnavailable& error) {
        EXPECT_EQ(error.details().retry_after, 3600s);
        EXPECT_TRUE(error.details().retryable);
    }
    EXPECT_TRUE(weather.clock->sleeps().empty());
}

TEST(Retry, PausesGrowWithJitterAndEnd) {
    Weather weather({503});
    try {
        weather.send("GET");
        FAIL();
    } catch (const ServiceUnavailable& error) {
        EXPECT_EQ(error.details().attempts, 5);
    }
    const auto sleeps = weather.clock->sleeps();
    ASSERT_EQ(sleeps.size(), 4U);
    for (std::size_t i = 0; i < sleeps.size(); ++i) {
        EXPECT_GE(sleeps[i], 250ms * (1 << i));
        EXPECT_LE(sleeps[i], 500ms * (1 << i));
    }
}

TEST(Retry, LostConnections) {
    Weather weather({0, 0, 200});
    EXPECT_EQ(weather.send("GET"), 200);
    Weather post({200, 0, 200});
    const auto connection = post.connection();
    const auto swift = connection.adapter("object-store");
    static_cast<void>(swift.request({.path = "/x"}));
    try {
        static_cast<void>(swift.request({.method = "POST", .path = "/x", .body = "{}"}));
        FAIL();
    } catch (const TransportError& error) {
        EXPECT_THAT(error.what(), HasSubstr("may or may not have taken effect"));
        EXPECT_FALSE(error.details().retryable);
    }
    EXPECT_EQ(post.seen, 2);
}

TEST(Retry, NothingWasSentToWhomDoesNotListen) {
    const auto clock = std::make_shared<FakeClock>();
    std::string url;
    {
        const FakeCloud gone([](const ServerRequest&) { return json_answer("{}"); });
        url = gone.url();
    }
    const FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    auto connection = cloud.connect({{"object_store_endpoint_override", url}, {"connect_retries", "1"}},
                                    {.retry = {.first_delay = 1ms}});
    try {
        static_cast<void>(
            connection.adapter("object-store").request({.method = "POST", .path = "/x", .body = "{}"}));
        FAIL();
    } catch (const TransportError& error) {
        EXPECT_EQ(error.details().attempts, 2) << "a POST too: it was never sent";
        EXPECT_TRUE(error.details().retryable);
        EXPECT_THAT(error.what(), HasSubstr("no connection to " + url));
    }
}

TEST(Retry, ACloudsEntryMaySetHowOften) {
    std::atomic<int> seen{0};
    const FakeCloud cloud([&](const ServerRequest&) {
        ++seen;
        return json_answer("{}", 503);
    });
    EXPECT_THROW(static_cast<void>(cloud.connect({{"object_store_status_code_retries", "0"}})
                                       .adapter("object-store")
                                       .request({.path = "/x"})),
                 ServiceUnavailable);
    EXPECT_EQ(seen, 1);
    EXPECT_THROW(
        static_cast<void>(
            cloud.connect({{"status_code_retries", "many"}}).adapter("object-store").request({.path = "/x"})),
        ConfigError);
}

TEST(Retry, TheDeadlineCoversPauses) {
    Weather weather({503}, "30");
    try {
        weather.send("GET", {.deadline = weather.clock->now() + 10s});
        FAIL();
    } catch (const Timeout& error) {
        EXPECT_THAT(error.what(), HasSubstr("the last answer was 503 Service Unavailable"));
    }
    EXPECT_TRUE(weather.clock->sleeps().empty()) << "there was no point in waiting";
    EXPECT_EQ(weather.seen, 1);
    Weather late({200});
    EXPECT_THROW(late.send("GET", {.deadline = late.clock->now() - 1s}), Timeout);
    EXPECT_EQ(late.seen, 0);
}

TEST(Retry, AStopEndsAPause) {
    std::stop_source stop;
    std::atomic<int> seen{0};
    const FakeCloud cloud([&](const ServerRequest&) {
        ++seen;
        stop.request_stop();
        return json_answer("{}", 503);
    });
    const auto swift =
        cloud.connect({}, {.retry = {.first_delay = 1h, .longest_delay = 1h}}).adapter("object-store");
    EXPECT_THROW(static_cast<void>(swift.request({.path = "/x"}, {.stop = stop.get_token()})), Cancelled);
    EXPECT_EQ(seen, 1);
}

TEST(Retry, ABodyThatCannotBeReadAgainIsSentOnce) {
    Weather weather({503, 201});
    bool ended = false;
    auto source = std::make_shared<BodySource>();
    source->read = [&](char* buffer, std::size_t) -> std::size_t {
        *buffer = 'x';
        return std::exchange(ended, true) ? 0 : 1;
    };
    const auto swift = weather.connection().adapter("object-store");
    EXPECT_THROW(static_cast<void>(swift.request({.method = "PUT", .path = "/o", .source = source})),
                 ServiceUnavailable);
    ended = false;
    source->rewind = [&] { ended = false; };
    weather.seen = 0;
    EXPECT_EQ(swift.request({.method = "PUT", .path = "/o", .source = source}).status, 201);
}

TEST(Retry, WhatTheSinkHasReceivedIsNotSentToItTwice) {
    std::atomic<int> seen{0};
    const FakeCloud cloud([&](const ServerRequest&) {
        auto answer = json_answer(std::string(1000, 'x'));
        if (++seen == 1) answer.cut_after_bytes = 500;
        return answer;
    });
    const auto swift = cloud.connect({}, {.retry = {.first_delay = 1ms}}).adapter("object-store");
    std::string got;
    EXPECT_THROW(static_cast<void>(
                     swift.request({.path = "/o", .sink = [&](std::string_view bytes) { got += bytes; }})),
                 TransportError);
    EXPECT_EQ(got.size(), 500U);
    EXPECT_EQ(seen, 1);
    seen = 0;
    EXPECT_EQ(swift.request({.path = "/o"}).body.size(), 1000U) << "a collected one is asked for again";
}

TEST(Retry, TheBudgetEndsAStorm) {
    session::RetryBudget budget({.budget = 2});
    EXPECT_TRUE(budget.take());
    EXPECT_TRUE(budget.take());
    EXPECT_FALSE(budget.take());
    for (int i = 0; i < 11; ++i)
        budget.succeeded();
    EXPECT_TRUE(budget.take()) << "successes earn it back";
    EXPECT_FALSE(budget.take());
}

TEST(Retry, RetryAfterInBothForms) {
    using session::parse_retry_after;
    EXPECT_EQ(parse_retry_after("120"), 120s);
    EXPECT_EQ(parse_retry_after(" 0 "), 0s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), 0s) << "long past";
    EXPECT_GT(*parse_retry_after("Fri, 06 Nov 2099 08:49:37 GMT"), 24h * 300);
    for (const char* bad : {"", "-5", "soon", "1.5"})
        EXPECT_FALSE(parse_retry_after(bad)) << bad;
    EXPECT_TRUE(parse_retry_after("99999999999999999999999"));
}

}  // namespace
}  // namespace openstack::testing
