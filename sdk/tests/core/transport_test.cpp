// libcurl below the session: bodies in both directions, deadlines, cancellation, broken answers.
#include "sdk/src/http/transport.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <thread>

#include "common/testkit/scripted_server.hpp"
#include "common/testkit/wait.hpp"

namespace openstack::http {
namespace {

using common::testkit::Answer;
using common::testkit::json_answer;
using common::testkit::ScriptedServer;
using ServerRequest = common::httpd::Request;
using namespace std::chrono_literals;

Answer text(std::string body, int status = 200) {
    Answer out;
    out.response.status = status;
    out.response.body = std::move(body);
    return out;
}

std::optional<Fault> fault_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const TransportFault& fault) {
        return fault.fault();
    }
    return std::nullopt;
}

WireRequest get(const std::string& url) {
    return {.method = "GET", .url = url, .repeatable = true};
}

std::shared_ptr<BodySource> source_of(const std::string& bytes, std::optional<std::uint64_t> size) {
    auto at = std::make_shared<std::size_t>(0);
    auto all = std::make_shared<const std::string>(bytes);
    return std::make_shared<BodySource>(BodySource{.read =
                                                       [at, all](char* buffer, std::size_t capacity) {
                                                           const auto count =
                                                               all->copy(buffer, capacity, *at);
                                                           *at += count;
                                                           return count;
                                                       },
                                                   .rewind = [at] { *at = 0; },
                                                   .size = size});
}

TEST(Transport, SendsMethodHeadersAndBody) {
    const ScriptedServer server([](const ServerRequest&) { return json_answer("{}", 202); });
    const auto transport = make_curl_transport({});
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
        const bool body = std::string(method) != "GET";
        const auto answer = transport->perform(
            {.method = method,
             .url = server.url() + "/a%2Fb/../c?x=%20",
             .headers = {{"X-One", "1"}, {"X-Empty", ""}, {"Content-Type", "application/json"}},
             .body = body ? "{\"a\":1}" : ""});
        EXPECT_EQ(answer.status, 202);
        EXPECT_EQ(answer.body, "{}");
        const auto seen = server.requests().back();
        EXPECT_EQ(seen.method, method);
        EXPECT_EQ(seen.target, "/a%2Fb/../c?x=%20");
        EXPECT_EQ(seen.headers.get("x-one"), "1");
        EXPECT_TRUE(seen.headers.contains("X-Empty"));
        EXPECT_FALSE(seen.headers.contains("Expect"));
        EXPECT_EQ(seen.body.read(), body ? "{\"a\":1}" : "");
    }
    EXPECT_EQ(server.connections(), 1U) << "the connection is kept";
}

TEST(Transport, AnEmptyBodyIsAnnounced) {
    const ScriptedServer server([](const ServerRequest&) { return text(""); });
    const auto transport = make_curl_transport({});
    for (const char* method : {"POST", "PUT"}) {
        static_cast<void>(transport->perform({.method = method, .url = server.url()}));
        EXPECT_EQ(server.requests().back().headers.get("Content-Length"), "0") << method;
    }
}

TEST(Transport, HeadHasNoBody) {
    const ScriptedServer server([](const ServerRequest&) {
        auto answer = text("");
        answer.response.headers.set("X-Object-Meta-Colour", "blue");
        return answer;
    });
    const auto answer = make_curl_transport({})->perform({.method = "HEAD", .url = server.url()});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.get("x-object-meta-colour"), "blue");
}

TEST(Transport, StreamsBothWaysInBoundedPieces) {
    std::string big(5U << 20U, '\0');
    for (std::size_t i = 0; i < big.size(); ++i)
        big[i] = static_cast<char>(i * 2654435761U >> 13U);
    const ScriptedServer server(
        [&](const ServerRequest& request) { return request.method == "PUT" ? text("", 201) : text(big); });
    const auto transport = make_curl_transport({});
    const auto caller = std::this_thread::get_id();
    for (const bool sized : {true, false}) {
        auto source = source_of(big, sized ? std::optional<std::uint64_t>(big.size()) : std::nullopt);
        const auto answer = transport->perform({.method = "PUT", .url = server.url(), .source = source});
        EXPECT_EQ(answer.status, 201);
        EXPECT_TRUE(server.requests().back().body.read() == big);
    }
    std::string got;
    std::size_t largest = 0;
    auto request = get(server.url());
    request.sink = [&](std::string_view bytes) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        largest = std::max(largest, bytes.size());
        got += bytes;
    };
    const auto answer = transport->perform(request);
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.body.empty());
    EXPECT_TRUE(got == big);
    EXPECT_LE(largest, 1U << 20U);
}

TEST(Transport, ARefusalIsCollectedThoughThereIsASink) {
    const ScriptedServer server([](const ServerRequest&) { return text("no such object", 404); });
    auto request = get(server.url());
    request.sink = [](std::string_view) { FAIL(); };
    const auto answer = make_curl_transport({})->perform(request);
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.body, "no such object");
}

TEST(Transport, WhatSourceAndSinkThrowComesThrough) {
    const ScriptedServer server([](const ServerRequest&) { return text(std::string(3U << 20U, 'x')); });
    const auto transport = make_curl_transport({});
    auto request = get(server.url());
    request.sink = [](std::string_view) { throw std::domain_error("disk full"); };
    EXPECT_THROW(static_cast<void>(transport->perform(request)), std::domain_error);
    auto source = std::make_shared<BodySource>(BodySource{
        .read = [](char*, std::size_t) -> std::size_t { throw std::domain_error("disk gone"); }, .size = 10});
    EXPECT_THROW(
        static_cast<void>(transport->perform({.method = "PUT", .url = server.url(), .source = source})),
        std::domain_error);
    EXPECT_EQ(transport->perform(get(server.url())).status, 200) << "the transport goes on";
}

TEST(Transport, ASourceThatEndsEarlyIsAnErrorNotAShortObject) {
    const ScriptedServer server([](const ServerRequest&) { return text("", 201); });
    const auto fault = fault_of([&] {
        static_cast<void>(make_curl_transport({})->perform(
            {.method = "PUT", .url = server.url(), .source = source_of("abc", 10)}));
    });
    EXPECT_EQ(fault, Fault::source);
    EXPECT_TRUE(server.requests().empty());
}

TEST(Transport, NobodyListens) {
    const auto url = "http://127.0.0.1:" + std::to_string(common::testkit::free_port());
    EXPECT_EQ(fault_of([&] { static_cast<void>(make_curl_transport({})->perform(get(url))); }),
              Fault::not_sent);
}

TEST(Transport, TruncatedBodiesAndLostConnections) {
    const ScriptedServer server([](const ServerRequest& request) {
        auto answer = text(std::string(1000, 'x'));
        if (request.path == "/cut") answer.cut_after_bytes = 500;
        if (request.path == "/reset") answer.reset = true;
        return answer;
    });
    const auto transport = make_curl_transport({});
    for (const char* path : {"/cut", "/reset"}) {
        EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(get(server.url() + path))); }),
                  Fault::lost)
            << path;
    }
    std::string got;
    auto request = get(server.url() + "/cut");
    request.sink = [&](std::string_view bytes) { got += bytes; };
    EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(request)); }), Fault::lost);
    EXPECT_EQ(got.size(), 500U) << "what came before is the sink's";
}

TEST(Transport, WhatIsNotHttp) {
    const std::vector<std::pair<const char*, Fault>> cases = {
        {"SSH-2.0-OpenSSH_9.2\r\n", Fault::protocol},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nabcde", Fault::lost},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", Fault::lost},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", Fault::protocol},
        {"", Fault::lost},
    };
    for (const auto& [raw, expected] : cases) {
        const ScriptedServer server([raw = raw](const ServerRequest&) {
            Answer answer;
            answer.raw = raw;
            return answer;
        });
        EXPECT_EQ(fault_of([&] { static_cast<void>(make_curl_transport({})->perform(get(server.url()))); }),
                  expected)
            << raw;
    }
}

TEST(Transport, CollectedBodiesAndHeadersAreBounded) {
    const ScriptedServer server([](const ServerRequest& request) {
        auto answer = text(std::string(100000, 'x'));
        if (request.path == "/headers") {
            for (int i = 0; i < 100; ++i)
                answer.response.headers.add("X-Filler", std::string(1000, 'y'));
            answer.response.body.clear();
        }
        return answer;
    });
    const auto transport = make_curl_transport({.max_body = 99999, .max_headers = 50000});
    EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(get(server.url()))); }), Fault::protocol);
    EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(get(server.url() + "/headers"))); }),
              Fault::protocol);
    auto streamed = get(server.url());
    std::size_t got = 0;
    streamed.sink = [&](std::string_view bytes) { got += bytes.size(); };
    EXPECT_EQ(transport->perform(streamed).status, 200) << "streams have no limit";
    EXPECT_EQ(got, 100000U);
}

/// A server that says nothing until it is let go.
struct SilentServer {
    std::latch go{1};
    std::atomic<int> held{0};
    ScriptedServer server{[this](const ServerRequest&) {
        ++held;
        go.wait();
        return text("late");
    }};
    ~SilentServer() {
        if (!go.try_wait()) go.count_down();
    }
};

TEST(Transport, DeadlineEndsASilentAnswer) {
    SilentServer silent;
    auto request = get(silent.server.url());
    const auto start = std::chrono::steady_clock::now();
    request.deadline = start + 50ms;
    EXPECT_EQ(fault_of([&] { static_cast<void>(make_curl_transport({})->perform(request)); }),
              Fault::deadline);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(Transport, SilenceEndsItWithoutADeadline) {
    SilentServer silent;
    const auto transport = make_curl_transport({.idle_timeout = 50ms});
    EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(get(silent.server.url()))); }),
              Fault::lost);
}

TEST(Transport, WaitingForAConnectionIsNoSilence) {
    const ScriptedServer server([](const ServerRequest& request) {
        return request.method == "GET" ? text(std::string(8U << 20U, 'x')) : text("posted");
    });
    SilentServer silent;
    const auto transport = make_curl_transport({.idle_timeout = 1s, .max_connections_per_host = 1});
    std::jthread poster;
    std::atomic<bool> begun{false};
    auto download = get(server.url());
    download.sink = [&](std::string_view) {
        if (begun) return;
        poster = std::jthread([&] {
            const WireRequest post{.method = "POST", .url = server.url(), .body = "{}"};
            begun = true;
            EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(post)); }), std::nullopt);
        });
        ASSERT_TRUE(common::testkit::wait_until([&] { return begun.load(); }));
        // As long as this one needs to be given up, the POST waits for the connection that is ours.
        EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(get(silent.server.url()))); }),
                  Fault::lost);
    };
    EXPECT_EQ(transport->perform(download).status, 200);
    poster.join();
    EXPECT_EQ(server.connections(), 1U);
}

TEST(Transport, WaitingForAConnectionHasAnEndToo) {
    SilentServer silent;
    const auto transport =
        make_curl_transport({.connect_timeout = 50ms, .max_connections_per_host = 1, .queue_timeout = 50ms});
    {
        std::jthread holder([&] { EXPECT_EQ(transport->perform(get(silent.server.url())).body, "late"); });
        ASSERT_TRUE(common::testkit::wait_until([&] { return silent.held == 1; }));
        const WireRequest post{.method = "POST", .url = silent.server.url(), .body = "{}"};
        EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(post)); }), Fault::not_sent)
            << "so it may be sent again";
        silent.go.count_down();
    }
    EXPECT_EQ(silent.held, 1);
}

TEST(Transport, NoLimitIsALimitToo) {
    const ScriptedServer server([](const ServerRequest&) { return text("x"); });
    const auto none = std::chrono::milliseconds::max();
    const auto transport =
        make_curl_transport({.connect_timeout = none, .idle_timeout = none, .queue_timeout = none});
    EXPECT_EQ(transport->perform(get(server.url())).body, "x");
}

TEST(Transport, AStopEndsItAtOnce) {
    SilentServer silent;
    std::stop_source stop;
    auto request = get(silent.server.url());
    request.stop = stop.get_token();
    const auto transport = make_curl_transport({});
    const std::jthread stopper([&] {
        static_cast<void>(common::testkit::wait_until([&] { return silent.held == 1; }));
        stop.request_stop();
    });
    EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(request)); }), Fault::cancelled);
    EXPECT_EQ(fault_of([&] { static_cast<void>(transport->perform(request)); }), Fault::cancelled)
        << "stopped before it began";
}

TEST(Transport, AStopEndsAStreamInTheMiddle) {
    const ScriptedServer server([](const ServerRequest&) { return text(std::string(16U << 20U, 'x')); });
    std::stop_source stop;
    auto request = get(server.url());
    request.stop = stop.get_token();
    std::size_t got = 0;
    request.sink = [&](std::string_view bytes) {
        got += bytes.size();
        stop.request_stop();
    };
    EXPECT_EQ(fault_of([&] { static_cast<void>(make_curl_transport({})->perform(request)); }),
              Fault::cancelled);
    EXPECT_LT(got, 8U << 20U);
}

TEST(Transport, ASlowSinkIsNoSilence) {
    const ScriptedServer server([](const ServerRequest&) { return text(std::string(8U << 20U, 'x')); });
    const auto transport = make_curl_transport({.idle_timeout = 2s});
    auto request = get(server.url());
    std::size_t got = 0;
    bool first = true;
    request.sink = [&](std::string_view bytes) {
        got += bytes.size();
        if (std::exchange(first, false))
            std::this_thread::sleep_for(2200ms);  // the caller's own time, not the server's
    };
    EXPECT_EQ(transport->perform(request).status, 200);
    EXPECT_EQ(got, 8U << 20U);
}

TEST(Transport, ManyThreadsShareIt) {
    const ScriptedServer server([](const ServerRequest& request) { return text(request.path); });
    const auto transport = make_curl_transport({});
    std::atomic<int> good{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i) {
            threads.emplace_back([&, i] {
                for (int k = 0; k < 20; ++k) {
                    const auto path = "/" + std::to_string(i) + "/" + std::to_string(k);
                    if (transport->perform(get(server.url() + path)).body == path) ++good;
                }
            });
        }
    }
    EXPECT_EQ(good, 320);
    EXPECT_LE(server.connections(), 16U);
}

TEST(Transport, ARequestThatMustNotBeSentTwiceIsNotSentTwice) {
    // The first answer leaves a connection to be kept; the second request on it is dropped without an answer, which
    // makes libcurl try again on a fresh connection by itself if one lets it.
    for (const char* body : {"", "{}"}) {
        std::atomic<int> seen{0};
        const ScriptedServer server([&](const ServerRequest& request) {
            auto answer = text("");
            if (request.method == "POST") {
                ++seen;
                answer.reset = true;
            }
            return answer;
        });
        const auto transport = make_curl_transport({});
        static_cast<void>(transport->perform(get(server.url())));
        const auto fault = fault_of([&] {
            static_cast<void>(transport->perform({.method = "POST", .url = server.url(), .body = body}));
        });
        EXPECT_EQ(fault, Fault::lost);
        EXPECT_EQ(seen, 1) << "body: " << body;
    }
}

}  // namespace
}  // namespace openstack::http
