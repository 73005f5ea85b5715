// Text as a terminal shows it. Internal to this folder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace common::tty {

/// The first character of `text`, which must not be empty.
struct Character {
    char32_t code = 0;     ///< meaningless where !valid
    std::size_t size = 1;  ///< bytes
    bool valid = false;    ///< proper UTF-8
};
[[nodiscard]] Character first_character(std::string_view text);

/// Display columns: two for East Asian wide characters and emoji, none for combining marks.
[[nodiscard]] std::size_t width(std::string_view text);

/// As much of `text` as fits into `columns`, with "…" where something is missing.
[[nodiscard]] std::string truncate(std::string_view text, std::size_t columns);

/// Lines of at most `columns`, broken between words where that is possible.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t columns);

}  // namespace common::tty
