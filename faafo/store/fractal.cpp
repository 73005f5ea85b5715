#include "faafo/store/fractal.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>
#include <cctype>
#include <charconv>
#include <span>
#include <stdexcept>

namespace faafo::store {
namespace {

constexpr std::array<std::pair<State, std::string_view>, 4> states{{
    {State::queued, "queued"},
    {State::drawing, "drawing"},
    {State::done, "done"},
    {State::failed, "failed"},
}};

/// Exactly `digits` digits at `position`.
std::optional<int> number_at(std::string_view text, std::size_t position, std::size_t digits) {
    if (text.size() < position + digits) return std::nullopt;
    int value = 0;
    const char* const first = text.data() + position;
    const auto [end, error] = std::from_chars(first, first + digits, value);
    if (error != std::errc{} || end != first + digits || *first == '-') return std::nullopt;
    return value;
}

}  // namespace

Time now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string to_text(Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::optional<Time> parse_time(std::string_view text) {
    if (text.ends_with('Z')) text.remove_suffix(1);
    const auto year = number_at(text, 0, 4);
    const auto month = number_at(text, 5, 2);
    const auto day = number_at(text, 8, 2);
    if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    Time time = std::chrono::sys_days{date};
    if (text.size() == 10) return time;

    const auto hours = number_at(text, 11, 2);
    const auto minutes = number_at(text, 14, 2);
    const auto seconds = number_at(text, 17, 2);
    if (!hours || !minutes || !seconds || text[13] != ':' || text[16] != ':') return std::nullopt;
    if ((text[10] != 'T' && text[10] != ' ') || *hours > 23 || *minutes > 59 || *seconds > 59)
        return std::nullopt;
    time += std::chrono::hours{*hours} + std::chrono::minutes{*minutes} + std::chrono::seconds{*seconds};
    if (text.size() == 19) return time;

    int scale = 100;
    if (text[19] != '.' || text.size() == 20 || text.size() > 29) return std::nullopt;
    for (const char digit : text.substr(20)) {
        if (digit < '0' || digit > '9') return std::nullopt;
        time += std::chrono::milliseconds{scale * (digit - '0')};
        scale /= 10;
    }
    return time;
}

std::string_view to_text(State state) {
    for (const auto& [value, name] : states) {
        if (value == state) return name;
    }
    throw std::logic_error("faafo: a state without a name");
}

std::optional<State> parse_state(std::string_view text) {
    for (const auto& [value, name] : states) {
        if (name == text) return value;
    }
    return std::nullopt;
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
    }
    return true;
}

std::string new_uuid() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("the system gives no random numbers");
    }
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);  // version 4
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);  // variant of RFC 4122
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", bytes[i]);
    }
    return text;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return lower;
}

}  // namespace faafo::store
