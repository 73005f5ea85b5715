// From escape counts to pixels and files: the palette of 32 colours, RGB bytes, and PNG (8-bit indexed).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "faafo/render/julia.hpp"

namespace faafo::render {

struct Colour {
    std::uint8_t red = 0;
    std::uint8_t green = 0;
    std::uint8_t blue = 0;
    bool operator==(const Colour&) const = default;
};

/// The colour of an escape count is that of count mod 32.
inline constexpr std::size_t palette_size = 32;
[[nodiscard]] const std::array<Colour, palette_size>& palette();

/// Three bytes per pixel.
[[nodiscard]] std::string to_rgb(std::span<const std::uint16_t> counts);

/// Takes the next bytes of a file; throws to give up.
using Sink = std::function<void(std::string_view bytes)>;

/// Writes an indexed PNG row by row, in bounded memory.
class PngWriter {
  public:
    /// `level` of compression: 0 fastest, 1 the default, 2 and 3 a little smaller.
    PngWriter(std::uint32_t width, std::uint32_t height, Sink sink, int level = 1);
    ~PngWriter();
    PngWriter(const PngWriter&) = delete;
    PngWriter& operator=(const PngWriter&) = delete;

    /// Whole rows of escape counts, from the top.
    void write_rows(std::span<const std::uint16_t> counts);
    /// After the last row; throws std::logic_error when rows are missing.
    void finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Draws and encodes, a band of rows at a time: memory is bounded by the bands, not by the picture.
void draw_png(const Julia& julia, const Sink& sink, const Drawing& drawing = {});
/// The whole file. Throws Cancelled.
[[nodiscard]] std::string draw_png(const Julia& julia, const Drawing& drawing = {});

}  // namespace faafo::render
