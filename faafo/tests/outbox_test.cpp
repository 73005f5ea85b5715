// The outbox, and the URLs of the brokers that it is for.
#include "faafo/store/outbox.hpp"

#include <gmock/gmock.h>

#include "faafo/queue/open_queue.hpp"
#include "faafo/queue/rabbitmq/url.hpp"
#include "faafo/tests/application.hpp"

namespace faafo::tests {
namespace {

using namespace std::chrono_literals;
using queue::rabbitmq::BrokerUrl;
using store::State;

class OutboxTest : public testing::Test {
  protected:
    void create(int number) { store->create(small_fractal(numbered_uuid(number))); }
    std::vector<std::string> taken(std::size_t count = 10, std::chrono::milliseconds lease = 1h) {
        std::vector<std::string> uuids;
        for (const auto& entry : outbox.take(count, lease))
            uuids.push_back(entry.fractal.uuid);
        return uuids;
    }

    Files files;
    Application application{files.database_url()};
    std::unique_ptr<store::Store> store = store::make_sql_store(
        application.database, {.outbox = true, .drawing_limit = 0ms, .silence_limit = 0ms});
    store::Outbox outbox{application.database};
};

TEST_F(OutboxTest, GivesEachTaskToOneProcessUntilItsLeaseEnds) {
    create(1);
    create(2);
    EXPECT_THAT(taken(1), testing::ElementsAre(numbered_uuid(1)));
    EXPECT_THAT(taken(10, 0ms), testing::ElementsAre(numbered_uuid(2)));
    EXPECT_THAT(taken(), testing::ElementsAre(numbered_uuid(2))) << "the lease of the other goes on";
    EXPECT_THAT(taken(), testing::IsEmpty());
    outbox.postpone(std::vector{numbered_uuid(1)}, 0ms);
    EXPECT_THAT(taken(), testing::ElementsAre(numbered_uuid(1)));
}

TEST_F(OutboxTest, WhatNobodyDrawsIsDueAgainAndWhatIsOverIsGone) {
    create(1);
    ASSERT_EQ(taken().size(), 1U);
    outbox.published(std::vector{numbered_uuid(1)}, 0ms);
    const auto again = outbox.take(10, 0ms);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].publications, 1);
    EXPECT_FALSE(again[0].worker_silent);
    outbox.published(std::vector{numbered_uuid(1)}, 1h);
    EXPECT_THAT(taken(), testing::IsEmpty());

    create(2);
    create(3);
    create(4);
    (void)store->complete(drawn(small_fractal(numbered_uuid(2))));
    (void)store->fail(numbered_uuid(3), "because", std::nullopt);
    EXPECT_TRUE(store->remove(numbered_uuid(4)));
    EXPECT_THAT(taken(), testing::IsEmpty());
}

TEST_F(OutboxTest, AWorkerWithoutTheBrokerKeepsItsTaskByReporting) {
    create(1);
    ASSERT_EQ(taken().size(), 1U);
    EXPECT_EQ(store->change(numbered_uuid(1), {.state = State::drawing}).attempts, 1);
    const auto held = store->change(numbered_uuid(1), {.state = State::drawing, .lease = "worker's"});
    EXPECT_EQ(held.attempts, 1);
    EXPECT_EQ(held.state, State::drawing);
    const auto silent = outbox.take(10, 1h);
    ASSERT_EQ(silent.size(), 1U);
    EXPECT_TRUE(silent[0].worker_silent);
    const auto given_back = store->change(numbered_uuid(1), {.state = State::queued});
    EXPECT_EQ(given_back.state, State::queued);
    EXPECT_EQ(given_back.attempts, 0);
    EXPECT_EQ(taken().size(), 1U);
    EXPECT_THROW((void)application.store->change(numbered_uuid(2), {.state = State::drawing}),
                 store::NotFound);
}

TEST_F(OutboxTest, NothingStaysBehindWhenTheKindOfQueueChanges) {
    create(1);
    EXPECT_EQ(outbox.return_tasks(), 1U);
    EXPECT_TRUE(application.queue->claim("worker"));
    application.store->create(small_fractal(numbered_uuid(2)));
    EXPECT_EQ(outbox.adopt_tasks(), 2U);
    EXPECT_THAT(taken(), testing::ElementsAre(numbered_uuid(2))) << "the other one's lease goes on";
    EXPECT_FALSE(application.queue->claim("worker"));
    EXPECT_EQ(outbox.adopt_tasks(), 0U);
}

TEST(BrokerUrls, AreReadAsKombuAndRabbitMqWriteThem) {
    const auto url = BrokerUrl::parse("amqp://me:p%40ss%2F@broker.example//");
    EXPECT_EQ(url.host, "broker.example");
    EXPECT_EQ(url.port, 5672);
    EXPECT_EQ(url.user, "me");
    EXPECT_EQ(url.password, "p@ss/");
    EXPECT_EQ(url.virtual_host, "/");
    EXPECT_FALSE(url.tls);
    EXPECT_EQ(url.without_password(), "amqp://me@broker.example:5672//");
    EXPECT_EQ(BrokerUrl::parse("amqp://me:x@host:7/fractals").virtual_host, "fractals");
    EXPECT_EQ(BrokerUrl::parse("amqp://me:x@host:7/%2F").virtual_host, "/");
    EXPECT_EQ(BrokerUrl::parse("rabbit://me:x@[::1]:7").host, "::1");
    const auto tls = BrokerUrl::parse("amqps://me:x@host?heartbeat=5&cacertfile=/etc/ca%20one.pem");
    EXPECT_TRUE(tls.tls);
    EXPECT_EQ(tls.port, 5671);
    EXPECT_EQ(tls.heartbeat, 5s);
    EXPECT_EQ(tls.authorities, "/etc/ca one.pem");
    EXPECT_EQ(BrokerUrl::parse("amqp://guest:guest@localhost:5672//").user, "guest");
    EXPECT_EQ(BrokerUrl::parse("amqp://127.0.0.1").user, "guest");
}

TEST(BrokerUrls, ThatMakeNoSenseAreRefusedWithoutThePassword) {
    for (const std::string url :
         {"amqp://", "amqp://me:secret@", "amqp://me:secret@host:0", "amqp://me:secret@host:99999",
          "amqp://me:secret@a,b/", "amqp://me:secret%@host", "amqp://me:secret%0a@host",
          "amqp://:secret@host", "amqp://me:secret@[::1", "amqp://me:secret@host?what=1",
          "amqp://me:secret@host?heartbeat=0", "amqp://me:secret@host?cacertfile=/a",
          "amqps://me:secret@host?certfile=/a", "amqp://guest:secret@host", "amqp://guest:secret@192.0.2.1",
          "amqp://host", "http://me:secret@host", "secret"}) {
        try {
            (void)BrokerUrl::parse(url);
            ADD_FAILURE() << url;
        } catch (const queue::UnsupportedTransport& error) {
            EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("secret")));
            EXPECT_THAT(error.what(), testing::StartsWith("transport_url"));
        }
    }
}

}  // namespace
}  // namespace faafo::tests
