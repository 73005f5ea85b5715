#include "common/httpd/server.hpp"

#include <gtest/gtest.h>

#include "common/process/process.hpp"

namespace httpd = common::httpd;

TEST(Server, AnswersCurl) {
    httpd::Router router;
    router.add("PUT", "/things/{id}", [](const httpd::Request& request) {
        return httpd::Response{.body = request.param("id") + " " + std::to_string(request.body.size())};
    });
    httpd::Server server({.memory_limit = 1000}, std::move(router));
    const std::string data(200'000, 'x');
    const auto answer = common::process::check(
        {.arguments = {"curl", "-sS", "-T", "-", server.url() + "/things/a%2Fb"}, .input = data});
    EXPECT_EQ(answer, "a/b 200000");
}
