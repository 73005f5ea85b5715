// What the renderer is compared with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "faafo/render/julia.hpp"

namespace bench {

/// One pixel after the other, with std::complex and std::abs, as one would write it down.
[[nodiscard]] std::vector<std::uint16_t> std_complex_counts(const faafo::render::Julia& julia);

/// CPU seconds of python_loop.py for each picture, and the sums of its counts.
struct PythonResult {
    double seconds = 0;
    std::uint64_t sum = 0;
};
[[nodiscard]] std::vector<PythonResult> python_loop(const std::vector<faafo::render::Julia>& pictures);

/// A PNG by libpng: 24-bit RGB or indexed, at a level of zlib's.
[[nodiscard]] std::string libpng_file(const faafo::render::Julia& julia,
                                      const std::vector<std::uint16_t>& counts, bool indexed, int level);

}  // namespace bench
