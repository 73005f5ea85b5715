// Nova's servers: what they are refused for, what a list is filtered by, what becomes of them in odd orders.
#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <stdexcept>

#include "localcloud/api/compute/pattern.hpp"
#include "localcloud/tests/api.hpp"

using namespace localcloud;
using localcloud::testing::ApiAnswer;
using localcloud::testing::ApiCloud;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

class Servers : public ::testing::Test {
  protected:
    const std::string servers = "/compute/v2.1/servers";
    /// Names of the servers that the query finds, in order.
    std::vector<std::string> listed(const std::string& query, const std::string& user = "demo",
                                    const std::string& version = {}) {
        const ApiAnswer answer = cloud.ask("GET", servers + "?" + query, {}, user, version);
        std::vector<std::string> names;
        if (answer.status != 200) return {std::to_string(answer.status)};
        for (const json::value& server : answer.body.at("servers").as_array())
            names.push_back(to_text(server.at("name")));
        std::sort(names.begin(), names.end());
        return names;
    }
    json::object server_request(const char* name) {
        json::object wanted{{"name", name}, {"imageRef", cloud.image()}, {"flavorRef", cloud.flavor()}};
        wanted["networks"] = json::array{json::object{{"uuid", cloud.network()}}};
        return wanted;
    }
    ApiCloud cloud;
};

TEST_F(Servers, AreFoundByExpressionsInBoundedTime) {
    const std::string many(40, 'a');
    (void)cloud.server(many + "!");
    (void)cloud.server("web-1");
    EXPECT_THAT(listed("name=^(a%2B)%2B$"), IsEmpty()) << "it would take longer than the sun lasts";
    EXPECT_THAT(listed("name=^(a|aa)%2B!$"), ElementsAre(many + "!"));
    EXPECT_THAT(listed("name=^WEB-%5Cd$"), ElementsAre("web-1"));
    EXPECT_THAT(listed("ip=^10%5C.0%5C.0%5C.[0-9]{1,3}$").size(), 2U);
    EXPECT_THAT(listed("ip=^(1*)*$"), IsEmpty());
    for (const char* wrong : {"(", "a)", "[a", "*", "a**", "(a)%5C1", "(%3F%3Da)", "(a{255}){255}", "a{3,2}"})
        EXPECT_THAT(listed(std::string{"name="} + wrong), ElementsAre("400")) << wrong;
}

TEST(Patterns, AreReadAsPythonReadsThem) {
    struct Case {
        const char* expression;
        const char* found;
        const char* not_found;
    };
    for (const auto& [expression, found, not_found] : {Case{"web", "my-Web-1", "we"},
                                                       Case{"^web$", "web", "web1"},
                                                       Case{"a|bc|^d", "xbcx", "xd"},
                                                       Case{"a(b|c)*d", "abcbcd", "abxd"},
                                                       Case{"^a+$", "aaa", ""},
                                                       Case{"^a?b$", "b", "aab"},
                                                       Case{"^a{2,3}$", "aaa", "aaaa"},
                                                       Case{"^a{2}$", "aa", "a"},
                                                       Case{"^a{2,}$", "aaaaa", "a"},
                                                       Case{"^(ab){,2}$", "abab", "ababab"},
                                                       Case{"^a{,b}$", "a{,b}", "ab"},
                                                       Case{"^[a-c_-]+$", "Ab-c_", "d"},
                                                       Case{"^[^0-9]$", "x", "5"},
                                                       Case{"^[]a]+$", "]a", "[a"},
                                                       Case{"^[[:digit:]x]+$", "12x", "y"},
                                                       Case{R"(^\d+\.\w+\s$)", "1.a ", "1xa "},
                                                       Case{R"(^[\d\]-]+$)", "1]-", "a"},
                                                       Case{R"(\bweb\b)", "a web b", "webs"},
                                                       Case{R"(\Bs\b)", "webs", "s"},
                                                       Case{"^(?:x|y)*?z$", "xyxz", "xyaz"},
                                                       Case{"^.$", "x", "\n2"},
                                                       Case{"^((a*)*)*$", "aaaa", "aaab"},
                                                       Case{"^(a|b|)c$", "c", "dc"},
                                                       Case{"é", "café", "cafe"},
                                                       Case{"^(|a)+$", "aa", "b"},
                                                       Case{"^((a|b){1,2}c){2}$", "abcbc", "abc"}}) {
        const api::compute::Pattern pattern{expression};
        EXPECT_TRUE(pattern.found_in(found)) << expression;
        EXPECT_FALSE(pattern.found_in(not_found)) << expression;
    }
}

TEST_F(Servers, AreListedByAllThatNovaCompares) {
    const std::string web = cloud.server("web", {{"tags", json::array{"blue", "green"}},
                                                 {"hostname", "front"},
                                                 {"accessIPv4", "192.0.2.7"},
                                                 {"description", "the first"},
                                                 {"metadata", {{"role", "front"}, {"tier", "1"}}},
                                                 {"config_drive", true}});
    (void)cloud.server("db", {{"tags", json::array{"green"}}, {"metadata", {{"role", "back"}}}});
    const auto tagged = [&](const char* query) { return listed(query, "demo", "2.26"); };
    EXPECT_THAT(tagged("tags=blue,green"), ElementsAre("web"));
    EXPECT_THAT(tagged("tags-any=blue,red"), ElementsAre("web"));
    EXPECT_THAT(tagged("tags-any=blue,green"), ElementsAre("db", "web"));
    EXPECT_THAT(tagged("not-tags=blue,green"), ElementsAre("db"));
    EXPECT_THAT(tagged("not-tags-any=blue,red"), ElementsAre("db"));
    EXPECT_THAT(tagged("not-tags-any=green"), IsEmpty());
    EXPECT_THAT(listed("tags=blue", "demo", "2.25"), ElementsAre("db", "web")) << "before there were tags";
    EXPECT_THAT(listed("ip6=fd00", "demo", "2.5"), IsEmpty());
    EXPECT_THAT(listed("ip6=fd00"), ElementsAre("db", "web")) << "Nova does not listen yet";

    struct Case {
        const char* query;
        std::vector<std::string> found;
        bool everybody = false;  ///< since 2.83
    };
    const std::vector<std::string> both{"db", "web"};
    const std::vector<std::string> none;
    const std::string by_id = "uuid=" + web;
    for (const auto& [query, found, everybody] : {Case{"power_state=1", both, true},
                                                  Case{"power_state=4", none, true},
                                                  Case{"task_state=deleting", none, true},
                                                  Case{"vm_state=active", both, true},
                                                  Case{"vm_state=error", none, true},
                                                  Case{"config_drive=True", {"web"}, true},
                                                  Case{"progress=0", both, true},
                                                  Case{"progress=5", none, true},
                                                  Case{"hostname=^front$", {"web"}},
                                                  Case{"access_ip_v4=192", {"web"}},
                                                  Case{"access_ip_v6=fd", none},
                                                  Case{"display_description=first", {"web"}},
                                                  Case{"display_name=d", {"db"}},
                                                  Case{"image_ref=x", none},
                                                  Case{"launch_index=0", both},
                                                  Case{"launch_index=1", none},
                                                  Case{"root_device_name=/dev/vda", both},
                                                  Case{"root_device_name=sda", none},
                                                  Case{"host=elsewhere", none},
                                                  Case{"node=test", both},
                                                  Case{"locked_by=owner", none},
                                                  Case{"auto_disk_config=1", none},
                                                  Case{by_id.c_str(), {"web"}},
                                                  Case{R"(metadata={"role":"front","tier":"1"})", {"web"}},
                                                  Case{R"(metadata={"role":"none"})", none},
                                                  Case{"description=no-such", both}}) {
        EXPECT_EQ(listed(std::string{"all_tenants=1&"} + query, "admin"), found) << query;
        EXPECT_EQ(listed(query), both) << query << ": that is for administrators";
        EXPECT_EQ(listed(query, "demo", "2.83"), everybody ? found : both) << query;
    }
    EXPECT_THAT(listed("all_tenants=1&metadata=role", "admin"), ElementsAre("400"));
    EXPECT_THAT(listed("no-such-key=1", "demo", "2.75"), ElementsAre("400"));
    EXPECT_THAT(listed("hostname=x", "demo", "2.75"), ElementsAre("db", "web"));
}

TEST_F(Servers, AreRefusedForTheSameWhetherMadeChangedOrRebuilt) {
    const std::string server = cloud.server("one");
    const std::string path = servers + "/" + server;
    const std::string long_text(256, 'x');
    struct Case {
        const char* member;
        json::value wrong;
        bool change = true;  ///< a change can have it, too
    };
    for (const auto& [member, wrong, change] : {Case{"name", " "},
                                                Case{"name", "\t"},
                                                Case{"name", "a\nb"},
                                                Case{"name", 5},
                                                Case{"name", nullptr},
                                                Case{"name", ""},
                                                Case{"name", long_text.c_str()},
                                                Case{"description", 5},
                                                Case{"description", long_text.c_str()},
                                                Case{"accessIPv4", "junk"},
                                                Case{"accessIPv4", nullptr},
                                                Case{"accessIPv6", "10.0.0.1"},
                                                Case{"hostname", "bad host\nname"},
                                                Case{"hostname", nullptr},
                                                Case{"hostname", "-a"},
                                                Case{"OS-DCF:diskConfig", "FOO"},
                                                Case{"metadata", 5, false},
                                                Case{"metadata", {{"a/b", "c"}}, false},
                                                Case{"user_data", 5, false},
                                                Case{"user_data", "a", false},
                                                Case{"key_name", 5, false},
                                                Case{"key_name", "none", false},
                                                Case{"adminPass", 5, false}}) {
        const std::string what = std::string{member} + " " + json::serialize(wrong);
        json::object made = server_request("two");
        made[member] = wrong;
        EXPECT_EQ(cloud.ask("POST", servers, {{"server", made}}, "demo", "2.90").status, 400) << what;
        const json::object rebuilt{{"imageRef", cloud.image()}, {member, wrong}};
        EXPECT_EQ(cloud.ask("POST", path + "/action", {{"rebuild", rebuilt}}, "demo", "2.90").status, 400)
            << what;
        if (!change) continue;
        EXPECT_EQ(cloud.ask("PUT", path, {{"server", {{member, wrong}}}}, "demo", "2.90").status, 400)
            << what;
    }
    json::object groups = server_request("two");
    groups["security_groups"] = 5;
    EXPECT_EQ(cloud.ask("POST", servers, {{"server", groups}}).status, 400);
    EXPECT_THAT(listed(""), ElementsAre("one"));
    const std::string umlauts = "\u00e4\u00f6\u00fc";
    std::string long_name;
    while (long_name.size() < 2 * 255)
        long_name += umlauts;
    EXPECT_EQ(cloud.ask("PUT", path, {{"server", {{"name", long_name}}}}).at("/server/name"), long_name)
        << "255 letters";
}

TEST_F(Servers, ARebuiltOneHasWhatTheRequestSays) {
    for (const char* name : {"first", "second"})
        ASSERT_EQ(cloud.ask("POST", "/compute/v2.1/os-keypairs", {{"keypair", {{"name", name}}}}).status,
                  200);
    const std::string server = cloud.server("one", {{"key_name", "first"}, {"accessIPv6", "fd00::1"}});
    const auto rebuild = [&](json::object request) {
        request["imageRef"] = cloud.image();
        const ApiAnswer answer =
            cloud.ask("POST", servers + "/" + server + "/action", {{"rebuild", request}}, "demo", "2.90");
        EXPECT_EQ(answer.status, 202);
        EXPECT_TRUE(cloud.becomes(server, "ACTIVE"));
        return answer;
    };
    EXPECT_EQ(rebuild({{"adminPass", "secret"}, {"key_name", "second"}, {"hostname", "other"}})
                  .at("/server/adminPass"),
              "secret");
    rebuild({{"accessIPv4", "192.0.2.1"}, {"OS-DCF:diskConfig", "AUTO"}});
    const ApiAnswer shown = cloud.ask("GET", servers + "/" + server, {}, "demo", "2.90");
    EXPECT_EQ(shown.at("/server/key_name"), "second");
    EXPECT_EQ(shown.at("/server/OS-EXT-SRV-ATTR:hostname"), "other");
    EXPECT_EQ(shown.at("/server/accessIPv4"), "192.0.2.1");
    EXPECT_EQ(shown.at("/server/accessIPv6"), "fd00::1");
    EXPECT_EQ(shown.at("/server/OS-DCF:diskConfig"), "AUTO");
    EXPECT_TRUE(rebuild({{"key_name", nullptr}}).body.at_pointer("/server/key_name").is_null());
}

TEST_F(Servers, AddressesAndPortsAreCheckedBeforeOneIsPromised) {
    const std::string server = cloud.server("one");
    const std::string taken = cloud.ask("GET", servers + "/" + server).at("/server/addresses/private/0/addr");
    const std::string port =
        cloud.ask("POST", "/network/v2.0/ports", {{"port", {{"network_id", cloud.network()}}}})
            .at("/port/id");
    const auto status = [&](const json::object& network, int count = 1) {
        json::object wanted = server_request("two");
        wanted["networks"] = json::array{network};
        wanted["min_count"] = count;
        return cloud.ask("POST", servers, {{"server", wanted}}).status;
    };
    EXPECT_EQ(status({{"uuid", cloud.network()}, {"fixed_ip", "junk"}}), 400);
    EXPECT_EQ(status({{"uuid", cloud.network()}, {"fixed_ip", taken}}), 400);
    EXPECT_EQ(status({{"uuid", cloud.network()}, {"fixed_ip", "10.0.0.90"}}, 2), 400);
    EXPECT_EQ(status({{"port", port}}, 2), 400);
    EXPECT_THAT(listed(""), ElementsAre("one"));
    EXPECT_EQ(status({{"port", port}}), 202);
}

TEST_F(Servers, OneThatFailsWhileItIsDeletedIsDeleted) {
    std::promise<void> spawning;
    std::promise<void> deleted;
    cloud.driver().before_spawn = [&] {
        spawning.set_value();
        deleted.get_future().wait();
        throw std::runtime_error{"there is no room"};
    };
    const std::string server =
        cloud.ask("POST", servers, {{"server", server_request("one")}}).at("/server/id");
    spawning.get_future().wait();
    EXPECT_EQ(cloud.ask("DELETE", servers + "/" + server).status, 204);
    deleted.set_value();
    EXPECT_TRUE(cloud.gone(server));
}

}  // namespace
