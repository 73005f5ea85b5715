// Wakes a thread that waits on descriptors.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace faafo::queue::rabbitmq {

/// Any thread may ring; the waiting one polls descriptor() and silences it.
class Wakeup {
  public:
    Wakeup() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    ~Wakeup() { ::close(descriptor_); }
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }
    void ring() const {
        const std::uint64_t one = 1;
        (void)!::write(descriptor_, &one, sizeof one);
    }
    void silence() const {
        std::uint64_t count = 0;
        (void)!::read(descriptor_, &count, sizeof count);
    }

  private:
    int descriptor_;
};

}  // namespace faafo::queue::rabbitmq
