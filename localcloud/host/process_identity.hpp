// A process by more than its number, so that a recycled pid is never taken for the one that we meant.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace localcloud::host {

struct ProcessIdentity {
    pid_t pid = -1;
    std::string start;  ///< boot ID and start time in ticks

    /// Of a living process; a zombie counts as dead.
    [[nodiscard]] static std::optional<ProcessIdentity> of(pid_t pid);
    /// "pid start" from a file that write() made; nothing if there is none.
    [[nodiscard]] static std::optional<ProcessIdentity> read(const std::filesystem::path& file);
    void write(const std::filesystem::path& file) const;
    [[nodiscard]] bool alive() const;
    /// Sends `signal` if it is still the same process.
    void kill(int signal) const;
    /// True once it has ended.
    [[nodiscard]] bool wait(std::chrono::milliseconds timeout) const;
};

}  // namespace localcloud::host
