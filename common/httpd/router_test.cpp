#include "common/httpd/router.hpp"

#include <gtest/gtest.h>

namespace httpd = common::httpd;
using httpd::Request;
using httpd::Response;

namespace {

httpd::Handler says(std::string text) {
    return [text = std::move(text)](const Request& request) {
        std::string body = text;
        for (const auto& [name, value] : request.params)
            body += " " + name + "=" + value;
        return Response{.body = body};
    };
}

std::string ask(const httpd::Router& router, std::string method, std::string target) {
    const Response response = router(Request{.method = std::move(method), .target = std::move(target)});
    return response.status == 200 ? response.body
                                  : std::to_string(response.status) + " " + response.headers.get("Allow");
}

httpd::Router servers() {
    httpd::Router router;
    router.add("GET", "/servers", says("list"));
    router.add("POST", "/servers", says("create"));
    router.add("GET", "/servers/detail", says("detail"));
    router.add("GET", "/servers/{id}", says("show"));
    router.add("DELETE", "/servers/{server_id}", says("delete"));
    router.add("HEAD", "/servers/{id}", says("head"));
    router.add("GET", "/servers/{id}/ips/{network}", says("ips"));
    router.add("GET", "/v1/{account}/{container}", says("container"));
    router.add("GET", "/v1/{account}/{container}/{object...}", says("object"));
    return router;
}

TEST(Router, PrefersLiteralsAndFillsNames) {
    const auto router = servers();
    EXPECT_EQ(ask(router, "GET", "/servers"), "list");
    EXPECT_EQ(ask(router, "GET", "/servers?limit=2"), "list");
    EXPECT_EQ(ask(router, "GET", "/servers/detail"), "detail");
    EXPECT_EQ(ask(router, "GET", "/servers/7"), "show id=7");
    EXPECT_EQ(ask(router, "DELETE", "/servers/7"), "delete server_id=7");
    EXPECT_EQ(ask(router, "DELETE", "/servers/detail"), "delete server_id=detail");
    EXPECT_EQ(ask(router, "GET", "/servers/detail/ips/n"), "ips id=detail network=n");
}

TEST(Router, DecodesAfterSplitting) {
    const auto router = servers();
    EXPECT_EQ(ask(router, "GET", "/servers/a%2Fb%20c"), "show id=a/b c");
    EXPECT_EQ(ask(router, "GET", "/servers/%64etail"), "detail");
    EXPECT_EQ(ask(router, "GET", "/v1/a/c/x/y%2Fz//w/"), "object account=a container=c object=x/y/z//w/");
}

TEST(Router, WantsNonEmptyNames) {
    const auto router = servers();
    EXPECT_EQ(ask(router, "GET", "/servers/"), "404 ");
    EXPECT_EQ(ask(router, "GET", "/v1//c"), "404 ");
    EXPECT_EQ(ask(router, "GET", "/v1/a/c/"), "404 ");
    EXPECT_EQ(ask(router, "GET", "/"), "404 ");
    EXPECT_EQ(ask(router, "GET", ""), "404 ");
}

TEST(Router, KnowsHeadAndAllowedMethods) {
    const auto router = servers();
    EXPECT_EQ(ask(router, "HEAD", "/servers"), "list");
    EXPECT_EQ(ask(router, "HEAD", "/servers/7"), "head id=7");
    EXPECT_EQ(ask(router, "PUT", "/servers"), "405 GET, HEAD, POST");
    EXPECT_EQ(ask(router, "PUT", "/servers/detail"), "405 DELETE, GET, HEAD");
    EXPECT_EQ(ask(router, "PUT", "/nothing"), "404 ");
}

TEST(Router, CallsTheGivenHandlersForWhatItDoesNotKnow) {
    auto router = servers();
    router.set_not_found([](const Request&) { return Response{.body = "none"}; });
    router.set_method_not_allowed([](const Request&) { return Response{.status = 499}; });
    EXPECT_EQ(ask(router, "GET", "/x"), "none");
    EXPECT_EQ(ask(router, "PATCH", "/servers"), "499 GET, HEAD, POST");
}

TEST(Router, KeepsWhatTheServerPutIntoTheParameters) {
    const auto router = servers();
    const Response response =
        router(Request{.method = "GET", .target = "/servers/7", .params = {{"listener", "net"}}});
    EXPECT_EQ(response.body, "show id=7 listener=net");
}

TEST(Router, RefusesBadPatterns) {
    httpd::Router router;
    router.add("GET", "/a/{b}", says(""));
    EXPECT_THROW(router.add("GET", "/a/{other}", says("")), std::invalid_argument);
    EXPECT_THROW(router.add("GET", "a", says("")), std::invalid_argument);
    EXPECT_THROW(router.add("GET", "/{a...}/b", says("")), std::invalid_argument);
    EXPECT_THROW(router.add("GET", "/x{a}", says("")), std::invalid_argument);
}

}  // namespace
