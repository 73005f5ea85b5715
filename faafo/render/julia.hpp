// The picture itself: which Julia set, how many steps each pixel's orbit stays within the circle of radius 2,
// and which constant a request gets. Exact: the same request gives the same bits on every machine.
#pragma once

#include <complex>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string_view>
#include <vector>

#include "faafo/render/parameters.hpp"

namespace faafo::render {

/// One picture, fully determined. Build it with `julia()`, which checks.
struct Julia {
    std::complex<double> c;
    Window window;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t iterations = 0;
};

/// Parameters that no picture can be drawn from; the text names every field.
struct BadParameters : std::invalid_argument {
    explicit BadParameters(std::vector<FieldError> errors);
    std::vector<FieldError> errors;
};

/// Somebody asked the drawing to stop.
struct Cancelled : std::runtime_error {
    Cancelled();
};

/// The picture of checked parameters. Throws BadParameters.
[[nodiscard]] Julia julia(const Parameters& parameters, std::complex<double> c);

/// A constant that gives an interesting picture: a point of the window whose own orbit leaves the circle after more
/// than 10 and fewer than 100 steps; where the window has none within a bounded number of tries, a point of
/// the plane around the origin. The same seed (the request's uuid) gives the same constant everywhere.
[[nodiscard]] std::complex<double> choose_c(const Window& window, std::uint32_t iterations,
                                            std::string_view seed);

/// How to draw.
struct Drawing {
    unsigned threads = 1;  ///< 0 means one per core
    std::stop_token stop;  ///< asked every few milliseconds
};

/// The escape count of every pixel, row by row from `ya` on: the number of the first step before which |z| > 2,
/// or iterations - 1 when there was none. Throws Cancelled.
[[nodiscard]] std::vector<std::uint16_t> escape_counts(const Julia& julia, const Drawing& drawing = {});

/// The same for the rows first..first + count - 1, into memory of the caller's: `counts` holds count * width values.
void escape_counts(const Julia& julia, std::uint32_t first, std::uint32_t count, std::uint16_t* counts,
                   const Drawing& drawing = {});

/// All rows from the top, a band at a time, so that a large picture needs little memory. Throws Cancelled.
void for_each_band(const Julia& julia, const Drawing& drawing,
                   const std::function<void(std::span<const std::uint16_t> counts)>& use);

/// The reference: one pixel at a time, in the plainest way. Some thirty times slower; for tests and benchmarks.
[[nodiscard]] std::vector<std::uint16_t> escape_counts_scalar(const Julia& julia);

/// The instruction sets the fast way was compiled for and this machine has, best first: "AVX3", "AVX2" …
[[nodiscard]] std::vector<std::string_view> instruction_sets();
/// Draws with one of `instruction_sets()` until called again with an empty name. For tests and benchmarks.
void use_instruction_set(std::string_view name);

}  // namespace faafo::render
