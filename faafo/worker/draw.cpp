#include "faafo/worker/draw.hpp"

#include <algorithm>
#include <chrono>

#include "faafo/api/encoding.hpp"
#include "faafo/render/julia.hpp"
#include "faafo/render/png.hpp"

namespace faafo::worker {
namespace {

/// The same window with fewer pixels.
render::Parameters smaller(render::Parameters parameters) {
    const std::int64_t longest = std::max(parameters.width, parameters.height);
    const auto scaled = [longest](std::int64_t side) {
        return std::max<std::int64_t>(1, (side * thumbnail_side + longest / 2) / longest);
    };
    parameters.width = scaled(parameters.width);
    parameters.height = scaled(parameters.height);
    return parameters;
}

}  // namespace

store::Result draw(const store::Fractal& fractal, const std::string& generated_by, unsigned threads,
                   std::stop_token stop) {
    if (auto errors = render::validate(fractal.parameters); !errors.empty()) {
        throw render::BadParameters(std::move(errors));
    }
    const std::complex<double> c = fractal.c.value_or(render::choose_c(
        fractal.parameters.window, static_cast<std::uint32_t>(fractal.parameters.iterations), fractal.uuid));
    const render::Drawing drawing{.threads = threads, .stop = stop};

    store::Result result{.uuid = fractal.uuid, .generated_by = generated_by, .c = c};
    const auto begin = std::chrono::steady_clock::now();
    result.image = render::draw_png(render::julia(fractal.parameters, c), drawing);
    result.duration = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    result.checksum = api::sha256(result.image);
    if (std::max(fractal.parameters.width, fractal.parameters.height) > thumbnail_side) {
        result.thumbnail = render::draw_png(render::julia(smaller(fractal.parameters), c), drawing);
    }
    return result;
}

}  // namespace faafo::worker
