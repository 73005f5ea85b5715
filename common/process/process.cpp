#include "common/process/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include "common/process/spawn.hpp"

namespace common::process {
namespace {

using std::chrono::steady_clock;

// How long a program's pipes may stay open after its end.
constexpr std::chrono::seconds after_end{1};

struct Pipe {
    detail::Fd read;
    detail::Fd write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
    }
    return {detail::Fd(ends[0]), detail::Fd(ends[1])};
}

// Reads once; closes the pipe at its end.
void drain(detail::Fd& pipe, std::string& text, std::size_t limit) {
    std::array<char, 65536> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
    const ssize_t got = ::read(pipe.number(), piece.data(), piece.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) return pipe.close();
    text.append(piece.data(), std::min(static_cast<std::size_t>(got), limit - std::min(limit, text.size())));
}

std::string last_words(const Result& result) {
    constexpr std::size_t most = 2000;
    std::string_view words = result.error.empty() ? result.output : result.error;
    while (words.ends_with('\n'))
        words.remove_suffix(1);
    if (words.empty()) return "it said nothing";
    return "it said: " +
           (words.size() > most ? "…" + std::string(words.substr(words.size() - most)) : std::string(words));
}

}  // namespace

Result run(const Command& command) {
    auto [output_read, output_write] = make_pipe();
    auto [error_read, error_write] = make_pipe();
    auto end = steady_clock::now() + command.timeout;
    const detail::Started started = detail::spawn(
        command, {.output = output_write.number(), .error = error_write.number(), .end_with_thread = true});
    output_write.close();
    error_write.close();

    Result result;
    bool ended = false;
    while (!ended || output_read.open() || error_read.open()) {
        // poll() overlooks negative descriptors.
        std::array<pollfd, 3> files{
            {{.fd = output_read.number(), .events = POLLIN, .revents = 0},
             {.fd = error_read.number(), .events = POLLIN, .revents = 0},
             {.fd = ended ? -1 : started.pid_file.number(), .events = POLLIN, .revents = 0}}};
        const int ready = ::poll(files.data(), files.size(), detail::poll_timeout(end));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) {
            if (steady_clock::now() < end) continue;
            if (ended) break;
            result.timed_out = true;
            ::kill(-started.pid, SIGKILL);
            break;
        }
        if (files[0].revents != 0) drain(output_read, result.output, command.output_limit);
        if (files[1].revents != 0) drain(error_read, result.error, command.output_limit);
        if (files[2].revents != 0) {
            ended = true;
            end = std::min(end, steady_clock::now() + after_end);
        }
    }
    result.exit_status = detail::reap(started.pid_file.number());
    return result;
}

std::string check(const Command& command) {
    Result result = run(command);
    if (result.timed_out) {
        throw CommandFailed("'" + detail::command_line(command) + "' was stopped after " +
                            std::to_string(command.timeout.count()) + " ms; " + last_words(result));
    }
    if (result.exit_status != 0) {
        throw CommandFailed("'" + detail::command_line(command) + "' failed with status " +
                            std::to_string(result.exit_status) + "; " + last_words(result));
    }
    return std::move(result.output);
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos) return std::nullopt;
    const char* path = std::getenv("PATH");
    // A user's PATH often lacks the sbin folders, where ip and nft live.
    const std::string folders = std::string(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin") +
                                ":/usr/local/sbin:/usr/sbin:/sbin";
    std::string_view rest = folders;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        std::filesystem::path candidate = std::filesystem::path(rest.substr(0, end)) / name;
        rest.remove_prefix(std::min(end + 1, rest.size()));
        std::error_code error;
        if (candidate.is_absolute() && std::filesystem::is_regular_file(candidate, error) &&
            ::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    return std::nullopt;
}

}  // namespace common::process
