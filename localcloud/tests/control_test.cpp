// Faults, holds and counts, asked for as acceptance tests do; and the boot delay. With the fake driver.
#include <gmock/gmock.h>

#include <future>

#include "common/testkit/wait.hpp"
#include "localcloud/tests/cloud_control.hpp"
#include "localcloud/tests/program.hpp"

using localcloud::testing::Client;
using localcloud::testing::CloudControl;
using localcloud::testing::Fault;
using localcloud::testing::ProgramCloud;
using ::testing::HasSubstr;
namespace json = localcloud::json;
using namespace std::chrono_literals;

namespace {

constexpr const char* networks = "/network/v2.0/networks";
const json::value a_network{{"network", {{"name", "wanted"}}}};

class Controlled : public ::testing::Test {
  protected:
    Controlled() {
        const auto up = cloud.run({"up", "--driver", "fake", "--boot-delay", "1"});
        EXPECT_TRUE(up.ok()) << up.error;
        control.emplace(cloud.state());
        client.emplace(cloud);
        http.emplace(control->endpoint());
    }

    std::size_t wanted_networks() {
        return client->ask("GET", std::string{networks} + "?name=wanted").at("networks").as_array().size();
    }
    /// 200, or the status of the refusal.
    int status_of(const std::string& method, const std::string& path, const json::value& body = {}) {
        try {
            (void)client->ask(method, path, body);
            return 200;
        } catch (const std::runtime_error& error) {
            const std::string text = error.what();
            const auto at = text.find(path + ": ");
            return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + path.size() + 2);
        }
    }

    const ProgramCloud cloud{"control"};
    std::optional<CloudControl> control;
    std::optional<Client> client;
    std::optional<common::testkit::HttpClient> http;  ///< without token and secret
};

TEST_F(Controlled, TheChosenRequestsFailInTheServicesOwnWords) {
    control->set({.method = "POST", .path = "/networks$", .nth = 2, .times = 2, .status = 409});
    EXPECT_EQ(status_of("POST", networks, a_network), 200);
    EXPECT_EQ(status_of("GET", networks), 200) << "another method";
    EXPECT_EQ(status_of("POST", networks, a_network), 409);
    EXPECT_EQ(status_of("POST", networks, a_network), 409);
    EXPECT_EQ(status_of("POST", networks, a_network), 200);
    EXPECT_EQ(wanted_networks(), 2U) << "what failed was not done";
    EXPECT_EQ(control->faults().front().matched, 4U);
    EXPECT_EQ(control->faults().front().struck, 2U);

    const auto body_of = [&](const std::string& path, const Fault& fault) {
        control->set(fault);
        const auto answer = http->get(path, {{"Accept", "application/json"}});
        EXPECT_EQ(answer.status, fault.status);
        return std::pair{localcloud::parse_json(answer.body), answer.headers};
    };
    const auto conflict = body_of(networks, {.status = 409}).first;
    EXPECT_EQ(conflict.at_pointer("/NeutronError/type").as_string(), "HTTPConflict");
    const auto [limited, headers] = body_of("/compute/v2.1/servers", {.status = 429});
    EXPECT_EQ(headers.get("Retry-After"), "1");
    EXPECT_EQ(limited.at_pointer("/overLimit/retryAfter").as_string(), "1");
    EXPECT_EQ(body_of("/compute/v2.1/servers", {.status = 500}).first.at_pointer("/computeFault/code"), 500);
    const auto [away, patience] =
        body_of("/identity/v3/projects", {.status = 503, .headers = {{"Retry-After", "3"}}});
    EXPECT_EQ(away.at_pointer("/error/title").as_string(), "Service Unavailable");
    EXPECT_EQ(patience.get("Retry-After"), "3");
    EXPECT_EQ(body_of("/image/v2/images", {.status = 401}).second.get("WWW-Authenticate").substr(0, 8),
              "Keystone");
}

TEST_F(Controlled, ALostAnswerIsOneWhoseWorkWasDone) {
    // On a connection of its own: curl sends a request again by itself when one that it has used before is reset.
    const auto post = [&] {
        common::testkit::HttpClient fresh{control->endpoint()};
        return fresh.post(networks, json::serialize(a_network), {{"X-Auth-Token", client->token()}}).status;
    };
    control->set({.path = networks, .reset = true});
    EXPECT_THROW((void)post(), std::runtime_error);
    EXPECT_EQ(wanted_networks(), 0U);
    control->set({.path = networks, .reset = true, .after = true});
    EXPECT_THROW((void)post(), std::runtime_error);
    EXPECT_TRUE(control->struck());
    EXPECT_EQ(control->requests().recent.back().status, 0);
    EXPECT_TRUE(control->requests().recent.back().struck);
    EXPECT_EQ(wanted_networks(), 1U);
    EXPECT_EQ(post(), 201);
}

TEST_F(Controlled, ARequestIsHeldUntilItIsReleased) {
    control->set({.method = "POST", .hold = true, .after = true});
    auto held = std::async(std::launch::async, [&] { return status_of("POST", networks, a_network); });
    ASSERT_TRUE(control->wait_until_held());
    EXPECT_EQ(held.wait_for(0s), std::future_status::timeout);
    EXPECT_EQ(
        Client{cloud}.ask("GET", std::string{networks} + "?name=wanted").at("networks").as_array().size(),
        1U);
    control->release();
    EXPECT_EQ(held.get(), 200);

    control->set({.method = "POST", .hold = true});
    held = std::async(std::launch::async, [&] { return status_of("POST", networks, a_network); });
    ASSERT_TRUE(control->wait_until_held());
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(cloud.run({"down"}).ok());
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s) << "a cloud that ends waits for nobody";
}

TEST_F(Controlled, RequestsAreCountedByServiceAndMethod) {
    control->reset_requests();
    EXPECT_EQ(status_of("GET", networks), 200);
    EXPECT_EQ(status_of("POST", networks, a_network), 200);
    EXPECT_EQ(status_of("GET", "/compute/v2.1/servers/detail?limit=1"), 200);
    EXPECT_TRUE(control->faults().empty());  // is not counted
    const auto seen = control->requests();
    EXPECT_EQ(seen.total, 3U);
    EXPECT_EQ(seen.count("network"), 2U);
    EXPECT_EQ(seen.count("network", "POST"), 1U);
    EXPECT_EQ(seen.count({}, "GET"), 2U);
    ASSERT_EQ(seen.recent.size(), 3U);
    EXPECT_EQ(seen.recent.back().path, "/compute/v2.1/servers/detail");
    EXPECT_EQ(seen.recent.back().status, 200);
    control->reset_requests();
    EXPECT_EQ(control->requests().total, 0U);
}

TEST_F(Controlled, ADelayIsKept) {
    control->set(Fault{.service = "network", .times = Fault::always, .delay = 200ms});
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(status_of("GET", networks), 200);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 200ms);
    control->clear();
}

TEST_F(Controlled, ATokenEndsEarlyAndSaysSo) {
    const std::string credentials = json::serialize(json::value{
        {"auth", {{"identity", {{"methods", json::array{"token"}}, {"token", {{"id", client->token()}}}}}}}});
    const auto sign_in = [&] {
        const auto answer = http->post("/identity/v3/auth/tokens", credentials);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer;
    };
    const auto full = localcloud::parse_json(sign_in().body).at_pointer("/token/expires_at");
    control->set({.method = "POST", .path = "/auth/tokens$", .token_life = 300ms});
    const auto answer = sign_in();
    EXPECT_LT(localcloud::parse_json(answer.body).at_pointer("/token/expires_at").as_string(),
              full.as_string());
    const auto status = [&] {
        return http->get(networks, {{"X-Auth-Token", answer.headers.get("X-Subject-Token")}}).status;
    };
    EXPECT_TRUE(common::testkit::wait_until([&] { return status() == 401; }, 5s));
    EXPECT_EQ(status_of("GET", networks), 200) << "somebody else's token";
    control->clear();
    EXPECT_EQ(status(), 200);
}

TEST_F(Controlled, NobodyElseControlsTheCloud) {
    EXPECT_EQ(http->get("/localcloud/requests").status, 403);
    EXPECT_EQ(http->put("/localcloud/faults", "[]", {{"X-Localcloud-Secret", "guess"}}).status, 403);
    const auto mode = std::filesystem::status(cloud.state() / "control-secret").permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Controlled, ARuleThatSaysNothingIsRefused) {
    for (const auto& [fault, word] : {std::pair<Fault, const char*>{{.method = "GET"}, "none of"},
                                      {{.path = "(", .status = 500}, "regular expression"},
                                      {{.status = 99}, "not a number from 200"},
                                      {{.reset = true, .body = "x"}, "go with a"},
                                      {{.status = 500, .headers = {{"A", "b\r\nC: d"}}}, "header"}}) {
        try {
            control->set(fault);
            ADD_FAILURE() << word;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), HasSubstr(word));
        }
    }
}

TEST_F(Controlled, AServerIsBuildForTheBootDelayAndCanBeDeletedMeanwhile) {
    const auto id_of = [&](const std::string& path, const std::string& pointer) {
        return localcloud::to_text(client->ask("GET", path).at_pointer(pointer));
    };
    const json::value wanted{
        {"server",
         {{"name", "slow"},
          {"imageRef", id_of("/image/v2/images", "/images/0/id")},
          {"flavorRef", id_of("/compute/v2.1/flavors", "/flavors/0/id")},
          {"networks", json::array{json::object{
                           {"uuid", id_of(std::string{networks} + "?name=private", "/networks/0/id")}}}}}}};
    const auto create = [&] {
        return localcloud::to_text(
            client->ask("POST", "/compute/v2.1/servers", wanted).at_pointer("/server/id"));
    };
    const auto status = [&](const std::string& id) {
        return id_of("/compute/v2.1/servers/" + id, "/server/status");
    };
    const auto began = std::chrono::steady_clock::now();
    // More than threads work on them: no server waits for another one's delay.
    std::vector<std::string> ids;
    for (int i = 0; i < 12; ++i)
        ids.push_back(create());
    EXPECT_EQ(status(ids.front()), "BUILD");
    (void)client->ask("DELETE", "/compute/v2.1/servers/" + ids.back());
    EXPECT_TRUE(common::testkit::wait_until(
        [&] { return status_of("GET", "/compute/v2.1/servers/" + ids.back()) == 404; }));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 900ms)
        << "a server that is being made can go at once";
    ids.pop_back();
    for (const std::string& id : ids)
        EXPECT_TRUE(common::testkit::wait_until([&] { return status(id) == "ACTIVE"; }));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);
}

TEST_F(Controlled, AServerGoesToErrorWithTheWordsOfTheRule) {
    const auto id_of = [&](const std::string& path, const std::string& pointer) {
        return localcloud::to_text(client->ask("GET", path).at_pointer(pointer));
    };
    const json::value wanted{
        {"server",
         {{"name", "slow"},
          {"imageRef", id_of("/image/v2/images", "/images/0/id")},
          {"flavorRef", id_of("/compute/v2.1/flavors", "/flavors/0/id")},
          {"networks", json::array{json::object{
                           {"uuid", id_of(std::string{networks} + "?name=private", "/networks/0/id")}}}}}}};
    const auto create = [&] {
        return localcloud::to_text(
            client->ask("POST", "/compute/v2.1/servers", wanted).at_pointer("/server/id"));
    };
    control->set({.method = "POST", .path = "/servers$", .server_fault = "No valid host was found. "});
    const std::string failed = create();
    const std::string fine = create();
    const auto server = [&](const std::string& id) {
        return client->ask("GET", "/compute/v2.1/servers/" + id).at("server");
    };
    EXPECT_EQ(server(failed).at("status").as_string(), "ERROR");
    EXPECT_EQ(server(failed).at_pointer("/fault/message").as_string(), "No valid host was found. ");
    EXPECT_EQ(server(fine).at("status").as_string(), "BUILD");
    const json::value list = client->ask("GET", "/compute/v2.1/servers/detail");
    for (const auto& listed : list.at("servers").as_array()) {
        EXPECT_EQ(listed.at("status") == "ERROR", listed.at("id").as_string() == failed);
        EXPECT_FALSE(listed.as_object().contains("fault"));
    }
    (void)client->ask("DELETE", "/compute/v2.1/servers/" + failed);
    EXPECT_TRUE(common::testkit::wait_until(
        [&] { return status_of("GET", "/compute/v2.1/servers/" + failed) == 404; }));
}

}  // namespace
