// One token for any number of threads: renewal when it is refused, and before it ends.
#include <gmock/gmock.h>

#include <latch>
#include <thread>

#include "common/testkit/wait.hpp"
#include "openstack/error.hpp"
#include "sdk/src/session/session_impl.hpp"
#include "sdk/tests/core/cloud_fixture.hpp"

namespace openstack::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Answer refusal() {
    return json_answer(
        R"({"error":{"code":401,"title":"Unauthorized","message":"The request you have made requires authentication."}})",
        401);
}

/// Runs `work` on that many threads at once; returns how many did not throw.
int on_threads(int count, const std::function<void(int)>& work) {
    std::latch ready(count);
    std::atomic<int> good{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            ready.arrive_and_wait();
            try {
                work(i);
                ++good;
            } catch (const std::exception& error) {
                ADD_FAILURE() << error.what();
            }
        });
    }
    threads.clear();
    return good;
}

TEST(Token, SixtyFourThreadsThatStartSignInOnce) {
    const FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    const auto connection = cloud.connect();
    const auto compute = connection.adapter("compute");
    EXPECT_EQ(on_threads(64, [&](int) { static_cast<void>(compute.request({.path = "/servers"})); }), 64);
    EXPECT_EQ(cloud.sign_ins(), 1);
    EXPECT_EQ(cloud.requests().size(), 64U);
}

TEST(Token, SixtyFourThreadsMeetingARefusalRenewOnce) {
    constexpr int threads = 64;
    std::latch all_refused(threads);
    std::atomic<bool> revoked{false};
    FakeCloud* cloud_pointer = nullptr;
    FakeCloud cloud([&](const ServerRequest& request) {
        if (!revoked || cloud_pointer->valid(request)) return json_answer("{}");
        all_refused.arrive_and_wait();  // nobody renews before everybody has been refused
        return refusal();
    });
    cloud_pointer = &cloud;
    const auto compute = cloud.connect().adapter("compute");
    static_cast<void>(compute.request({.path = "/warm-up"}));
    cloud.revoke_all();
    revoked = true;
    EXPECT_EQ(on_threads(threads,
                         [&](int i) {
                             // POST too: a refused request has not been acted upon.
                             const auto response = compute.request({.method = i % 2 == 0 ? "GET" : "POST",
                                                                    .path = "/servers/" + std::to_string(i),
                                                                    .body = i % 2 == 0 ? "" : "{}"});
                             EXPECT_EQ(response.status, 200);
                         }),
              threads);
    EXPECT_EQ(cloud.sign_ins(), 2) << "one at first, one for all 64";
    std::map<std::string, int> times;
    for (const auto& request : cloud.requests())
        ++times[request.path];
    for (int i = 0; i < threads; ++i)
        EXPECT_EQ(times["/compute/v2.1/servers/" + std::to_string(i)], 2) << "each is repeated once";
}

TEST(Token, ALateRefusalOfAnOldTokenDoesNotDiscardTheNewOne) {
    std::latch go(1);
    std::atomic<bool> held{false};
    FakeCloud cloud([&](const ServerRequest& request) {
        const bool old = request.headers.get("X-Auth-Token") == "token-number-1";
        if (request.path.ends_with("/slow") && old) {
            held = true;
            go.wait();
        }
        return old && held ? refusal() : json_answer("{}");
    });
    const auto compute = cloud.connect().adapter("compute");
    std::jthread slow([&] { EXPECT_EQ(compute.request({.path = "/slow"}).status, 200); });
    ASSERT_TRUE(common::testkit::wait_until([&] { return held.load(); }));
    static_cast<void>(compute.request({.path = "/quick"}));
    EXPECT_EQ(cloud.sign_ins(), 2);
    go.count_down();
    slow.join();
    EXPECT_EQ(cloud.sign_ins(), 2);
}

TEST(Token, ASecondRefusalIsFinal) {
    FakeCloud cloud([](const ServerRequest&) { return refusal(); });
    const auto compute = cloud.connect().adapter("compute");
    EXPECT_THROW(static_cast<void>(compute.request({.path = "/servers"})), Unauthorized);
    EXPECT_EQ(cloud.sign_ins(), 2);
    EXPECT_EQ(cloud.requests().size(), 2U);
}

TEST(Token, AFailedSignInIsToldToAllWhoWaitAndMadeOnce) {
    constexpr int threads = 16;
    std::atomic<int> asked{0};
    std::latch all_here(1);
    FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    cloud.keystone = [&](const ServerRequest&) {
        ++asked;
        all_here.wait();
        return refusal();
    };
    const auto session = cloud.connect().session();
    std::atomic<int> unauthorized{0};
    std::atomic<int> started{0};
    std::vector<std::jthread> callers;
    for (int i = 0; i < threads; ++i) {
        callers.emplace_back([&] {
            ++started;
            try {
                static_cast<void>(session->token());
            } catch (const Unauthorized& error) {
                EXPECT_THAT(error.what(), HasSubstr("cannot sign in"));
                ++unauthorized;
            }
        });
    }
    ASSERT_TRUE(common::testkit::wait_until([&] { return started == threads && asked == 1; }));
    all_here.count_down();
    callers.clear();
    EXPECT_EQ(unauthorized, threads);
    EXPECT_LE(asked, threads / 2) << "those who waited did not ask again";
}

TEST(Token, AWaitersOwnDeadlineAndStopCount) {
    std::latch go(1);
    std::atomic<bool> asked{false};
    FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    cloud.keystone = [&](const ServerRequest&) -> std::optional<Answer> {
        asked = true;
        go.wait();
        return std::nullopt;
    };
    const auto session = cloud.connect().session();
    std::jthread leader([&] { EXPECT_EQ(session->token(), "token-number-1"); });
    ASSERT_TRUE(common::testkit::wait_until([&] { return asked.load(); }));
    EXPECT_THROW(static_cast<void>(session->token(CallOptions::within(20ms))), Timeout);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(static_cast<void>(session->token({.stop = stop.get_token()})), Cancelled);
    go.count_down();
}

TEST(Token, WhenTheOneAtWorkGivesUpTheNextTakesOver) {
    std::atomic<int> asked{0};
    std::latch go(1);
    FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    cloud.keystone = [&](const ServerRequest&) -> std::optional<Answer> {
        if (++asked == 1) go.wait();
        return std::nullopt;
    };
    const auto session = cloud.connect().session();
    std::stop_source stop;
    std::jthread leader(
        [&] { EXPECT_THROW(static_cast<void>(session->token({.stop = stop.get_token()})), Cancelled); });
    ASSERT_TRUE(common::testkit::wait_until([&] { return asked == 1; }));
    std::jthread follower([&] { EXPECT_THAT(session->token(), HasSubstr("token-number-")); });
    stop.request_stop();
    leader.join();
    follower.join();
    go.count_down();
    EXPECT_EQ(asked, 2);
}

TEST(Token, IsRenewedBeforeItEnds) {
    FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    cloud.lifetime = 1h;
    const auto clock = std::make_shared<FakeClock>();
    const auto session = cloud.connect_by_clock(clock).session();
    EXPECT_EQ(session->token(), "token-number-1");
    clock->advance(57min);
    EXPECT_EQ(session->token(), "token-number-1");
    clock->advance(2min);
    EXPECT_EQ(session->token(), "token-number-2");
    EXPECT_EQ(session->token(), "token-number-2");
}

TEST(Token, LivesByTheCloudsClockNotOurs) {
    // Keystone's clock is years off; only the difference between issued_at and expires_at counts.
    FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    cloud.keystone = [](const ServerRequest&) {
        auto answer = json_answer(
            R"({"token":{"issued_at":"2001-01-01T00:00:00Z","expires_at":"2001-01-01T01:00:00Z"}})", 201);
        answer.response.headers.set("X-Subject-Token", "old-clock");
        return answer;
    };
    const auto clock = std::make_shared<FakeClock>();
    const auto session = cloud.connect_by_clock(clock).session();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(session->token(), "old-clock");
    EXPECT_EQ(cloud.server().requests().size(), 1U);
}

/// A cloud whose Keystone answers everything with one status while it is broken.
class BreakableKeystone {
  public:
    explicit BreakableKeystone(int status) {
        cloud.keystone = [this, status](const ServerRequest&) -> std::optional<Answer> {
            if (!broken) return std::nullopt;
            ++refused;
            return json_answer("{}", status);
        };
    }
    std::atomic<bool> broken{false};
    std::atomic<int> refused{0};
    FakeCloud cloud{[](const ServerRequest&) { return json_answer("{}"); }};
};

TEST(Token, AnEarlyRenewalThatFailsIsNoFailure) {
    BreakableKeystone keystone(500);
    const auto clock = std::make_shared<FakeClock>();
    const auto session = keystone.cloud.connect_by_clock(clock).session();
    EXPECT_EQ(session->token(), "token-number-1");
    keystone.broken = true;
    clock->advance(59min);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(session->token(), "token-number-1");
    EXPECT_EQ(keystone.refused, 1) << "it is not tried again at every call";
    clock->advance(2min);
    EXPECT_THROW(static_cast<void>(session->token()), ServiceUnavailable);
    keystone.broken = false;
    EXPECT_EQ(session->token(), "token-number-2");
}

/// A Keystone that answers once, and from then on is silent until the caller's deadline: by the test's clock, at once.
class SilentKeystone : public http::Transport {
  public:
    explicit SilentKeystone(std::shared_ptr<FakeClock> clock) : clock_(std::move(clock)) {}
    http::WireAnswer perform(const http::WireRequest& request) override {
        if (request.method != "POST") return {.status = 404};
        if (++asked == 1) {
            return {
                .status = 201,
                .headers = {{"X-Subject-Token", "the-first"}},
                .body =
                    R"({"token":{"issued_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-01T01:00:00Z"}})"};
        }
        if (!request.deadline) throw http::TransportFault(http::Fault::lost, "silence without end");
        clock_->advance(std::chrono::ceil<std::chrono::milliseconds>(*request.deadline - clock_->now()));
        throw http::TransportFault(http::Fault::deadline, "the deadline has passed");
    }
    int asked = 0;

  private:
    std::shared_ptr<FakeClock> clock_;
};

TEST(Token, AnEarlyRenewalThatIsNotAnsweredEndsLongBeforeTheToken) {
    const auto clock = std::make_shared<FakeClock>();
    const auto keystone = std::make_shared<SilentKeystone>(clock);
    const FakeCloud cloud([](const ServerRequest&) { return json_answer("{}"); });
    const auto session = std::make_shared<Session>(std::make_unique<Session::Impl>(
        CloudConfig::load(cloud.config()), SessionOptions{}, keystone, clock));
    EXPECT_EQ(session->token(), "the-first");
    clock->advance(59min);
    const auto before = clock->now();
    EXPECT_EQ(session->token(), "the-first");
    EXPECT_EQ(keystone->asked, 2) << "one attempt";
    EXPECT_LE(clock->now() - before, 15s) << "of the minute that is left";
    clock->advance(15s);
    EXPECT_EQ(session->token({.deadline = clock->now() + 1s}), "the-first");
    EXPECT_EQ(keystone->asked, 3) << "it is tried again, within what the caller has";
}

TEST(Token, AnEarlyRenewalIsOneAttempt) {
    BreakableKeystone keystone(503);
    const auto clock = std::make_shared<FakeClock>();
    const auto session = keystone.cloud.connect_by_clock(clock).session();
    EXPECT_EQ(session->token(), "token-number-1");
    keystone.broken = true;
    clock->advance(59min);
    EXPECT_EQ(session->token(), "token-number-1");
    EXPECT_EQ(keystone.refused, 1);
    EXPECT_TRUE(clock->sleeps().empty());
}

TEST(Token, ARefusalDuringAFailingEarlyRenewalSignsInPatiently) {
    std::latch go(1);
    std::atomic<int> asked{0};
    FakeCloud* cloud_pointer = nullptr;
    FakeCloud cloud([&](const ServerRequest& request) {
        return cloud_pointer->valid(request) ? json_answer("{}") : refusal();
    });
    cloud_pointer = &cloud;
    cloud.keystone = [&](const ServerRequest&) -> std::optional<Answer> {
        switch (++asked) {
            case 1:
                return std::nullopt;
            case 2:
                go.wait();
                [[fallthrough]];
            case 3:
                return json_answer("{}", 503);
            default:
                return std::nullopt;
        }
    };
    const auto clock = std::make_shared<FakeClock>();
    const auto connection = cloud.connect_by_clock(clock);
    const auto& session = connection.session();
    EXPECT_EQ(session->token(), "token-number-1");
    clock->advance(59min);
    std::jthread early([&] { EXPECT_EQ(session->token(), "token-number-1"); });
    ASSERT_TRUE(common::testkit::wait_until([&] { return asked == 2; }));
    cloud.revoke_all();
    std::jthread refused(
        [&] { EXPECT_EQ(connection.adapter("compute").request({.path = "/servers"}).status, 200); });
    ASSERT_TRUE(common::testkit::wait_until([&] { return cloud.requests().size() == 1; }));
    go.count_down();
    refused.join();
    EXPECT_EQ(asked, 4)
        << "the early one's failure is its own: one more failed, was repeated, and is the token";
}

TEST(Token, ARefusedStreamIsSentAgainFromItsBeginning) {
    std::atomic<bool> revoked{false};
    FakeCloud* cloud_pointer = nullptr;
    FakeCloud cloud([&](const ServerRequest& request) {
        return !revoked || cloud_pointer->valid(request) ? json_answer("{}", 201) : refusal();
    });
    cloud_pointer = &cloud;
    const auto swift = cloud.connect().adapter("object-store");
    static_cast<void>(swift.request({.path = "/c"}));
    cloud.revoke_all();
    revoked = true;
    std::size_t at = 0;
    const std::string bytes = "all of it";
    auto source = std::make_shared<BodySource>();
    source->read = [&](char* buffer, std::size_t capacity) {
        const auto count = bytes.copy(buffer, capacity, at);
        at += count;
        return count;
    };
    source->size = bytes.size();
    const Request once{.method = "PUT", .path = "/c/o", .source = source};
    EXPECT_THROW(static_cast<void>(swift.request(once)), Unauthorized) << "it cannot be read again";
    at = 0;
    EXPECT_EQ(swift.request(once).status, 201) << "but the next one has a good token";
    at = 0;
    source->rewind = [&] { at = 0; };
    cloud.revoke_all();
    EXPECT_EQ(swift.request({.method = "PUT", .path = "/c/o", .source = source}).status, 201);
    EXPECT_EQ(cloud.requests().back().body.read(), bytes);
}

}  // namespace
}  // namespace openstack::testing
