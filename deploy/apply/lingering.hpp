// Asking again while something is still in use: what a server had lingers for a moment after it.
#pragma once

#include <chrono>
#include <openstack/error.hpp>
#include <stop_token>
#include <string>
#include <utility>

#include "deploy/apply/steps.hpp"
#include "deploy/plan/context.hpp"

namespace deploy {

/// Which refusals may pass: any 409 of a deletion, of other requests those that speak of use.
enum class Refusals { all, of_use };

/// One such wait, bounded by --patience and --timeout.
class Lingering {
  public:
    /// `what` is what the wait is for, as in "the port of app-api-1".
    Lingering(const Context& context, std::string what, const StepReport& report, std::stop_token stop);
    /// Returns when it is time to ask again. Throws openstack::Conflict when the wait has been too long, Cancelled when
    /// stopped.
    void bear(const openstack::Conflict& refusal);

  private:
    const Context& context_;
    std::string what_;
    const StepReport& report_;
    std::stop_token stop_;
    std::chrono::steady_clock::time_point begin_, end_;
    std::chrono::milliseconds pause_{250};
};

[[nodiscard]] bool speaks_of_use(const openstack::Conflict& refusal);

/// Does the work, again and again while it is refused because of what lingers.
template <class Work>
auto while_in_use(const Context& context, std::string what, const StepReport& report,
                  const std::stop_token& stop, Refusals refusals, const Work& work) {
    for (Lingering lingering(context, std::move(what), report, stop);;) {
        try {
            return work();
        } catch (const openstack::Conflict& refusal) {
            if (refusals == Refusals::of_use && !speaks_of_use(refusal)) throw;
            lingering.bear(refusal);
        }
    }
}

}  // namespace deploy
