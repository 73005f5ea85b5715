#include "bench/render_peers.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <boost/json.hpp>
#include <complex>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "common/process/process.hpp"
#include "faafo/render/png.hpp"

namespace bench {

using faafo::render::Julia;

std::vector<std::uint16_t> std_complex_counts(const Julia& julia) {
    std::vector<std::uint16_t> counts;
    counts.reserve(std::size_t{julia.width} * julia.height);
    const auto& window = julia.window;
    for (std::uint32_t row = 0; row < julia.height; ++row) {
        const double y = row * (window.yb - window.ya) / std::max(julia.height - 1, 1U) + window.ya;
        for (std::uint32_t column = 0; column < julia.width; ++column) {
            const double x = column * (window.xb - window.xa) / std::max(julia.width - 1, 1U) + window.xa;
            std::complex<double> z{x, y};
            std::uint32_t count = 0;
            while (count + 1 < julia.iterations && !(std::abs(z) > 2.0)) {
                z = z * z + julia.c;
                ++count;
            }
            counts.push_back(static_cast<std::uint16_t>(count));
        }
    }
    return counts;
}

std::vector<PythonResult> python_loop(const std::vector<Julia>& pictures) {
    std::string tasks;
    for (const Julia& julia : pictures) {
        tasks += fmt::format(
            R"({{"width": {}, "height": {}, "iterations": {}, "xa": {}, "xb": {}, "ya": {}, "yb": {}, )"
            R"("c": [{}, {}]}})"
            "\n",
            julia.width, julia.height, julia.iterations, julia.window.xa, julia.window.xb, julia.window.ya,
            julia.window.yb, julia.c.real(), julia.c.imag());
    }
    std::istringstream answers(
        common::process::check({.arguments = {"python3", SOURCE_DIR "/bench/python_loop.py"},
                                .input = tasks,
                                .timeout = std::chrono::minutes(5)}));
    std::vector<PythonResult> results;
    for (std::string line; std::getline(answers, line);) {
        const boost::json::value answer = boost::json::parse(line);
        results.push_back({.seconds = answer.at("seconds").to_number<double>(),
                           .sum = answer.at("sum").to_number<std::uint64_t>()});
    }
    if (results.size() != pictures.size())
        throw std::runtime_error("python_loop.py did not answer every task");
    return results;
}

std::string libpng_file(const Julia& julia, const std::vector<std::uint16_t>& counts, bool indexed,
                        int level) {
    std::string file;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    if (png == nullptr) throw std::runtime_error("libpng could not be started");
    png_infop info = png_create_info_struct(png);
    const auto release = [&png](png_infop* held) { png_destroy_write_struct(&png, held); };
    const std::unique_ptr<png_infop, decltype(release)> guard(&info, release);
    png_set_write_fn(
        png, &file,
        [](png_structp writer, png_bytep bytes, std::size_t size) {
            static_cast<std::string*>(png_get_io_ptr(writer))
                ->append(reinterpret_cast<const char*>(bytes), size);
        },
        nullptr);
    png_set_compression_level(png, level);
    png_set_IHDR(png, info, julia.width, julia.height, 8,
                 indexed ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    const auto& palette = faafo::render::palette();
    if (indexed) {
        std::vector<png_color> colours;
        for (const auto& colour : palette)
            colours.push_back({colour.red, colour.green, colour.blue});
        png_set_PLTE(png, info, colours.data(), static_cast<int>(colours.size()));
    }
    png_write_info(png, info);
    std::vector<std::uint8_t> row;
    for (std::uint32_t y = 0; y < julia.height; ++y) {
        row.clear();
        for (std::uint32_t x = 0; x < julia.width; ++x) {
            const std::size_t index = counts[std::size_t{y} * julia.width + x] % palette.size();
            if (indexed) {
                row.push_back(static_cast<std::uint8_t>(index));
            } else {
                row.insert(row.end(), {palette[index].red, palette[index].green, palette[index].blue});
            }
        }
        png_write_row(png, row.data());
    }
    png_write_end(png, info);
    return file;
}

}  // namespace bench
