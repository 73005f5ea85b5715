// Pixels that wait for a lane of the vector kernel. Not for other parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace faafo::render {

/// A stack of (z, tag) in three arrays, so that vectors of them can be loaded and stored. The kernel
/// reserves once, with room for the lanes that a vector store writes beyond the end.
struct LaneList {
    std::unique_ptr<double[]> zr;
    std::unique_ptr<double[]> zi;
    std::unique_ptr<std::uint64_t[]> tag;
    std::size_t size = 0;

    void reserve(std::size_t capacity);
};

/// A tag is the pixel's position << tag_count_bits | the number of tests that it has passed.
inline constexpr int tag_count_bits = 24;
inline constexpr std::uint64_t tag_count_mask = (std::uint64_t{1} << tag_count_bits) - 1;

}  // namespace faafo::render
