// Other people's clients on our cloud with real instances.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <openstack/config.hpp>

#include "acceptance/support/embedded_cloud.hpp"
#include "common/testkit/http_client.hpp"
#include "common/testkit/wait.hpp"

namespace acceptance {
namespace {

using common::testkit::HttpClient;
using common::testkit::wait_until;

class Clients : public ::testing::Test {
  protected:
    static void SetUpTestSuite() { cloud_ = std::make_unique<EmbeddedCloud>("container"); }
    static void TearDownTestSuite() { cloud_.reset(); }

    static boost::json::value openstack(std::vector<std::string> words) {
        words.insert(words.begin(), {"/usr/bin/python3", "/usr/bin/openstack"});
        const auto result = cloud_->run(words);
        EXPECT_EQ(result.exit_status, 0) << result.error;
        boost::system::error_code error;
        auto value = boost::json::parse(result.output, error);
        return error ? boost::json::value() : value;
    }
    static std::unique_ptr<EmbeddedCloud> cloud_;
};
std::unique_ptr<EmbeddedCloud> Clients::cloud_;

bool answers(const std::string& address_and_port) {
    try {
        return HttpClient("http://" + address_and_port, std::chrono::seconds(3)).get("/").status == 200;
    } catch (const std::runtime_error&) {
        return false;
    }
}

TEST_F(Clients, TheOpenstackCommandBootsAServerThatServesAPage) {
    const auto script = cloud_->home() / "user-data";
    std::ofstream(script) << "#!/bin/sh\nmkdir -p /srv/page && cd /srv/page && echo hello > index.html\n"
                             "nohup python3 -m http.server 80 >/dev/null 2>&1 &\necho PAGE IS SERVED\n";
    openstack({"security", "group", "create", "web", "-f", "json"});
    const auto server = openstack({"server", "create", "web", "--image", "debian-12", "--flavor", "m1.small",
                                   "--network", "private", "--security-group", "web", "--user-data",
                                   script.string(), "--wait", "-f", "json"});
    EXPECT_EQ(server.at("status").as_string(), "ACTIVE");
    const auto ip = openstack({"floating", "ip", "create", "public", "-f", "json"});
    const std::string address(ip.at("floating_ip_address").as_string());
    openstack({"server", "add", "floating", "ip", "web", address});
    ASSERT_TRUE(wait_until(
        [] {
            return cloud_->run({"/usr/bin/python3", "/usr/bin/openstack", "console", "log", "show", "web"})
                       .output.find("PAGE IS SERVED") != std::string::npos;
        },
        std::chrono::minutes(1)));
    // Where a port of a floating IP answers is the cloud's to say: port + 8000 when the host's low ports are closed to it.
    const auto config =
        ::openstack::CloudConfig::load({.cloud = cloud_->cloud_name(), .config_file = cloud_->clouds_yaml()});
    const auto page =
        address + ":" + std::to_string(80 + std::stoi(config.extra("floating_ip_port_offset").value_or("0")));
    EXPECT_FALSE(answers(page)) << "no rule allows port 80 yet";
    openstack({"security", "group", "rule", "create", "web", "--protocol", "tcp", "--dst-port", "80", "-f",
               "json"});
    EXPECT_TRUE(wait_until([&] { return answers(page); }, std::chrono::seconds(20)));
    openstack({"server", "delete", "web", "--wait"});
    openstack({"floating", "ip", "delete", address});
    openstack({"security", "group", "delete", "web"});
}

TEST_F(Clients, OpenstacksdkDoesTheSame) {
    const auto story = cloud_->run({"/usr/bin/python3", SOURCE_DIR "/acceptance/openstacksdk_story.py"});
    EXPECT_EQ(story.exit_status, 0) << story.output << story.error;
    EXPECT_NE(story.output.find("hello from user data"), std::string::npos) << story.output;
}

}  // namespace
}  // namespace acceptance
