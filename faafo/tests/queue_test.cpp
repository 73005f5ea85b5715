// The queue inside the database: nothing is lost, nothing is drawn by two at once, nothing is tried forever.
#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "faafo/queue/open_queue.hpp"
#include "faafo/tests/backends.hpp"

namespace faafo::tests {
namespace {

using namespace std::chrono_literals;
using store::State;

constexpr queue::QueueOptions expired_at_once{.lease = 0ms, .max_attempts = 3, .poll = 5ms};

TEST_P(Queue, GivesTheOldestTaskToOneWorkerOnly) {
    const Application application(files.database_url());
    application.store->create(small_fractal(numbered_uuid(2)));
    application.store->create(small_fractal(numbered_uuid(1)));

    const auto first = application.queue->claim("a");
    const auto second = application.queue->claim("b");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->fractal.uuid, numbered_uuid(2));
    EXPECT_EQ(second->fractal.uuid, numbered_uuid(1));
    EXPECT_NE(first->lease, second->lease);
    EXPECT_EQ(first->attempt, 1);
    EXPECT_FALSE(application.queue->claim("c"));

    const auto row = application.store->find(first->fractal.uuid);
    EXPECT_EQ(row->state, State::drawing);
    EXPECT_EQ(row->attempts, 1);
    EXPECT_TRUE(row->started_at);
}

TEST_P(Queue, GivesEachTaskOnceToManyWorkersOfTwoProcesses) {
    const Application one(files.database_url());
    const Application two(files.database_url());
    for (int number = 0; number < 60; ++number)
        one.store->create(small_fractal(numbered_uuid(number)));

    std::mutex mutex;
    std::multiset<std::string> claimed;
    {
        std::vector<std::jthread> workers;
        for (int worker = 0; worker < 6; ++worker) {
            workers.emplace_back([&, worker] {
                queue::Queue& mine = worker % 2 == 0 ? *one.queue : *two.queue;
                while (const auto task = mine.claim("worker")) {
                    const std::lock_guard lock(mutex);
                    claimed.insert(task->fractal.uuid);
                }
            });
        }
    }
    EXPECT_EQ(claimed.size(), 60U);
    EXPECT_EQ(std::set<std::string>(claimed.begin(), claimed.end()).size(), 60U);
}

TEST_P(Queue, ATaskEndsWithItsResult) {
    const Application application(files.database_url(), expired_at_once);
    application.store->create(small_fractal());
    const auto task = application.queue->claim("a");
    store::Result result = drawn(task->fractal);
    result.lease = task->lease;
    application.store->complete(result);
    application.queue->acknowledge(task->lease);
    EXPECT_FALSE(application.queue->claim("b")) << "although the lease is over";
}

TEST_P(Queue, ATaskOfASilentWorkerGoesToAnotherWhoseResultCounts) {
    const Application application(files.database_url(), expired_at_once);
    application.store->create(small_fractal());
    const auto lost = application.queue->claim("a");
    const auto again = application.queue->claim("b");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->fractal.uuid, lost->fractal.uuid);
    EXPECT_EQ(again->attempt, 2);
    EXPECT_FALSE(application.queue->extend(lost->lease));
    EXPECT_TRUE(application.queue->extend(again->lease));

    store::Result late = drawn(lost->fractal);
    late.lease = lost->lease;
    EXPECT_THROW(application.store->complete(late), store::LeaseLost);
    store::Result good = drawn(again->fractal);
    EXPECT_EQ(good.image, late.image) << "a repeated delivery draws the same picture";
    good.lease = again->lease;
    EXPECT_EQ(application.store->complete(good).state, State::done);
    EXPECT_EQ(application.store->complete(late).state, State::done) << "and changes nothing";
}

TEST_P(Queue, ATaskThatEndsEveryWorkerIsGivenUpWithAReason) {
    const Application application(files.database_url(), expired_at_once);
    application.store->create(small_fractal(numbered_uuid(1)));
    for (int attempt = 1; attempt <= 3; ++attempt)
        ASSERT_TRUE(application.queue->claim("worker-7"));
    application.store->create(small_fractal(numbered_uuid(2)));

    const auto next = application.queue->claim("worker-8");
    ASSERT_TRUE(next) << "it must not stand in the way of the others";
    EXPECT_EQ(next->fractal.uuid, numbered_uuid(2));
    const auto row = application.store->find(numbered_uuid(1));
    EXPECT_EQ(row->state, State::failed);
    EXPECT_EQ(row->attempts, 3);
    EXPECT_THAT(row->failure_reason.value(),
                testing::AllOf(testing::HasSubstr("3"), testing::HasSubstr("worker-7")));
    EXPECT_TRUE(row->finished_at);
}

TEST_P(Queue, RejectedTasksAreFailedAtOnce) {
    const Application application(files.database_url());
    application.store->create(small_fractal());
    const auto task = application.queue->claim("a");
    application.queue->reject(task->lease, "cannot be drawn: xa: must be finite");
    const auto row = application.store->find(task->fractal.uuid);
    EXPECT_EQ(row->state, State::failed);
    EXPECT_EQ(row->failure_reason, "cannot be drawn: xa: must be finite");
    EXPECT_FALSE(application.queue->claim("a"));
    application.queue->reject(task->lease, "again");
    EXPECT_EQ(application.store->find(task->fractal.uuid)->failure_reason, row->failure_reason);
}

TEST_P(Queue, ReleasedTasksComeBackAtOnceAndDoNotCount) {
    const Application application(files.database_url());
    application.store->create(small_fractal());
    const auto task = application.queue->claim("a");
    application.queue->release(task->lease);
    const auto row = application.store->find(task->fractal.uuid);
    EXPECT_EQ(row->state, State::queued);
    EXPECT_EQ(row->attempts, 0);
    const auto again = application.queue->claim("b");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->attempt, 1);
    application.queue->release(task->lease);
    EXPECT_FALSE(application.queue->claim("c")) << "a lost lease releases nothing";
}

TEST_P(Queue, RetriedTasksComeBackLaterAndCount) {
    const Application application(files.database_url());
    application.store->create(small_fractal());
    application.queue->retry(application.queue->claim("a")->lease, 1h);
    EXPECT_FALSE(application.queue->claim("b"));
    const Application second(files.database_url());
    second.store->create(small_fractal());
    const auto task = second.queue->claim("b");
    second.queue->retry(task->lease, 0ms);
    EXPECT_EQ(second.queue->claim("b")->attempt, 2);
}

TEST_P(Queue, AnAcknowledgementWithoutAResultIsNotBelieved) {
    const Application application(files.database_url());
    application.store->create(small_fractal());
    const auto task = application.queue->claim("a");
    application.queue->acknowledge(task->lease);
    EXPECT_EQ(application.store->find(task->fractal.uuid)->state, State::queued)
        << "it went to another database";
}

TEST_P(Queue, WakesWhoWaitsWhenATaskArrives) {
    const Application application(files.database_url(), {.poll = 1h});
    const auto seen = application.queue->notifications();
    std::jthread waiting([&](std::stop_token stop) { application.queue->wait(seen, stop); });
    EXPECT_EQ(application.call("POST", "/v1/fractal", request_json(small_fractal())).status, 201);
    waiting.join();
    application.queue->wait(seen, {});  // missed nothing
    std::jthread stopped(
        [&](std::stop_token stop) { application.queue->wait(application.queue->notifications(), stop); });
    stopped.request_stop();
    stopped.join();
}

TEST_P(Queue, NamesTransportsThatItCannotUseWithoutTheirPassword) {
    const Application application(files.database_url());
    EXPECT_TRUE(queue::open_queue("", application.database));
    EXPECT_TRUE(queue::open_queue("embedded://", application.database));
    for (const std::string url : {"amqp://guest:secret@broker.example:5672//", "secret", "http://secret"}) {
        try {
            (void)queue::open_queue(url, application.database);
            ADD_FAILURE() << url;
        } catch (const queue::UnsupportedTransport& error) {
            EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("secret")));
            EXPECT_THAT(error.what(), testing::HasSubstr("transport_url"));
        }
    }
}

}  // namespace
}  // namespace faafo::tests
