// Instances for real: user data, isolation, limits, their life, and what is left when a cloud ends.
#include <gmock/gmock.h>
#include <signal.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <random>
#include <set>

#include "localcloud/compute/container_cloud.hpp"
#include "localcloud/compute/instance_store.hpp"
#include "localcloud/host/holder.hpp"
#include "localcloud/tests/held_namespaces.hpp"

using namespace localcloud;
using namespace localcloud::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

TEST(Containers, UserDataSeesItsOwnMachineAndNothingOfTheHost) {
    const Cloud cloud;
    // Where the caller keeps secrets: at home and where everybody may read.
    const common::process::TemporaryDirectory readable("localcloud-canary");
    std::filesystem::permissions(readable.path(), std::filesystem::perms::all);
    const auto home_canary = host::current_user().home / ("localcloud-canary-" + std::to_string(::getpid()));
    for (const auto& file : {readable.path() / "canary", home_canary})
        std::ofstream(file) << "secret\n";
    const auto host_name_before = common::process::check({.arguments = {"cat", "/proc/sys/kernel/hostname"}});

    const std::string script =
        "exec 2>&1\n"
        "cat " +
        home_canary.string() + " " + (readable.path() / "canary").string() + " /proc/1/root" +
        home_canary.string() +
        " >canary\n"
        "ls -A /home /root /srv /mnt /media >folders\n"
        "cat /proc/mounts >mounts\n"
        "ps ax >processes\n"
        "for f in kernel/hostname kernel/core_pattern vm/drop_caches net/ipv4/ip_forward kernel/sysrq; do\n"
        "  echo 1 >/proc/sys/$f && echo wrote $f\ndone >settings\n"
        "echo b >/proc/sysrq-trigger && echo wrote >>settings\n"
        "{ unshare -U true && echo user; unshare -n true && echo network; mount -t tmpfs x /mnt && echo "
        "mount;"
        "  mount -t proc proc /mnt && echo proc; ip link set eth0 down && echo down; ip addr add "
        "10.0.0.99/24 dev eth0"
        "  && echo address; mknod /dev/disk b 254 0 && echo device; chroot / hostname other && echo hostname;"
        "  dmesg && echo dmesg; } >powers\n"
        "cat /proc/self/uid_map >uids\n"
        "id >id; hostname >name; ip -4 -o addr >addresses; ls /sys/class/net >links\n"
        "ping -c 1 -W 2 10.0.0.1 >ping; echo $? >>ping\n"
        "curl -s --max-time 2 http://1.1.1.1/ >outside; echo $? >>outside\n"
        "curl -sf http://169.254.169.254/openstack/latest/meta_data.json >metadata\n"
        "curl -sf http://169.254.169.254/latest/meta-data/local-ipv4 >ec2\n"
        "curl -sf http://127.9.9.9:5000/v3 >endpoint\n"
        "ls /config-drive/openstack/latest >drive\n"
        "su nobody -s /bin/sh -c 'cat /config-drive/openstack/latest/user_data' >nobody 2>&1\n"
        "cat /var/lib/cloud/data/instance-id >cloud\n";
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(80)}}}));
        here.driver->spawn(cloud.spec(1, serving(script)));
    });
    const auto page = [&](const std::string& name) { return curl(url(cloud.floating_ip(1), "/" + name)); };
    ASSERT_EQ(eventually([&] { return page("done"); }, is_page, std::chrono::seconds(60)), "");

    EXPECT_THAT(page("canary"), Not(HasSubstr("secret")));
    EXPECT_THAT(page("folders"), Not(HasSubstr("canary")));
    EXPECT_THAT(page("mounts"), HasSubstr("overlay / overlay"));
    EXPECT_THAT(page("mounts"), Not(HasSubstr(cloud.options().state.string())));
    EXPECT_THAT(page("mounts"), Not(HasSubstr(cloud.options().cache.string())));
    EXPECT_THAT(page("processes"), Not(HasSubstr("localcloud-hold")));
    EXPECT_THAT(page("settings"), Not(HasSubstr("wrote")));
    for (const char* power :
         {"user\n", "network\n", "mount\n", "proc\n", "down\n", "address\n", "device\n", "hostname\n"})
        EXPECT_THAT("\n" + page("powers"), Not(HasSubstr(std::string("\n") + power)));
    EXPECT_EQ(common::process::check({.arguments = {"cat", "/proc/sys/kernel/hostname"}}), host_name_before);
    EXPECT_THAT(page("uids"), HasSubstr("65536"));
    EXPECT_THAT(page("id"), HasSubstr("uid=0(root)"));
    EXPECT_EQ(page("name"), "web1\n");
    EXPECT_THAT(page("addresses"), HasSubstr("10.0.0.11/24"));
    EXPECT_EQ(page("links"), "eth0\nlo\n");
    EXPECT_THAT(page("ping"), HasSubstr("1 received"));
    EXPECT_THAT(page("outside"), Not(HasSubstr("0\n"))) << "there is no way out of the cloud";
    EXPECT_THAT(page("metadata"), HasSubstr(R"("hostname":"web1")"));
    EXPECT_EQ(page("ec2"), "10.0.0.11");
    EXPECT_EQ(page("endpoint"), "endpoint for endpoint:" + Cloud::instance(1));
    EXPECT_EQ(page("drive"), "meta_data.json\nuser_data\n");
    EXPECT_THAT(page("nobody"), HasSubstr("Permission denied"));
    EXPECT_THAT(page("cloud"), HasSubstr(Cloud::instance(1)));
    std::filesystem::remove(home_canary);
}

TEST(Containers, AKeypairLetsIn) {
    const Cloud cloud;
    const common::process::TemporaryDirectory folder;
    const auto key = folder.path() / "key";
    common::process::check(
        {.arguments = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.string()}});
    auto public_key = common::process::check({.arguments = {"cat", key.string() + ".pub"}});
    public_key.pop_back();
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(22)}}}));
        auto spec = cloud.spec(1, "#cloud-config\n{}\n");
        spec.metadata["openstack/latest/meta_data.json"] =
            R"({"uuid":")" + spec.id + R"(","hostname":"web1","name":"web1","public_keys":{"mine":")" +
            public_key + R"("}})";
        here.driver->spawn(spec);
    });
    const auto ssh = [&](const std::string& user) {
        return common::process::run(
            {.arguments = {"ssh", "-F", "none", "-i", key.string(), "-p", host_port(22).substr(1), "-o",
                           "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
                           "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=5", "-l", user,
                           cloud.floating_ip(1), "id -un; sudo id -un"}});
    };
    EXPECT_EQ(eventually([&] { return ssh("debian").output; },
                         [](const std::string& text) { return !text.empty(); }),
              "debian\nroot\n");
    EXPECT_FALSE(ssh("nobody").ok());
}

TEST(Containers, UserDataMayBeAGzippedMultipartOf64KiB) {
    const Cloud cloud;
    std::string text = "Content-Type: multipart/mixed; boundary=\"==b==\"\nMIME-Version: 1.0\n";
    const auto part = [&](const char* type, const std::string& content) {
        text += "\n--==b==\nContent-Type: text/" + std::string(type) + "; charset=\"us-ascii\"\n\n" + content;
    };
    std::string noise;
    std::minstd_rand random(1);
    while (noise.size() < 60'000)
        noise += static_cast<char>('a' + random() % 26);
    part("x-shellscript", serving("echo one >one; ls / >root"));
    part("cloud-config", "#cloud-config\nwrite_files:\n  - path: /pages/noise\n    content: " + noise + "\n");
    text += "\n--==b==--\n";
    const common::process::TemporaryDirectory folder;
    const auto file = folder.path() / "data";
    std::ofstream(file) << text;
    const auto packed = common::process::check({.arguments = {"gzip", "-c", file.string()}});
    ASSERT_THAT(packed, HasSubstr(std::string("\0", 1))) << "any bytes have to arrive";
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(80)}}}));
        here.driver->spawn(cloud.spec(1, packed));
    });
    EXPECT_EQ(eventually([&] { return curl(url(cloud.floating_ip(1), "/one")); }, is_page), "one\n");
    EXPECT_EQ(curl(url(cloud.floating_ip(1), "/noise")), noise);
}

TEST(Containers, TheFlavorLimitsAnInstance) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root has control groups and loop devices";
    const Cloud cloud;
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(80)}}}));
        auto spec = cloud.spec(
            1, serving("df -BM --output=size / | tail -1 >disk\n"
                       "fallocate -l 2G /big || answer=refused; rm -f /big; echo $answer >written\n"
                       "python3 -c 'x = bytearray(900 << 20)'; echo $? >memory\n"));
        spec.disk_gib = 1;
        spec.memory_mib = 256;
        here.driver->spawn(spec);
        const auto page = [&](const std::string& name) {
            return curl(url(cloud.floating_ip(1), "/" + name));
        };
        ASSERT_EQ(eventually([&] { return page("done"); }, is_page, std::chrono::seconds(60)), "");
        EXPECT_LT(std::stoi(page("disk")), 1024);
        EXPECT_EQ(page("written"), "refused\n");
        EXPECT_EQ(page("memory"), "137\n") << "killed for its memory";
        here.driver->reboot(spec, true);
        EXPECT_EQ(here.driver->power_state(spec.id), compute::PowerState::running);
    });
}

TEST(Containers, TwoCloudsSideBySide) {
    const Cloud one;
    const Cloud two;
    const auto serve = [](const Cloud& cloud, const std::string& name) {
        return [&cloud, name](Server& here) {
            here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(80)}}}));
            here.driver->spawn(
                cloud.spec(1, serving("echo " + name + " >name; cat /proc/self/uid_map >uids")));
        };
    };
    ServerProcess first(one, serve(one, "one"));
    ServerProcess second(two, serve(two, "two"));
    const auto page = [](const Cloud& cloud, const char* name) {
        return eventually([&] { return curl(url(cloud.floating_ip(1), std::string("/") + name)); }, is_page);
    };
    EXPECT_EQ(page(one, "name"), "one\n");
    EXPECT_EQ(page(two, "name"), "two\n");
    EXPECT_NE(page(one, "uids"), page(two, "uids"));
    second.kill();
    host::end(two.options());
    EXPECT_EQ(page(one, "name"), "one\n");
}

TEST(Containers, ACloudWhoseHolderWasKilledStartsAgain) {
    const Cloud cloud;
    const auto work = [&](Server& here) {
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(80)}}}));
        const auto spec = cloud.spec(1, "#!/bin/sh\n");
        if (here.driver->power_state(spec.id) == compute::PowerState::absent)
            here.driver->spawn(spec);
        else
            here.driver->start(spec);
    };
    ServerProcess first(cloud, work);
    const auto process_file = host::instances_folder(cloud.options()) / Cloud::instance(1) / "process";
    const auto before = host::ProcessIdentity::read(process_file);
    first.kill();
    const auto holder = host::find_holder(cloud.options());
    ASSERT_TRUE(holder && before);
    holder->process.kill(SIGKILL);
    ASSERT_TRUE(holder->process.wait(std::chrono::seconds(5)));
    ServerProcess second(cloud, work);
    const auto after = host::ProcessIdentity::read(process_file);
    EXPECT_FALSE(before->alive()) << "nobody could reach it any more";
    EXPECT_TRUE(after && after->alive());
}

TEST(Containers, OutliveTheirServerAndAreAdopted) {
    const Cloud cloud;
    const auto topology = cloud.topology(1, {{"group-1", {tcp(80)}}});
    const std::string script =
        "while sleep 0.1; do curl -sf --max-time 1 http://169.254.169.254/latest/meta-data/"
        "local-ipv4 >ec2.new; mv ec2.new ec2; done >/dev/null 2>&1 &";
    const auto ask = [&] { return curl(url(cloud.floating_ip(1), "/ec2")); };
    ServerProcess first(cloud, [&](Server& here) {
        here.fabric->apply(topology);
        here.driver->spawn(cloud.spec(1, serving(script)));
        EXPECT_EQ(eventually(ask, [](const std::string& text) { return text == "10.0.0.11"; }), "10.0.0.11");
    });
    const auto process =
        host::ProcessIdentity::read(host::instances_folder(cloud.options()) / Cloud::instance(1) / "process");
    first.kill();
    ASSERT_TRUE(process && process->alive());
    EXPECT_THAT(ask(), HasSubstr("status"));

    ServerProcess second(cloud, [&](Server& here) {
        EXPECT_EQ(here.driver->power_state(Cloud::instance(1)), compute::PowerState::running);
        here.fabric->apply(topology);
        // The first answer may be from before; an empty one is from the time without a server.
        EXPECT_EQ(eventually(ask, [](const std::string& text) { return text == "10.0.0.11"; }), "10.0.0.11");
        EXPECT_THAT(here.driver->console_output(Cloud::instance(1), std::nullopt), HasSubstr("Booting web1"));
    });
    EXPECT_TRUE(process->alive()) << "adopted, not started again";
}

TEST(Containers, StopStartRebootAndEndByThemselves) {
    const Cloud cloud;
    ServerProcess server(cloud, [&](Server& here) {
        std::mutex mutex;
        std::condition_variable changed;
        std::string ended;
        here.driver->on_exit([&](const std::string& id) {
            const std::lock_guard lock(mutex);
            ended = id;
            changed.notify_all();
        });
        here.fabric->apply(cloud.topology(1, {{"group-1", {tcp(80)}}}));
        // Scripts of an instance run once; what runs at every boot is said so.
        const auto spec =
            cloud.spec(1,
                       "#cloud-config\n"
                       "bootcmd:\n  - mkdir -p /pages\n  - echo boot >>/pages/boots\n"
                       "  - [sh, -c, 'cd /pages; nohup python3 -m http.server 80 >/dev/null 2>&1 &']\n"
                       "runcmd:\n  - echo once >>/pages/once\n"
                       "write_files:\n  - path: /pages/bytes\n    encoding: b64\n    content: aGVsbG8=\n");
        const auto page = [&](const std::string& name) {
            return curl(url(cloud.floating_ip(1), "/" + name));
        };
        const auto boots = [&](const std::string& wanted) {
            return eventually([&] { return page("boots"); },
                              [&](const std::string& text) { return text == wanted; });
        };
        here.driver->spawn(spec);
        EXPECT_EQ(boots("boot\n"), "boot\n");
        EXPECT_EQ(eventually([&] { return page("once"); }, is_page), "once\n");
        EXPECT_EQ(page("bytes"), "hello");

        here.driver->stop(spec.id);
        EXPECT_EQ(here.driver->power_state(spec.id), compute::PowerState::stopped);
        EXPECT_THAT(page("boots"), HasSubstr("status"));
        here.driver->start(spec);
        EXPECT_EQ(boots("boot\nboot\n"), "boot\nboot\n");
        here.driver->reboot(spec, true);
        EXPECT_EQ(boots("boot\nboot\nboot\n"), "boot\nboot\nboot\n");
        EXPECT_EQ(page("once"), "once\n");
        EXPECT_THAT(here.driver->console_output(spec.id, 1000), HasSubstr("Powering off web1"));
        EXPECT_EQ(ended, "") << "what was asked for is no news";

        const auto process = host::ProcessIdentity::read(
            compute::InstanceStore(host::instances_folder(cloud.options())).files(spec.id).process());
        ASSERT_TRUE(process);
        process->kill(SIGKILL);
        std::unique_lock lock(mutex);
        EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return ended == spec.id; }));
        EXPECT_EQ(here.driver->power_state(spec.id), compute::PowerState::stopped);
        here.driver->on_exit({});
        here.driver->destroy(spec.id);
        EXPECT_EQ(here.driver->power_state(spec.id), compute::PowerState::absent);
        EXPECT_THAT(here.host->network_namespaces(), IsEmpty());
    });
}

TEST(Containers, AFailedSpawnLeavesNothingBehind) {
    const Cloud cloud;
    ServerProcess server(cloud, [&](Server& here) {
        auto spec = cloud.spec(1, "");
        spec.image_file = "/dev/null";
        spec.image_checksum = "0123";
        EXPECT_THROW(here.driver->spawn(spec), std::runtime_error);
        EXPECT_EQ(here.driver->power_state(spec.id), compute::PowerState::absent);
        EXPECT_THAT(compute::InstanceStore(host::instances_folder(cloud.options())).ids(), IsEmpty());
        EXPECT_THAT(here.host->network_namespaces(), IsEmpty());
    });
}

/// What the cloud has on the host now: its own namespaces that any process is in, control groups and mounts of its
/// own. Other clouds may come and go beside it.
std::set<std::string> traces(const Cloud& cloud, const HeldNamespaces& own) {
    std::set<std::string> found = own.members();
    std::error_code ignored;
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line);)
        if (line.find(cloud.options().state.string()) != std::string::npos) found.insert(line);
    for (const auto& entry : std::filesystem::directory_iterator("/sys/fs/cgroup", ignored))
        for (const int number : {1, 2})
            if (const auto group = entry.path() / ("localcloud-" + Cloud::instance(number));
                std::filesystem::exists(group))
                found.insert(group);
    return found;
}

TEST(Containers, NothingIsLeftWhenTheCloudEnds) {
    const Cloud cloud;
    const auto topology = cloud.topology(2, {{"group-1", {tcp(80)}}});
    ServerProcess server(cloud, [&](Server& here) {
        here.fabric->apply(topology);
        for (const int number : {1, 2})
            here.driver->spawn(cloud.spec(number, serving("hostname >name")));
        EXPECT_EQ(eventually([&] { return curl(url(cloud.floating_ip(1), "/name")); }, is_page), "web1\n");
    });
    HeldNamespaces own;
    std::vector<std::optional<host::ProcessIdentity>> processes;
    for (const int number : {1, 2})
        processes.push_back(host::ProcessIdentity::read(host::instances_folder(cloud.options()) /
                                                        Cloud::instance(number) / "process"));
    const auto holder = host::find_holder(cloud.options());
    ASSERT_TRUE(holder);
    processes.emplace_back(holder->process);
    for (const auto& process : processes) {
        ASSERT_TRUE(process && process->alive());
        own.hold(process->pid);
    }
    EXPECT_GT(traces(cloud, own).size(), 5U);
    server.kill();
    EXPECT_TRUE(host::alive(cloud.options()));
    host::end(cloud.options());
    EXPECT_FALSE(host::alive(cloud.options()));
    const auto left = eventually(
        [&] {
            std::string text;
            for (const auto& trace : traces(cloud, own))
                text += trace + "\n";
            return text;
        },
        [](const std::string& text) { return text.empty(); }, std::chrono::seconds(5));
    EXPECT_EQ(left, "");
    own = {};

    // The disks are still there, and so is what was written to them.
    ServerProcess again(cloud, [&](Server& here) {
        EXPECT_EQ(here.driver->power_state(Cloud::instance(1)), compute::PowerState::stopped);
        here.fabric->apply(topology);
        auto spec = cloud.spec(1, "");
        here.driver->start(spec);
        EXPECT_EQ(here.driver->power_state(spec.id), compute::PowerState::running);
    });
}

}  // namespace
