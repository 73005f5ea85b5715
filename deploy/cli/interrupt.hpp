// Ctrl-C and SIGTERM as a stop token.
#pragma once

#include <stop_token>
#include <thread>

namespace deploy {

/// Make one first thing in main(), before any thread starts: the signals are blocked for all of them and taken by
/// one. The first asks everything to stop, the second ends the process at once.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  private:
    std::stop_source source_;
    std::jthread listener_;
};

}  // namespace deploy
