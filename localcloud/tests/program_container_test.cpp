// A server with a page, from the API's request to the client that reads it: through the program localcloud, killed and
// started again, and what is left when it is down.
#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "common/testkit/wait.hpp"
#include "localcloud/host/holder.hpp"
#include "localcloud/host/process_identity.hpp"
#include "localcloud/state/identifiers.hpp"
#include "localcloud/tests/held_namespaces.hpp"
#include "localcloud/tests/program.hpp"

using namespace localcloud;
using namespace localcloud::testing;

namespace {

constexpr const char* user_data =
    "#!/bin/sh\nmkdir /pages\ncd /pages\ncat /proc/sys/kernel/random/uuid >index.html\n"
    "nohup python3 -m http.server 80 >/dev/null 2>&1 &\n";

std::string text_at(const json::value& value, const std::string& pointer) {
    return value.at_pointer(pointer).as_string().c_str();
}

/// Where the cloud's clouds.yaml says that port 80 of a floating IP answers.
std::string page_port(const ProgramCloud& cloud) {
    std::ifstream file{cli::clouds_file(cloud.state())};
    const std::string key = "floating_ip_port_offset: ";
    int offset = 0;
    for (std::string line; std::getline(file, line);)
        if (const auto at = line.find(key); at != std::string::npos)
            offset = std::stoi(line.substr(at + key.size()));
    return ":" + std::to_string(80 + offset);
}

/// The page, or nothing while nobody answers.
std::string page(const std::string& address) {
    try {
        const auto answer =
            common::testkit::HttpClient{"http://" + address, std::chrono::seconds(3)}.get("/");
        return answer.status == 200 ? answer.body : std::string{};
    } catch (const std::runtime_error&) {
        return {};
    }
}

std::string page_soon(const std::string& address) {
    std::string body;
    (void)common::testkit::wait_until([&] { return !(body = page(address)).empty(); },
                                      std::chrono::seconds(40));
    return body;
}

struct Served {
    std::string server_id, group_id;
    std::string address;  ///< with the port of the page
};

Served serve_a_page(Client& client) {
    Served served;
    served.group_id =
        text_at(client.ask("POST", "/network/v2.0/security-groups", {{"security_group", {{"name", "web"}}}}),
                "/security_group/id");
    const std::string network =
        text_at(client.ask("GET", "/network/v2.0/networks?name=private"), "/networks/0/id");
    const std::string port = text_at(
        client.ask("POST", "/network/v2.0/ports",
                   {{"port", {{"network_id", network}, {"security_groups", json::array{served.group_id}}}}}),
        "/port/id");
    const std::string image = text_at(client.ask("GET", "/image/v2/images?name=debian-12"), "/images/0/id");
    std::string flavor;
    const json::value flavors = client.ask("GET", "/compute/v2.1/flavors");
    for (const json::value& candidate : flavors.at("flavors").as_array())
        if (text_at(candidate, "/name") == "m1.small") flavor = text_at(candidate, "/id");
    served.server_id = text_at(client.ask("POST", "/compute/v2.1/servers",
                                          {{"server",
                                            {{"name", "page"},
                                             {"imageRef", image},
                                             {"flavorRef", flavor},
                                             {"user_data", state::base64_encode(user_data)},
                                             {"networks", json::array{json::object{{"port", port}}}}}}}),
                               "/server/id");
    const std::string outside =
        text_at(client.ask("GET", "/network/v2.0/networks?name=public"), "/networks/0/id");
    served.address =
        text_at(client.ask("POST", "/network/v2.0/floatingips",
                           {{"floatingip", {{"floating_network_id", outside}, {"port_id", port}}}}),
                "/floatingip/floating_ip_address");
    return served;
}

std::string server_status(Client& client, const std::string& id) {
    return text_at(client.ask("GET", "/compute/v2.1/servers/" + id), "/server/status");
}

/// Processes in any of these namespaces, mounts and control groups of the cloud.
std::string left(const ProgramCloud& cloud, const HeldNamespaces& own, const std::string& server_id) {
    std::string found;
    for (const auto& member : own.members())
        found += member + "\n";
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line);)
        if (line.find(cloud.name()) != std::string::npos) found += line + "\n";
    const std::filesystem::path group = "/sys/fs/cgroup/localcloud-" + server_id;
    if (std::filesystem::exists(group)) found += group.string() + "\n";
    return found;
}

TEST(ProgramWithContainers, AServerOutlivesAKilledCloudAndEndsWithIt) {
    const ProgramCloud cloud{"page"};
    const auto up = cloud.run({"up"});
    ASSERT_TRUE(up.ok()) << up.error;
    Served served;
    {
        Client client{cloud};
        served = serve_a_page(client);
        served.address += page_port(cloud);
        ASSERT_TRUE(common::testkit::wait_until(
            [&] { return server_status(client, served.server_id) != "BUILD"; }, std::chrono::seconds(60)));
        ASSERT_EQ(server_status(client, served.server_id), "ACTIVE");
        EXPECT_EQ(page(served.address), "") << "no rule admits anybody yet";
        (void)client.ask("POST", "/network/v2.0/security-group-rules",
                         {{"security_group_rule",
                           {{"security_group_id", served.group_id},
                            {"direction", "ingress"},
                            {"protocol", "tcp"},
                            {"port_range_min", 80},
                            {"port_range_max", 80}}}});
    }
    const std::string first = page_soon(served.address);
    ASSERT_NE(first, "");

    const host::Options options{.state = cloud.state(), .cache = host::default_cache()};
    const auto instance =
        host::ProcessIdentity::read(host::instances_folder(options) / served.server_id / "process");
    const auto holder = host::find_holder(options);
    ASSERT_TRUE(instance && instance->alive() && holder);
    ASSERT_EQ(::kill(cloud.running()->pid, SIGKILL), 0);
    EXPECT_TRUE(common::testkit::wait_until([&] { return page(served.address).empty(); }));
    EXPECT_TRUE(instance->alive());

    ASSERT_TRUE(cloud.run({"up"}).ok());
    EXPECT_EQ(page_soon(served.address), first);
    EXPECT_TRUE(instance->alive()) << "adopted, not started again";
    {
        Client client{cloud};
        EXPECT_EQ(server_status(client, served.server_id), "ACTIVE");
    }

    HeldNamespaces own;
    own.hold(instance->pid);
    own.hold(holder->process.pid);
    EXPECT_NE(left(cloud, own, served.server_id), "");
    ASSERT_TRUE(cloud.run({"down"}).ok());
    EXPECT_FALSE(instance->alive());
    EXPECT_FALSE(holder->process.alive());
    std::string remaining;
    EXPECT_TRUE(common::testkit::wait_until([&] {
        return (remaining = left(cloud, own, served.server_id)).empty();
    })) << remaining;
    EXPECT_EQ(page(served.address), "");
    own = {};

    // Its disk is still there: the server can be started again.
    ASSERT_TRUE(cloud.run({"up"}).ok());
    Client client{cloud};
    EXPECT_EQ(server_status(client, served.server_id), "SHUTOFF");
    (void)client.ask("POST", "/compute/v2.1/servers/" + served.server_id + "/action",
                     {{"os-start", nullptr}});
    EXPECT_TRUE(common::testkit::wait_until(
        [&] { return server_status(client, served.server_id) == "ACTIVE"; }, std::chrono::seconds(30)));
}

}  // namespace
