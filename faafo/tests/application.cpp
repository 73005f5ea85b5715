#include "faafo/tests/application.hpp"

#include <fmt/format.h>

#include "faafo/api/fractal_json.hpp"
#include "faafo/worker/draw.hpp"

namespace faafo::tests {

store::Fractal small_fractal(std::string uuid) {
    return {.uuid = std::move(uuid),
            .parameters = {.width = 32,
                           .height = 24,
                           .iterations = 100,
                           .window = {.xa = -2.0, .xb = 2.0, .ya = -1.5, .yb = 1.5}},
            .c = std::complex<double>{-0.8, 0.156},
            .created_at = store::now()};
}

std::string request_json(const store::Fractal& fractal) {
    const render::Parameters& p = fractal.parameters;
    return fmt::format(
        R"({{"uuid":"{}","width":{},"height":{},"iterations":{},"xa":{},"xb":{},"ya":{},"yb":{}}})",
        fractal.uuid, p.width, p.height, p.iterations, p.window.xa, p.window.xb, p.window.ya, p.window.yb);
}

std::string numbered_uuid(int number) {
    return fmt::format("00000000-0000-4000-8000-{:012}", number);
}

store::Result drawn(const store::Fractal& fractal) {
    return worker::draw(fractal, "host-1", 1, {});
}

boost::json::value json_of(const common::httpd::Response& response) {
    return boost::json::parse(response.body);
}

std::string message_of(const common::httpd::Response& response) {
    return api::message_from_json(response.body);
}

std::string fields_of(const common::httpd::Response& response) {
    std::string names;
    const auto value = json_of(response);
    const auto* errors = value.as_object().if_contains("validation_errors");
    if (errors == nullptr) return names;
    for (const auto& member : errors->as_object()) {
        if (!names.empty()) names += ',';
        names += std::string(member.key());
    }
    return names;
}

}  // namespace faafo::tests
