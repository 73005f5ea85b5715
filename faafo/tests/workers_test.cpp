// The workers: every task ends in a picture, a reason, or back in the queue.
#include "faafo/worker/workers.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>

#include "common/testkit/scripted_server.hpp"
#include "common/testkit/wait.hpp"
#include "faafo/api/client.hpp"
#include "faafo/tests/application.hpp"
#include "faafo/worker/ledger.hpp"

namespace faafo::tests {
namespace {

using namespace std::chrono_literals;
using common::testkit::wait_until;
using store::State;

/// Minutes of one core: interior almost everywhere, and too many iterations to end by itself during a test.
store::Fractal endless_fractal() {
    store::Fractal fractal = small_fractal();
    fractal.parameters = {.width = 12'000,
                          .height = 12'000,
                          .iterations = 6'000,
                          .window = {.xa = -1.8, .xb = 1.8, .ya = -1.8, .yb = 1.8}};
    fractal.c = {-0.7269, 0.1889};
    return fractal;
}

class WorkersTest : public testing::Test {
  protected:
    State state_of(const std::string& uuid) const { return application.store->find(uuid)->state; }
    bool becomes(const std::string& uuid, State state) const {
        return wait_until([&] { return state_of(uuid) == state; });
    }

    Files files;
    Application application{files.database_url(), {.lease = 30s, .max_attempts = 2, .poll = 5ms}};
    std::unique_ptr<worker::Sink> sink = worker::make_store_sink(*application.store);
};

TEST_F(WorkersTest, DrawWhatIsAskedFor) {
    std::vector<store::Fractal> fractals;
    for (int number = 0; number < 20; ++number) {
        fractals.push_back(small_fractal(numbered_uuid(number)));
        application.store->create(fractals.back());
    }
    const worker::Workers workers(*application.queue, *sink, {.count = 3, .name = "host-7"});
    for (const auto& fractal : fractals) {
        ASSERT_TRUE(becomes(fractal.uuid, State::done));
        EXPECT_EQ(application.store->image(fractal.uuid)->bytes, drawn(fractal).image);
    }
    EXPECT_EQ(application.store->find(numbered_uuid(0))->generated_by, "host-7");
    EXPECT_EQ(application.store->find(numbered_uuid(0))->attempts, 1);
}

TEST_F(WorkersTest, TasksOfOldVersionsThatCannotBeDrawnFailWithAReason) {
    store::Fractal poison = small_fractal();
    poison.parameters.width = 0;
    poison.parameters.window.xa = 1e308;
    application.store->create(poison);
    const store::Fractal good = small_fractal();
    application.store->create(good);
    const worker::Workers workers(*application.queue, *sink, {});
    ASSERT_TRUE(becomes(good.uuid, State::done));
    ASSERT_TRUE(becomes(poison.uuid, State::failed));
    EXPECT_THAT(*application.store->find(poison.uuid)->failure_reason, testing::HasSubstr("width"));
}

TEST_F(WorkersTest, AStopReturnsTheTaskWithinSeconds) {
    const store::Fractal fractal = endless_fractal();
    application.store->create(fractal);
    {
        worker::Workers workers(*application.queue, *sink, {});
        ASSERT_TRUE(becomes(fractal.uuid, State::drawing));
        const auto begin = std::chrono::steady_clock::now();
        workers.stop();
        EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    }
    EXPECT_EQ(state_of(fractal.uuid), State::queued);
    EXPECT_EQ(application.store->find(fractal.uuid)->attempts, 0);
    EXPECT_TRUE(application.queue->claim("next"));
}

/// Fails as often as it is told, then stores.
class MoodySink : public worker::Sink {
  public:
    MoodySink(worker::Sink& sink, int failures) : sink_(sink), failures_(failures) {}
    worker::Delivery deliver(const store::Result& result, std::stop_token stop) override {
        {
            const std::lock_guard lock(mutex_);
            images.push_back(result.image);
        }
        if (failures_-- > 0) throw worker::SinkUnavailable("not now");
        return sink_.deliver(result, stop);
    }
    std::vector<std::string> images;

  private:
    worker::Sink& sink_;
    std::mutex mutex_;
    std::atomic<int> failures_;
};

TEST_F(WorkersTest, KeepTheirPictureWhileNobodyTakesIt) {
    MoodySink moody(*sink, 2);
    const store::Fractal fractal = small_fractal();
    application.store->create(fractal);
    {
        const worker::Workers workers(*application.queue, moody, {});
        ASSERT_TRUE(becomes(fractal.uuid, State::done));
    }
    EXPECT_EQ(moody.images.size(), 3U);
    EXPECT_EQ(application.store->find(fractal.uuid)->attempts, 1) << "it was drawn once";
}

TEST_F(WorkersTest, AStopDoesNotWaitForAnApiThatIsGone) {
    MoodySink moody(*sink, 1'000'000);
    const store::Fractal fractal = small_fractal();
    application.store->create(fractal);
    {
        worker::Workers workers(*application.queue, moody, {});
        ASSERT_TRUE(becomes(fractal.uuid, State::drawing));
        const auto begin = std::chrono::steady_clock::now();
        workers.stop();
        EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    }
    EXPECT_EQ(state_of(fractal.uuid), State::queued);
}

class BrokenSink : public worker::Sink {
  public:
    worker::Delivery deliver(const store::Result&, std::stop_token) override {
        throw std::runtime_error("the disk is full");
    }
};

TEST_F(WorkersTest, WhatFailsAgainAndAgainIsGivenUpWithTheLastReason) {
    BrokenSink broken;
    const store::Fractal fractal = small_fractal();
    application.store->create(fractal);
    const worker::Workers workers(*application.queue, broken, {});
    ASSERT_TRUE(becomes(fractal.uuid, State::failed));
    EXPECT_THAT(*application.store->find(fractal.uuid)->failure_reason,
                testing::HasSubstr("the disk is full"));
    EXPECT_EQ(application.store->find(fractal.uuid)->attempts, 2);
}

TEST_F(WorkersTest, DeletedFractalsAreForgotten) {
    const store::Fractal fractal = endless_fractal();
    application.store->create(fractal);
    const Application quick(files.database_url(), {.lease = 30ms, .poll = 5ms});
    const worker::Workers workers(*quick.queue, *sink, {});
    ASSERT_TRUE(becomes(fractal.uuid, State::drawing));
    application.store->remove(fractal.uuid);
    const store::Fractal next = small_fractal();
    application.store->create(next);
    EXPECT_TRUE(becomes(next.uuid, State::done)) << "the drawing of the deleted one is not worth its time";
}

/// Gives out its tasks, one after the other, and tells what becomes of them.
class ScriptedQueue : public queue::Queue {
  public:
    explicit ScriptedQueue(std::vector<std::function<store::Fractal()>> tasks) : tasks_(std::move(tasks)) {}

    std::optional<queue::Task> claim(const std::string&) override {
        const std::size_t number = claims++;
        if (number >= tasks_.size()) return std::nullopt;
        return queue::Task{.fractal = tasks_[number](), .lease = std::to_string(number)};
    }
    bool extend(const std::string& lease) override { return on_extend(lease, ++extends); }
    void acknowledge(const std::string& lease) override { end("acknowledged", lease); }
    void release(const std::string& lease) override { end("released", lease); }
    void retry(const std::string& lease, std::chrono::milliseconds) override { end("retried", lease); }
    void reject(const std::string& lease, const std::string&) override { end("rejected", lease); }
    void notify() override {}
    std::uint64_t notifications() const override { return 0; }
    void wait(std::uint64_t, std::stop_token stop) override {
        std::unique_lock lock(mutex_);
        never_.wait(lock, stop, [] { return false; });
    }
    const queue::QueueOptions& options() const override { return options_; }

    std::vector<std::string> ended() const {
        const std::lock_guard lock(mutex_);
        return ended_;
    }

    std::function<bool(const std::string& lease, int number)> on_extend = [](const auto&, int) {
        return true;
    };
    std::atomic<std::size_t> claims = 0;
    std::atomic<int> extends = 0;

  private:
    void end(const std::string& how, const std::string& lease) {
        const std::lock_guard lock(mutex_);
        ended_.push_back(how + " " + lease);
    }

    const queue::QueueOptions options_{.lease = 3ms};
    const std::vector<std::function<store::Fractal()>> tasks_;
    mutable std::mutex mutex_;
    std::condition_variable_any never_;
    std::vector<std::string> ended_;
};

/// Takes nothing, and says so in the rudest way.
class ThrowingSink : public worker::Sink {
  public:
    worker::Delivery deliver(const store::Result&, std::stop_token) override { throw 42; }
};

TEST(Workers, RenewALeaseAsLongAsTheDrawingTakes) {
    ScriptedQueue queue({endless_fractal});
    ThrowingSink sink;
    worker::Workers workers(queue, sink, {});
    EXPECT_TRUE(wait_until([&] { return queue.extends > 20; }));
    EXPECT_EQ(queue.claims, 1U);
    EXPECT_THAT(queue.ended(), testing::IsEmpty());
    workers.stop();
    EXPECT_THAT(queue.ended(), testing::ElementsAre("released 0"));
}

TEST(Workers, LeaveATaskWhoseLeaseWasLost) {
    ScriptedQueue queue({endless_fractal, endless_fractal});
    queue.on_extend = [](const std::string& lease, int) { return lease != "0"; };
    ThrowingSink sink;
    const worker::Workers workers(queue, sink, {});
    EXPECT_TRUE(wait_until([&] { return queue.claims == 2 && queue.extends > 20; }));
    EXPECT_THAT(queue.ended(), testing::IsEmpty()) << "it is another worker's";
}

TEST(Workers, GoOnWhateverIsThrown) {
    ScriptedQueue queue({[] { return small_fractal(); }, []() -> store::Fractal { throw 42; },
                         []() -> store::Fractal { throw store::Unavailable("not now"); }, endless_fractal});
    queue.on_extend = [](const std::string&, int number) -> bool {
        if (number % 3 == 0) throw 42;
        if (number % 3 == 1) throw store::Unavailable("not now");
        return true;
    };
    ThrowingSink sink;
    worker::Workers workers(queue, sink, {});
    EXPECT_TRUE(wait_until([&] { return queue.claims == 4 && queue.extends > 20; }));
    workers.stop();
    EXPECT_THAT(queue.ended(), testing::ElementsAre("released 3"));
}

TEST(HttpSink, SendsWhatTheOriginalsApiUnderstands) {
    const store::Fractal fractal = small_fractal();
    int status = 200;
    common::testkit::ScriptedServer server([&](const common::httpd::Request&) {
        return common::testkit::json_answer(R"({"message":"because"})", status);
    });
    const auto sink = worker::make_http_sink(server.url() + "/");
    const store::Result result = drawn(fractal);
    EXPECT_EQ(sink->deliver(result, {}), worker::Delivery::stored);
    const auto request = server.requests().at(0);
    EXPECT_EQ(request.method, "PUT");
    EXPECT_EQ(request.path, "/v1/fractal/" + fractal.uuid);
    EXPECT_EQ(request.headers.get("Content-Type"), "application/json");
    const auto body = boost::json::parse(request.body.read()).as_object();
    for (const std::string name : {"uuid", "duration", "image", "checksum", "size", "generated_by"}) {
        EXPECT_TRUE(body.contains(name)) << name;
    }
    status = 404;
    EXPECT_EQ(sink->deliver(result, {}), worker::Delivery::pointless);
    status = 409;
    EXPECT_EQ(sink->deliver(result, {}), worker::Delivery::pointless);
    status = 400;
    EXPECT_THROW(sink->deliver(result, {}), worker::Refused);
    for (const int bad : {401, 403, 405, 500, 502, 503, 301}) {
        status = bad;
        EXPECT_THROW(sink->deliver(result, {}), worker::SinkUnavailable) << bad;
    }
}

TEST(HttpSink, AnApiThatKnowsTheOriginalsMembersOnlyGetsThose) {
    const store::Fractal fractal = small_fractal();
    common::testkit::ScriptedServer original([&](const common::httpd::Request& request) {
        const auto body = boost::json::parse(request.body.read()).as_object();
        for (const auto& member : body) {
            const std::string_view name(member.key().data(), member.key().size());
            const bool known = name == "uuid" || name == "duration" || name == "image" ||
                               name == "checksum" || name == "size" || name == "generated_by";
            if (known) continue;
            return common::testkit::json_answer(
                R"({"message":"Model does not have field ')" + std::string(name) + R"('"})", 400);
        }
        return common::testkit::json_answer("{}");
    });
    const auto sink = worker::make_http_sink(original.url());
    EXPECT_EQ(sink->deliver(drawn(fractal), {}), worker::Delivery::stored);
    const auto ledger = worker::make_http_ledger(original.url(), {});
    EXPECT_TRUE(ledger->begin(fractal.uuid).wanted)
        << "it draws, although the API does not hear that it begins";
    EXPECT_EQ(ledger->hold(fractal.uuid, "lease"), queue::Ledger::Hold::impossible);
}

TEST(HttpSink, NobodyThereIsUnavailableAndAStopIsHeard) {
    const auto nobody =
        worker::make_http_sink("http://127.0.0.1:" + std::to_string(common::testkit::free_port()));
    const store::Result result = drawn(small_fractal());
    EXPECT_THROW(nobody->deliver(result, {}), worker::SinkUnavailable);
    EXPECT_THROW((void)worker::make_http_sink("ftp://host"), api::BadEndpoint);
    EXPECT_THROW((void)worker::make_http_sink("http://"), api::BadEndpoint);

    std::latch arrived(1);
    std::latch leave(1);
    common::testkit::ScriptedServer silent([&](const common::httpd::Request&) {
        arrived.count_down();
        leave.wait();
        return common::testkit::json_answer("{}");
    });
    const auto waiting = worker::make_http_sink(silent.url());
    std::jthread thread(
        [&](std::stop_token stop) { EXPECT_THROW(waiting->deliver(result, stop), worker::SinkUnavailable); });
    arrived.wait();
    thread.request_stop();
    thread.join();
    leave.count_down();
}

}  // namespace
}  // namespace faafo::tests
