// Fork and exec with nothing leaked into the child. Internal to this folder.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "common/process/process.hpp"

namespace common::process::detail {

/// A file descriptor that closes itself.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int number) : number_(number) {}
    ~Fd() { close(); }
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool open() const { return number_ >= 0; }
    [[nodiscard]] int release() { return std::exchange(number_, -1); }
    void close();

  private:
    int number_ = -1;
};

/// Throws std::system_error with `what` where `number` is negative.
[[nodiscard]] Fd checked(int number, const char* what);

struct Started {
    pid_t pid = -1;
    Fd pid_file;
};

struct SpawnOptions {
    int output = -1;               ///< becomes standard output
    int error = -1;                ///< becomes standard error
    bool own_session = false;      ///< setsid instead of a process group
    bool end_with_thread = false;  ///< killed when the calling thread ends
};

/// Throws CommandFailed when the program cannot be started.
[[nodiscard]] Started spawn(const Command& command, const SpawnOptions& options);

/// Sends a signal through a pidfd.
void send_signal(int pid_file, int number);
/// Waits on a pidfd; true once the process has ended.
[[nodiscard]] bool wait_for_end(int pid_file, std::chrono::milliseconds timeout);
/// Collects a process that has ended.
[[nodiscard]] int reap(int pid_file);
/// What is left of poll()'s timeout until `end`, in its own unit.
[[nodiscard]] int poll_timeout(std::chrono::steady_clock::time_point end);
/// The command as a person would type it, shortened.
[[nodiscard]] std::string command_line(const Command& command);

}  // namespace common::process::detail
