#include "sdk/src/session/retry.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string>

#include "sdk/src/http/text.hpp"

namespace openstack::session {

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value) {
    value = http::trim(value);
    if (value.empty()) return std::nullopt;
    constexpr long long longest = 365LL * 24 * 3600;
    long long seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (end == value.data() + value.size()) {
        if (error == std::errc::result_out_of_range) return std::chrono::seconds(longest);
        if (error != std::errc{} || seconds < 0) return std::nullopt;
        return std::chrono::seconds(std::min(seconds, longest));
    }
    const auto date = curl_getdate(std::string(value).c_str(), nullptr);
    if (date < 0) return std::nullopt;
    return std::chrono::seconds(std::clamp<long long>(date - std::time(nullptr), 0, longest));
}

bool repeatable_by_nature(std::string_view method) {
    static constexpr std::array<std::string_view, 5> safe = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
    return std::ranges::find(safe, method) != safe.end();
}

bool RetryBudget::take() {
    const std::lock_guard lock(mutex_);
    if (reserve_ < 1) return false;
    reserve_ -= 1;
    return true;
}

void RetryBudget::succeeded() {
    const std::lock_guard lock(mutex_);
    reserve_ = std::min(reserve_ + 0.1, policy_.budget);
}

std::chrono::milliseconds RetryBudget::pause(int retry) {
    auto longest = policy_.first_delay;
    for (int i = 1; i < retry && longest < policy_.longest_delay; ++i)
        longest *= 2;
    longest = std::min(longest, policy_.longest_delay);
    const std::lock_guard lock(mutex_);
    std::uniform_int_distribution<long long> between(longest.count() / 2, longest.count());
    return std::chrono::milliseconds(between(random_));
}

}  // namespace openstack::session
