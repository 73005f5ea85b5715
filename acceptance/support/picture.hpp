// Looking at PNG files.
#pragma once

#include <cstddef>
#include <filesystem>

namespace acceptance {

struct Picture {
    std::size_t width = 0;
    std::size_t height = 0;
    std::size_t colours = 0;  ///< distinct ones
};

/// Throws std::runtime_error when it is no PNG.
[[nodiscard]] Picture look_at(const std::filesystem::path& png);

}  // namespace acceptance
