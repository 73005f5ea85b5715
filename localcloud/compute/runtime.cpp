#include "localcloud/compute/runtime.hpp"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "common/process/process.hpp"
#include "localcloud/host/files.hpp"

namespace localcloud::compute {
namespace {

constexpr std::chrono::seconds run_timeout{60};

/// The last thing that runc wrote to its log.
std::string last_line(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::string last = "no reason given";
    for (std::string line; std::getline(stream, line);)
        if (!line.empty()) last = line;
    return last;
}

}  // namespace

Runtime::Runtime(const host::Host& host)
    : state_(host.options().state / "host" / "runc"),
      root_(host.is_root()),
      limits_(root_ && (::access("/sys/fs/cgroup/pids", W_OK) == 0 ||
                        ::access("/sys/fs/cgroup/cgroup.procs", W_OK) == 0)) {
    std::filesystem::create_directories(state_);
}

std::string Runtime::control_group(const std::string& id) const {
    return limits_ ? "/localcloud-" + id : "";
}

std::vector<std::string> Runtime::command(std::initializer_list<std::string> words) const {
    std::vector<std::string> all{"runc", "--root", state_.string(),
                                 std::string("--rootless=") + (root_ ? "false" : "true")};
    all.insert(all.end(), words);
    return all;
}

host::ProcessIdentity Runtime::run(const std::string& id, const InstanceFiles& files,
                                   const std::string& config) const {
    const auto log = files.folder / "runtime.log";
    const auto pid_file = files.folder / "runtime.pid";
    std::filesystem::create_directories(files.bundle());
    host::write_file(files.bundle() / "config.json", config);
    std::filesystem::remove(log);
    std::filesystem::remove(pid_file);
    common::process::Child child(
        {.command = {.arguments = command({"--log", log.string(), "run", "--detach", "--pid-file",
                                           pid_file.string(), "--bundle", files.bundle().string(), id})},
         .output = files.console(),
         .detached = true});
    const auto status = child.wait(run_timeout);
    if (!status) {
        child.signal(SIGKILL);
        throw std::runtime_error("the container runtime did not start the instance within a minute");
    }
    if (*status != 0)
        throw std::runtime_error("the container runtime cannot start the instance: " + last_line(log));
    const auto process = host::ProcessIdentity::of(std::stoi(host::read_file(pid_file)));
    if (!process)
        throw std::runtime_error("the instance ended at once; its console: " +
                                 console_tail(files.console(), 5));
    return *process;
}

void Runtime::remove(const std::string& id) const {
    (void)common::process::run({.arguments = command({"delete", "--force", id}), .timeout = run_timeout});
}

}  // namespace localcloud::compute
