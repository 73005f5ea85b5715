#include "acceptance/support/picture.hpp"

#include <png.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace acceptance {

Picture look_at(const std::filesystem::path& png) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_file(&image, png.c_str()) == 0)
        throw std::runtime_error(png.string() + " is no PNG: " + image.message);
    image.format = PNG_FORMAT_RGBA;
    std::vector<std::uint32_t> pixels(PNG_IMAGE_SIZE(image) / sizeof(std::uint32_t));
    if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0)
        throw std::runtime_error(png.string() + " cannot be read: " + image.message);
    Picture picture{.width = image.width, .height = image.height};
    std::ranges::sort(pixels);
    picture.colours = static_cast<std::size_t>(std::ranges::unique(pixels).begin() - pixels.begin());
    return picture;
}

}  // namespace acceptance
