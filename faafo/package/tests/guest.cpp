#include "faafo/package/tests/guest.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace faafo::package::test {
namespace {

using common::process::Command;
using common::process::Result;

std::filesystem::path cache() {
    return SOURCE_DIR "/.cache/testing";
}
std::string name_of(Tree kind) {
    switch (kind) {
        case Tree::essential:
            return "essential";
        case Tree::with_apt:
            return "with-apt";
        case Tree::services:
            return "services";
    }
    return {};
}
std::filesystem::path tree(Tree kind) {
    // What root unpacked belongs to other users than what a user's range of uids unpacked.
    return cache() / (name_of(kind) + (::geteuid() == 0 ? "" : "-of-user"));
}

/// Root here, or root of a range of uids.
std::vector<std::string> as_root() {
    if (::geteuid() == 0) return {"unshare"};
    return {"unshare", "--map-root-user", "--map-auto"};
}

Result run_as_root(std::vector<std::string> arguments, std::chrono::seconds timeout) {
    std::vector<std::string> all = as_root();
    all.insert(all.end(), arguments.begin(), arguments.end());
    return common::process::run({.arguments = all, .timeout = timeout});
}

/// Tests run side by side, but only one makes the tree.
class Lock {
  public:
    Lock() : descriptor_(::open((cache() / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
        ::flock(descriptor_, LOCK_EX);
    }
    ~Lock() { ::close(descriptor_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

  private:
    int descriptor_;
};

std::string make_tree(Tree kind) {
    const std::string archive = cache() / (name_of(kind) + ".tar");
    if (!std::filesystem::exists(archive)) {
        std::vector<std::string> arguments{"mmdebstrap", "--quiet", "--format=tar",
                                           kind == Tree::with_apt ? "--variant=apt" : "--variant=essential"};
        if (kind == Tree::services) {
            arguments.emplace_back("--include=mariadb-server,rabbitmq-server");
            arguments.emplace_back("--aptopt=APT::Install-Recommends \"false\"");
        }
        arguments.insert(arguments.end(), {"bookworm", archive + ".part"});
        const Result made =
            common::process::run({.arguments = arguments, .timeout = std::chrono::minutes(8)});
        if (!made.ok()) return "mmdebstrap could not make a Debian tree: " + made.error;
        std::filesystem::rename(archive + ".part", archive);
    }
    const std::string part = tree(kind).string() + ".part";
    const Result unpacked =
        run_as_root({"sh", "-c",
                     ("rm -rf \"$1\" && mkdir -p \"$1\" && tar -xf \"$0\" -C \"$1\" --exclude='./dev/*' "
                      "&& mv \"$1\" \"$2\""),
                     archive, part, tree(kind)},
                    std::chrono::minutes(2));
    return unpacked.ok() ? std::string{} : "the Debian tree could not be unpacked: " + unpacked.error;
}

// $0 the tree, $1 a folder to mount on, $2 the package, $3 the script, $4 an archive for services or nothing.
constexpr const char* enter = R"(
set -e
ip link set lo up
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/tree"
mount -t overlay overlay -o "lowerdir=$0,upperdir=$1/upper,workdir=$1/work" "$1/tree"
mount -t proc proc "$1/tree/proc"
for device in null zero full random urandom; do
  : >"$1/tree/dev/$device"
  mount --bind "/dev/$device" "$1/tree/dev/$device"
done
mount -t tmpfs tmpfs "$1/tree/run"
cp "$2" "$1/tree/package.tar.gz"
[ -z "$4" ] || { : >"$1/tree/services.tar" && mount --bind "$4" "$1/tree/services.tar"; }
cd "$1/tree"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot . /bin/sh -euc "$3"
)";

}  // namespace

std::string missing_for_guests(Tree kind) {
    for (const char* program : {"unshare", "mmdebstrap", "ip", "mount"}) {
        if (!common::process::find_program(program)) return std::string(program) + " is not installed";
    }
    if (const Result probe =
            run_as_root({"--mount", "--pid", "--net", "--fork", "true"}, std::chrono::seconds(10));
        !probe.ok()) {
        return "namespaces with a range of uids cannot be made here: " + probe.error;
    }
    std::filesystem::create_directories(cache());
    const Lock lock;
    return std::filesystem::exists(tree(kind)) ? std::string{} : make_tree(kind);
}

std::filesystem::path services_packages() {
    std::filesystem::create_directories(cache());
    const Lock lock;
    const auto archive = cache() / "services-packages.tar";
    if (!std::filesystem::exists(archive))
        common::process::check({.arguments = {"sh", (SOURCE_DIR "/faafo/package/collect-services.sh"),
                                              "--suite", "bookworm", "--output", archive.string()},
                                .timeout = std::chrono::minutes(8)});
    return archive;
}

Result run_in_guest(const std::string& script, Tree kind, const std::filesystem::path& services) {
    const common::process::TemporaryDirectory mount_point("faafo-guest");
    return run_as_root({"--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "sh", "-c",
                        enter, tree(kind), mount_point.path(), FAAFO_PACKAGE, script, services},
                       services.empty() ? std::chrono::minutes(3) : std::chrono::minutes(7));
}

}  // namespace faafo::package::test
