// Ending a cloud: its instances, its holder, what it left behind.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <exception>

#include "common/process/process.hpp"
#include "localcloud/host/files.hpp"
#include "localcloud/host/holder.hpp"
#include "localcloud/host/host.hpp"

namespace localcloud::host {
namespace {

constexpr std::chrono::milliseconds polite{3'000};
constexpr std::chrono::milliseconds certain{10'000};

std::vector<std::filesystem::path> instance_folders(const Options& options) {
    std::vector<std::filesystem::path> folders;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(instances_folder(options), none))
        if (entry.is_directory()) folders.push_back(entry.path());
    return folders;
}

/// Not from inside a holder's user namespace: the user outside owns it and may signal whatever is in it, even when the
/// holder is dead, while the root of a new one has no power over instances of the old.
void end_instances(const Options& options, bool root) {
    struct Running {
        std::filesystem::path folder;
        ProcessIdentity process;
    };
    std::vector<Running> running;
    for (const auto& folder : instance_folders(options))
        if (auto process = ProcessIdentity::read(folder / "process"))
            running.push_back({.folder = folder, .process = std::move(*process)});
    for (const auto& instance : running)
        instance.process.kill(SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + polite;
    for (const auto& instance : running) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (instance.process.wait(std::max(left, std::chrono::milliseconds(0)))) continue;
        instance.process.kill(SIGKILL);
        if (!instance.process.wait(certain))
            throw std::runtime_error("the instance in " + instance.folder.string() +
                                     " does not end even when killed; is its disk's device stuck?");
    }
    for (const auto& instance : running) {
        // Also removes the instance's control groups.
        common::process::Command command{
            .arguments = {"runc", "--root", (host_folder(options) / "runc").string(),
                          std::string("--rootless=") + (root ? "false" : "true"), "delete", "--force",
                          instance.folder.filename().string()}};
        (void)common::process::run(command);
        std::filesystem::remove(instance.folder / "process");
    }
}

/// The cloud's own servers that outlive it: a balancer's, the DNS server. Who they are is in files.
void end_processes(const Options& options) {
    const auto folder = host_folder(options) / "processes";
    std::vector<ProcessIdentity> running;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none))
        if (auto process = ProcessIdentity::read(entry.path())) running.push_back(std::move(*process));
    for (const auto& process : running)
        process.kill(SIGTERM);
    for (const auto& process : running) {
        if (process.wait(polite)) continue;
        process.kill(SIGKILL);
        (void)process.wait(certain);
    }
    std::filesystem::remove_all(folder, none);
}

/// Our own program again, single-threaded, to join namespaces.
void run_helper(const Options& options, std::vector<std::string> words) {
    common::process::Command command{.arguments = options.holder, .timeout = std::chrono::minutes(5)};
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    common::process::check(command);
}

void remove_folders(const std::vector<std::filesystem::path>& folders) {
    for (const auto& folder : folders)
        std::filesystem::remove_all(folder);
}

/// A holder that lasts as long as this value.
class TemporaryHolder {
  public:
    explicit TemporaryHolder(const Options& options) : holder_(start_holder(options, false)) {}
    ~TemporaryHolder() { holder_.process.kill(SIGKILL); }
    TemporaryHolder(const TemporaryHolder&) = delete;
    TemporaryHolder& operator=(const TemporaryHolder&) = delete;
    [[nodiscard]] const Holder& operator*() const { return holder_; }

  private:
    Holder holder_;
};

/// In our own program, started again: with the uids of instances, to which the folders' files may belong.
int remove_as_holder(const Options& options, const std::vector<std::filesystem::path>& folders) {
    std::optional<TemporaryHolder> temporary;
    auto holder = find_holder(options);
    if (!holder) {
        temporary.emplace(options);
        holder = **temporary;
    }
    join(*holder);
    remove_folders(folders);
    return 0;
}

}  // namespace

void end(const Options& options) {
    const auto holder = find_holder(options);
    end_processes(options);
    end_instances(options, ::geteuid() == 0);
    if (holder) {
        holder->process.kill(SIGTERM);
        if (!holder->process.wait(certain)) holder->process.kill(SIGKILL);
    }
    std::error_code ignored;
    std::filesystem::remove(host_folder(options) / "holder", ignored);
}

void remove(const Options& options, const std::vector<std::filesystem::path>& folders) {
    if (::geteuid() == 0) {
        remove_folders(folders);
        return;
    }
    std::vector<std::string> words{"remove", options.state.string()};
    for (const auto& folder : folders)
        if (std::filesystem::exists(folder)) words.push_back(folder.string());
    if (words.size() > 2) run_helper(options, std::move(words));
}

int holder_main(const std::vector<std::string>& arguments) {
    try {
        if (arguments.size() == 5 && arguments[0] == "hold")
            return hold(std::stoi(arguments[1]), arguments[2] == "root", arguments[3], arguments[4]);
        if (arguments.size() >= 2 && arguments[0] == "remove")
            return remove_as_holder(Options{.state = arguments[1], .cache = {}},
                                    {arguments.begin() + 2, arguments.end()});
        std::fputs("this is an internal command of localcloud\n", stderr);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

}  // namespace localcloud::host
