#include "deploy/cli/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <ctime>
#include <string_view>

namespace deploy {
namespace {

sigset_t ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

Interrupt::Interrupt() {
    const auto signals = ending_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    listener_ = std::jthread([source = source_](const std::stop_token& over) mutable {
        const auto awaited = ending_signals();
        bool asked = false;
        while (!over.stop_requested()) {
            const timespec moment{.tv_sec = 0, .tv_nsec = 100'000'000};
            const int number = sigtimedwait(&awaited, nullptr, &moment);
            if (number < 0) continue;
            if (asked) {
                constexpr std::string_view last_word =
                    "\ninterrupted again, so it ends at once: what it was at may be half done\n";
                [[maybe_unused]] const auto written =
                    write(STDERR_FILENO, last_word.data(), last_word.size());
                _exit(128 + number);
            }
            asked = true;
            source.request_stop();
        }
    });
}

Interrupt::~Interrupt() = default;

}  // namespace deploy
