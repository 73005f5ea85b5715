// A load balancer and a zone for real, through the program localcloud: requests shared between instances, one of which
// dies and one leaves while clients keep asking; names that the zone's server answers.
#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include "common/testkit/wait.hpp"
#include "localcloud/host/holder.hpp"
#include "localcloud/host/process_identity.hpp"
#include "localcloud/state/identifiers.hpp"
#include "localcloud/tests/program.hpp"

using namespace localcloud;
using namespace localcloud::testing;
using namespace std::chrono_literals;
using common::testkit::wait_until;

namespace {

const std::string lbaas = "/load-balancer/v2/lbaas/";
constexpr int instances = 3;
constexpr auto monitor_delay = 1s;

/// Answers every request with the instance's name.
constexpr const char* user_data =
    "#!/usr/bin/python3\n"
    "import http.server, os, socket\n"
    "class Page(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        body = socket.gethostname().encode()\n"
    "        self.send_response(200)\n"
    "        self.send_header('Content-Length', str(len(body)))\n"
    "        self.end_headers()\n"
    "        self.wfile.write(body)\n"
    "    def log_message(self, *arguments): pass\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    null = os.open('/dev/null', os.O_RDWR)\n"
    "    for number in range(3): os.dup2(null, number)\n"
    "    http.server.ThreadingHTTPServer(('', 80), Page).serve_forever()\n";

std::string text_at(const json::value& value, const std::string& pointer) {
    return to_text(value.at_pointer(pointer));
}

int port_offset(const ProgramCloud& cloud) {
    std::ifstream file{cli::clouds_file(cloud.state())};
    const std::string key = "floating_ip_port_offset: ";
    for (std::string line; std::getline(file, line);)
        if (const auto at = line.find(key); at != std::string::npos)
            return std::stoi(line.substr(at + key.size()));
    return 0;
}

/// The page over a connection of its own, or nothing.
std::string page(const std::string& address) {
    try {
        const auto answer = common::testkit::HttpClient{"http://" + address, 20s}.get("/");
        return answer.status == 200 ? answer.body : std::string{};
    } catch (const std::runtime_error&) {
        return {};
    }
}

/// A client that asks again and again, and remembers when it was not answered.
class Asker {
  public:
    explicit Asker(std::string address)
        : address_(std::move(address)), thread_([this](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  const auto begin = std::chrono::steady_clock::now();
                  ++asked_;
                  if (page(address_).empty()) failures_.push_back(begin);
              }
          }) {}
    void stop() {
        thread_.request_stop();
        thread_.join();
    }
    [[nodiscard]] int asked() const { return asked_; }
    /// Requests that began after `when` and failed; once it has stopped.
    [[nodiscard]] long failures_after(std::chrono::steady_clock::time_point when) const {
        return std::ranges::count_if(failures_, [&](auto failure) { return failure > when; });
    }

  private:
    std::string address_;
    std::atomic<int> asked_ = 0;
    std::vector<std::chrono::steady_clock::time_point> failures_;
    std::jthread thread_;
};

class Balanced : public ::testing::Test {
  protected:
    void SetUp() override {
        const auto up = cloud_.run({"up"});
        ASSERT_TRUE(up.ok()) << up.error;
    }

    void boot(Client& client) {
        const std::string group = text_at(
            client.ask("POST", "/network/v2.0/security-groups", {{"security_group", {{"name", "web"}}}}),
            "/security_group/id");
        (void)client.ask("POST", "/network/v2.0/security-group-rules",
                         {{"security_group_rule",
                           {{"security_group_id", group},
                            {"direction", "ingress"},
                            {"protocol", "tcp"},
                            {"port_range_min", 80},
                            {"port_range_max", 80},
                            {"remote_ip_prefix", "10.0.0.0/24"}}}});
        const std::string network =
            text_at(client.ask("GET", "/network/v2.0/networks?name=private"), "/networks/0/id");
        const std::string image =
            text_at(client.ask("GET", "/image/v2/images?name=debian-12"), "/images/0/id");
        std::string flavor;
        const json::value flavors = client.ask("GET", "/compute/v2.1/flavors");
        for (const json::value& one : flavors.at("flavors").as_array())
            if (text_at(one, "/name") == "m1.small") flavor = text_at(one, "/id");
        for (int number = 1; number <= instances; ++number)
            servers_.push_back(text_at(client.ask("POST", "/compute/v2.1/servers",
                                                  {{"server",
                                                    {{"name", "web" + std::to_string(number)},
                                                     {"imageRef", image},
                                                     {"flavorRef", flavor},
                                                     {"user_data", state::base64_encode(user_data)},
                                                     {"security_groups", {{{"name", "web"}}}},
                                                     {"networks", {{{"uuid", network}}}}}}}),
                                       "/server/id"));
        for (const std::string& id : servers_) {
            ASSERT_TRUE(wait_until(
                [&] {
                    return text_at(client.ask("GET", "/compute/v2.1/servers/" + id), "/server/status") ==
                           "ACTIVE";
                },
                60s));
            addresses_.push_back(text_at(client.ask("GET", "/network/v2.0/ports?device_id=" + id),
                                         "/ports/0/fixed_ips/0/ip_address"));
        }
    }

    [[nodiscard]] json::array members(std::size_t without = instances) const {
        json::array list;
        for (std::size_t i = 0; i < addresses_.size(); ++i)
            if (i != without) list.push_back({{"address", addresses_[i]}, {"protocol_port", 80}});
        return list;
    }

    /// With its whole tree, and a floating IP on its VIP.
    void balance(Client& client) {
        const std::string subnet =
            text_at(client.ask("GET", "/network/v2.0/subnets?cidr=10.0.0.0%2F24"), "/subnets/0/id");
        const json::value pool{{"name", "pool"},
                               {"protocol", "HTTP"},
                               {"lb_algorithm", "ROUND_ROBIN"},
                               {"healthmonitor",
                                {{"type", "HTTP"},
                                 {"delay", monitor_delay.count()},
                                 {"timeout", 1},
                                 {"max_retries", 1},
                                 {"max_retries_down", 2}}},
                               {"members", members()}};
        const auto created = client.ask("POST", lbaas + "loadbalancers",
                                        {{"loadbalancer",
                                          {{"name", "lb"},
                                           {"vip_subnet_id", subnet},
                                           {"listeners",
                                            {{{"name", "http"},
                                              {"protocol", "HTTP"},
                                              {"protocol_port", 80},
                                              {"default_pool", pool}}}}}}});
        balancer_ = text_at(created, "/loadbalancer/id");
        pool_ = text_at(created, "/loadbalancer/pools/0/id");
        const std::string outside =
            text_at(client.ask("GET", "/network/v2.0/networks?name=public"), "/networks/0/id");
        address_ = text_at(client.ask("POST", "/network/v2.0/floatingips",
                                      {{"floatingip",
                                        {{"floating_network_id", outside},
                                         {"port_id", text_at(created, "/loadbalancer/vip_port_id")}}}}),
                           "/floatingip/floating_ip_address") +
                   ":" + std::to_string(80 + port_offset(cloud_));
    }

    bool active(Client& client) {
        return wait_until(
            [&] {
                return text_at(client.ask("GET", lbaas + "loadbalancers/" + balancer_),
                               "/loadbalancer/provisioning_status") == "ACTIVE";
            },
            30s);
    }
    int members_that_are(Client& client, const std::string& status) {
        int count = 0;
        const json::value list = client.ask("GET", lbaas + "pools/" + pool_ + "/members");
        for (const json::value& one : list.at("members").as_array())
            count += text_at(one, "/operating_status") == status ? 1 : 0;
        return count;
    }
    [[nodiscard]] std::optional<host::ProcessIdentity> process(const std::string& name) const {
        return host::ProcessIdentity::read(cloud_.state() / "host" / "processes" / name);
    }

    ProgramCloud cloud_{"balanced"};
    std::vector<std::string> servers_, addresses_;
    std::string balancer_, pool_, address_;
};

TEST_F(Balanced, EveryRequestIsAnsweredWhileMembersDieAndLeave) {
    const host::Options options{.state = cloud_.state(), .cache = host::default_cache()};
    {
        Client client{cloud_};
        ASSERT_NO_FATAL_FAILURE(boot(client));
        balance(client);
        ASSERT_TRUE(active(client));
        // Until an instance serves, the monitor says that it does not.
        ASSERT_TRUE(wait_until(
            [&] {
                std::map<std::string, int> seen;
                for (int i = 0; i < 2 * instances; ++i)
                    ++seen[page(address_)];
                return seen.size() == instances && !seen.contains("");
            },
            90s));
        EXPECT_TRUE(wait_until([&] { return members_that_are(client, "ONLINE") == instances; }, 20s));

        std::map<std::string, int> served;
        for (int i = 0; i < 200; ++i)
            ++served[page(address_)];
        for (const char* name : {"web1", "web2", "web3"})
            EXPECT_NEAR(served[name], 200.0 / instances, 10) << name;

        Asker first{address_};
        Asker second{address_};
        ASSERT_TRUE(wait_until([&] { return first.asked() > 20 && second.asked() > 20; }));
        const auto instance =
            host::ProcessIdentity::read(host::instances_folder(options) / servers_[0] / "process");
        ASSERT_TRUE(instance);
        const auto killed = std::chrono::steady_clock::now();
        instance->kill(SIGKILL);
        EXPECT_TRUE(wait_until([&] { return members_that_are(client, "ERROR") == 1; }, 30s));
        const int before = first.asked();
        EXPECT_EQ(text_at(client.ask("GET", lbaas + "pools/" + pool_), "/pool/operating_status"), "DEGRADED");
        (void)client.ask("PUT", lbaas + "pools/" + pool_ + "/members", {{"members", members(1)}});
        ASSERT_TRUE(active(client));
        EXPECT_TRUE(wait_until([&] { return first.asked() > before + 100; }, 30s));
        first.stop();
        second.stop();
        const auto miss = killed + monitor_delay;
        EXPECT_EQ(first.failures_after(miss) + second.failures_after(miss), 0);
        std::printf("%d requests, %ld failed before the monitor's first miss\n",
                    first.asked() + second.asked(), first.failures_after({}) + second.failures_after({}));
        EXPECT_EQ(page(address_), "web3");
    }

    // Its process survives the cloud's, and is adopted.
    const auto haproxy = process("lb-" + balancer_);
    ASSERT_TRUE(haproxy && haproxy->alive());
    ASSERT_EQ(::kill(cloud_.running()->pid, SIGKILL), 0);
    ASSERT_TRUE(cloud_.run({"up"}).ok());
    EXPECT_TRUE(wait_until([&] { return page(address_) == "web3"; }, 20s));
    EXPECT_TRUE(haproxy->alive());
    EXPECT_EQ(process("lb-" + balancer_)->pid, haproxy->pid);
    haproxy->kill(SIGKILL);
    EXPECT_TRUE(wait_until(
        [&] {
            const auto now = process("lb-" + balancer_);
            return now && now->pid != haproxy->pid && page(address_) == "web3";
        },
        20s))
        << "started again";

    const auto last = process("lb-" + balancer_);
    ASSERT_TRUE(cloud_.run({"down"}).ok());
    EXPECT_FALSE(last->alive());
    EXPECT_EQ(page(address_), "");
}

TEST(ServedZones, AnswerWithinASecondAndAfterARestart) {
    const ProgramCloud cloud{"zones"};
    const auto up = cloud.run({"up"});
    ASSERT_TRUE(up.ok()) << up.error;
    const auto dig = [&](const std::string& type, const std::string& name) {
        std::ifstream file{cli::dns_file(cloud.state())};
        std::string where;
        std::getline(file, where);
        const auto colon = where.find(':');
        return common::process::run({.arguments = {"dig", "@" + where.substr(0, colon), "-p",
                                                   where.substr(colon + 1), "+short", "+time=2", name, type}})
            .output;
    };
    Client client{cloud};
    const std::string zone =
        "/dns/v2/zones/" + text_at(client.ask("POST", "/dns/v2/zones",
                                              {{"name", "fractals.test."}, {"email", "me@fractals.test"}}),
                                   "/id");
    const std::string set = zone + "/recordsets/" +
                            text_at(client.ask("POST", zone + "/recordsets",
                                               {{"name", "api.fractals.test."},
                                                {"type", "A"},
                                                {"ttl", 5},
                                                {"records", {"127.0.0.10", "127.0.0.11"}}}),
                                    "/id");
    const auto active = [&] { return text_at(client.ask("GET", set), "/status") == "ACTIVE"; };
    ASSERT_TRUE(wait_until(active, 10s));
    EXPECT_THAT(dig("A", "api.fractals.test"),
                ::testing::AllOf(::testing::HasSubstr("127.0.0.10\n"), ::testing::HasSubstr("127.0.0.11\n")));
    EXPECT_EQ(dig("NS", "fractals.test"), "ns1.localcloud.internal.\n");
    const auto asked = std::chrono::steady_clock::now();
    (void)client.ask("PUT", set, {{"records", {"127.0.0.12"}}});
    ASSERT_TRUE(wait_until([&] { return dig("A", "api.fractals.test") == "127.0.0.12\n"; }, 10s));
    std::printf("served after %lld ms\n",
                static_cast<long long>((std::chrono::steady_clock::now() - asked) / 1ms));
    (void)client.ask("POST", zone + "/recordsets",
                     {{"name", "text.fractals.test."}, {"type", "TXT"}, {"records", {"caf\xc3\xa9"}}});
    EXPECT_TRUE(wait_until([&] { return dig("TXT", "text.fractals.test") == "\"caf\\195\\169\"\n"; }, 10s));
    ASSERT_TRUE(cloud.run({"down"}).ok());
    EXPECT_FALSE(host::ProcessIdentity::read(cloud.state() / "host" / "processes" / "dns"));
    ASSERT_TRUE(cloud.run({"up"}).ok());
    EXPECT_TRUE(wait_until([&] { return dig("A", "api.fractals.test") == "127.0.0.12\n"; }, 10s));
}

}  // namespace
