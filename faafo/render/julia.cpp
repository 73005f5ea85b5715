#include "faafo/render/julia.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

#include "faafo/render/grid.hpp"

namespace faafo::render {
namespace {

/// A number of threads that makes sense for so many bands.
unsigned thread_count(unsigned wanted, std::uint32_t bands) {
    if (wanted == 0) wanted = std::max(1U, std::thread::hardware_concurrency());
    return std::max(1U, std::min({wanted, bands, 256U}));
}

}  // namespace

BadParameters::BadParameters(std::vector<FieldError> wrong)
    : std::invalid_argument(describe(wrong)), errors(std::move(wrong)) {}

Cancelled::Cancelled() : std::runtime_error("The drawing was cancelled.") {}

Julia julia(const Parameters& parameters, std::complex<double> c) {
    if (auto errors = validate(parameters, c); !errors.empty()) throw BadParameters(std::move(errors));
    return {.c = c,
            .window = parameters.window,
            .width = static_cast<std::uint32_t>(parameters.width),
            .height = static_cast<std::uint32_t>(parameters.height),
            .iterations = static_cast<std::uint32_t>(parameters.iterations)};
}

void escape_counts(const Julia& julia, std::uint32_t first, std::uint32_t count, std::uint16_t* counts,
                   const Drawing& drawing) {
    const Grid grid(julia);
    const std::uint32_t band = std::max(1U, band_pixels / julia.width);
    RowSource source(first, count, band, drawing.stop);
    const unsigned threads = thread_count(drawing.threads, (count + band - 1) / band);
    std::mutex mutex;
    std::exception_ptr failure;
    {
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < threads; ++i) {
            helpers.emplace_back([&] {
                try {
                    draw_bands(grid, source, counts, first);
                } catch (...) {
                    const std::lock_guard lock(mutex);
                    failure = std::current_exception();
                }
            });
        }
        draw_bands(grid, source, counts, first);
    }
    if (failure) std::rethrow_exception(failure);
    if (drawing.stop.stop_requested()) throw Cancelled();
}

std::vector<std::uint16_t> escape_counts(const Julia& julia, const Drawing& drawing) {
    std::vector<std::uint16_t> counts(std::size_t{julia.width} * julia.height);
    escape_counts(julia, 0, julia.height, counts.data(), drawing);
    return counts;
}

void for_each_band(const Julia& julia, const Drawing& drawing,
                   const std::function<void(std::span<const std::uint16_t> counts)>& use) {
    constexpr std::uint32_t pixels_per_thread = 1'048'576;
    const unsigned threads = thread_count(drawing.threads, julia.height);
    const std::uint32_t band = std::clamp(threads * pixels_per_thread / julia.width, 1U, julia.height);
    std::vector<std::uint16_t> counts(std::size_t{band} * julia.width);
    for (std::uint32_t row = 0; row < julia.height; row += band) {
        const std::uint32_t rows = std::min(band, julia.height - row);
        escape_counts(julia, row, rows, counts.data(), drawing);
        use(std::span(counts).first(std::size_t{rows} * julia.width));
    }
}

std::vector<std::uint16_t> escape_counts_scalar(const Julia& julia) {
    const Grid grid(julia);
    std::vector<std::uint16_t> counts;
    counts.reserve(std::size_t{julia.width} * julia.height);
    for (std::uint32_t row = 0; row < julia.height; ++row) {
        const double y = grid.y(row);
        for (std::uint32_t column = 0; column < julia.width; ++column) {
            counts.push_back(
                static_cast<std::uint16_t>(count_pixel(grid.x[column], y, grid.cr, grid.ci, grid.tests)));
        }
    }
    return counts;
}

}  // namespace faafo::render
