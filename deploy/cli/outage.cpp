#include "deploy/cli/outage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>

#include "deploy/cli/reach.hpp"

namespace deploy {
namespace {

constexpr std::chrono::milliseconds first_pause{1000};
constexpr std::chrono::milliseconds longest_pause{15000};

std::string in_words(std::chrono::steady_clock::duration duration) {
    constexpr int minute = 60;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    return seconds < 2 * minute ? fmt::format("{} s", seconds) : fmt::format("{} min", seconds / minute);
}

std::string words_of(const openstack::Error& error) {
    const auto* transport = dynamic_cast<const openstack::TransportError*>(&error);
    return transport != nullptr ? explained(*transport).what() : error.what();
}

}  // namespace

bool may_pass(const openstack::Error& error) {
    constexpr std::array away{502, 503, 504};
    if (std::ranges::find(away, error.status()) != away.end()) return true;
    return dynamic_cast<const openstack::TransportError*>(&error) != nullptr && error.details().retryable;
}

void Outage::bear(const openstack::Error& error) {
    if (!may_pass(error)) throw;
    const auto now = Clock::now();
    const auto patience = context_.options.patience;
    if (!begin_ || now - latest_ > patience) {
        begin_ = now;
        pause_ = first_pause;
        told_ = 0;
    }
    const auto end = std::min(*begin_ + patience, context_.deadline);
    const auto wanted = error.details().retry_after.value_or(std::chrono::seconds(0));
    const auto next = now + std::max<Clock::duration>(pause_, wanted);
    if (next >= end) {
        if (*begin_ != now)
            say_(fmt::format("The cloud has not answered as it should for {}: giving up",
                             in_words(now - *begin_)),
                 false);
        throw;
    }
    const auto wait = in_words(next - now + std::chrono::milliseconds(999));
    if (told_ == 0 || error.status() != last_status_) {
        say_(fmt::format("The cloud does not answer as it should: {}. Going on in {}; giving up if that "
                         "lasts {} (--patience)",
                         words_of(error), wait, in_words(patience)),
             false);
        told_ = 0;
    } else {
        // Where nobody can be reached nothing else was said since.
        say_(fmt::format("No better for {}; again in {}", in_words(now - *begin_), wait),
             told_ > 1 && error.status() == 0);
    }
    ++told_;
    last_status_ = error.status();
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_until(lock, context_.stop, next, [] { return false; });
    if (context_.stop.stop_requested())
        throw openstack::Cancelled("interrupted while waiting for the cloud's API");
    pause_ = std::min(pause_ * 2, longest_pause);
    latest_ = Clock::now();
}

}  // namespace deploy
