#include "sdk/src/resource/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace openstack::resource {
namespace {

using namespace std::chrono;

/// Takes texts apart from the left; once something does not fit, `failed` stays set.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        if (text_.size() < count) {
            failed = true;
            return 0;
        }
        const std::string_view part = text_.substr(0, count);
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (error != std::errc() || end != part.data() + part.size() || part.front() == '-') {
            failed = true;
        }
        text_.remove_prefix(count);
        return value;
    }
    void expect(std::string_view literal) {
        if (!text_.starts_with(literal)) {
            failed = true;
            return;
        }
        text_.remove_prefix(literal.size());
    }
    bool accept(char c) {
        if (text_.empty() || text_.front() != c) {
            return false;
        }
        text_.remove_prefix(1);
        return true;
    }
    /// Digits after a decimal point, in microseconds; more than six are cut off.
    microseconds fraction() {
        int value = 0;
        int count = 0;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
            if (count < 6) {
                value = value * 10 + (text_.front() - '0');
                ++count;
            }
            text_.remove_prefix(1);
        }
        failed = failed || count == 0;
        for (; count < 6; ++count) {
            value *= 10;
        }
        return microseconds(value);
    }
    unsigned month_name() {
        static constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
        const auto at = text_.size() < 3 ? std::string_view::npos : names.find(text_.substr(0, 3));
        if (at == std::string_view::npos || at % 3 != 0) {
            failed = true;
            return 0;
        }
        text_.remove_prefix(3);
        return static_cast<unsigned>(at / 3 + 1);
    }
    [[nodiscard]] bool at_end() const { return text_.empty(); }

    bool failed = false;

  private:
    std::string_view text_;
};

std::optional<Time> assemble(Scanner& scan, year_month_day date, hours hour, minutes minute, seconds second,
                             microseconds rest) {
    if (scan.failed || !scan.at_end() || !date.ok() || hour.count() > 23 || minute.count() > 59 ||
        second.count() > 60) {
        return std::nullopt;
    }
    return sys_days(date) + hour + minute + second + rest;
}

std::optional<Time> parse_http_date(std::string_view text) {
    const auto comma = text.find(", ");
    if (comma == std::string_view::npos) {
        return std::nullopt;
    }
    Scanner scan(text.substr(comma + 2));
    const day day_of_month(static_cast<unsigned>(scan.digits(2)));
    scan.expect(" ");
    const month month_of_year(scan.month_name());
    scan.expect(" ");
    const year in_year(scan.digits(4));
    scan.expect(" ");
    const hours hour(scan.digits(2));
    scan.expect(":");
    const minutes minute(scan.digits(2));
    scan.expect(":");
    const seconds second(scan.digits(2));
    scan.expect(" GMT");
    return assemble(scan, in_year / month_of_year / day_of_month, hour, minute, second, microseconds(0));
}

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
    if (text.size() < 10 || text[4] != '-') {
        return parse_http_date(text);
    }
    Scanner scan(text);
    const year in_year(scan.digits(4));
    scan.expect("-");
    const month month_of_year(static_cast<unsigned>(scan.digits(2)));
    scan.expect("-");
    const day day_of_month(static_cast<unsigned>(scan.digits(2)));
    hours hour(0);
    minutes minute(0);
    seconds second(0);
    microseconds rest(0);
    if (!scan.at_end()) {
        if (!scan.accept('T')) {
            scan.expect(" ");
        }
        hour = hours(scan.digits(2));
        scan.expect(":");
        minute = minutes(scan.digits(2));
        scan.expect(":");
        second = seconds(scan.digits(2));
        if (scan.accept('.')) {
            rest = scan.fraction();
        }
        const bool east = scan.accept('+');
        if (east || scan.accept('-')) {
            const hours offset_hours(scan.digits(2));
            scan.accept(':');
            const minutes offset_minutes(scan.at_end() ? 0 : scan.digits(2));
            rest -= (offset_hours + offset_minutes) * (east ? 1 : -1);
        } else {
            scan.accept('Z');
        }
    }
    return assemble(scan, in_year / month_of_year / day_of_month, hour, minute, second, rest);
}

std::string format_time(Time time) {
    const auto day_start = floor<days>(time);
    const year_month_day date(day_start);
    const hh_mm_ss<microseconds> clock(time - day_start);
    std::array<char, 64> text{};
    int size =
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    std::string result(text.data(), static_cast<std::size_t>(size));
    if (clock.subseconds().count() != 0) {
        size = std::snprintf(text.data(), text.size(), ".%06d", static_cast<int>(clock.subseconds().count()));
        result.append(text.data(), static_cast<std::size_t>(size));
    }
    return result + "Z";
}

}  // namespace openstack::resource
