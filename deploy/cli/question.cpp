#include "deploy/cli/question.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <openstack/error.hpp>

namespace deploy {
namespace {

/// Becomes readable when the token is used: a blocking read of the answer would never see that.
class StopSignal {
  public:
    explicit StopSignal(const std::stop_token& stop)
        : file_(eventfd(0, EFD_CLOEXEC)), callback_(stop, Signal{file_}) {}
    ~StopSignal() { close(file_); }
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;
    [[nodiscard]] int file() const { return file_; }

  private:
    struct Signal {
        int file;
        void operator()() const { eventfd_write(file, 1); }
    };
    int file_;
    std::stop_callback<Signal> callback_;
};

}  // namespace

std::optional<std::string> ask(std::string_view question, const std::stop_token& stop, int input) {
    std::cerr << question << std::flush;
    const StopSignal stopped(stop);
    std::string answer;
    while (true) {
        std::array<pollfd, 2> files{{{.fd = stopped.file(), .events = POLLIN, .revents = 0},
                                     {.fd = input, .events = POLLIN, .revents = 0}}};
        if (poll(files.data(), files.size(), -1) < 0 && errno != EINTR) return std::nullopt;
        if (files.front().revents != 0) {
            std::cerr << "\n";
            throw openstack::Cancelled("interrupted at a question");
        }
        if (files.back().revents == 0) continue;
        char c = 0;
        const auto count = read(input, &c, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;
        if (c == '\n') return answer;
        answer += c;
    }
}

bool is_yes(const std::optional<std::string>& answer) {
    return answer && (*answer == "y" || *answer == "Y" || *answer == "yes");
}

}  // namespace deploy
