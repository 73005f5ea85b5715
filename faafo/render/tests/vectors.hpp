// The golden pictures of testdata/: drawn by other programs, fixed to the last bit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "faafo/render/julia.hpp"

namespace faafo::render::test {

struct Vector {
    std::string name;
    Julia julia;
    std::string sha256_rgb;     ///< empty where the file has none
    std::string sha256_counts;  ///< of the counts as little-endian 16-bit integers
};

[[nodiscard]] std::vector<Vector> golden_pictures();     ///< julia.json: the corner cases
[[nodiscard]] std::vector<Vector> command_line_tasks();  ///< cli-tasks.json: a hundred usual pictures
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string sha256(std::span<const std::uint16_t> counts);

}  // namespace faafo::render::test
