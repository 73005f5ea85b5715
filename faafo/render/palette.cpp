// Colours: the palette and RGB bytes.
#include "faafo/render/png.hpp"

namespace faafo::render {
namespace {

constexpr std::array<Colour, palette_size> make_palette() {
    std::array<Colour, palette_size> colours{};
    for (std::size_t count = 0; count < palette_size; ++count) {
        colours[count] = {.red = static_cast<std::uint8_t>(count % 8 * 32),
                          .green = static_cast<std::uint8_t>(count % 16 * 16),
                          .blue = static_cast<std::uint8_t>(count % 32 * 8)};
    }
    return colours;
}
constexpr auto colours = make_palette();

}  // namespace

const std::array<Colour, palette_size>& palette() {
    return colours;
}

std::string to_rgb(std::span<const std::uint16_t> counts) {
    std::string bytes;
    bytes.reserve(3 * counts.size());
    for (const std::uint16_t count : counts) {
        const Colour colour = colours[count % palette_size];
        bytes.push_back(static_cast<char>(colour.red));
        bytes.push_back(static_cast<char>(colour.green));
        bytes.push_back(static_cast<char>(colour.blue));
    }
    return bytes;
}

}  // namespace faafo::render
