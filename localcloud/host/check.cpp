#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "common/process/process.hpp"
#include "localcloud/host/holder.hpp"
#include "localcloud/host/host.hpp"
#include "localcloud/host/uid_ranges.hpp"

namespace localcloud::host {
namespace {

constexpr std::uint32_t suggested_instances = 16;
constexpr const char* or_fake = ", or start the cloud with --driver fake, whose servers are states only";

/// 0, or why a child of ours cannot have these namespaces.
int try_namespaces(int kinds) {
    const pid_t child = ::fork();
    if (child < 0) return errno;
    if (child == 0) ::_exit(::unshare(kinds) == 0 ? 0 : errno);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EINVAL;
}

std::string setting(const char* file) {
    std::string value;
    std::ifstream(file) >> value;
    return value;
}

[[noreturn]] void explain_user_namespaces() {
    std::string command = "ask your administrator for user namespaces";
    if (setting("/proc/sys/kernel/unprivileged_userns_clone") == "0")
        command = "run: sudo sysctl kernel.unprivileged_userns_clone=1";
    else if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1")
        command = "run: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0";
    else if (setting("/proc/sys/user/max_user_namespaces") == "0")
        command = "run: sudo sysctl user.max_user_namespaces=10000";
    throw Unavailable("this user may not make user namespaces, in which instances run; " + command + or_fake);
}

void check_ranges(const User& user) {
    for (const char* file : {"/etc/subuid", "/etc/subgid"}) {
        const auto map = holder_map(0, subordinate_ids(file, user.name, user.uid));
        if (map.size() > 1) continue;
        const std::uint32_t first = first_free_id({"/etc/subuid", "/etc/subgid"});
        const std::string range =
            std::to_string(first) + "-" + std::to_string(first + suggested_instances * UidRange::size - 1);
        throw Unavailable(std::string(file) + " gives " + user.name +
                          " no range of 65536 ids, of which each instance needs one; for up to " +
                          std::to_string(suggested_instances) +
                          " instances run: sudo usermod --add-subuids " + range + " --add-subgids " + range +
                          " " + user.name + or_fake);
    }
}

}  // namespace

void check() {
    const User user = current_user();
    for (const auto& [program, package] :
         {std::pair{"runc", "runc"}, {"ip", "iproute2"}, {"nft", "nftables"}})
        if (!common::process::find_program(program))
            throw Unavailable(
                std::string("the program ") + program +
                ", which instances need, is missing; run: sudo apt-get install --no-install-recommends " +
                package + or_fake);
    if (user.uid == 0) {
        if (try_namespaces(CLONE_NEWNS | CLONE_NEWNET) != 0)
            throw Unavailable(
                std::string("root may not make namespaces here (a container without CAP_SYS_ADMIN?); run "
                            "localcloud outside of it or with: docker run --privileged") +
                or_fake);
        return;
    }
    for (const char* program : {"newuidmap", "newgidmap"})
        if (!common::process::find_program(program))
            throw Unavailable(
                std::string("the program ") + program +
                " is missing, without which a user cannot have uid ranges; run: sudo apt-get install "
                "--no-install-recommends uidmap" +
                or_fake);
    check_ranges(user);
    if (try_namespaces(CLONE_NEWUSER) != 0) explain_user_namespaces();
}

}  // namespace localcloud::host
