#include "common/httpd/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <latch>
#include <system_error>
#include <thread>

#include "common/process/process.hpp"
#include "common/testkit/http_client.hpp"
#include "common/testkit/socket.hpp"
#include "common/testkit/wait.hpp"

namespace httpd = common::httpd;
namespace process = common::process;
namespace testkit = common::testkit;
using httpd::Request;
using httpd::Response;
using testing::HasSubstr;
using testkit::Socket;

namespace {

Response echo(const Request& request) {
    return {.headers = {{"X-Method", request.method},
                        {"X-Path", httpd::percent_encode(request.path, "/")},
                        {"X-Host", request.headers.get("Host")},
                        {"X-In-Memory", request.body.in_memory() ? "yes" : "no"}},
            .body = request.body.read()};
}

std::string pattern(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + i * 7 / 5 % 26);
    return text;
}

TEST(Server, EchoesBodiesOfEverySizeOnOneConnection) {
    const process::TemporaryDirectory spool;
    httpd::Server server({.memory_limit = 1000, .spool_directory = spool.path()}, echo);
    testkit::HttpClient client(server.url());
    for (const std::size_t size : {0U, 1U, 1000U, 1001U, 70'000U, 3'000'000U}) {
        const std::string body = pattern(size);
        const auto answer = client.put("/a%20b", body);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, body) << size;
        EXPECT_EQ(answer.headers.get("X-In-Memory"), size <= 1000 ? "yes" : "no") << size;
        EXPECT_EQ(answer.headers.get("X-Path"), "/a%20b");
        EXPECT_EQ(answer.headers.get("Content-Length"), std::to_string(size));
        EXPECT_TRUE(answer.headers.contains("Date"));
        EXPECT_FALSE(answer.headers.contains("Server"));
        EXPECT_FALSE(answer.headers.contains("Connection"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(spool.path())) << "a request body's file was left behind";
}

TEST(Server, TakesCurlsChunkedUploadsWithExpect) {
    httpd::Server server({.memory_limit = 1000}, echo);
    const std::string body = pattern(2'000'000);
    EXPECT_EQ(process::check({.arguments = {"curl", "-sS", "--noproxy", "*", "-T", "-", server.url() + "/x"},
                              .input = body}),
              body);
}

TEST(Server, LetsTheHandlerMoveTheBodysFile) {
    const process::TemporaryDirectory spool;
    httpd::Server server({.memory_limit = 10, .spool_directory = spool.path()}, [&](const Request& request) {
        std::filesystem::rename(request.body.file(), spool.path() / "kept");
        return Response{.status = 201};
    });
    EXPECT_EQ(testkit::HttpClient(server.url()).put("/", pattern(5000)).status, 201);
    EXPECT_EQ(std::filesystem::file_size(spool.path() / "kept"), 5000U);
}

TEST(Server, SendsFilesAndPartsOfThem) {
    const process::TemporaryDirectory folder;
    const std::string content = pattern(1'500'000);
    std::ofstream(folder.path() / "file") << content;
    httpd::Server server({}, [&](const Request& request) {
        Response response{.file = folder.path() / "file"};
        if (request.path == "/part") response.file_offset = 1'000'000, response.file_length = 300'000;
        if (request.path == "/rest") response.file_offset = 1'499'999;
        if (request.path == "/end") response.file_offset = 1'500'000;
        if (request.path == "/beyond") response.file_length = 1'500'001;
        if (request.path == "/missing") response.file = folder.path() / "missing";
        return response;
    });
    testkit::HttpClient client(server.url());
    EXPECT_EQ(client.get("/all").body, content);
    EXPECT_EQ(client.get("/part").body, content.substr(1'000'000, 300'000));
    EXPECT_EQ(client.get("/rest").body, content.substr(1'499'999));
    EXPECT_EQ(client.get("/end").headers.get("Content-Length"), "0");
    EXPECT_EQ(client.get("/beyond").status, 500);
    EXPECT_EQ(client.get("/missing").status, 500);
    const auto head = client.head("/all");
    EXPECT_EQ(head.headers.get("Content-Length"), "1500000");
    EXPECT_EQ(head.body, "");
}

TEST(Server, AnswersThatNobodyFetchesWaitInFiles) {
    const process::TemporaryDirectory spool;
    const std::string body = pattern(20'000'000);  // more than sockets hold
    std::atomic<int> held = 0;
    httpd::Server server(
        {.answer_memory = body.size(), .spool_directory = spool.path()}, [&](const Request&) {
            ++held;
            return Response{.body = body,
                            .held = std::shared_ptr<const void>(&held, [&](const void*) { --held; })};
        });
    const auto files_without_name = [&] {
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code ignored;
            const std::string target = std::filesystem::read_symlink(entry.path(), ignored).string();
            if (target.starts_with(spool.path().string()) && target.ends_with("(deleted)")) ++count;
        }
        return count;
    };
    std::vector<Socket> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(Socket::connect(server.port()));
        clients.back().send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    }
    EXPECT_TRUE(testkit::wait_until([&] { return files_without_name() == 2; }));
    EXPECT_TRUE(testkit::wait_until([&] { return held == 0; })) << "nobody has to read for that";
    EXPECT_TRUE(std::filesystem::is_empty(spool.path()));
    for (const Socket& client : clients) {
        const std::string answer = client.receive_all();
        EXPECT_TRUE(answer.ends_with("\r\n\r\n" + body));
    }
    EXPECT_TRUE(testkit::wait_until([&] { return files_without_name() == 0; }));
    EXPECT_EQ(testkit::HttpClient(server.url()).get("/").body.size(), body.size());
    EXPECT_EQ(files_without_name(), 0) << "there is room again";
}

TEST(Server, AnswersHeadWithTheLengthOfWhatItDoesNotSend) {
    httpd::Server server({}, [](const Request& request) {
        if (request.path == "/own") return Response{.headers = {{"Content-Length", "12345"}}};
        return Response{.body = "hello"};
    });
    testkit::HttpClient client(server.url());
    EXPECT_EQ(client.head("/").headers.get("Content-Length"), "5");
    EXPECT_EQ(client.head("/own").headers.get("Content-Length"), "12345");
    EXPECT_EQ(client.get("/own").headers.get("Content-Length"), "0");
}

TEST(Server, SendsNoBodyWithNoContent) {
    httpd::Server server({.server_name = "test"},
                         [](const Request&) { return Response{.status = 204, .body = "x"}; });
    const Socket socket = Socket::connect(server.port());
    socket.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const std::string answer = socket.receive_all();
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 204 No Content\r\n"));
    EXPECT_THAT(answer, testing::EndsWith("\r\nServer: test\r\nConnection: close\r\n\r\n"));
    EXPECT_THAT(answer, testing::Not(HasSubstr("Content-Length")));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    httpd::Server server({}, [](const Request& request) {
        return Response{.body = "<" + request.path + request.body.read() + ">"};
    });
    const Socket socket = Socket::connect(server.port());
    std::string requests;
    for (int i = 0; i < 50; ++i) {
        requests += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
    }
    socket.send(requests + "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const std::string answers = socket.receive_all();
    std::size_t at = 0;
    for (int i = 0; i < 50; ++i) {
        at = answers.find("</" + std::to_string(i) + "ab>", at);
        ASSERT_NE(at, std::string::npos) << i;
    }
    EXPECT_THAT(answers, testing::EndsWith("</last>"));
}

TEST(Server, KeepsRepeatedFieldsAndTellsAddresses) {
    Request seen;
    httpd::Server server({}, [&](const Request& request) {
        seen = request;
        return Response{};
    });
    testkit::HttpClient client(server.url());
    client.get("/?a=1&a=2", {{"X-Many", "1"}, {"X-Many", "2"}});
    std::vector<std::string> values;
    for (const auto& [name, value] : seen.headers) {
        if (name == "X-Many") values.push_back(value);
    }
    EXPECT_THAT(values, testing::ElementsAre("1", "2"));
    EXPECT_EQ(seen.remote_address, "127.0.0.1");
    EXPECT_NE(seen.remote_port, 0);
    EXPECT_EQ(seen.local_address, "127.0.0.1");
    EXPECT_EQ(seen.local_port, server.port());
    EXPECT_EQ(seen.query.size(), 2U);
}

TEST(Server, AnswersAFailingHandlerWith500AndKeepsTheReason) {
    httpd::Server server({}, [](const Request& request) -> Response {
        if (request.path == "/split") return {.headers = {{"X-Bad", "a\r\nX-Injected: b"}}};
        if (request.path == "/name") return {.headers = {{"X Bad", "a"}}};
        if (request.path == "/status") return {.status = 7};
        if (request.path == "/odd") throw 42;  // NOLINT(hicpp-exception-baseclass)
        throw std::runtime_error("of no concern to clients");
    });
    testkit::HttpClient client(server.url());
    for (const char* path : {"/", "/split", "/name", "/status", "/odd"}) {
        const auto answer = client.get(path);
        EXPECT_EQ(answer.status, 500) << path;
        EXPECT_THAT(answer.body, testing::Not(HasSubstr("concern")));
        EXPECT_FALSE(answer.headers.contains("X-Injected"));
    }
}

TEST(Server, ResetsWhereAskedTo) {
    httpd::Server server({}, [](const Request&) { return Response{.reset_connection = true}; });
    const Socket socket = Socket::connect(server.port());
    socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(socket.receive_all(), "");
    EXPECT_FALSE(socket.send("x") && socket.send("x"));
}

TEST(Server, RunsHandlersSideBySide) {
    constexpr int count = 4;
    std::latch all(count);
    httpd::Server server({.handler_threads = count}, [&](const Request&) {
        all.arrive_and_wait();
        return Response{};
    });
    std::vector<std::jthread> clients;
    for (int i = 0; i < count; ++i) {
        clients.emplace_back([&] { EXPECT_EQ(testkit::HttpClient(server.url()).get("/").status, 200); });
    }
}

TEST(Server, ServesManyClientsAtOnce) {
    httpd::Server server({.memory_limit = 100}, echo);
    std::vector<std::jthread> clients;
    for (std::size_t i = 0; i < 8; ++i) {
        clients.emplace_back([&, i] {
            testkit::HttpClient client(server.url());
            for (std::size_t j = 0; j < 50; ++j) {
                const std::string body = pattern(i * 37 + j * 11);
                ASSERT_EQ(client.put("/", body).body, body);
            }
        });
    }
}

TEST(Server, AnswersOnListenersHandedIn) {
    httpd::Server server({}, [](const Request& request) {
        const auto tag = request.params.find("listener");
        return Response{.body = tag == request.params.end() ? "own" : tag->second};
    });
    testkit::ListeningSocket extra;
    const std::uint16_t port = extra.port();
    const auto id = server.add_listener(extra.release(), "network-1");
    EXPECT_EQ(testkit::HttpClient("http://127.0.0.1:" + std::to_string(port)).get("/").body, "network-1");
    EXPECT_EQ(testkit::HttpClient(server.url()).get("/").body, "own");
    server.remove_listener(id);
    server.remove_listener(id);
    EXPECT_THROW((void)Socket::connect(port), std::system_error);
    Socket not_listening = Socket::connect(server.port());
    EXPECT_THROW(server.add_listener(not_listening.release(), ""), std::invalid_argument);
}

TEST(Server, AnswersIntoAnotherNetworkNamespace) {
    httpd::Server server({}, [](const Request& request) {
        return Response{.body = request.param("listener") + " " + request.local_address};
    });
    std::string answer;
    bool possible = false;
    std::jthread([&] {  // a namespace of this thread's own; it goes with the thread and the listener
        if (::unshare(CLONE_NEWNET) != 0) return;
        const Socket control(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        ifreq loopback{};
        std::strcpy(loopback.ifr_name, "lo");
        loopback.ifr_flags = IFF_UP;
        if (::ioctl(control.number(), SIOCSIFFLAGS, &loopback) != 0) return;
        possible = true;
        testkit::ListeningSocket inside;
        const std::uint16_t port = inside.port();
        const auto id = server.add_listener(inside.release(), "inside");
        answer = testkit::HttpClient("http://127.0.0.1:" + std::to_string(port)).get("/").body;
        server.remove_listener(id);
    })
        .join();
    if (!possible) GTEST_SKIP() << "network namespaces need privileges";
    EXPECT_EQ(answer, "inside 127.0.0.1");
}

TEST(Server, SaysWhereItCannotListen) {
    const testkit::ListeningSocket taken;
    try {
        httpd::Server server({.port = taken.port()}, echo);
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:" + std::to_string(taken.port())));
        EXPECT_EQ(error.code(), std::errc::address_in_use);
    }
    EXPECT_THROW(httpd::Server({.address = "nowhere"}, echo), std::system_error);
}

TEST(Server, ListensOnNames) {
    httpd::Server server({.address = "localhost"}, echo);
    EXPECT_EQ(testkit::HttpClient("http://127.0.0.1:" + std::to_string(server.port())).get("/").status, 200);
    EXPECT_EQ(server.url(), "http://localhost:" + std::to_string(server.port()));
    try {
        httpd::Server nowhere({.address = "no-such-host.invalid"}, echo);
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot listen on no-such-host.invalid"));
    }
}

TEST(Server, ListensOnIpv6) {
    try {
        httpd::Server server({.address = "::1"}, echo);
        EXPECT_THAT(server.url(), testing::StartsWith("http://[::1]:"));
        EXPECT_EQ(testkit::HttpClient(server.url()).get("/").status, 200);
    } catch (const std::system_error& error) {
        GTEST_SKIP() << "no IPv6 here: " << error.what();
    }
}

TEST(Stop, LetsRunningRequestsEndAndClosesIdleConnections) {
    std::latch started(1);
    std::latch may_end(1);
    httpd::Server server({}, [&](const Request& request) {
        if (request.path == "/slow") {
            started.count_down();
            may_end.wait();
        }
        return Response{.body = "whole"};
    });
    const Socket idle = Socket::connect(server.port());
    idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(idle.receive_until("whole"), HasSubstr("200"));
    const Socket busy = Socket::connect(server.port());
    busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    started.wait();
    {
        std::jthread stopping([&] { server.stop(std::chrono::seconds{30}); });
        EXPECT_TRUE(idle.closed_within(std::chrono::seconds{10}));
        may_end.count_down();
        EXPECT_THAT(busy.receive_all(), HasSubstr("whole"));
    }
    EXPECT_THROW((void)Socket::connect(server.port()), std::system_error);
    server.stop();
}

TEST(Stop, HurriesHandlersThatDoNotEndAndDropsWhatWaitsForOne) {
    std::latch started(1);
    std::latch hurried(1);
    std::atomic<int> handled = 0;
    const process::TemporaryDirectory spool;
    httpd::ServerOptions options{.handler_threads = 1, .memory_limit = 0, .spool_directory = spool.path()};
    httpd::Server server(std::move(options), [&](const Request&) {
        if (++handled == 1) started.count_down();
        hurried.wait();
        return Response{};
    });
    const Socket first = Socket::connect(server.port());
    first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    started.wait();
    const Socket second = Socket::connect(server.port());
    second.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nwhole");
    EXPECT_TRUE(testkit::wait_until([&] {
        const auto files = std::filesystem::directory_iterator(spool.path());
        return files != std::filesystem::directory_iterator() && files->file_size() == 5;
    })) << "it has been read, and waits for the handler";
    server.stop(std::chrono::milliseconds{50}, [&] { hurried.count_down(); });
    EXPECT_EQ(handled, 1) << "the second one has nobody left who would read its answer";
}

TEST(Stop, CutsWhatDoesNotEndInTime) {
    httpd::Server server({}, echo);
    const Socket half = Socket::connect(server.port());
    half.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(half.receive_until("\r\n\r\n"), HasSubstr("100 Continue"));
    const auto start = std::chrono::steady_clock::now();
    server.stop(std::chrono::milliseconds{50});
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{5});
    EXPECT_EQ(half.receive_all(), "");
}

}  // namespace
