#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <system_error>
#include <utility>

#include "common/process/process.hpp"
#include "common/process/spawn.hpp"

namespace common::process {

Child::Child(const Options& options) : grace_(options.grace), detached_(options.detached) {
    const std::filesystem::path log = options.output.empty() ? "/dev/null" : options.output;
    const detail::Fd output(::open(log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!output.open()) {
        throw CommandFailed("cannot start '" + detail::command_line(options.command) +
                            "': its output cannot go to " + log.string() + ": " +
                            std::generic_category().message(errno));
    }
    detail::Started started =
        detail::spawn(options.command,
                      {.output = output.number(), .error = output.number(), .own_session = options.detached});
    pid_ = started.pid;
    pid_file_ = started.pid_file.release();
}

Child::~Child() {
    if (!detached_) stop();
    if (pid_file_ >= 0) ::close(pid_file_);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_file_(std::exchange(other.pid_file_, -1)),
      status_(std::exchange(other.status_, std::nullopt)),
      grace_(other.grace_),
      detached_(other.detached_) {}

Child& Child::operator=(Child&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(pid_file_, other.pid_file_);
    std::swap(status_, other.status_);
    std::swap(grace_, other.grace_);
    std::swap(detached_, other.detached_);
    return *this;
}

std::optional<int> Child::poll() {
    return wait(std::chrono::milliseconds{0});
}

std::optional<int> Child::wait(std::chrono::milliseconds timeout) {
    if (!status_ && pid_file_ >= 0 && detail::wait_for_end(pid_file_, timeout))
        status_ = detail::reap(pid_file_);
    return status_;
}

void Child::signal(int number) const {
    if (!status_ && pid_file_ >= 0) detail::send_signal(pid_file_, number);
}

void Child::stop() {
    if (status_ || pid_file_ < 0) return;
    // The group's number is its own until its leader is reaped, which is why the last kill comes before that.
    ::kill(-pid_, SIGTERM);
    ::kill(-pid_, SIGCONT);
    (void)detail::wait_for_end(pid_file_, grace_);
    ::kill(-pid_, SIGKILL);
    status_ = detail::reap(pid_file_);
}

}  // namespace common::process
