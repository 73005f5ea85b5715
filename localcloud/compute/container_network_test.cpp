// The networks of instances for real: floating IPs, security groups, routers.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <thread>

#include "common/process/process.hpp"
#include "localcloud/compute/container_cloud.hpp"
#include "localcloud/fabric/links.hpp"
#include "localcloud/fabric/netns_command.hpp"

using namespace localcloud;
using namespace localcloud::testing;
using ::testing::HasSubstr;

namespace {

using Rules = std::map<std::string, std::vector<fabric::SecurityRule>>;

TEST(ContainerNetworks, UserDataServesAPageThroughAFloatingIp) {
    const Cloud cloud;
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(80)}}}));
        here.driver->spawn(cloud.spec(1, serving("echo hello >hello")));
        const auto page = [&] { return curl(url(cloud.floating_ip(1), "/hello")); };
        EXPECT_EQ(eventually(page, is_page), "hello\n");
        auto switched_off = cloud.topology(1, {{"group-1", {tcp(80)}}});
        switched_off.ports[0].up = false;
        here.fabric->apply(switched_off);
        EXPECT_THAT(page(), HasSubstr("status"));
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(80)}}}));
    });
    EXPECT_EQ(eventually([&] { return curl(url(cloud.floating_ip(1), "/hello")); }, is_page), "hello\n");
}

TEST(ContainerNetworks, AnAddressThatIsUsedAgainIsTheNewOnesAtOnce) {
    const Cloud cloud;
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(3, {}));
        auto before = cloud.spec(2, "").interfaces;
        auto after = cloud.spec(3, "").interfaces;
        after[0].ip_address = before[0].ip_address;
        const auto neighbour = cloud.spec(1, "").interfaces;
        (void)here.fabric->attach(cloud.instance(1), neighbour);
        (void)here.fabric->attach(cloud.instance(2), before);
        // Both know it, and believe it for a long time.
        const std::string known = "neigh replace " + before[0].ip_address + " lladdr " +
                                  before[0].mac_address + " nud reachable dev ";
        const auto inside = fabric::open_namespace(here.host->network_namespace(cloud.instance(1)).string());
        const auto bridge = fabric::bridge_name(before[0].network_id);
        fabric::run_ip(here.host->fabric_namespace(), known + bridge + "\n");
        fabric::run_ip(inside, known + "eth0\n");
        const auto known_in = [&](const host::Descriptor& where) {
            return common::process::run({.arguments = {"ip", "neigh", "show", "to", before[0].ip_address},
                                         .in_child = [&] { return ::setns(where.get(), CLONE_NEWNET) == 0; }})
                .output;
        };
        ASSERT_THAT(known_in(inside), HasSubstr(before[0].mac_address));
        here.fabric->detach(cloud.instance(2));
        (void)here.fabric->attach(cloud.instance(3), after);
        EXPECT_THAT(known_in(here.host->fabric_namespace()),
                    ::testing::Not(HasSubstr(before[0].mac_address)));
        EXPECT_THAT(eventually([&] { return known_in(inside); },
                               [&](const std::string& text) {
                                   return text.find(after[0].mac_address) != std::string::npos;
                               }),
                    HasSubstr(after[0].mac_address));
    });
}

TEST(ContainerNetworks, SecurityGroupsJudgeInstancesAndClients) {
    const Cloud cloud;
    // Instance 1 asks 2 and 3 again and again; 2 admits the members of group-1, 3 admits one other address.
    const std::string asking =
        "while sleep 0.2; do\n"
        "  for n in 12 13; do curl -sf --max-time 1 http://10.0.0.$n/name >answer && mv answer from-$n || rm "
        "-f from-$n;"
        "  done; date +%s%N >round.new; mv round.new round\ndone >/dev/null 2>&1 &\n";
    Rules rules{{"group-1", {tcp(80)}},
                {"group-2",
                 {{.ingress = true,
                   .protocol = "tcp",
                   .port_min = 80,
                   .port_max = 80,
                   .remote_group_id = "group-1"}}},
                {"group-3",
                 {{.ingress = true,
                   .protocol = "tcp",
                   .port_min = 1,
                   .port_max = 1000,
                   .remote_ip_prefix = "127.0.0.7/32"}}}};
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(3, rules));
        for (const int number : {2, 3})
            here.driver->spawn(cloud.spec(number, serving("hostname >name")));
        here.driver->spawn(cloud.spec(1, serving(asking)));
        const auto from = [&](const std::string& name) {
            return curl(url(cloud.floating_ip(1), "/from-" + name));
        };
        // Instance 3 answers the client that its group admits, hence it runs.
        const auto client = [&](const std::string& address) {
            return curl(url(cloud.floating_ip(3), "/name"), {"--interface", address});
        };
        EXPECT_EQ(eventually([&] { return client("127.0.0.7"); }, is_page), "web3\n");
        EXPECT_THAT(client("127.0.0.8"), HasSubstr("status"));
        EXPECT_EQ(eventually([&] { return from("12"); }, is_page), "web2\n");
        EXPECT_THAT(from("13"), HasSubstr("status"));
        EXPECT_THAT(curl(url(cloud.floating_ip(2), "/name")), HasSubstr("status"))
            << "only members of group-1 may";

        // The other way round, while all of them run.
        rules["group-2"].clear();
        rules["group-3"].push_back({.ingress = true, .remote_ip_prefix = "10.0.0.0/28"});
        here.fabric->apply(cloud.topology(3, rules));
        EXPECT_EQ(eventually([&] { return from("13"); }, is_page), "web3\n");
        EXPECT_THAT(eventually([&] { return from("12"); }, std::not_fn(is_page)), HasSubstr("status"));
    });
}

TEST(ContainerNetworks, InstancesReachFloatingIpsOfTheirCloud) {
    const Cloud cloud;
    ServerProcess server(cloud, [&](Server& here) {
        auto closed = tcp(80);
        closed.remote_group_id = "group-1";
        here.fabric->apply(cloud.topology(2, {{"group-1", {tcp(80)}}, {"group-2", {tcp(80)}}}));
        here.driver->spawn(cloud.spec(1, serving("echo one >name")));
        const auto ask = [&](const std::string& file) {
            return "curl -s --max-time 2 http://" + cloud.floating_ip(1) + "/name >" + file + "; echo $? >" +
                   file + "-status; ";
        };
        // Asks for the other's page all the time, and keeps what it got and how.
        here.driver->spawn(cloud.spec(
            2, serving("echo two >name; (while sleep 0.2; do " + ask("got") + "curl -s --max-time 2 http://" +
                       cloud.floating_ip(2) + "/name >own; done) >/dev/null 2>&1 &")));
        const auto page = [&](const std::string& name) {
            return curl(url(cloud.floating_ip(2), "/" + name));
        };
        const auto becomes = [&](const std::string& name, const std::string& wanted) {
            return eventually([&] { return page(name); },
                              [&](const std::string& text) { return text == wanted; });
        };
        EXPECT_EQ(becomes("got", "one\n"), "one\n");
        EXPECT_EQ(becomes("own", "two\n"), "two\n") << "its own";

        // It comes as the one it is: groups judge it as they do at the fixed address.
        here.fabric->apply(cloud.topology(2, {{"group-1", {closed}}, {"group-2", {tcp(80)}}}));
        EXPECT_EQ(becomes("got-status", "28\n"), "28\n") << "only members of group-1 may";
        closed.remote_group_id = "group-2";
        here.fabric->apply(cloud.topology(2, {{"group-1", {closed}}, {"group-2", {tcp(80)}}}));
        EXPECT_EQ(becomes("got", "one\n"), "one\n");
        // And what may leave is said by its own groups.
        auto closed_in = cloud.topology(2, {{"group-1", {tcp(80)}}, {"group-2", {tcp(80)}}});
        closed_in.security_groups["default"].clear();
        here.fabric->apply(closed_in);
        EXPECT_NE(becomes("got-status", "28\n"), "0\n");
        EXPECT_EQ(page("got"), "");
    });
}

TEST(ContainerNetworks, OnlyRoutersJoinNetworksEvenWithTheSameAddresses) {
    const Cloud cloud;
    ServerProcess server(cloud, [&](Server& here) {
        // Instance 1 in network A; 2 in B, one router with A; 3 in C, which has A's addresses and no router with it.
        auto topology =
            cloud.topology(3, {{"group-1", {tcp(80)}}, {"group-2", {tcp(80)}}, {"group-3", {tcp(80)}}});
        const auto add = [&](const std::string& digit, const std::string& cidr, const std::string& prefix) {
            topology.networks.push_back({.id = digit + "4444444-0000-4000-8000-000000000000",
                                         .mtu = 1450,
                                         .subnets = {{.id = digit + "5555555-0000-4000-8000-000000000000",
                                                      .cidr = cidr,
                                                      .gateway = prefix + "1",
                                                      .service_address = prefix + "2",
                                                      .routed = true}}});
        };
        add("b", "10.0.1.0/24", "10.0.1.");
        add("c", "10.0.0.0/24", "10.0.0.");
        topology.routers[0].subnet_ids.emplace_back("b5555555-0000-4000-8000-000000000000");
        topology.routers.push_back({.id = "d", .subnet_ids = {"c5555555-0000-4000-8000-000000000000"}});
        const auto move = [&](int number, const std::string& network, const std::string& address) {
            auto& port = topology.ports[static_cast<std::size_t>(number - 1)];
            port.network_id = network;
            port.ip_addresses = {address};
            topology.floating_ips[static_cast<std::size_t>(number - 1)].fixed_address = address;
        };
        move(2, "b4444444-0000-4000-8000-000000000000", "10.0.1.12");
        move(3, "c4444444-0000-4000-8000-000000000000", "10.0.0.13");
        here.fabric->apply(topology);
        const auto boot = [&](int number, const std::string& script) {
            auto spec = cloud.spec(number, serving(script));
            const auto& port = topology.ports[static_cast<std::size_t>(number - 1)];
            spec.interfaces[0].network_id = port.network_id;
            spec.interfaces[0].ip_address = port.ip_addresses[0];
            spec.interfaces[0].gateway =
                port.ip_addresses[0].substr(0, port.ip_addresses[0].rfind('.')) + ".1";
            here.driver->spawn(spec);
        };
        for (const int number : {2, 3})
            boot(number, "hostname >name");
        for (const int number : {2, 3})
            EXPECT_EQ(eventually([&] { return curl(url(cloud.floating_ip(number), "/name")); }, is_page),
                      "web" + std::to_string(number) + "\n");
        boot(1,
             "for a in 10.0.1.12 10.0.0.13; do curl -s --max-time 2 http://$a/name >from-$a; done\n"
             "ping -c 1 -W 1 10.0.1.1 >/dev/null; echo $? >ping\n");
        const auto page = [&](const std::string& name) {
            return curl(url(cloud.floating_ip(1), "/" + name));
        };
        ASSERT_EQ(eventually([&] { return page("done"); }, is_page), "");
        EXPECT_EQ(page("from-10.0.1.12"), "web2\n");
        EXPECT_EQ(page("from-10.0.0.13"), "");
    });
}

TEST(ContainerNetworks, AnyPortOfAWideRangeAnswersOnceTheInstanceListens) {
    const Cloud cloud;
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {{.ingress = true, .protocol = "tcp"}}}}));
        here.driver->spawn(cloud.spec(1,
                                      "#!/bin/sh\nmkdir /pages; cd /pages; echo here >page\n"
                                      "nohup python3 -m http.server 23456 >/dev/null 2>&1 &\n"));
    });
    const auto page = "http://" + cloud.floating_ip(1) + ":23456/page";
    EXPECT_EQ(eventually([&] { return curl(page); }, is_page), "here\n");
}

/// What `bytes` come back as from a connection whose client says when it is done.
std::string exchange(const std::string& address, int port, const std::string& bytes) {
    const host::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return "refused";
    std::jthread sender([&] {
        std::string_view left = bytes;
        while (!left.empty()) {
            const auto count = ::send(socket.get(), left.data(), left.size(), MSG_NOSIGNAL);
            if (count <= 0) return;
            left.remove_prefix(static_cast<std::size_t>(count));
        }
        ::shutdown(socket.get(), SHUT_WR);
    });
    std::string answer;
    std::array<char, 65536> buffer{};
    for (ssize_t count = 0; (count = ::recv(socket.get(), buffer.data(), buffer.size(), 0)) > 0;)
        answer.append(buffer.data(), static_cast<std::size_t>(count));
    return answer;
}

TEST(ContainerNetworks, FloatingIpsPassEveryByteAndBothEnds) {
    const Cloud cloud;
    // Sends back what it got, in capitals, once the client has finished.
    const std::string script =
        "#!/usr/bin/python3\n"
        "import os, socket, threading\n"
        "def serve(c):\n"
        "    data = b''\n"
        "    while more := c.recv(65536): data += more\n"
        "    c.sendall(data.upper()); c.close()\n"
        "s = socket.create_server(('', 9000), backlog=50)\n"
        "if os.fork() == 0:\n"
        "    while True: threading.Thread(target=serve, args=(s.accept()[0],)).start()\n";
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(9000)}}}));
        here.driver->spawn(cloud.spec(1, script));
    });
    const auto say = [&](const std::string& bytes) { return exchange(cloud.floating_ip(1), 9000, bytes); };
    ASSERT_EQ(
        eventually([&] { return say("hello"); }, [](const std::string& text) { return text == "HELLO"; }),
        "HELLO");
    std::string much;
    for (int line = 0; much.size() < (std::size_t{8} << 20); ++line)
        much += "line " + std::to_string(line) + "\n";
    auto capitals = much;
    std::ranges::transform(capitals, capitals.begin(), [](unsigned char c) { return std::toupper(c); });
    EXPECT_TRUE(say(much) == capitals) << "8 MiB there and back";
    std::vector<std::future<std::string>> many;
    for (int client = 0; client < 30; ++client)
        many.push_back(std::async(std::launch::async, say, "client " + std::to_string(client)));
    for (int client = 0; client < 30; ++client)
        EXPECT_EQ(many[static_cast<std::size_t>(client)].get(), "CLIENT " + std::to_string(client));
}

}  // namespace
