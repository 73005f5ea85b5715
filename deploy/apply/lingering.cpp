#include "deploy/apply/lingering.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace deploy {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds longest_pause{5000};

}  // namespace

Lingering::Lingering(const Context& context, std::string what, const StepReport& report, std::stop_token stop)
    : context_(context),
      what_(std::move(what)),
      report_(report),
      stop_(std::move(stop)),
      begin_(steady_clock::now()),
      end_(std::min(context.deadline, begin_ + context.options.patience)) {}

void Lingering::bear(const openstack::Conflict& refusal) {
    const auto now = steady_clock::now();
    if (now >= end_)
        throw openstack::Conflict(
            fmt::format(
                "{} was still in use after {} s, when {} was over: {}. Something else may use it: free "
                "that and run this again, or wait longer with --patience",
                what_, std::chrono::duration_cast<std::chrono::seconds>(now - begin_).count(),
                end_ == context_.deadline ? "--timeout" : "--patience", refusal.what()),
            refusal.details());
    report_("still in use");
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_until(lock, stop_, std::min(now + pause_, end_), [] { return false; });
    if (stop_.stop_requested())
        throw openstack::Cancelled("interrupted while " + what_ + " was still in use");
    pause_ = std::min(pause_ * 2, longest_pause);
}

bool speaks_of_use(const openstack::Conflict& refusal) {
    const auto& words = refusal.details().service_message;
    for (const auto* phrase : {"in use", "InUse", "already associated", "already has a floating IP"})
        if (words.find(phrase) != std::string::npos) return true;
    return false;
}

}  // namespace deploy
