// What a client may send to hurt the server, as raw bytes through a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "common/httpd/server.hpp"
#include "common/process/process.hpp"
#include "common/testkit/http_client.hpp"
#include "common/testkit/socket.hpp"
#include "common/testkit/wait.hpp"

namespace httpd = common::httpd;
namespace testkit = common::testkit;
using common::testkit::Socket;
using httpd::Request;
using httpd::Response;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

class Hostile : public testing::Test {
  public:
    Hostile() = default;
    explicit Hostile(std::chrono::milliseconds idle_timeout) : idle_timeout_(idle_timeout) {}

  protected:
    std::string exchange(const std::string& bytes) const {
        const Socket socket = Socket::connect(server_.port());
        socket.send(bytes);
        return socket.receive_all();
    }

    // Status line of the only answer, if there is one.
    std::string status(const std::string& bytes) const {
        const std::string answer = exchange(bytes);
        return answer.substr(0, answer.find("\r\n"));
    }

    // Long enough for a busy machine to go on with what the client has begun.
    std::chrono::milliseconds idle_timeout_ = std::chrono::seconds{5};
    std::atomic<int> handled_ = 0;
    common::process::TemporaryDirectory spool_;
    httpd::Server server_{{.body_limit = 100'000,
                           .memory_limit = 1000,
                           .spool_directory = spool_.path(),
                           .header_limit = 4096,
                           .idle_timeout = idle_timeout_},
                          [this](const Request& request) {
                              ++handled_;
                              return Response{.headers = {{"Connection", "close"}},
                                              .body = request.target + "|" + request.headers.get("Host") +
                                                      "|" + std::to_string(request.body.size())};
                          }};
};

/// For tests that wait until the server has lost its patience.
class Idle : public Hostile {
  public:
    Idle() : Hostile(std::chrono::milliseconds{400}) {}
};

TEST_F(Hostile, MalformedRequestsGet400) {
    for (const char* bytes : {
             "\r\n\r\n\r\n\r\n",
             "GET\r\n\r\n",
             "GET /\r\n\r\n",
             "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
             "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
             "G@T<> / HTTP/1.1\r\nHost: h\r\n\r\n",
             "GET / HTTP/1.1\nHost: h\n\n",
             "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: h\r\nX: a\x01z\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1x\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
             "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\n",
             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
             "GET / HTTP/1.1\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
             "GET nowhere HTTP/1.1\r\nHost: h\r\n\r\n",
             "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
             "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
             "GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n",
             "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n",
             "GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n",
             "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS client hello\r\n\r\n",
         }) {
        EXPECT_EQ(status(bytes), "HTTP/1.1 400 Bad Request") << bytes;
    }
    EXPECT_EQ(handled_, 0);
    EXPECT_EQ(testkit::HttpClient(server_.url()).get("/").status, 200);
}

TEST_F(Hostile, LimitsAnswerWithTheirStatus) {
    EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(5000, 'x') + "\r\n\r\n"),
              "HTTP/1.1 431 Request Header Fields Too Large");
    EXPECT_EQ(status("GET /" + std::string(5000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n"),
              "HTTP/1.1 431 Request Header Fields Too Large");
    EXPECT_EQ(status(std::string(200'000, 'x')), "HTTP/1.1 431 Request Header Fields Too Large");
    std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 2000; ++i)
        many += "a:b\r\n";
    EXPECT_EQ(status(many + "\r\n"), "HTTP/1.1 431 Request Header Fields Too Large");
    EXPECT_THAT(
        exchange("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n"),
        testing::AllOf(StartsWith("HTTP/1.1 413 Content Too Large"), HasSubstr("at most 100000 bytes")));
    EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n"),
              "HTTP/1.1 413 Content Too Large");
    EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n" +
                     std::string(100'001, 'x') + "\r\n0\r\n\r\n"),
              "HTTP/1.1 413 Content Too Large");
    EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                     std::string(300'000, 'x')),
              "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
              "HTTP/1.1 501 Not Implemented");
    EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\nabc"),
              "HTTP/1.1 501 Not Implemented");
    EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: miracles\r\n\r\n"),
              "HTTP/1.1 417 Expectation Failed");
    EXPECT_EQ(handled_, 0);
}

TEST_F(Hostile, WhatCannotBeReadIsNotAnsweredByTheRulesOfTheRequestBefore) {
    httpd::Server server({}, [](const Request&) { return Response{.body = "x"}; });
    const Socket socket = Socket::connect(server.port());
    socket.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(socket.receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
    socket.send("nonsense\r\n\r\n");
    EXPECT_THAT(socket.receive_all(),
                testing::AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("\r\n\r\n400 Bad Request\n")));
}

TEST_F(Hostile, ABigBodyStillHearsItsAnswer) {
    // More than any socket buffer holds, from a client that reads only when it has sent everything: a close that
    // resets would lose the answer.
    const std::string body(20 << 20, 'x');
    EXPECT_EQ(status("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                     "\r\n\r\n" + body),
              "HTTP/1.1 413 Content Too Large");
    testkit::HttpClient client(server_.url());
    EXPECT_EQ(client.put("/", body, {{"Expect", ""}}).status, 413);
}

TEST_F(Hostile, TargetsAreNormalised) {
    EXPECT_THAT(exchange("GET http://else.where:81/p?q=1 HTTP/1.1\r\nHost: h\r\n\r\n"),
                HasSubstr("/p?q=1|else.where:81|0"));
    EXPECT_THAT(exchange("GET http://else.where?q=1 HTTP/1.1\r\nHost: h\r\n\r\n"),
                HasSubstr("/?q=1|else.where|0"));
    EXPECT_THAT(exchange("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("*|h|0"));
    EXPECT_THAT(exchange("GET /../../etc HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("/../../etc|h|0"));
    EXPECT_THAT(exchange("GET / HTTP/1.0\r\n\r\n"), HasSubstr("/||0"));
    EXPECT_THAT(exchange("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(Hostile, OldClientsAreClosedUnlessTheyAskOtherwise) {
    EXPECT_THAT(exchange("GET / HTTP/1.0\r\nHost: h\r\n\r\n"), HasSubstr("Connection: close\r\n"));
    httpd::Server server({}, [](const Request&) { return Response{.body = "x"}; });
    const Socket socket = Socket::connect(server.port());
    socket.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(socket.receive_until("\r\n\r\nx"), HasSubstr("Connection: keep-alive\r\n"));
    socket.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_THAT(socket.receive_all(), HasSubstr("Connection: close\r\n"));
}

TEST_F(Idle, SilentAndSlowConnectionsEnd) {
    const std::vector<std::string> starts{"", "GET / HT",
                                          "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"};
    std::vector<Socket> sockets;
    for (const std::string& start : starts) {
        sockets.push_back(Socket::connect(server_.port()));
        sockets.back().send(start);
    }
    for (const Socket& socket : sockets)
        EXPECT_TRUE(socket.closed_within(std::chrono::seconds{10}));
    EXPECT_EQ(handled_, 0);
}

// Drips one byte after the other, faster than the idle timeout, until the server has had enough.
bool outlasts_dripping(std::uint16_t port, const std::string& start) {
    const Socket socket = Socket::connect(port);
    socket.send(start);
    for (int i = 0; i < 200; ++i) {
        socket.send("x");
        if (socket.closed_within(std::chrono::milliseconds{50})) return true;
    }
    return false;
}

TEST_F(Idle, DrippingHeadersAndBodiesEnd) {
    EXPECT_TRUE(outlasts_dripping(server_.port(), "GET / HTTP/1.1\r\nX: "));
    EXPECT_TRUE(
        outlasts_dripping(server_.port(), "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"));
    EXPECT_EQ(handled_, 0);
}

TEST_F(Hostile, AClientThatReadsNothingIsLetGo) {
    httpd::Server server({.idle_timeout = std::chrono::milliseconds{300}, .connection_limit = 1},
                         [](const Request& request) {
                             return Response{.body = std::string(request.path == "/big" ? 64 << 20 : 1, 'x')};
                         });
    const Socket deaf = Socket::connect(server.port());
    deaf.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    // Its place is free again once the server has given up on it.
    EXPECT_TRUE(testkit::wait_until([&] {
        const Socket next = Socket::connect(server.port());
        next.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        return next.receive_until("\r\n\r\n").starts_with("HTTP/1.1 200");
    }));
    EXPECT_LT(deaf.receive_all().size(), std::size_t{64} << 20);
}

TEST_F(Hostile, ConnectionsThatVanishLeaveNothing) {
    for (int i = 0; i < 50; ++i) {
        Socket socket = Socket::connect(server_.port());
        socket.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n" +
                    std::string(static_cast<std::size_t>(i) * 50, 'x'));
        i % 2 == 0 ? socket.reset() : socket.close();
    }
    EXPECT_TRUE(testkit::wait_until([&] { return std::filesystem::is_empty(spool_.path()); }));
    EXPECT_EQ(testkit::HttpClient(server_.url()).get("/").status, 200);
    EXPECT_EQ(handled_, 1);
}

TEST_F(Hostile, TooManyConnectionsAreTurnedAway) {
    httpd::Server server({.connection_limit = 3}, [](const Request&) { return Response{}; });
    std::vector<Socket> sockets;
    for (int i = 0; i < 3; ++i) {
        sockets.push_back(Socket::connect(server.port()));
        sockets.back().send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_THAT(sockets.back().receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
    }
    EXPECT_TRUE(Socket::connect(server.port()).closed_within(std::chrono::seconds{10}));
    sockets.clear();
    EXPECT_TRUE(testkit::wait_until([&] {
        const Socket again = Socket::connect(server.port());
        again.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        return again.receive_until("\r\n\r\n").starts_with("HTTP/1.1 200");
    }));
}

TEST_F(Hostile, RandomBytesNeverHurt) {
    std::mt19937 random(20240501);
    const std::string valid =
        "POST /a?b=c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (int i = 0; i < 300; ++i) {
        std::string bytes = valid;
        for (int j = 0; j < 1 + i % 5; ++j)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        const Socket socket = Socket::connect(server_.port());
        socket.send(bytes);
        socket.shutdown_send();
        const std::string answer = socket.receive_all();
        EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 ")) << bytes;
    }
    EXPECT_EQ(testkit::HttpClient(server_.url()).get("/").status, 200);
}

}  // namespace
