// Bodies of POST and PUT, with the picture that a worker hands in: what gets past the checks can be drawn and shown.
#include "faafo/api/request_body.hpp"

#include <cmath>
#include <string>

#include "faafo/api/encoding.hpp"
#include "faafo/api/fractal_json.hpp"
#include "faafo/api/problem.hpp"
#include "fuzz/target.hpp"

using namespace faafo;

namespace {

constexpr std::string_view uuid = "00000000-0000-4000-8000-000000000001";

const store::Fractal& stored() {
    static const store::Fractal fractal{
        .uuid = std::string(uuid),
        .parameters = {.width = 1,
                       .height = 1,
                       .iterations = 100,
                       .window = {.xa = -2.0, .xb = 2.0, .ya = -1.5, .yb = 1.5}},
        .c = std::complex<double>{-0.8, 0.156},
        .created_at = store::now()};
    return fractal;
}

void check(const api::Problem& problem) {
    fuzz::require(problem.status == 400, "a bad body is the client's mistake");
    static_cast<void>(api::message_from_json(api::to_response(problem).body));
}

void post(std::string_view body) {
    try {
        const auto fractal = api::read_new_fractal(body);
        fuzz::require(store::is_uuid(fractal.uuid), "a fractal has a UUID");
        fuzz::require(fractal.c && std::isfinite(fractal.c->real()) && std::isfinite(fractal.c->imag()),
                      "a fractal has a constant");
        const auto& p = fractal.parameters;
        fuzz::require(p.width > 0 && p.height > 0 && p.iterations > 0, "a fractal can be drawn");
        fuzz::require(api::fractal_from_json(api::to_json(fractal)).uuid == fractal.uuid,
                      "our JSON can be read");
    } catch (const api::Problem& problem) {
        check(problem);
    }
}

void put(std::string_view body, const std::optional<store::Fractal>& fractal) {
    try {
        const auto update = api::read_update(std::string(body), uuid, fractal);
        if (update.result) {
            const auto size = api::png_size(update.result->image);
            fuzz::require(size.has_value(), "a picture is a PNG file");
            fuzz::require(update.result->checksum == api::sha256(update.result->image),
                          "its checksum is its own");
        }
    } catch (const api::Problem& problem) {
        check(problem);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::text(data, size);
    post(input);
    put(input, stored());
    put(input, std::nullopt);
    // Bytes that are no JSON reach the picture's checks this way.
    put("{\"image\":\"" + api::base64(input) + "\"}", stored());
    fuzz::require(api::from_base64(api::base64(input)) == input, "Base64 goes both ways");
    static_cast<void>(api::from_base64(input));
    try {
        static_cast<void>(api::list_from_json(input));
    } catch (const api::BadAnswer&) {
    }
    static_cast<void>(api::message_from_json(input));
    return 0;
}
