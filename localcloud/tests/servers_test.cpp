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

TEST_F(Servers, OneThatFailsWhileItIsDeletedIsDeleted) {
    std::promise<void> spawning;
    std::promise<void> deleted;
    cloud.driver().before_spawn = [&] {
        spawning.set_value();
        deleted.get_future().wait();
        throw std::runtime_error{"there is no room"};
    };
    json::object wanted{{"name", "one"}, {"imageRef", cloud.image()}, {"flavorRef", cloud.flavor()}};
    wanted["networks"] = json::array{json::object{{"uuid", cloud.network()}}};
    const std::string server = cloud.ask("POST", servers, {{"server", wanted}}).at("/server/id");
    spawning.get_future().wait();
    EXPECT_EQ(cloud.ask("DELETE", servers + "/" + server).status, 204);
    deleted.set_value();
    EXPECT_TRUE(cloud.gone(server));
}

}  // namespace
