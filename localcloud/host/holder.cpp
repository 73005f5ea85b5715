#include "localcloud/host/holder.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <utility>
#include <vector>

#include "common/process/process.hpp"
#include "localcloud/host/files.hpp"
#include "localcloud/host/uid_ranges.hpp"

namespace localcloud::host {
namespace {

constexpr std::chrono::seconds start_timeout{20};

/// A folder that every Debian has and where nobody keeps a cloud's files: it is covered in our mount namespace.
std::filesystem::path choose_mounts() {
    for (const char* candidate : {"/boot", "/usr/games", "/mnt"}) {
        struct stat status{};
        if (::lstat(candidate, &status) == 0 && S_ISDIR(status.st_mode)) return candidate;
    }
    throw Unavailable(
        "there is none of the folders /boot, /usr/games and /mnt to mount instances on; make /mnt");
}

/// One message of the holder's; empty when it ended without one.
std::string receive(int channel) {
    pollfd event{.fd = channel, .events = POLLIN, .revents = 0};
    if (::poll(&event, 1, static_cast<int>(std::chrono::milliseconds(start_timeout).count())) <= 0)
        return "eit did not answer in time";
    std::array<char, 1024> buffer{};
    const auto count = ::recv(channel, buffer.data(), buffer.size(), 0);
    return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string();
}

void expect(int channel, char wanted) {
    const std::string message = receive(channel);
    if (!message.empty() && message.front() == wanted) return;
    const std::string reason = message.empty() ? "it ended at once" : message.substr(1);
    throw Unavailable("the namespaces for instances could not be made: " + reason);
}

void write_maps(pid_t holder, const User& user) {
    const auto set = [&](const char* program, const char* file, std::uint32_t own_id) {
        common::process::Command command{.arguments = {program, std::to_string(holder)}};
        for (const auto& line : holder_map(own_id, subordinate_ids(file, user.name, user.uid)))
            for (const auto number : {line.inside, line.outside, line.count})
                command.arguments.push_back(std::to_string(number));
        const auto result = common::process::run(command);
        if (!result.ok())
            throw Unavailable(std::string(program) + " refused the ranges of " + file + ": " + result.error);
    };
    set("newuidmap", "/etc/subuid", user.uid);
    set("newgidmap", "/etc/subgid", user.gid);
}

Descriptor open_namespace(const ProcessIdentity& process, const char* kind) {
    const std::string path = "/proc/" + std::to_string(process.pid) + "/ns/" + kind;
    Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor) fail("cannot open " + path);
    return descriptor;
}

/// Ends with the value unless it is let go.
class Starting {
  public:
    explicit Starting(pid_t pid) : pid_(pid) {}
    ~Starting() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Starting(const Starting&) = delete;
    Starting& operator=(const Starting&) = delete;
    void keep() { pid_ = -1; }

  private:
    pid_t pid_;
};

/// Kills whatever runs in one of these network namespaces and removes their control groups: for the day when nothing
/// else is left that says which instances there are.
void end_members(const std::filesystem::path& network_namespaces) {
    std::set<std::pair<dev_t, ino_t>> ours;
    std::vector<std::string> names;
    std::error_code none;
    const auto identity = [](const std::filesystem::path& file) {
        struct stat status{};
        return ::stat(file.c_str(), &status) == 0 ? std::optional(std::pair(status.st_dev, status.st_ino))
                                                  : std::nullopt;
    };
    for (const auto& entry : std::filesystem::directory_iterator(network_namespaces, none)) {
        if (const auto found = identity(entry.path())) ours.insert(*found);
        names.push_back(entry.path().filename());
    }
    std::vector<ProcessIdentity> members;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", none)) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto found = identity(entry.path() / "ns/net");
        if (!found || !ours.contains(*found)) continue;
        if (auto process = ProcessIdentity::of(std::stoi(name))) members.push_back(std::move(*process));
    }
    for (const auto& process : members)
        process.kill(SIGKILL);
    for (const auto& process : members)
        (void)process.wait(std::chrono::seconds(5));
    for (const auto& name : names)
        ::rmdir(("/sys/fs/cgroup/localcloud-" + name).c_str());
}

/// Only async-signal-safe calls: the caller may have threads.
[[noreturn]] void become_holder(char* const* arguments, int channel, int log) {
    ::setsid();
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDIN_FILENO);
    ::dup2(log >= 0 ? log : null, STDOUT_FILENO);
    ::dup2(log >= 0 ? log : null, STDERR_FILENO);
    ::fcntl(channel, F_SETFD, 0);
    ::execv(arguments[0], arguments);
    ::_exit(127);
}

}  // namespace

std::filesystem::path host_folder(const Options& options) {
    return options.state / "host";
}
std::filesystem::path instances_folder(const Options& options) {
    return options.state / "instances";
}

User current_user() {
    User user{.uid = ::geteuid(), .gid = ::getegid(), .name = {}, .home = {}};
    if (const passwd* entry = ::getpwuid(user.uid)) {
        user.name = entry->pw_name;
        user.home = entry->pw_dir;
    }
    if (user.home.empty())
        if (const char* home = std::getenv("HOME")) user.home = home;
    return user;
}

std::optional<Holder> find_holder(const Options& options) {
    const auto file = host_folder(options) / "holder";
    std::ifstream stream(file);
    Holder holder;
    std::string kind;
    std::string mounts;
    if (!(stream >> holder.process.pid >> holder.process.start >> kind >> mounts)) return std::nullopt;
    holder.root = kind == "root";
    holder.mounts = mounts;
    if (!holder.process.alive()) return std::nullopt;
    return holder;
}

Holder start_holder(const Options& options, bool recorded) {
    const User user = current_user();
    Holder holder{.process = {}, .root = user.uid == 0, .mounts = choose_mounts()};
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0)
        fail("cannot make a socket pair");
    const Descriptor ours(pair[0]);
    Descriptor theirs(pair[1]);
    const Descriptor log(::open((host_folder(options) / "holder.log").c_str(),
                                O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));

    auto words = options.holder;
    for (const std::string& word :
         {std::string("hold"), std::to_string(theirs.get()), std::string(holder.root ? "root" : "user"),
          holder.mounts.string(), options.state.string()})
        words.push_back(word);
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);

    const pid_t pid = ::fork();
    if (pid < 0) fail("cannot start the holder of the namespaces");
    if (pid == 0) become_holder(arguments.data(), theirs.get(), log.get());
    Starting starting(pid);
    theirs.reset();

    if (!holder.root) {
        expect(ours.get(), 'u');
        write_maps(pid, user);
        ::send(ours.get(), "m", 1, MSG_NOSIGNAL);
    }
    expect(ours.get(), 'r');
    const auto process = ProcessIdentity::of(pid);
    if (!process) throw Unavailable("the process that holds the namespaces ended at once");
    holder.process = *process;
    if (recorded)
        write_file(host_folder(options) / "holder", std::to_string(pid) + " " + process->start + " " +
                                                        (holder.root ? "root" : "user") + " " +
                                                        holder.mounts.string() + "\n");
    starting.keep();
    return holder;
}

void join(const Holder& holder) {
    const auto here = std::filesystem::current_path();
    const Descriptor mount_namespace = open_namespace(holder.process, "mnt");
    if (!holder.root) {
        const Descriptor user_namespace = open_namespace(holder.process, "user");
        if (::setns(user_namespace.get(), CLONE_NEWUSER) != 0)
            fail("cannot join the cloud's user namespace (the program must not have threads yet)");
        if (::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0)
            fail("cannot become root of the user namespace");
    }
    if (::setns(mount_namespace.get(), CLONE_NEWNS) != 0) fail("cannot join the cloud's mount namespace");
    std::error_code ignored;
    std::filesystem::current_path(here, ignored);
}

int hold(int channel, bool root, const std::filesystem::path& mounts, const std::filesystem::path& state) {
    ::fcntl(channel, F_SETFD, FD_CLOEXEC);
    ::prctl(PR_SET_NAME, "localcloud-hold");
    const Descriptor folder = open_folder(state);
    const auto give_up = [&](const char* what) {
        const std::string message = std::string("e") + what + ": " + std::strerror(errno);
        ::send(channel, message.data(), message.size(), MSG_NOSIGNAL);
        return 1;
    };
    if (!root) {
        if (::unshare(CLONE_NEWUSER) != 0) return give_up("user namespace");
        ::send(channel, "u", 1, MSG_NOSIGNAL);
        char answer = 0;
        if (::recv(channel, &answer, 1, 0) != 1 || answer != 'm') return 1;
        if (::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0)
            return give_up("root of the user namespace");
        ::prctl(PR_SET_DUMPABLE, 1);
    }
    if (::unshare(CLONE_NEWNS | CLONE_NEWNET) != 0) return give_up("mount and network namespace");
    // The host's mounts and unmounts come in, ours do not go out.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return give_up("private mounts");
    // Instances' root must be able to pass through, hence 0711.
    if (::mount("localcloud", mounts.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0711,size=64m") != 0)
        return give_up("tmpfs for mounts");
    if (::mount(nullptr, mounts.c_str(), nullptr, MS_PRIVATE, nullptr) != 0) return give_up("private tmpfs");
    if (::mkdir((mounts / "net").c_str(), 0700) != 0) return give_up("folder of network namespaces");

    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    for (const int ignored : {SIGHUP, SIGINT, SIGPIPE, SIGQUIT})
        ::signal(ignored, SIG_IGN);
    if (::chdir("/") != 0) return give_up("root folder");
    ::send(channel, "r", 1, MSG_NOSIGNAL);
    ::close(channel);
    const timespec look{.tv_sec = 2, .tv_nsec = 0};
    while (::sigtimedwait(&signals, nullptr, &look) < 0)
        if (is_removed(folder)) {
            end_members(mounts / "net");
            break;
        }
    return 0;
}

}  // namespace localcloud::host
