#include "localcloud/balancer/haproxy.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "common/process/process.hpp"
#include "localcloud/balancer/haproxy_config.hpp"
#include "localcloud/fabric/netns_command.hpp"
#include "localcloud/host/files.hpp"
#include "localcloud/host/process_identity.hpp"

namespace localcloud::balancer {

namespace {

using namespace std::chrono_literals;
constexpr auto patience = 10s;
constexpr auto poll_interval = 10ms;
constexpr auto signal_interval = 1s;
constexpr timeval socket_patience{.tv_sec = 2, .tv_usec = 0};
constexpr std::size_t longest_answer = std::size_t{4} << 20;
constexpr std::string_view prefix = "lb-";

/// What HAProxy answers to one command on its socket; nothing when nobody does.
std::optional<std::string> ask(const std::filesystem::path& socket_path, const std::string& command) {
    const host::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket_path.string();
    if (!socket || path.size() >= sizeof address.sun_path) return std::nullopt;
    path.copy(address.sun_path, path.size());
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &socket_patience, sizeof socket_patience);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &socket_patience, sizeof socket_patience);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return std::nullopt;
    const std::string line = command + "\n";
    if (::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
        return std::nullopt;
    std::string answer;
    std::array<char, 16384> buffer{};
    while (answer.size() < longest_answer) {
        const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (count == 0) return answer;
        if (count < 0) return std::nullopt;
        answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return std::nullopt;
}

void write_text(const std::filesystem::path& file, const std::string& text) {
    const std::filesystem::path fresh = file.string() + ".new";
    {
        std::ofstream out{fresh, std::ios::trunc | std::ios::binary};
        out << text;
        if (!out.flush()) throw std::runtime_error("cannot write " + fresh.string());
    }
    std::filesystem::rename(fresh, file);
}

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

class HaproxyBalancers : public Balancers {
  public:
    HaproxyBalancers(std::shared_ptr<host::Host> host, fabric::InstanceNetworks& networks)
        : host_(std::move(host)), networks_(networks) {}

    void apply(const Specification& specification) override {
        const auto own = mutex_of(specification.id);
        const std::lock_guard lock{*own};
        const Files files = files_of(specification.id);
        std::filesystem::create_directories(files.folder);
        const auto inside = networks_.attach(namespace_name(specification.id), {specification.interface});
        const std::string config = haproxy_config(specification, {.socket = files.socket,
                                                                  .server_state = files.server_state,
                                                                  .drop_privileges = host_->is_root()});
        const auto process = host::ProcessIdentity::read(files.process);
        const bool alive = process && process->alive();
        if (alive && read_text(files.config) == config && serves(files, config)) return;
        const std::filesystem::path fresh = files.config.string() + ".check";
        write_text(fresh, config);
        check(fresh);
        if (!alive) {
            write_text(files.server_state, "1\n");  // the format's version, and no members
            std::filesystem::rename(fresh, files.config);
            start(specification.id, files, inside);
            return;
        }
        // The new process knows at once how the members are.
        if (const auto state = ask(files.socket, "show servers state"))
            write_text(files.server_state, *state);
        std::filesystem::rename(fresh, files.config);
        // A signal is lost on a master that is not done with the one before, although its new worker answers already.
        auto next_signal = std::chrono::steady_clock::now();
        wait_until(files, *process, "did not take its new configuration over", [&] {
            if (const auto now = std::chrono::steady_clock::now(); now >= next_signal) {
                process->kill(SIGUSR2);
                next_signal = now + signal_interval;
            }
            return serves(files, config);
        });
    }

    void remove(const std::string& id) override {
        const auto own = mutex_of(id);
        const std::lock_guard lock{*own};
        const Files files = files_of(id);
        end(files);
        forget(id);
        networks_.detach(namespace_name(id));
        std::error_code ignored;
        std::filesystem::remove_all(files.folder, ignored);
    }

    void keep_only(const std::vector<std::string>& ids) override {
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(processes(), none)) {
            const std::string name = entry.path().filename();
            if (!name.starts_with(prefix)) continue;
            const std::string id = name.substr(prefix.size());
            if (std::ranges::find(ids, id) == ids.end()) remove(id);
        }
        for (const std::string& name : host_->network_namespaces()) {
            if (name.starts_with(prefix) && std::ranges::find(ids, name.substr(prefix.size())) == ids.end())
                networks_.detach(name);
        }
    }

    std::optional<Report> report(const std::string& id) override {
        const auto answer = ask(files_of(id).socket, "show stat");
        if (!answer) {
            restart_if_dead(id);
            return std::nullopt;
        }
        return read_statistics(*answer);
    }

  private:
    /// Sockets and configuration are below the mounts, where paths are short and end with the holder; who the process is
    /// is written where ending a cloud looks for it.
    struct Files {
        std::filesystem::path folder, config, socket, server_state, log, process;
    };

    [[nodiscard]] std::filesystem::path processes() const {
        return host_->options().state / "host" / "processes";
    }

    [[nodiscard]] Files files_of(const std::string& id) const {
        const auto folder = host_->mounts() / "balancers" / id;
        return {.folder = folder,
                .config = folder / "haproxy.cfg",
                .socket = folder / "sock",
                .server_state = folder / "servers",
                .log = host_->options().state / "host" / (std::string{prefix} + id + ".log"),
                .process = processes() / (std::string{prefix} + id)};
    }

    static void check(const std::filesystem::path& config) {
        if (!common::process::find_program("haproxy"))
            throw std::runtime_error(
                "HAProxy is not there, which load balancers are made of: apt-get install haproxy");
        // Not with -q, which keeps the reasons quiet, too.
        const auto result = common::process::run(
            {.arguments = {"haproxy", "-c", "-f", config.string()}, .timeout = std::chrono::seconds(20)});
        if (!result.ok())
            throw std::runtime_error("HAProxy refuses its configuration: " + result.output + result.error);
    }

    void start(const std::string& id, const Files& files, const std::filesystem::path& inside) {
        const host::Descriptor network_namespace = fabric::open_namespace(inside.string());
        common::process::Child::Options options;
        options.command.arguments = {"haproxy", "-W", "-f", files.config.string()};
        options.command.in_child = [descriptor = network_namespace.get()] {
            return ::setns(descriptor, CLONE_NEWNET) == 0;
        };
        options.output = files.log;
        options.detached = true;
        auto child = std::make_unique<common::process::Child>(options);
        const auto identity = host::ProcessIdentity::of(child->pid());
        if (!identity)
            throw std::runtime_error("HAProxy ended at once; its words are in " + files.log.string());
        std::filesystem::create_directories(processes());
        identity->write(files.process);
        {
            const std::lock_guard lock{mutex_};
            children_[id] = std::move(child);
        }
        const std::string config = read_text(files.config);
        wait_until(files, *identity, "did not start", [&] { return serves(files, config); });
    }

    /// Whether the process that answers now has read this configuration.
    static bool serves(const Files& files, const std::string& config) {
        const auto info = ask(files.socket, "show info");
        return info && info->find("\ndescription: " + description_of(config) + "\n") != std::string::npos;
    }

    /// Collects a process that has ended.
    void forget(const std::string& id) {
        const std::lock_guard lock{mutex_};
        const auto child = children_.find(id);
        if (child == children_.end()) return;
        (void)child->second->poll();
        children_.erase(child);
    }

    /// Changes of one balancer come one after the other, and none while it is started again.
    std::shared_ptr<std::mutex> mutex_of(const std::string& id) {
        const std::lock_guard lock{mutex_};
        auto& own = mutexes_[id];
        if (!own) own = std::make_shared<std::mutex>();
        return own;
    }

    template <typename Done>
    void wait_until(const Files& files, const host::ProcessIdentity& process, const char* what, Done done) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!done()) {
            if (!process.alive() || std::chrono::steady_clock::now() > deadline)
                throw std::runtime_error(std::string("HAProxy ") + what + "; its words are in " +
                                         files.log.string());
            std::this_thread::sleep_for(poll_interval);
        }
    }

    void end(const Files& files) {
        if (const auto process = host::ProcessIdentity::read(files.process)) {
            process->kill(SIGTERM);
            if (!process->wait(3s)) process->kill(SIGKILL);
            (void)process->wait(3s);
        }
        std::error_code ignored;
        std::filesystem::remove(files.process, ignored);
        std::filesystem::remove(files.log, ignored);
    }

    /// A master that died by itself is started again, with the configuration that it had.
    void restart_if_dead(const std::string& id) {
        const auto own = mutex_of(id);
        const std::unique_lock busy{*own, std::try_to_lock};
        if (!busy) return;
        const Files files = files_of(id);
        const auto process = host::ProcessIdentity::read(files.process);
        {
            const std::lock_guard lock{mutex_};
            const auto child = children_.find(id);
            if (child != children_.end()) (void)child->second->poll();  // collects it
        }
        if (!process || process->alive() || !std::filesystem::exists(files.config)) return;
        spdlog::warn("the process of load balancer {} ended by itself and is started again", id);
        start(id, files, host_->network_namespace(namespace_name(id)));
    }

    std::shared_ptr<host::Host> host_;
    fabric::InstanceNetworks& networks_;
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<common::process::Child>> children_;
    std::map<std::string, std::shared_ptr<std::mutex>> mutexes_;
};

}  // namespace

std::string namespace_name(const std::string& load_balancer_id) {
    return std::string{prefix} + load_balancer_id;
}

std::unique_ptr<Balancers> make_haproxy_balancers(std::shared_ptr<host::Host> host,
                                                  fabric::InstanceNetworks& networks) {
    return std::make_unique<HaproxyBalancers>(std::move(host), networks);
}

}  // namespace localcloud::balancer
