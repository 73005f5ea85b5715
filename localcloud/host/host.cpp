#include "localcloud/host/host.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>

#include "localcloud/host/files.hpp"
#include "localcloud/host/holder.hpp"
#include "localcloud/host/low_ports.hpp"
#include "localcloud/host/uid_ranges.hpp"

namespace localcloud::host {
namespace {

constexpr std::chrono::seconds enter_timeout{30};

class JoinedHost : public Host {
  public:
    JoinedHost(Options options, Holder holder, UidSlots slots)
        : options_(std::move(options)), holder_(std::move(holder)), slots_(std::move(slots)) {
        const std::string path = "/proc/" + std::to_string(holder_.process.pid) + "/ns/net";
        fabric_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!fabric_) fail("cannot open " + path);
        first_open_port_ = holder_.root ? first_open_port_of_root() : first_open_port_of_users();
    }

    const Options& options() const override { return options_; }
    bool is_root() const override { return holder_.root; }
    int first_open_port() const override { return first_open_port_; }
    const std::filesystem::path& mounts() const override { return holder_.mounts; }
    const Descriptor& fabric_namespace() const override { return fabric_; }

    std::filesystem::path network_namespace(const std::string& name) const override {
        return holder_.mounts / "net" / name;
    }

    std::filesystem::path make_network_namespace(const std::string& name) override {
        const auto path = network_namespace(name);
        const std::lock_guard lock(namespaces_);
        if (std::filesystem::exists(path)) return path;
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
        if (!file) fail("cannot make " + path.string());
        try {
            in_namespace(fabric_, [&] {
                if (::unshare(CLONE_NEWNET) != 0) fail("cannot make a network namespace");
                if (::mount("/proc/thread-self/ns/net", path.c_str(), nullptr, MS_BIND, nullptr) != 0)
                    fail("cannot keep a network namespace at " + path.string());
            });
        } catch (...) {
            ::unlink(path.c_str());
            throw;
        }
        return path;
    }

    void remove_network_namespace(const std::string& name) override {
        const auto path = network_namespace(name);
        const std::lock_guard lock(namespaces_);
        ::umount2(path.c_str(), MNT_DETACH);
        ::unlink(path.c_str());
    }

    std::vector<std::string> network_namespaces() const override {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(holder_.mounts / "net"))
            names.push_back(entry.path().filename());
        return names;
    }

    UidRange take_uid_range(const std::filesystem::path& owner) override { return slots_.take(owner); }

  private:
    Options options_;
    Holder holder_;
    UidSlots slots_;
    Descriptor fabric_;
    int first_open_port_ = 0;
    std::mutex namespaces_;
};

}  // namespace

std::filesystem::path default_cache() {
    if (::geteuid() == 0) return "/var/cache/localcloud";
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
        return std::filesystem::path(cache) / "localcloud";
    return current_user().home / ".cache/localcloud";
}

std::shared_ptr<Host> enter(const Options& options) {
    std::filesystem::create_directories(host_folder(options));
    std::filesystem::create_directories(instances_folder(options));
    std::filesystem::create_directories(options.cache);
    // Disks and user data are nobody else's business.
    for (const auto& folder : {host_folder(options), instances_folder(options)})
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    auto absolute = options;
    absolute.state = std::filesystem::canonical(options.state);
    absolute.cache = std::filesystem::canonical(options.cache);

    const Descriptor lock = lock_file(host_folder(absolute) / "lock", enter_timeout);
    auto holder = find_holder(absolute);
    if (!holder) {
        check();
        end(absolute);  // instances whose holder was killed cannot be reached any more
        holder = start_holder(absolute, true);
    }
    const User user = current_user();
    auto slots =
        holder->root
            ? UidSlots::for_root()
            : UidSlots::for_user(user.home,
                                 holder_map(user.uid, subordinate_ids("/etc/subuid", user.name, user.uid)),
                                 holder_map(user.gid, subordinate_ids("/etc/subgid", user.name, user.uid)));
    join(*holder);
    return std::make_shared<JoinedHost>(std::move(absolute), *holder, std::move(slots));
}

bool alive(const Options& options) {
    return find_holder(options).has_value();
}

void in_namespace(const Descriptor& network_namespace, const std::function<void()>& work) {
    std::exception_ptr error;
    std::thread thread([&] {
        try {
            if (::setns(network_namespace.get(), CLONE_NEWNET) != 0) fail("cannot join a network namespace");
            work();
        } catch (...) {
            error = std::current_exception();
        }
    });
    thread.join();
    if (error) std::rethrow_exception(error);
}

}  // namespace localcloud::host
