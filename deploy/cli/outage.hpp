// Going on by itself when the cloud's API has failed for a while.
#pragma once

#include <chrono>
#include <functional>
#include <openstack/error.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "deploy/plan/context.hpp"

namespace deploy {

/// Whether it may pass: 502, 503 and 504, and connections that are refused. The SDK has tried several times by then.
[[nodiscard]] bool may_pass(const openstack::Error& error);

/// The failures of one command. Those that are less than --patience apart count as one outage, which may last as long.
class Outage {
  public:
    /// Gets a line for the user; one that only counts on may take the place of the one before.
    using Say = std::function<void(const std::string& line, bool replaces_last)>;
    Outage(const Context& context, Say say) : context_(context), say_(std::move(say)) {}

    /// In a handler of the failure: waits and returns when it is time for another attempt; else throws it again.
    void bear(const openstack::Error& error);

  private:
    using Clock = std::chrono::steady_clock;
    const Context& context_;
    Say say_;
    int told_ = 0;  ///< failures of this outage
    int last_status_ = 0;
    std::optional<Clock::time_point> begin_;
    Clock::time_point latest_;
    std::chrono::milliseconds pause_{};
};

/// Does the work; begins it anew after failures that may pass. It has to look what an earlier attempt has left.
template <class Work>
auto through_outages(const Context& context, Outage::Say say, const Work& work) {
    for (Outage outage(context, std::move(say));;) {
        try {
            return work();
        } catch (const openstack::Error& error) {
            outage.bear(error);
        }
    }
}

}  // namespace deploy
