// An HTTP proxy that kills the program which uses it, right after one of its requests has been carried out.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <atomic>
#include <cstddef>

#include "common/testkit/scripted_server.hpp"

namespace acceptance {

/// Passes requests on, counts them, and at the one numbered `fatal` (from 1; 0: never) sends SIGKILL to the program
/// before it can see the answer. That is the worst moment: the cloud has done it, the program does not know.
class KillingProxy {
  public:
    /// Which requests count: all, or only those that make, change or remove something.
    enum class Counted { all, changes };
    explicit KillingProxy(std::size_t fatal, Counted counted = Counted::all);

    /// SIGINT instead of SIGKILL; the answer is held back until the program has ended.
    void only_interrupt() { signal_ = SIGINT; }
    [[nodiscard]] std::string url() const { return server_.url(); }
    /// How many counted ones there were.
    /// Says whom to kill. A fatal request that came earlier waits for this.
    void set_victim(pid_t pid);
    [[nodiscard]] std::size_t requests() const { return count_; }

  private:
    common::testkit::Answer pass_on(const common::httpd::Request& request);

    std::size_t fatal_;
    std::atomic<int> signal_{SIGKILL};
    Counted counted_;
    std::atomic<std::size_t> count_{0};
    std::atomic<pid_t> victim_{0};
    common::testkit::ScriptedServer server_;  // last: its threads use what is above
};

}  // namespace acceptance
