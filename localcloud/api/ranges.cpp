#include "localcloud/api/ranges.hpp"

#include <algorithm>
#include <charconv>

namespace localcloud::api {

namespace {

std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<std::vector<ByteRange>> parse_ranges(std::string_view header, std::uint64_t size) {
    static constexpr std::string_view unit = "bytes=";
    if (!header.starts_with(unit)) return std::nullopt;
    header.remove_prefix(unit.size());
    std::vector<ByteRange> ranges;
    while (!header.empty()) {
        const std::size_t comma = std::min(header.find(','), header.size());
        std::string_view item = header.substr(0, comma);
        header.remove_prefix(std::min(comma + 1, header.size()));
        while (!item.empty() && item.front() == ' ')
            item.remove_prefix(1);
        const std::size_t dash = item.find('-');
        if (dash == std::string_view::npos) return std::nullopt;
        const auto first = number(item.substr(0, dash));
        const auto last = number(item.substr(dash + 1));
        if (dash == 0) {  // the last so many bytes
            if (!last) return std::nullopt;
            if (*last > 0 && size > 0) ranges.push_back({size - std::min(*last, size), size - 1});
            continue;
        }
        if (!first || (!last && dash + 1 != item.size()) || (last && *last < *first)) return std::nullopt;
        if (*first < size) ranges.push_back({*first, std::min(last.value_or(size - 1), size - 1)});
    }
    return ranges;
}

}  // namespace localcloud::api
