#include "common/process/spawn.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <system_error>

namespace common::process::detail {
namespace {

enum class Stage : int { standard_files, session, parent_gone, in_child, directory, exec };

// What the child says through a close-on-exec pipe when it does not get as far as exec.
struct Failure {
    Stage stage;
    int error;
};

std::string describe(const Failure& failure, const Command& command) {
    std::string reason = std::strerror(failure.error);
    switch (failure.stage) {
        case Stage::standard_files:
            return "its standard files cannot be set up: " + reason;
        case Stage::session:
            return "it gets no process group: " + reason;
        case Stage::parent_gone:
            return "the caller ended";
        case Stage::in_child:
            return "its surroundings cannot be prepared: " + reason;
        case Stage::directory:
            return "its folder " + command.directory.string() + " cannot be entered: " + reason;
        case Stage::exec:
            return reason;
    }
    return reason;
}

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> all;
    if (!command.clear_environment) {
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const std::string_view text = *entry;
            if (!command.environment.contains(std::string(text.substr(0, text.find('=')))))
                all.emplace_back(text);
        }
    }
    for (const auto& [name, value] : command.environment)
        all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (std::string& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// The child's standard input: a file in memory, so that nobody has to feed a pipe.
Fd input_of(const Command& command) {
    if (command.input.empty())
        return checked(::open("/dev/null", O_RDONLY | O_CLOEXEC), "cannot open /dev/null");
    Fd file =
        checked(::memfd_create("standard-input", MFD_CLOEXEC), "cannot make room for a program's input");
    std::string_view rest = command.input;
    while (!rest.empty()) {
        const ssize_t written = ::write(file.number(), rest.data(), rest.size());
        if (written < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "cannot make room for a program's input");
        }
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    ::lseek(file.number(), 0, SEEK_SET);
    return file;
}

// Everything below runs between fork and exec: async-signal-safe calls only.
struct ChildPlan {
    const char* program;
    char* const* arguments;
    char* const* environment;
    const char* directory;  // nullptr: stay
    const std::function<bool()>* in_child;
    std::array<int, 3> standard;
    int report;
    pid_t parent;
    bool own_session;
    bool end_with_thread;
};

[[noreturn]] void give_up(int report, Stage stage) {
    const Failure failure{stage, errno};
    [[maybe_unused]] const ssize_t written = ::write(report, &failure, sizeof failure);
    ::_exit(127);
}

[[noreturn]] void become(const ChildPlan& plan) {
    // Ignored signals stay ignored over exec, and a program that ignores SIGPIPE surprises its users.
    for (int number = 1; number < NSIG; ++number) {
        if (number != SIGKILL && number != SIGSTOP) ::signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);

    if ((plan.own_session ? ::setsid() : ::setpgid(0, 0)) < 0) give_up(plan.report, Stage::session);
    if (plan.end_with_thread) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != plan.parent) give_up(plan.report, Stage::parent_gone);
    }
    // Out of the way first: dup2 onto 0, 1 or 2 must not overwrite one that is still needed.
    std::array<int, 3> high{};
    const int report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, 3);
    if (report < 0) give_up(plan.report, Stage::standard_files);
    for (std::size_t i = 0; i < high.size(); ++i) {
        high[i] = ::fcntl(plan.standard[i], F_DUPFD_CLOEXEC, 3);
        if (high[i] < 0) give_up(report, Stage::standard_files);
    }
    for (std::size_t i = 0; i < high.size(); ++i) {
        if (::dup2(high[i], static_cast<int>(i)) < 0) give_up(report, Stage::standard_files);
    }
    ::close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC);

    if (*plan.in_child) {
        errno = 0;
        if (!(*plan.in_child)()) give_up(report, Stage::in_child);
    }
    if (plan.directory != nullptr && ::chdir(plan.directory) != 0) give_up(report, Stage::directory);
    ::execve(plan.program, plan.arguments, plan.environment);
    give_up(report, Stage::exec);
}

// No signal handler of ours may run in the child before exec.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

void Fd::close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Fd checked(int number, const char* what) {
    if (number < 0) throw std::system_error(errno, std::generic_category(), what);
    return Fd(number);
}

Started spawn(const Command& command, const SpawnOptions& options) {
    const auto refuse = [&command](const std::string& why) {
        throw CommandFailed("cannot start '" + command_line(command) + "': " + why);
    };
    if (command.arguments.empty()) throw CommandFailed("cannot start a program: the command is empty");
    const bool is_path = command.arguments.front().find('/') != std::string::npos;
    const auto found = is_path ? std::optional<std::filesystem::path>(command.arguments.front())
                               : find_program(command.arguments.front());
    if (!found) refuse("there is no program of that name in PATH; is its package installed?");

    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = environment_of(command);
    const std::vector<char*> argument_pointers = pointers(arguments);
    const std::vector<char*> environment_pointers = pointers(environment);
    const std::string program = found->string();
    const std::string directory = command.directory.string();
    const Fd input = input_of(command);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
    Fd report_read(ends[0]);
    Fd report_write(ends[1]);
    const ChildPlan plan{.program = program.c_str(),
                         .arguments = argument_pointers.data(),
                         .environment = environment_pointers.data(),
                         .directory = directory.empty() ? nullptr : directory.c_str(),
                         .in_child = &command.in_child,
                         .standard = {input.number(), options.output, options.error},
                         .report = report_write.number(),
                         .parent = ::getpid(),
                         .own_session = options.own_session,
                         .end_with_thread = options.end_with_thread};
    pid_t pid = -1;
    {
        const AllSignalsBlocked quiet;
        pid = ::fork();
        if (pid == 0) become(plan);
    }
    if (pid < 0) refuse(std::strerror(errno));
    report_write.close();

    Failure failure{};
    ssize_t got = 0;
    do {
        got = ::read(report_read.number(), &failure, sizeof failure);
    } while (got < 0 && errno == EINTR);
    if (got == static_cast<ssize_t>(sizeof failure)) {
        ::waitpid(pid, nullptr, 0);
        refuse(describe(failure, command));
    }
    // Not <sys/pidfd.h>: glibc 2.36's lacks extern "C".
    Started started{.pid = pid, .pid_file = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))};
    if (!started.pid_file.open()) {
        const int error = errno;
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        throw std::system_error(error, std::generic_category(), "cannot watch a program");
    }
    return started;
}

void send_signal(int pid_file, int number) {
    ::syscall(SYS_pidfd_send_signal, pid_file, number, nullptr, 0);
}

bool wait_for_end(int pid_file, std::chrono::milliseconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    pollfd entry{.fd = pid_file, .events = POLLIN, .revents = 0};
    while (true) {
        const int ready = ::poll(&entry, 1, poll_timeout(end));
        if (ready > 0) return true;
        if (ready == 0 && std::chrono::steady_clock::now() >= end) return false;
    }
}

int reap(int pid_file) {
    siginfo_t info{};
    while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pid_file), &info, WEXITED) != 0) {
        // Somebody who ignores SIGCHLD, or waits for any child, has taken the status from us.
        if (errno != EINTR) return 127;
    }
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

int poll_timeout(std::chrono::steady_clock::time_point end) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, INT_MAX));
}

std::string command_line(const Command& command) {
    constexpr std::size_t longest = 300;
    std::string line;
    for (const std::string& argument : command.arguments) {
        if (!line.empty()) line += ' ';
        line += argument;
        if (line.size() > longest) return line.substr(0, longest) + "…";
    }
    return line;
}

}  // namespace common::process::detail
