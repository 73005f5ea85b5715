#include "localcloud/compute/container_driver.hpp"

#include <fcntl.h>
#include <signal.h>

#include <mutex>
#include <set>
#include <stdexcept>

#include <spdlog/spdlog.h>

#include "localcloud/compute/container_config.hpp"
#include "localcloud/compute/exit_watch.hpp"
#include "localcloud/compute/instance_mounts.hpp"
#include "localcloud/compute/instance_store.hpp"
#include "localcloud/compute/root_tree.hpp"
#include "localcloud/compute/runtime.hpp"
#include "localcloud/host/files.hpp"
#include "localcloud/host/process_identity.hpp"

namespace localcloud::compute {
namespace {

/// As long as Nova waits by default: services get the time to finish what they are at.
constexpr std::chrono::seconds polite_stop{60};
constexpr std::chrono::seconds certain_stop{10};
constexpr std::chrono::seconds housekeeping{5};
constexpr std::uint64_t console_limit = std::uint64_t{16} << 20;

/// One mutex for each instance somebody works on.
class InstanceLocks {
  public:
    class Lock {
      public:
        explicit Lock(std::shared_ptr<std::mutex> mutex) : mutex_(std::move(mutex)), lock_(*mutex_) {}

      private:
        std::shared_ptr<std::mutex> mutex_;
        std::unique_lock<std::mutex> lock_;
    };

    [[nodiscard]] Lock lock(const std::string& id) {
        std::shared_ptr<std::mutex> own;
        {
            const std::lock_guard guard(mutex_);
            std::erase_if(mutexes_, [](const auto& entry) { return entry.second.expired(); });
            own = mutexes_[id].lock();
            if (!own) mutexes_[id] = own = std::make_shared<std::mutex>();
        }
        return Lock(std::move(own));
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<std::mutex>> mutexes_;
};

/// Raw sockets are for those who own the namespace; ping needs none if its user's group may.
void allow_ping(const std::filesystem::path& network_namespace, std::uint32_t first_gid) {
    const host::Descriptor inside(::open(network_namespace.c_str(), O_RDONLY | O_CLOEXEC));
    const std::string groups =
        std::to_string(first_gid) + " " + std::to_string(first_gid + host::UidRange::size - 1);
    host::in_namespace(inside, [&] { host::write_setting("/proc/sys/net/ipv4/ping_group_range", groups); });
}

class RuncDriver : public ContainerDriver {
  public:
    RuncDriver(std::shared_ptr<host::Host> host, fabric::InstanceNetworks& networks)
        : host_(std::move(host)),
          networks_(networks),
          store_(host_->options().state / "instances"),
          runtime_(*host_),
          watch_([this](const std::string& id) { ended(id); }, [this] { trim_consoles(); }, housekeeping) {
        if (!runtime_.limits())
            spdlog::info(
                "instances run without limits of memory, CPU and processes: control groups are root's");
        adopt();
    }

    void spawn(const InstanceSpec& spec) override {
        const auto lock = locks_.lock(spec.id);
        const auto files = store_.files(spec.id);
        std::filesystem::create_directories(files.folder);
        try {
            boot(spec, files);
        } catch (...) {
            clean_up_quietly(spec.id, [&] { destroy_locked(spec.id, files); });
            throw;
        }
    }

    void stop(const std::string& id) override {
        const auto lock = locks_.lock(id);
        end(id, store_.files(id), polite_stop);
    }

    void start(const InstanceSpec& spec) override {
        const auto lock = locks_.lock(spec.id);
        const auto files = existing(spec.id);
        if (!running(files)) boot_again(spec, files);
    }

    void reboot(const InstanceSpec& spec, bool hard) override {
        const auto lock = locks_.lock(spec.id);
        const auto files = existing(spec.id);
        end(spec.id, files, hard ? std::chrono::seconds(0) : polite_stop);
        boot_again(spec, files);
    }

    void destroy(const std::string& id) override {
        const auto lock = locks_.lock(id);
        destroy_locked(id, store_.files(id));
    }

    PowerState power_state(const std::string& id) override {
        const auto files = store_.files(id);
        if (!std::filesystem::exists(files.spec())) return PowerState::absent;
        return running(files) ? PowerState::running : PowerState::stopped;
    }

    std::string console_output(const std::string& id, std::optional<int> lines) override {
        return console_tail(store_.files(id).console(), lines);
    }

    /// When this returns, the callback before is not running any more.
    void on_exit(std::function<void(const std::string& id)> callback) override {
        const std::lock_guard lock(callback_mutex_);
        callback_ = std::move(callback);
    }

    std::optional<std::map<std::string, std::string>> metadata(const std::string& id) override {
        const std::lock_guard lock(mutex_);
        const auto found = metadata_.find(id);
        return found == metadata_.end() ? std::nullopt : std::optional(found->second);
    }

  private:
    [[nodiscard]] InstanceFiles existing(const std::string& id) const {
        auto files = store_.files(id);
        if (!std::filesystem::exists(files.spec()))
            throw std::runtime_error("the disk of instance " + id + " is gone; delete the server");
        return files;
    }

    static bool running(const InstanceFiles& files) {
        const auto process = host::ProcessIdentity::read(files.process());
        return process && process->alive();
    }

    template <class Work>
    static void clean_up_quietly(const std::string& id, Work work) {
        try {
            work();
        } catch (const std::exception& error) {
            spdlog::warn("cleaning up after instance {}: {}", id, error.what());
        }
    }

    void boot(const InstanceSpec& spec, const InstanceFiles& files) {
        const auto uids = host_->take_uid_range(files.folder);
        const auto tree = ensure_tree(host_->options().cache, spec.image_file, spec.image_checksum,
                                      uids.first, files.folder);
        remember(spec);
        store_.save(spec);
        networks_.detach(spec.id);
        const auto network = networks_.attach(spec.id, spec.interfaces);
        allow_ping(network, uids.first);
        InstanceMounts mounts(host_, spec.id);
        mounts.unmount(files);
        if (!mounts.mount_root(files, tree, uids.first, spec.disk_gib))
            spdlog::info("instance {}: the limit of {} GiB for its disk is not enforced", spec.id,
                         spec.disk_gib);
        mounts.write_config_drive(spec.metadata, uids.first);
        const bool system = mounts.mount_system(network);
        runtime_.remove(spec.id);
        const auto process =
            runtime_.run(spec.id, files,
                         container_config(spec, {.root = mounts.root(),
                                                 .system = system ? mounts.system() : std::filesystem::path(),
                                                 .config_drive = mounts.config_drive(),
                                                 .network_namespace = network,
                                                 .first_uid = uids.first,
                                                 .control_group = runtime_.control_group(spec.id)}));
        process.write(files.process());
        watch_.add(spec.id, process);
    }

    void boot_again(const InstanceSpec& spec, const InstanceFiles& files) {
        try {
            boot(spec, files);
        } catch (...) {
            clean_up_quietly(spec.id, [&] { end(spec.id, files, std::chrono::seconds(0)); });
            throw;
        }
    }

    /// Stops what runs and removes what only a running instance has; the disk stays.
    void end(const std::string& id, const InstanceFiles& files, std::chrono::seconds patience) {
        watch_.remove(id);
        if (const auto process = host::ProcessIdentity::read(files.process()); process && process->alive()) {
            process->kill(SIGTERM);
            if (!process->wait(patience)) {
                process->kill(SIGKILL);
                if (!process->wait(certain_stop))
                    throw std::runtime_error("the instance does not end, even when it is killed");
            }
        }
        runtime_.remove(id);
        InstanceMounts(host_, id).unmount(files);
        std::filesystem::remove(files.process());
    }

    void destroy_locked(const std::string& id, const InstanceFiles& files) {
        if (std::filesystem::exists(files.folder)) end(id, files, std::chrono::seconds(0));
        networks_.detach(id);
        std::filesystem::remove_all(files.folder);
        const std::lock_guard lock(mutex_);
        metadata_.erase(id);
    }

    /// On the watch's thread.
    void ended(const std::string& id) {
        {
            const auto lock = locks_.lock(id);
            const auto files = store_.files(id);
            // Somebody has started it again, or destroyed it, in the meantime.
            if (running(files) || !std::filesystem::exists(files.process())) return;
            clean_up_quietly(id, [&] { end(id, files, std::chrono::seconds(0)); });
        }
        const std::lock_guard lock(callback_mutex_);
        if (callback_) callback_(id);
    }

    void adopt() {
        std::set<std::string> known;
        for (const auto& id : store_.ids()) {
            const auto files = store_.files(id);
            const auto spec = store_.load(id);
            if (!spec) {
                // The cloud ended while it made this one.
                clean_up_quietly(id, [&] { destroy_locked(id, files); });
                continue;
            }
            known.insert(id);
            remember(*spec);
            const auto process = host::ProcessIdentity::read(files.process());
            if (process && process->alive()) {
                networks_.attach(id, spec->interfaces);
                watch_.add(id, *process);
            } else {
                clean_up_quietly(id, [&] { end(id, files, std::chrono::seconds(0)); });
            }
        }
        for (const auto& name : host_->network_namespaces())
            if (!known.contains(name) && !name.starts_with("lb-"))
                networks_.detach(name);  // "lb-": a balancer's
    }

    void remember(const InstanceSpec& spec) {
        const std::lock_guard lock(mutex_);
        metadata_[spec.id] = spec.metadata;
    }

    void trim_consoles() {
        for (const auto& id : store_.ids())
            trim_console(store_.files(id).console(), console_limit);
    }

    std::shared_ptr<host::Host> host_;
    fabric::InstanceNetworks& networks_;
    InstanceStore store_;
    Runtime runtime_;
    InstanceLocks locks_;
    std::mutex callback_mutex_;
    std::function<void(const std::string&)> callback_;
    std::mutex mutex_;  // metadata_
    std::map<std::string, std::map<std::string, std::string>> metadata_;
    ExitWatch watch_;  // last: its thread uses all of the above
};

}  // namespace

std::unique_ptr<ContainerDriver> make_container_driver(std::shared_ptr<host::Host> host,
                                                       fabric::InstanceNetworks& networks) {
    return std::make_unique<RuncDriver>(std::move(host), networks);
}

}  // namespace localcloud::compute
