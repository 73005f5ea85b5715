#include "acceptance/cloud/pictures.hpp"

#include <png.h>

#include <boost/json.hpp>
#include <complex>
#include <cstdint>
#include <vector>

#include "common/json/exact.hpp"
#include "faafo/render/julia.hpp"
#include "faafo/render/png.hpp"

namespace acceptance::cloud {
namespace {

namespace render = faafo::render;

render::Julia requested(const boost::json::object& fractal) {
    const auto number = [&](const char* name) { return fractal.at(name).to_number<double>(); };
    const auto integer = [&](const char* name) { return fractal.at(name).to_number<std::int64_t>(); };
    const render::Parameters parameters{
        .width = integer("width"),
        .height = integer("height"),
        .iterations = integer("iterations"),
        .window = {.xa = number("xa"), .xb = number("xb"), .ya = number("ya"), .yb = number("yb")}};
    // A request without a constant gets one that follows from its UUID.
    const auto c =
        fractal.at("c_re").is_null()
            ? render::choose_c(parameters.window, static_cast<std::uint32_t>(parameters.iterations),
                               std::string(fractal.at("uuid").as_string()))
            : std::complex(number("c_re"), number("c_im"));
    return render::julia(parameters, c);
}

}  // namespace

std::string difference(const std::string& fractal, const std::string& png) {
    boost::system::error_code error;
    const auto answer = common::json::parse(fractal, error);
    if (error) return "what it is of is no JSON: " + fractal;
    const auto julia = requested(answer.as_object());
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&image, png.data(), png.size()) == 0)
        return std::string("it is no PNG: ") + image.message;
    image.format = PNG_FORMAT_RGB;
    if (image.width != julia.width || image.height != julia.height) {
        png_image_free(&image);
        return "it has the size " + std::to_string(image.width) + "x" + std::to_string(image.height) +
               " instead of " + std::to_string(julia.width) + "x" + std::to_string(julia.height);
    }
    std::string pixels(PNG_IMAGE_SIZE(image), '\0');
    if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0)
        return std::string("it cannot be read: ") + image.message;

    const auto ours = render::to_rgb(render::escape_counts(julia));
    std::size_t differ = 0;
    for (std::size_t pixel = 0; pixel < ours.size(); pixel += 3)
        if (pixels.compare(pixel, 3, ours, pixel, 3) != 0) ++differ;
    return differ == 0
               ? ""
               : std::to_string(differ) + " of " + std::to_string(ours.size() / 3) + " pixels are others";
}

}  // namespace acceptance::cloud
