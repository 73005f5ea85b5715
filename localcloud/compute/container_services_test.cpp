// The image with services: that a database and a broker start in an instance, and end in order.
#include <gmock/gmock.h>

#include <chrono>

#include "localcloud/compute/container_cloud.hpp"

using namespace localcloud;
using namespace localcloud::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

/// A service that needs the database, also when it ends: what it has to say then is in the database or lost.
constexpr const char* last_words = R"sh(#!/bin/sh
### BEGIN INIT INFO
# Provides:          aa-last-words
# Required-Start:    $network mariadb
# Required-Stop:     $network mariadb
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Writes to the database when it ends
### END INIT INFO
[ "$1" != stop ] || mariadb -e "insert into things.numbers values (43)"
)sh";

/// Runs at the first boot only.
constexpr const char* first_boot = R"sh(#!/bin/sh
cd /pages
pgrep -lf 'mariadbd|rabbit boot' >early
update-rc.d mariadb enable
update-rc.d rabbitmq-server enable
update-rc.d aa-last-words defaults
service mariadb start
mariadb -e "create database things; create table things.numbers (number int); insert into things.numbers values (42)"
service rabbitmq-server start
rabbitmqctl add_user somebody secret
rabbitmqctl list_users --quiet --no-table-headers >users
stat -c %U:%a /var/lib/mysql /var/lib/rabbitmq/.erlang.cookie >owners
touch done
)sh";

std::string indented(const std::string& text) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = text.find('\n', at);
        out += "      " + text.substr(at, end - at) + "\n";
        at = end + 1;
    }
    return out;
}

std::string user_data() {
    return std::string(
               "#cloud-config\nbootcmd:\n"
               "  - mkdir -p /pages\n"
               "  - rm -f /pages/broker /pages/numbers\n"
               "  - [sh, -c, 'cd /pages; nohup python3 -m http.server 80 >/dev/null 2>&1 &']\n"
               // At each boot: what the database has once it answers, and whether the broker does.
               "  - [sh, -c, 'cd /pages; (while sleep 0.2; do mariadb -N -e \"select number from "
               "things.numbers\" >new && mv new numbers; done) >/dev/null 2>&1 &']\n"
               "  - [sh, -c, 'cd /pages; (until [ -S /run/mysqld/mysqld.sock ] && rabbitmqctl await_startup; "
               "do "
               "sleep 0.5; done; echo up >broker) >/dev/null 2>&1 &']\n"
               "write_files:\n"
               "  - path: /etc/init.d/aa-last-words\n    permissions: '0755'\n    content: |\n") +
           indented(last_words) +
           "  - path: /usr/local/sbin/first-boot\n    permissions: '0755'\n    content: |\n" +
           indented(first_boot) + "runcmd:\n  - /usr/local/sbin/first-boot\n";
}

TEST(ContainerServices, ADatabaseAndABrokerStartAndEndInOrder) {
    const Cloud cloud(image::Variant::services);
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(80)}}}));
        auto spec = cloud.spec(1, user_data());
        spec.memory_mib = 1024;
        spec.vcpus = 2;
        const auto page = [&](const std::string& name) {
            return curl(url(cloud.floating_ip(1), "/" + name));
        };
        const auto becomes = [&](const std::string& name, const std::string& wanted) {
            return eventually([&] { return page(name); },
                              [&](const std::string& text) { return text == wanted; },
                              std::chrono::seconds(60));
        };
        const auto began = std::chrono::steady_clock::now();
        here.driver->spawn(spec);
        EXPECT_EQ(becomes("done", ""), "") << here.driver->console_output(spec.id, 60);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        RecordProperty("seconds", std::to_string(took.count()));
        EXPECT_EQ(page("early"), "") << "the image starts neither";
        EXPECT_THAT(page("users"), HasSubstr("somebody"));
        EXPECT_EQ(page("owners"), "mysql:755\nrabbitmq:400\n");
        EXPECT_EQ(becomes("numbers", "42\n"), "42\n");
        EXPECT_EQ(becomes("broker", "up\n"), "up\n");

        here.driver->stop(spec.id);
        here.driver->start(spec);
        EXPECT_EQ(becomes("numbers", "42\n43\n"), "42\n43\n")
            << "what needs the database ends before it: " << here.driver->console_output(spec.id, 60);
        EXPECT_EQ(becomes("broker", "up\n"), "up\n");
    });
}

}  // namespace
