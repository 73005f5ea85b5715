// The application on a real RabbitMQ: whatever dies in between, what was asked for is drawn, once.
#include "faafo/tests/broker.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "common/testkit/socket.hpp"
#include "common/testkit/wait.hpp"
#include "faafo/queue/open_queue.hpp"
#include "faafo/queue/rabbitmq/topology.hpp"
#include "faafo/store/outbox.hpp"

namespace faafo::tests {
namespace {

using namespace std::chrono_literals;
using common::testkit::wait_until;
using queue::rabbitmq::BrokerError;
using queue::rabbitmq::BrokerUrl;
using queue::rabbitmq::Confirm;
using queue::rabbitmq::Connection;
using queue::rabbitmq::dead_letter_queue;
using queue::rabbitmq::Delivery;
using queue::rabbitmq::Returned;
using queue::rabbitmq::task_exchange;
using queue::rabbitmq::task_queue;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Of a log: the program said that it stops and that it has, and nothing went wrong.
const auto ends_clean = AllOf(testing::ContainsRegex("stopping\n(.*\n)*.* stopped\n$"),
                              Not(HasSubstr("ERROR")), Not(HasSubstr("[error]")));

std::string error_of(const std::string& url) {
    try {
        const Connection connection(BrokerUrl::parse(url), "the test");
        return "connected";
    } catch (const BrokerError& error) {
        return error.what();
    }
}

TEST_F(BrokerTest, WhatIsWrongIsSaidWithWhatToDoAndWithoutThePassword) {
    const std::string port = std::to_string(broker->port());
    EXPECT_THAT(error_of("amqp://faafo:secret@127.0.0.1:" + port + "//"),
                AllOf(HasSubstr("password"), HasSubstr("faafo@127.0.0.1"), Not(HasSubstr("secret"))));
    EXPECT_THAT(error_of("amqp://faafo:secret@no-such-host.invalid//"),
                AllOf(HasSubstr("no address"), Not(HasSubstr("secret"))));
    EXPECT_THAT(error_of("amqp://faafo:secret@127.0.0.1:1//"),
                AllOf(HasSubstr("port 1"), HasSubstr("security group")));
    EXPECT_THAT(error_of(broker->url() + "nowhere"), HasSubstr("virtual host"));
    const common::testkit::ListeningSocket web_server;
    const std::jthread answer([&] { (void)web_server.accept().send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
    EXPECT_THAT(error_of("amqp://faafo:secret@127.0.0.1:" + std::to_string(web_server.port()) + "//"),
                AllOf(HasSubstr("speak"), HasSubstr("AMQP 0-9-1")));

    EXPECT_THAT(error_of(broker->tls_url()), AllOf(HasSubstr("certificate"), HasSubstr("cacertfile")));
    EXPECT_THAT(error_of(broker->tls_url() + "?cacertfile=/dev/null"), HasSubstr("/dev/null"));
    const std::string trusted = "?cacertfile=" + broker->authority().string();
    EXPECT_EQ(error_of(broker->tls_url() + trusted), "connected");
    EXPECT_EQ(error_of(broker->tls_url("localhost") + trusted), "connected");
    EXPECT_THAT(error_of(broker->tls_url("127.0.0.2") + trusted),
                testing::AnyOf(HasSubstr("names 127.0.0.2"), HasSubstr("cannot be reached")));
    EXPECT_THAT(error_of("amqps://faafo:secret@127.0.0.1:" + port + "//"), HasSubstr("one for TLS"));
}

TEST_F(BrokerTest, PublishesAreConfirmedReturnedAndDeliveredWithinThePrefetch) {
    const auto connection = connect();
    constexpr std::uint64_t count = 5;
    for (std::uint64_t number = 1; number <= count; ++number)
        EXPECT_EQ(connection->publish(task_exchange, task_queue, {.body = "{}", .id = "m"}, true), number);
    for (std::uint64_t confirmed = 0; confirmed < count;) {
        const auto incoming = connection->receive(5s);
        ASSERT_TRUE(incoming);
        EXPECT_TRUE(std::get<Confirm>(*incoming).accepted);
        confirmed = std::get<Confirm>(*incoming).number;
    }
    connection->publish(task_exchange, "nowhere", {.body = "{}", .id = "lost"}, true);
    const auto returned = connection->receive(5s);
    ASSERT_TRUE(returned);
    EXPECT_EQ(std::get<Returned>(*returned).id, "lost");
    ASSERT_TRUE(connection->receive(5s)) << "a confirm follows";

    connection->consume(task_queue, 2);
    std::vector<Delivery> held;
    while (held.size() < 2) {
        auto incoming = connection->receive(5s);
        ASSERT_TRUE(incoming);
        held.push_back(std::get<Delivery>(*incoming));
    }
    EXPECT_FALSE(connection->receive(200ms)) << "a third one, although two are not acknowledged";
    connection->acknowledge(held[0].tag);
    ASSERT_TRUE(connection->receive(5s));
    connection->requeue(held[1].tag);
    const auto again = connection->receive(5s);
    ASSERT_TRUE(again);
}

TEST_F(BrokerTest, WorkersWithoutADatabaseDrawWhatTheApiPublishes) {
    const ApiProgram api = start_api("api");
    const ApiProgram other = start_api("other");
    auto client = api.client();
    auto other_client = other.client();
    constexpr int count = 20;
    for (int number = 0; number < count; ++number) {
        auto& chosen = number % 2 == 0 ? client : other_client;
        ASSERT_EQ(chosen.post("/v1/fractal", request_json(small_fractal(numbered_uuid(number)))).status, 201);
    }
    ASSERT_TRUE(wait_until([] { return ready(task_queue) == count; }));
    EXPECT_EQ(boost::json::parse(client.get("/v1/status").body).at("queued").as_int64(), count);

    const auto first = start_worker("first", api);
    const auto second = start_worker("second", other);
    for (int number = 0; number < count; ++number)
        ASSERT_TRUE(becomes(api, numbered_uuid(number), "done")) << log_text("first");
    const auto drawn_row = row(api, numbered_uuid(0));
    EXPECT_EQ(drawn_row.at("attempts").as_int64(), 1);
    EXPECT_TRUE(drawn_row.at("started_at").is_string());
    EXPECT_EQ(client.get("/fractal/" + numbered_uuid(0)).body,
              other_client.get("/fractal/" + numbered_uuid(0)).body);

    const auto status = boost::json::parse(client.get("/v1/status").body).as_object();
    EXPECT_EQ(status.at("fractals").as_int64(), count);
    EXPECT_EQ(status.at("done").as_int64(), count);
    EXPECT_EQ(status.at("workers").as_object().begin()->value().as_int64(), count);
    const auto shown = api.faafo({"status"});
    EXPECT_EQ(shown.exit_status, 0);
    EXPECT_THAT(shown.output, AllOf(HasSubstr("done"), HasSubstr("20")));
    EXPECT_EQ(boost::json::parse(client.get("/readyz").body).at("queue").as_string(), "ok");
}

TEST_F(BrokerTest, TheMessageIsTheOriginals) {
    const ApiProgram api = start_api("api");
    auto client = api.client();
    ASSERT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(1)))).status, 201);
    ASSERT_TRUE(wait_until([] { return ready(task_queue) == 1; }));
    const auto messages = drain(task_queue);
    const auto task = boost::json::parse(messages.at(0).body).as_object();
    for (const char* key : {"checksum", "duration", "generated_by", "height", "iterations", "size", "url",
                            "uuid", "width", "xa", "xb", "ya", "yb"})
        EXPECT_TRUE(task.contains(key)) << key;
    EXPECT_EQ(task.at("uuid").as_string(), numbered_uuid(1));
    EXPECT_TRUE(task.at("xa").is_double());
}

TEST_F(BrokerTest, AnApiThatIsKilledBetweenCommitPublishAndConfirmLosesNothing) {
    int number = 0;
    for (const std::string fault : {"api-after-commit", "relay-before-publish", "relay-before-confirm"}) {
        const std::string uuid = numbered_uuid(++number);
        ApiProgram victim = start_api(fault, fault);
        try {
            // It may or may not get its answer out before it dies.
            (void)victim.client().post("/v1/fractal", request_json(small_fractal(uuid)));
        } catch (const std::runtime_error&) {
        }
        ASSERT_EQ(victim.process().wait(10s), 128 + SIGKILL) << fault;
        {
            // The lease of what the dead had taken would end by itself; the test does not wait for that.
            const Application database(files.database_url());
            ASSERT_EQ(database.store->find(uuid)->state, store::State::queued);
            store::Outbox(database.database).postpone(std::vector{uuid}, 0ms);
        }
        const ApiProgram api = start_api("after-" + fault);
        const auto worker = start_worker("worker-after-" + fault, api);
        ASSERT_TRUE(becomes(api, uuid, "done")) << log_text("after-" + fault);
        // Between sending and the confirm: the broker has it twice, and the second changes nothing.
        EXPECT_TRUE(wait_until([] { return ready(task_queue) == 0; }));
        EXPECT_EQ(row(api, uuid).at("attempts").as_int64(), 1);
    }
}

TEST_F(BrokerTest, AKilledWorkersTaskIsDrawnByAnotherAndARepeatedDeliveryChangesNothing) {
    const ApiProgram api = start_api("api");
    auto client = api.client();
    ASSERT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(1)))).status, 201);
    auto first = start_worker("first", api, "worker-mid-task");
    ASSERT_EQ(first.wait(20s), 128 + SIGKILL);
    EXPECT_EQ(row(api, numbered_uuid(1)).at("state").as_string(), "drawing");
    auto second = start_worker("second", api, "worker-before-acknowledge");
    ASSERT_EQ(second.wait(20s), 128 + SIGKILL);
    const auto done = row(api, numbered_uuid(1));
    EXPECT_EQ(done.at("state").as_string(), "done");
    EXPECT_EQ(done.at("attempts").as_int64(), 2);

    ASSERT_TRUE(wait_until([] { return ready(task_queue) == 1; })) << "it was not acknowledged";
    const auto third = start_worker("third", api);
    ASSERT_TRUE(wait_until([&] { return log_text("third").find("needs no picture") != std::string::npos; }));
    EXPECT_EQ(row(api, numbered_uuid(1)), done);
    EXPECT_TRUE(wait_until([] { return ready(task_queue) == 0; }));
}

TEST_F(BrokerTest, PoisonEndsInTheDeadLettersWithItsReason) {
    {
        const Application database(files.database_url());
        const auto store = store::make_sql_store(database.database, {.outbox = true});
        store::Fractal poison = small_fractal(numbered_uuid(1));
        poison.parameters.width = 0;
        store->create(poison);
    }
    const auto connection = connect();
    connection->publish(task_exchange, task_queue, {.body = "no task", .id = {}}, true);
    connection->publish(task_exchange, task_queue, {.body = std::string(2 << 20, ' '), .id = {}}, true);
    const ApiProgram api = start_api("api");
    const auto worker = start_worker("worker", api);
    ASSERT_TRUE(becomes(api, numbered_uuid(1), "failed")) << log_text("worker");
    EXPECT_THAT(std::string(row(api, numbered_uuid(1)).at("failure_reason").as_string()), HasSubstr("width"));
    ASSERT_TRUE(wait_until([] { return ready(dead_letter_queue) == 3; })) << log_text("worker");
    std::string reasons;
    for (const Delivery& dead : drain(dead_letter_queue)) {
        ASSERT_EQ(dead.headers.size(), 1U);
        reasons += dead.headers[0].first + ": " + dead.headers[0].second + "\n";
    }
    EXPECT_THAT(reasons, AllOf(HasSubstr("reason: the message is no task"), HasSubstr("too long"),
                               HasSubstr("width")));

    ASSERT_EQ(api.client().post("/v1/fractal", request_json(small_fractal(numbered_uuid(2)))).status, 201);
    EXPECT_TRUE(becomes(api, numbered_uuid(2), "done")) << "the same worker goes on";
}

TEST_F(BrokerTest, WhatEndsEveryWorkerIsGivenUp) {
    const ApiProgram api = start_api("api");
    ASSERT_EQ(api.client().post("/v1/fractal", request_json(small_fractal(numbered_uuid(1)))).status, 201);
    for (int tries = 0; tries < 2; ++tries) {
        auto victim = start_worker("victim", api, "worker-mid-task", {"--max-attempts", "2"});
        ASSERT_EQ(victim.wait(20s), 128 + SIGKILL);
    }
    const auto worker = start_worker("worker", api, {}, {"--max-attempts", "2"});
    ASSERT_TRUE(becomes(api, numbered_uuid(1), "failed")) << log_text("worker");
    EXPECT_THAT(std::string(row(api, numbered_uuid(1)).at("failure_reason").as_string()),
                HasSubstr("given up: 2"));
}

TEST_F(BrokerTest, AStoppedWorkerReturnsItsTask) {
    const ApiProgram api = start_api("api");
    ASSERT_EQ(api.client().post("/v1/fractal", endless_request(numbered_uuid(1))).status, 201);
    auto worker = start_worker("worker", api);
    ASSERT_TRUE(becomes(api, numbered_uuid(1), "drawing"));
    worker.signal(SIGTERM);
    EXPECT_EQ(worker.wait(10s), 0);
    EXPECT_THAT(log_text("worker"), ends_clean);
    EXPECT_TRUE(wait_until([] { return ready(task_queue) == 1; }));
    const auto returned = row(api, numbered_uuid(1));
    EXPECT_EQ(returned.at("state").as_string(), "queued");
    EXPECT_EQ(returned.at("attempts").as_int64(), 0);
}

TEST_F(BrokerTest, AWorkerLeavesADrawingThatWasDeletedAndGoesOn) {
    const ApiProgram api = start_api("api");
    auto client = api.client();
    const auto worker = start_worker("worker", api, {}, {"--lease", "1"});
    ASSERT_NO_FATAL_FAILURE(delete_while_it_is_drawn(api, numbered_uuid(1)));
    ASSERT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(2)))).status, 201);
    EXPECT_TRUE(becomes(api, numbered_uuid(2), "done")) << log_text("worker");
}

TEST_F(BrokerTest, AWorkerGoesOnWithWhatANewConnectionBringsAfterADeletion) {
    const ApiProgram api = start_api("api");
    auto client = api.client();
    const auto worker = start_worker("worker", api, {}, {"--lease", "1"});
    ASSERT_NO_FATAL_FAILURE(delete_while_it_is_drawn(api, numbered_uuid(1)));
    broker->kill();
    ASSERT_TRUE(wait_until([&] { return log_text("worker").find("not wanted") != std::string::npos; }));
    broker->start();
    ASSERT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(2)))).status, 201);
    EXPECT_TRUE(becomes(api, numbered_uuid(2), "done")) << log_text("worker");
    EXPECT_TRUE(wait_until([] { return ready(task_queue) == 0; }));
}

TEST_F(BrokerTest, AWorkerThatIsStoppedBetweenTwoPicturesEndsClean) {
    const ApiProgram api = start_api("api");
    auto worker = start_worker("worker", api);
    ASSERT_EQ(api.client().post("/v1/fractal", request_json(small_fractal(numbered_uuid(1)))).status, 201);
    ASSERT_TRUE(becomes(api, numbered_uuid(1), "done"));
    worker.signal(SIGTERM);
    EXPECT_EQ(worker.wait(10s), 0);
    EXPECT_THAT(log_text("worker"), ends_clean);
    EXPECT_EQ(ready(task_queue), 0U) << "what is done is acknowledged";
}

TEST_F(BrokerTest, ALongDrawingIsKeptWithoutTheBrokerAndOutlivesItsWorkerToo) {
    const ApiProgram api = start_api("api", {}, {"--lease", "1"});
    ASSERT_EQ(api.client().post("/v1/fractal", endless_request(numbered_uuid(1))).status, 201);
    auto worker = start_worker("worker", api, {}, {"--lease", "1", "--hand-over", "1"});
    ASSERT_TRUE(becomes(api, numbered_uuid(1), "drawing"));
    // Acknowledged before it is drawn, so that no consumer_timeout of the broker can hit it: a broker that forgets
    // all that is not acknowledged has nothing to give away.
    ASSERT_TRUE(wait_until(
        [&] {
            const Application database(files.database_url());
            int held = 0;
            auto lease = database.database->lease();
            lease.session() << "SELECT COUNT(*) FROM outbox WHERE lease IS NOT NULL", soci::into(held);
            return held == 1;
        },
        20s));
    worker.signal(SIGKILL);
    ASSERT_EQ(worker.wait(5s), 128 + SIGKILL);
    ASSERT_TRUE(wait_until([] { return ready(task_queue) == 1; }, 20s)) << "the API publishes it again";
}

TEST_F(BrokerTest, WhatTheBrokerLostIsPublishedAgain) {
    const Application database(files.database_url());
    const auto store = store::make_sql_store(database.database, {.outbox = true});
    const auto queue = queue::open_queue(broker->url(), database.database, nullptr, {.publish_again = 100ms});
    store->create(small_fractal(numbered_uuid(1)));
    queue->notify();
    ASSERT_TRUE(wait_until([] { return ready(task_queue) == 1; }));
    for (int times = 0; times < 2; ++times) {
        ASSERT_EQ(drain(task_queue).size(), 1U) << "one, as long as it waits there";
        ASSERT_TRUE(wait_until([] { return ready(task_queue) == 1; }));
    }
}

TEST_F(BrokerTest, ABrokerThatGoesAndComesLosesNothing) {
    const ApiProgram api = start_api("api");
    auto client = api.client();
    auto worker = start_worker("worker", api);
    ASSERT_EQ(client.post("/v1/fractal", slow_request(numbered_uuid(1))).status, 201);
    ASSERT_TRUE(becomes(api, numbered_uuid(1), "drawing"));
    ASSERT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(2)))).status, 201);
    broker->kill();
    ASSERT_EQ(client.post("/v1/fractal", request_json(small_fractal(numbered_uuid(3)))).status, 201)
        << "the API does not need the broker";
    ASSERT_TRUE(wait_until(
        [&] { return boost::json::parse(client.get("/readyz").body).at("queue").as_string() != "ok"; }));
    EXPECT_EQ(client.get("/readyz").status, 200);
    EXPECT_EQ(client.get("/healthz").status, 200);
    EXPECT_THAT(api.faafo({"status"}).output, HasSubstr("cannot be"));
    broker->start();
    for (int number = 1; number <= 3; ++number)
        ASSERT_TRUE(becomes(api, numbered_uuid(number), "done")) << log_text("worker") << log_text("api");
    EXPECT_EQ(boost::json::parse(client.get("/readyz").body).at("queue").as_string(), "ok");
    EXPECT_TRUE(wait_until([] { return ready(task_queue) == 0; }));
    EXPECT_THAT(log_text("worker") + log_text("api"),
                Not(HasSubstr(common::httpd::percent_encode(broker->password))));
}

}  // namespace
}  // namespace faafo::tests
