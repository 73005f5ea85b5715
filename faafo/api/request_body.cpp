#include "faafo/api/request_body.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <limits>

#include "common/json/exact.hpp"
#include "faafo/api/encoding.hpp"
#include "faafo/api/problem.hpp"
#include "faafo/render/julia.hpp"

namespace faafo::api {
namespace json = boost::json;
namespace {

using render::FieldError;

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_reason = 1024;

/// Python writes NaN and Infinity into JSON. They become strings here, so that the field can be named.
std::string quote_non_finite(std::string_view body) {
    std::string quoted;
    bool in_string = false;
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (in_string && body[i] == '\\' && i + 1 < body.size()) {
            quoted += body[i++];
        } else if (body[i] == '"') {
            in_string = !in_string;
        } else if (!in_string) {
            bool found = false;
            for (const std::string_view word : {"NaN", "-Infinity", "Infinity"}) {
                if (!body.substr(i).starts_with(word)) continue;
                quoted.append("\"").append(word).append("\"");
                i += word.size() - 1;
                found = true;
                break;
            }
            if (found) continue;
        }
        quoted += body[i];
    }
    return quoted;
}

json::value parse(std::string_view body) {
    constexpr std::size_t depth = 16;
    constexpr std::size_t most_values = 1000;
    boost::system::error_code error;
    json::value value = common::json::parse(body, error, depth, most_values);
    if (error && body.size() < 65536) {
        const std::string quoted = quote_non_finite(body);
        if (quoted.size() != body.size()) {
            error.clear();
            value = common::json::parse(quoted, error, depth, most_values);
        }
    }
    if (error) throw Problem(400, "Unable to decode data: the body is no JSON (" + error.message() + ")");
    return value;
}

std::string shown(const json::value& value) {
    std::string text = json::serialize(value);
    if (text.size() > 40) text = text.substr(0, 37) + "...";
    // A cut inside a character of several bytes would be no UTF-8 any more.
    for (char& character : text) {
        if (static_cast<unsigned char>(character) >= 0x80) character = '?';
    }
    return text;
}

bool printable(std::string_view text) {
    for (const char character : text) {
        if (static_cast<unsigned char>(character) < 0x20 || character == 0x7F) return false;
    }
    return true;
}

/// Reads fields of one object and collects what is wrong with them, so that a client learns everything at once.
class Reader {
  public:
    explicit Reader(const json::object& object) : object_(object) {}

    std::vector<FieldError> errors;

    void wrong(std::string_view field, std::string message) {
        for (const FieldError& error : errors) {
            if (error.field == field) return;
        }
        errors.push_back({.field = std::string(field), .message = std::move(message)});
    }

    /// Null counts as absent.
    const json::value* member(std::string_view name) const {
        const auto* value = object_.if_contains(name);
        return value == nullptr || value->is_null() ? nullptr : value;
    }

    std::optional<double> number(std::string_view name) {
        const auto* value = member(name);
        if (value == nullptr) return std::nullopt;
        if (!value->is_number()) {
            wrong(name, "must be a finite number, not " + shown(*value));
            return std::nullopt;
        }
        const double number = value->to_number<double>();
        if (!std::isfinite(number)) {
            wrong(name, "must be a finite number");
            return std::nullopt;
        }
        return number;
    }

    /// Numbers that only JSON's decimals can hold end at the limits, where the check of the parameters finds them.
    std::optional<std::int64_t> integer(std::string_view name) {
        const auto* value = member(name);
        if (value == nullptr) return std::nullopt;
        if (value->is_int64()) return value->get_int64();
        if (value->is_uint64()) return std::numeric_limits<std::int64_t>::max();
        if (value->is_double()) {
            const double number = value->get_double();
            if (std::isfinite(number) && number == std::floor(number)) {
                return static_cast<std::int64_t>(std::clamp(number, -9e18, 9e18));
            }
        }
        wrong(name, "must be an integer, not " + shown(*value));
        return std::nullopt;
    }

    std::optional<std::string> text(std::string_view name, std::size_t longest) {
        const auto* value = member(name);
        if (value == nullptr) return std::nullopt;
        if (!value->is_string()) {
            wrong(name, "must be a string, not " + shown(*value));
            return std::nullopt;
        }
        const std::string_view text(value->get_string().data(), value->get_string().size());
        if (text.empty() || text.size() > longest || !printable(text)) {
            wrong(name, fmt::format("must have 1 to {} printable characters", longest));
            return std::nullopt;
        }
        return std::string(text);
    }

    template <typename Type>
    Type required(std::string_view name, std::optional<Type> value) {
        if (!value) wrong(name, "is missing");
        return value.value_or(Type{});
    }

    void finish() const {
        if (!errors.empty()) throw Problem(400, errors);
    }

  private:
    const json::object& object_;
};

render::Parameters read_parameters(Reader& reader) {
    return {.width = reader.required("width", reader.integer("width")),
            .height = reader.required("height", reader.integer("height")),
            .iterations = reader.required("iterations", reader.integer("iterations")),
            .window = {.xa = reader.required("xa", reader.number("xa")),
                       .xb = reader.required("xb", reader.number("xb")),
                       .ya = reader.required("ya", reader.number("ya")),
                       .yb = reader.required("yb", reader.number("yb"))}};
}

std::optional<std::complex<double>> read_c(Reader& reader) {
    const auto re = reader.number("c_re");
    const auto im = reader.number("c_im");
    if (re && im) return std::complex<double>{*re, *im};
    if (re.has_value() != im.has_value())
        reader.wrong(re ? "c_im" : "c_re", "is missing: c_re and c_im go together");
    return std::nullopt;
}

bool is_parameter(std::string_view name) {
    for (const std::string_view parameter : {"width", "height", "iterations", "xa", "xb", "ya", "yb"}) {
        if (name == parameter) return true;
    }
    return false;
}

void check_parameters(Reader& reader, const store::Fractal& fractal) {
    const auto found =
        fractal.c ? render::validate(fractal.parameters, *fractal.c) : render::validate(fractal.parameters);
    for (const FieldError& error : found)
        reader.wrong(error.field == "c" ? "c_re" : error.field, error.message);
}

store::Result read_result(Reader& reader, const json::value& image,
                          const std::optional<store::Fractal>& fractal) {
    store::Result result;
    const auto picture = image.is_string()
                             ? from_base64({image.get_string().data(), image.get_string().size()})
                             : std::nullopt;
    if (!picture) {
        reader.wrong("image", "must be a PNG file in base64");
        return result;
    }
    result.image = *picture;
    result.checksum = sha256(result.image);
    const auto size = png_size(result.image);
    if (!size) {
        reader.wrong("image", "must be a PNG file in base64");
    } else if (fractal &&
               (size->width != fractal->parameters.width || size->height != fractal->parameters.height)) {
        reader.wrong("image",
                     fmt::format("has {} x {} pixels, but {} x {} were asked for", size->width, size->height,
                                 fractal->parameters.width, fractal->parameters.height));
    }
    if (const auto checksum = reader.text("checksum", 256);
        checksum && store::lower_case(*checksum) != result.checksum) {
        reader.wrong("checksum", "is not the SHA-256 of the image, which is " + result.checksum);
    }
    if (const auto bytes = reader.integer("size");
        bytes && *bytes != static_cast<std::int64_t>(result.image.size())) {
        reader.wrong("size", fmt::format("is not the size of the image, which is {}", result.image.size()));
    }
    if (const auto* thumbnail = reader.member("thumbnail")) {
        const auto small = thumbnail->is_string()
                               ? from_base64({thumbnail->get_string().data(), thumbnail->get_string().size()})
                               : std::nullopt;
        if (!small || !png_size(*small)) {
            reader.wrong("thumbnail", "must be a PNG file in base64");
        } else {
            result.thumbnail = *small;
        }
    }
    return result;
}

/// What a PUT may repeat but not alter.
void check_unchanged(Reader& reader, const json::object& object, std::string_view uuid,
                     const std::optional<store::Fractal>& fractal) {
    if (const auto given = reader.text("uuid", 36); given && store::lower_case(*given) != uuid) {
        reader.wrong("uuid", "cannot be changed");
    }
    if (!fractal) return;
    const render::Parameters& now = fractal->parameters;
    const auto same = [&](std::string_view name, auto given, auto kept) {
        if (object.contains(name) && (!given || *given != kept)) reader.wrong(name, "cannot be changed");
    };
    same("width", reader.integer("width"), now.width);
    same("height", reader.integer("height"), now.height);
    same("iterations", reader.integer("iterations"), now.iterations);
    same("xa", reader.number("xa"), now.window.xa);
    same("xb", reader.number("xb"), now.window.xb);
    same("ya", reader.number("ya"), now.window.ya);
    same("yb", reader.number("yb"), now.window.yb);
}

/// What a worker says of its task, apart from how it ended.
void read_state(Reader& reader, Update& update) {
    const auto text = reader.text("state", longest_name);
    if (!text) return;
    const auto state = store::parse_state(*text);
    const bool possible = state == store::State::drawing || state == store::State::queued;
    if (!possible || reader.member("image") != nullptr || update.failure_reason) {
        reader.wrong("state", "can only be set by a worker that begins (drawing) or gives back (queued)");
        return;
    }
    update.change.state = state;
    update.change.lease = update.lease;
}

}  // namespace

store::Fractal read_new_fractal(std::string_view body) {
    const json::value value = parse(body);
    if (!value.is_object()) throw Problem(400, "Unable to decode data: the body must be a JSON object");
    const json::object& object = value.get_object();
    Reader reader(object);
    for (const auto& member : object) {
        const std::string_view name(member.key().data(), member.key().size());
        if (name == "uuid" || name == "c_re" || name == "c_im" || is_parameter(name)) continue;
        if (store::find_field(name) == nullptr && name != "image") {
            reader.wrong(name.substr(0, 64), "is no field of a fractal");
        } else if (!member.value().is_null()) {
            reader.wrong(name, "cannot be set by a request");
        }
    }

    store::Fractal fractal;
    fractal.uuid = store::lower_case(reader.text("uuid", 64).value_or(""));
    if (fractal.uuid.empty()) {
        fractal.uuid = store::new_uuid();
    } else if (!store::is_uuid(fractal.uuid)) {
        reader.wrong("uuid", "must be a UUID like 123e4567-e89b-42d3-a456-426614174000");
    }
    fractal.parameters = read_parameters(reader);
    fractal.c = read_c(reader);
    check_parameters(reader, fractal);
    reader.finish();

    if (!fractal.c) {
        fractal.c = render::choose_c(fractal.parameters.window,
                                     static_cast<std::uint32_t>(fractal.parameters.iterations), fractal.uuid);
    }
    fractal.created_at = store::now();
    return fractal;
}

Update read_update(std::string body, std::string_view uuid, const std::optional<store::Fractal>& fractal) {
    const json::value value = parse(body);
    body = {};  // the picture is in `value` now, and will be decoded beside it
    if (value.is_null()) return {};
    if (!value.is_object()) throw Problem(400, "Unable to decode data: the body must be a JSON object");
    const json::object& object = value.get_object();
    Reader reader(object);
    for (const auto& member : object) {
        const std::string_view name(member.key().data(), member.key().size());
        if (name == "image" || name == "thumbnail" || name == "lease") continue;
        if (store::find_field(name) == nullptr) {
            throw Problem(400, fmt::format("Model does not have field '{}'", name.substr(0, 64)));
        }
        const bool ours = name == "attempts" || name == "url" || name.ends_with("_at");
        if (ours && !member.value().is_null()) reader.wrong(name, "cannot be changed");
    }
    check_unchanged(reader, object, uuid, fractal);

    Update update;
    update.lease = reader.text("lease", longest_name);
    update.failure_reason = reader.text("failure_reason", longest_reason);
    read_state(reader, update);
    update.change.duration = reader.number("duration");
    update.change.generated_by = reader.text("generated_by", longest_name);
    if (update.change.duration.value_or(0) < 0) reader.wrong("duration", "must not be negative");
    const auto c = read_c(reader);
    if (const auto* image = reader.member("image")) {
        if (update.failure_reason) reader.wrong("failure_reason", "cannot come with an image");
        update.result = read_result(reader, *image, fractal);
        update.result->uuid = std::string(uuid);
        update.result->duration = update.change.duration;
        update.result->generated_by = update.change.generated_by;
        update.result->c = c;
        update.result->lease = update.lease;
    } else {
        for (const std::string_view name : {"checksum", "size", "thumbnail", "c_re", "c_im"}) {
            if (reader.member(name) != nullptr) reader.wrong(name, "can only be set together with image");
        }
    }
    reader.finish();
    return update;
}

}  // namespace faafo::api
