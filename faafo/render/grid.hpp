// Between julia.cpp and the kernels: where a picture's pixels lie, how rows are handed out, and the exact
// treatment of one pixel. Not for other parts.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <vector>

#include "faafo/render/julia.hpp"

namespace faafo::render {

/// The orbit leaves when |z| > 2 with |z| as a correctly scaled hypot gives it. Its rounding reaches down to 2.0 for sums of
/// squares up to 4 + 2^-50, so that `zr*zr + zi*zi > 4` agrees with it for every rounded sum but this one.
inline const double ambiguous_norm = std::nextafter(4.0, 5.0);

/// One pixel, exactly: how many of the first `tests` tests its orbit passes.
[[nodiscard]] inline std::uint32_t count_pixel(double zr, double zi, double cr, double ci,
                                               std::uint32_t tests) {
    for (std::uint32_t i = 0; i < tests; ++i) {
        if (!(std::hypot(zr, zi) <= 2.0)) return i;
        const double next = (zr * zr - zi * zi) + cr;
        zi = (2.0 * (zr * zi)) + ci;
        zr = next;
    }
    return tests;
}

/// The pixel coordinates of one picture; the order of operations is part of the result.
struct Grid {
    explicit Grid(const Julia& julia)
        : width(julia.width),
          height(julia.height),
          tests(julia.iterations - 1),
          cr(julia.c.real()),
          ci(julia.c.imag()),
          ya(julia.window.ya),
          y_extent(julia.window.yb - julia.window.ya),
          y_divisor(julia.height > 1 ? julia.height - 1 : 1),
          x(julia.width + padding, outside) {
        const double x_extent = julia.window.xb - julia.window.xa;
        const double x_divisor = julia.width > 1 ? julia.width - 1 : 1;
        for (std::uint32_t column = 0; column < width; ++column) {
            x[column] = column * x_extent / x_divisor + julia.window.xa;
        }
    }
    [[nodiscard]] double y(std::uint32_t row) const { return row * y_extent / y_divisor + ya; }

    /// Kernels may read this many coordinates beyond a row's end; they lie outside of the circle.
    static constexpr std::size_t padding = 64;
    static constexpr double outside = 1e9;

    std::uint32_t width;
    std::uint32_t height;
    std::uint32_t tests;  ///< a count of iterations - 1 needs that many
    double cr;
    double ci;
    double ya;
    double y_extent;
    double y_divisor;
    std::vector<double> x;
};

/// Hands bands of rows to any number of threads, until none is left or somebody says stop.
class RowSource {
  public:
    struct Band {
        std::uint32_t first = 0;  ///< row of the picture
        std::uint32_t count = 0;  ///< nothing left when 0
    };
    RowSource(std::uint32_t first, std::uint32_t count, std::uint32_t band, std::stop_token stop)
        : next_(first), end_(first + count), band_(band), stop_(std::move(stop)) {}

    [[nodiscard]] Band claim() {
        if (stopped()) return {};
        const std::uint64_t first = next_.fetch_add(band_, std::memory_order_relaxed);
        if (first >= end_) return {};
        const auto row = static_cast<std::uint32_t>(first);
        return {.first = row, .count = std::min(band_, end_ - row)};
    }
    [[nodiscard]] bool stopped() const { return stop_.stop_requested(); }

  private:
    std::atomic<std::uint64_t> next_;
    std::uint32_t end_;
    std::uint32_t band_;
    std::stop_token stop_;
};

/// What one thread does: claims bands and fills in their counts; `counts` is where row 0 of the picture would be
/// if `first_row` were 0, so that counts[0] belongs to the first pixel of `first_row`.
void draw_bands(const Grid& grid, RowSource& source, std::uint16_t* counts, std::uint32_t first_row);

/// How many pixels a band should have: enough to keep all lanes busy, few enough to share out and to stay in cache.
inline constexpr std::uint32_t band_pixels = 32'768;

}  // namespace faafo::render
