#include "common/tty/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "common/tty/progress.hpp"

namespace common::tty {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Combining marks and other characters without a width of their own, by blocks: enough for what names are made of.
constexpr std::array zero_width{
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD},   Range{0x0610, 0x061A},
    Range{0x064B, 0x065F}, Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A},   Range{0x0E47, 0x0E4E},
    Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F},   Range{0x20D0, 0x20FF},
    Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xE0100, 0xE01EF},
};

// Unicode's East_Asian_Width W and F, by blocks.
constexpr std::array double_width{
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},   Range{0x2614, 0x2615},
    Range{0x2648, 0x2653},   Range{0x26A1, 0x26A1},   Range{0x2705, 0x2705},   Range{0x270A, 0x270B},
    Range{0x2728, 0x2728},   Range{0x274C, 0x274C},   Range{0x2753, 0x2757},   Range{0x2795, 0x2797},
    Range{0x2B50, 0x2B50},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},
    Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},
    Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF}, Range{0x1F7E0, 0x1F7EB}, Range{0x1F900, 0x1F9FF},
    Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD},
};

template <std::size_t size>
bool within(const std::array<Range, size>& ranges, char32_t code) {
    const auto after =
        std::upper_bound(ranges.begin(), ranges.end(), code,
                         [](char32_t value, const Range& range) { return value < range.first; });
    return after != ranges.begin() && code <= std::prev(after)->last;
}

std::size_t width_of(const Character& character) {
    if (character.valid && within(zero_width, character.code)) return 0;
    return character.valid && within(double_width, character.code) ? 2 : 1;
}

// Characters that move the cursor, or make text read in another order than it is written.
bool drives_terminal(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F || code == 0x061C ||
           code == 0x2028 || code == 0x2029;
}

std::string escape(const Character& character, std::string_view bytes) {
    std::array<char, 16> text{};
    if (!character.valid) {
        std::snprintf(text.data(), text.size(), "\\x%02x",
                      static_cast<unsigned>(static_cast<unsigned char>(bytes[0])));
    } else if (character.code == '\n') {
        return "\\n";
    } else if (character.code == '\r') {
        return "\\r";
    } else if (character.code == '\t') {
        return "\\t";
    } else if (character.code < 0x100) {
        std::snprintf(text.data(), text.size(), "\\x%02x", static_cast<unsigned>(character.code));
    } else {
        std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(character.code));
    }
    return text.data();
}

}  // namespace

Character first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t size = lead >= 0xF0 && lead < 0xF5   ? 4
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                                                           : 0;
    if (size == 0 || text.size() < size) return {};
    char32_t code = lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80U) return {};
        code = (code << 6U) | (byte & 0x3FU);
    }
    const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    if (overlong || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) return {};
    return {code, size, true};
}

std::size_t width(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character character = first_character(text);
        columns += width_of(character);
        text.remove_prefix(character.size);
    }
    return columns;
}

std::string truncate(std::string_view text, std::size_t columns) {
    if (width(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    std::string shorter;
    std::size_t used = 0;
    while (!text.empty()) {
        const Character character = first_character(text);
        used += width_of(character);
        if (used > columns - 1) break;
        shorter.append(text.substr(0, character.size));
        text.remove_prefix(character.size);
    }
    return shorter + "…";
}

std::string printable(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::string_view bytes = text.substr(0, character.size);
        if (!character.valid || drives_terminal(character.code)) {
            safe += escape(character, bytes);
        } else {
            safe += bytes;
        }
        text.remove_prefix(character.size);
    }
    return safe;
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    while (width(text) > columns) {
        std::size_t fits = 0;
        std::size_t used = 0;
        while (fits < text.size()) {
            const Character character = first_character(text.substr(fits));
            used += width_of(character);
            if (used > columns) break;
            fits += character.size;
        }
        // A character that is wider than the column has to go somewhere.
        if (fits == 0) fits = first_character(text).size;
        const std::size_t space = text.substr(0, fits + 1).rfind(' ');
        const bool between_words = space != std::string_view::npos && space > 0;
        lines.emplace_back(text.substr(0, between_words ? space : fits));
        text.remove_prefix(between_words ? space + 1 : fits);
    }
    lines.emplace_back(text);
    return lines;
}

std::string valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::string_view bytes = text.substr(0, character.size);
        valid += character.valid ? std::string(bytes) : escape(character, bytes);
        text.remove_prefix(character.size);
    }
    return valid;
}

}  // namespace common::tty
