// What HAProxy is told, and what is read out of its answers: no process is needed for these.
#include <gmock/gmock.h>

#include <fstream>

#include "common/process/process.hpp"
#include "localcloud/balancer/haproxy_config.hpp"

using namespace localcloud::balancer;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

Specification one_of_all() {
    return {.id = "b",
            .interface = {.ip_address = "10.0.0.5"},
            .listeners = {{.id = "l",
                           .protocol = "HTTP",
                           .port = 80,
                           .connection_limit = 100,
                           .pool_id = "p",
                           .insert_headers = {"X-Forwarded-For"},
                           .timeout_client_data = 1000,
                           .timeout_member_connect = 2000,
                           .timeout_member_data = 3000}},
            .pools = {{.id = "p",
                       .protocol = "HTTP",
                       .algorithm = "LEAST_CONNECTIONS",
                       .monitor = Monitor{.type = "HTTP",
                                          .delay = 2,
                                          .timeout = 1,
                                          .max_retries = 4,
                                          .max_retries_down = 5,
                                          .http_method = "HEAD",
                                          .url_path = "/healthz",
                                          .expected_codes = "200, 202"},
                       .members = {{.id = "m1", .address = "10.0.0.11", .port = 8080, .weight = 3},
                                   {.id = "m2",
                                    .address = "10.0.0.12",
                                    .port = 8080,
                                    .backup = true,
                                    .enabled = false,
                                    .monitor_address = "10.0.0.13",
                                    .monitor_port = 9}}}}};
}

std::string config(const Specification& specification) {
    return haproxy_config(specification, {.socket = "/s", .server_state = "/state"});
}

TEST(HaproxyConfig, SaysWhatAListenerWants) {
    const std::string text = config(one_of_all());
    EXPECT_THAT(text,
                HasSubstr("bind 10.0.0.5:80\n    mode http\n    timeout client 1000ms\n    maxconn 100\n"));
    EXPECT_THAT(text, HasSubstr("option forwardfor\n"));
    EXPECT_THAT(text, HasSubstr("default_backend p:l\n"));
    EXPECT_THAT(text, HasSubstr("timeout connect 2000ms\n    timeout server 3000ms\n"));
    EXPECT_THAT(text, HasSubstr("option redispatch 1\n"));
}

TEST(HaproxyConfig, SaysHowMembersAreChosenAndWatched) {
    const std::string text = config(one_of_all());
    EXPECT_THAT(text, HasSubstr("balance leastconn\n"));
    EXPECT_THAT(text,
                HasSubstr("http-check send meth HEAD uri /healthz\n    http-check expect status 200,202\n"));
    EXPECT_THAT(text, HasSubstr("server m1 10.0.0.11:8080 weight 3 check inter 2s fall 5 rise 4\n"));
    EXPECT_THAT(text, HasSubstr("addr 10.0.0.13 port 9 backup disabled\n"));
}

TEST(HaproxyConfig, APathIsOneWordWhateverIsInIt) {
    auto specification = one_of_all();
    specification.pools[0].monitor->url_path = "/it's?a=\"b\"#c\\ d$HOME";
    EXPECT_THAT(config(specification), HasSubstr(R"(uri /it\'s?a=\"b\"\#c\\\ d$HOME)"
                                                 "\n"));
}

TEST(HaproxyConfig, HaproxyReadsAPathWithEverythingThatAPathMayHave) {
    if (!common::process::find_program("haproxy")) GTEST_SKIP() << "without HAProxy";
    const common::process::TemporaryDirectory folder{"haproxy-config"};
    auto specification = one_of_all();
    specification.interface.ip_address = "127.0.0.1";
    specification.pools[0].monitor->url_path = "/-_.~%!$&'()*+,;=:@?";
    std::ofstream{folder.path() / "config"} << haproxy_config(
        specification, {.socket = folder.path() / "socket", .server_state = folder.path() / "state"});
    const auto result =
        common::process::run({.arguments = {"haproxy", "-c", "-f", (folder.path() / "config").string()}});
    EXPECT_TRUE(result.ok()) << result.output << result.error;
}

TEST(HaproxyConfig, WithoutAPoolNobodyIsAsked) {
    auto specification = one_of_all();
    specification.listeners[0].pool_id.clear();
    EXPECT_THAT(config(specification), Not(HasSubstr("backend")));
    specification = one_of_all();
    specification.pools[0].enabled = false;
    EXPECT_THAT(config(specification), Not(HasSubstr("backend")));
}

TEST(HaproxyConfig, WithoutListenersItStillRuns) {
    auto specification = one_of_all();
    specification.listeners.clear();
    EXPECT_THAT(config(specification), HasSubstr("bind unix@/s.idle mode 600\n"));
    EXPECT_THAT(config(one_of_all()), Not(HasSubstr("idle mode")));
}

TEST(HaproxyConfig, PersistsAsAsked) {
    auto specification = one_of_all();
    specification.pools[0].persistence = "HTTP_COOKIE";
    EXPECT_THAT(config(specification), HasSubstr("cookie SRV insert indirect nocache\n"));
    EXPECT_THAT(config(specification), HasSubstr(" cookie m1"));
    specification.pools[0].persistence = "SOURCE_IP";
    EXPECT_THAT(config(specification), HasSubstr("stick on src\n"));
    specification.pools[0].persistence = "APP_COOKIE";
    specification.pools[0].cookie_name = "JSESSIONID";
    EXPECT_THAT(config(specification), HasSubstr("stick match req.cook(JSESSIONID)\n"));
}

TEST(HaproxyConfig, DescribesItselfDifferentlyOnceItIsAnother) {
    auto specification = one_of_all();
    const std::string before = description_of(config(specification));
    EXPECT_EQ(before.size(), 16U);
    EXPECT_EQ(description_of(config(specification)), before);
    specification.pools[0].members[0].weight = 4;
    EXPECT_NE(description_of(config(specification)), before);
    EXPECT_EQ(description_of("global\n"), "");
}

TEST(HaproxyStatistics, AreReadByTheirTitles) {
    const Report report = read_statistics(
        "# pxname,svname,scur,stot,bin,bout,ereq,status\n"
        "l,FRONTEND,1,20,300,4000,5,OPEN\n"
        "p:l,m1,0,10,0,0,,UP\n"
        "p:l,m2,0,10,0,0,,DOWN 1/2\n"
        "p:l,m3,0,10,0,0,,MAINT\n"
        "p:l,m4,0,10,0,0,,no check\n"
        "p:l,BACKEND,0,10,0,0,,UP\n"
        "nonsense\n");
    EXPECT_EQ(report.listeners.at("l").total_connections, 20U);
    EXPECT_EQ(report.listeners.at("l").bytes_out, 4000U);
    EXPECT_EQ(report.members.at("p/m1"), "ONLINE");
    EXPECT_EQ(report.members.at("p/m2"), "ERROR");
    EXPECT_EQ(report.members.at("p/m3"), "OFFLINE");
    EXPECT_EQ(report.members.at("p/m4"), "NO_MONITOR");
    EXPECT_EQ(report.members.size(), 4U);
    EXPECT_TRUE(read_statistics("").members.empty());
}

}  // namespace
