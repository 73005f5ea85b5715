// Running other programs: arguments as a list (never a shell), bounded in time, with what they said.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace common::process {

struct Command {
    std::vector<std::string> arguments;              ///< the program first; looked up in PATH
    std::string input;                               ///< its standard input
    std::map<std::string, std::string> environment;  ///< added to ours
    bool clear_environment = false;                  ///< start from nothing instead of from ours
    std::filesystem::path directory;                 ///< ours when empty
    std::chrono::milliseconds timeout{60'000};
    /// Runs in the child between fork and exec (setns, setuid …): async-signal-safe calls only; false aborts.
    /// Every descriptor but the standard three is close-on-exec by then: clear FD_CLOEXEC on what the program inherits.
    std::function<bool()> in_child;
    std::size_t output_limit = std::size_t{64}
                               << 20;  ///< bytes kept of each output of run(); the rest is dropped
};

struct Result {
    int exit_status = 0;  ///< 128 + signal when it was killed
    std::string output;
    std::string error;
    bool timed_out = false;
    [[nodiscard]] bool ok() const { return exit_status == 0 && !timed_out; }
};

/// What a program answered when it should have succeeded: the command line, its status, its last words.
struct CommandFailed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Runs to the end; kills the child (and its process group) at the timeout. The program ends with the calling thread.
/// A background process that it leaves behind with our pipes is not waited for longer than a second.
/// Throws CommandFailed only if the program cannot be started.
[[nodiscard]] Result run(const Command& command);
/// The output of a program that must succeed; throws CommandFailed otherwise.
std::string check(const Command& command);

/// A program in the background: SIGTERM, then SIGKILL after `grace`, when the value goes.
class Child {
  public:
    struct Options {
        Command command;
        std::filesystem::path output;  ///< standard output and error are appended here; /dev/null when empty
        std::chrono::milliseconds grace{5'000};
        /// Its own session, and it survives us: the destructor does not stop it.
        bool detached = false;
    };
    explicit Child(const Options& options);
    ~Child();
    Child(Child&&) noexcept;
    Child& operator=(Child&&) noexcept;

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// The exit status once it has ended; 128 + signal when it was killed.
    [[nodiscard]] std::optional<int> poll();
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds timeout);
    /// To the process alone, while it runs.
    void signal(int number) const;
    /// SIGTERM to its process group, SIGKILL to what is left of it after the grace. Nothing if it has ended.
    void stop();

  private:
    pid_t pid_ = -1;
    int pid_file_ = -1;  // a pidfd: pollable, and never somebody else's process
    std::optional<int> status_;
    std::chrono::milliseconds grace_{};
    bool detached_ = false;
};

/// The full path of a program in PATH (and the sbin folders), or nothing.
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::string& name);

/// A folder of its own under the system's temporary folder, mode 0700, removed with all it holds when the value goes.
class TemporaryDirectory {
  public:
    explicit TemporaryDirectory(const std::string& prefix = "openstack");
    ~TemporaryDirectory();
    TemporaryDirectory(TemporaryDirectory&&) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&&) noexcept;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace common::process
