#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "common/testkit/fault_proxy.hpp"
#include "common/testkit/http_client.hpp"
#include "common/testkit/scripted_server.hpp"
#include "common/testkit/socket.hpp"
#include "common/testkit/wait.hpp"

namespace testkit = common::testkit;
using common::httpd::Request;
using testkit::Answer;

namespace {

std::string failure_of(testkit::HttpClient& client) {
    try {
        client.get("/");
        return "";
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST(ScriptedServer, AnswersAndRemembers) {
    testkit::ScriptedServer server([](const Request& request) {
        return testkit::json_answer("{\"path\":\"" + request.path + "\"}", 201);
    });
    testkit::HttpClient client(server.url());
    const auto answer = client.post("/a%20b?x=1&x=2", "{}", {{"X-One", "1"}, {"X-Empty", ""}});
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.body, R"({"path":"/a b"})");
    EXPECT_EQ(answer.headers.get("content-type"), "application/json");
    EXPECT_EQ(client.get("/again").status, 201);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].target, "/a%20b?x=1&x=2");
    EXPECT_EQ(requests[0].query.size(), 2U);
    EXPECT_EQ(requests[0].body.read(), "{}");
    EXPECT_EQ(requests[0].headers.get("x-one"), "1");
    EXPECT_TRUE(requests[0].headers.contains("X-Empty"));
    EXPECT_EQ(server.connections(), 1U) << "the connection was not kept";
}

TEST(ScriptedServer, ReadsChunkedAndExpectedBodies) {
    testkit::ScriptedServer server(
        [](const Request& request) { return testkit::json_answer(request.body.read()); });
    const testkit::Socket socket = testkit::Socket::connect(server.port());
    socket.send("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(socket.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    socket.send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_THAT(socket.receive_until("abcde"), testing::EndsWith("\r\n\r\nabcde"));
}

TEST(ScriptedServer, CutsResetsAndSendsRawBytes) {
    testkit::ScriptedServer server([](const Request& request) -> Answer {
        if (request.path == "/cut") return {.response = {.body = "0123456789"}, .cut_after_bytes = 4};
        if (request.path == "/reset") return {.reset = true};
        return {.raw = "HTTP/1.1 200 O"};
    });
    const auto ask = [&](const std::string& path) {
        const testkit::Socket socket = testkit::Socket::connect(server.port());
        socket.send("GET " + path + " HTTP/1.1\r\n\r\n");
        return socket.receive_all();
    };
    EXPECT_EQ(ask("/cut"), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
    EXPECT_EQ(ask("/raw"), "HTTP/1.1 200 O");
    EXPECT_EQ(ask("/reset"), "");
    testkit::HttpClient client(server.url());
    EXPECT_THROW((void)client.get("/reset"), std::runtime_error);
}

TEST(ScriptedServer, HoldsRequestsAtOnceAndGoesAwayWhileDelaying) {
    std::latch both(2);
    auto server = std::make_unique<testkit::ScriptedServer>([&](const Request& request) -> Answer {
        if (request.path == "/slow") return {.delay = std::chrono::hours{1}};
        both.arrive_and_wait();
        return testkit::json_answer("{}");
    });
    {
        std::jthread other(
            [url = server->url()] { EXPECT_EQ(testkit::HttpClient(url).get("/").status, 200); });
        EXPECT_EQ(testkit::HttpClient(server->url()).get("/").status, 200);
    }
    const testkit::Socket socket = testkit::Socket::connect(server->port());
    socket.send("GET /slow HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(testkit::wait_until([&] { return server->requests().size() == 3; }));
    server.reset();
    EXPECT_TRUE(socket.closed_within(std::chrono::seconds{5}));
}

TEST(FaultProxy, PassesOnUnharmed) {
    testkit::ScriptedServer server(
        [](const Request& request) { return testkit::json_answer(request.body.read()); });
    testkit::FaultProxy proxy(server.port());
    testkit::HttpClient client(proxy.url());
    const std::string big(3 << 20, 'x');
    EXPECT_EQ(client.put("/", big).body, big);
    EXPECT_EQ(proxy.connections(), 1U);
}

TEST(FaultProxy, CutsAfterBytes) {
    testkit::ScriptedServer server([](const Request&) { return testkit::json_answer("{}"); });
    testkit::FaultProxy proxy(server.port(), {.cut_to_client_after = 10});
    {
        const testkit::Socket socket = testkit::Socket::connect(proxy.port());
        socket.send("GET / HTTP/1.1\r\n\r\n");
        EXPECT_EQ(socket.receive_all(), "HTTP/1.1 2");
    }
    proxy.set({.cut_to_server_after = 5, .reset = true});
    const testkit::Socket socket = testkit::Socket::connect(proxy.port());
    socket.send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(socket.receive_all(), "");
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(FaultProxy, RefusesAndComesBack) {
    testkit::ScriptedServer server([](const Request&) { return testkit::json_answer("{}"); });
    testkit::FaultProxy proxy(server.port());
    testkit::HttpClient client(proxy.url());
    EXPECT_EQ(client.get("/").status, 200);
    proxy.reset_all();
    proxy.set({.refuse = true});
    EXPECT_THROW((void)testkit::Socket::connect(proxy.port()), std::system_error);
    EXPECT_THAT(failure_of(client), testing::HasSubstr("connect"));
    proxy.set({});
    EXPECT_EQ(client.get("/").status, 200);
}

TEST(FaultProxy, StaysSilentAndDelays) {
    testkit::ScriptedServer server([](const Request&) { return testkit::json_answer("{}"); });
    testkit::FaultProxy proxy(server.port(), {.silent = true});
    {
        testkit::HttpClient client(proxy.url(), std::chrono::milliseconds{100});
        EXPECT_THAT(failure_of(client), testing::HasSubstr("Timeout"));
    }
    EXPECT_TRUE(server.requests().empty());
    proxy.set({.delay = std::chrono::milliseconds{40}});
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(testkit::HttpClient(proxy.url()).get("/").status, 200);
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds{80});
}

TEST(FaultProxy, ClosesWhereNobodyListens) {
    testkit::FaultProxy proxy(testkit::free_port());
    const testkit::Socket socket = testkit::Socket::connect(proxy.port());
    EXPECT_TRUE(socket.closed_within(std::chrono::seconds{5}));
}

TEST(Wait, EndsInTime) {
    EXPECT_FALSE(testkit::wait_until([] { return false; }, std::chrono::milliseconds{20}));
    EXPECT_FALSE(testkit::wait_for_port(testkit::free_port(), std::chrono::milliseconds{20}));
    const testkit::ListeningSocket listener;
    EXPECT_TRUE(testkit::wait_for_port(listener.port()));
}

}  // namespace
