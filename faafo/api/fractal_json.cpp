#include "faafo/api/fractal_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "common/json/exact.hpp"

namespace faafo::api {
namespace json = boost::json;
namespace {

std::string nullable(const std::optional<std::string>& text) {
    return text ? json_string(*text) : "null";
}

std::string nullable(const std::optional<double>& value) {
    return value ? json_number(*value) : "null";
}

std::string nullable(const std::optional<store::Time>& time) {
    return time ? fmt::format("\"{}\"", store::to_text(*time)) : "null";
}

const json::value* member(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<std::string> text(const json::object& object, std::string_view name) {
    const auto* value = member(object, name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) throw BadAnswer(fmt::format("'{}' is no string", name));
    return std::string(value->get_string());
}

std::optional<double> number(const json::object& object, std::string_view name) {
    const auto* value = member(object, name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) throw BadAnswer(fmt::format("'{}' is no number", name));
    return value->to_number<double>();
}

std::optional<std::int64_t> integer(const json::object& object, std::string_view name) {
    const auto value = number(object, name);
    if (!value) return std::nullopt;
    if (std::abs(*value) > 9e15) throw BadAnswer(fmt::format("'{}' is out of range", name));
    return static_cast<std::int64_t>(*value);
}

std::optional<store::Time> time(const json::object& object, std::string_view name) {
    const auto value = text(object, name);
    return value ? store::parse_time(*value) : std::nullopt;
}

template <typename Type>
Type required(std::optional<Type> value, std::string_view name) {
    if (!value) throw BadAnswer(fmt::format("'{}' is missing", name));
    return *std::move(value);
}

store::Fractal fractal_of(const json::object& object) {
    store::Fractal fractal{
        .uuid = required(text(object, "uuid"), "uuid"),
        .parameters = {.width = required(integer(object, "width"), "width"),
                       .height = required(integer(object, "height"), "height"),
                       .iterations = required(integer(object, "iterations"), "iterations"),
                       .window = {.xa = required(number(object, "xa"), "xa"),
                                  .xb = required(number(object, "xb"), "xb"),
                                  .ya = required(number(object, "ya"), "ya"),
                                  .yb = required(number(object, "yb"), "yb")}},
        .attempts = integer(object, "attempts").value_or(0),
        .failure_reason = text(object, "failure_reason"),
        .checksum = text(object, "checksum"),
        .url = text(object, "url"),
        .duration = number(object, "duration"),
        .size = integer(object, "size"),
        .generated_by = text(object, "generated_by"),
        .created_at = time(object, "created_at").value_or(store::Time{}),
        .started_at = time(object, "started_at"),
        .finished_at = time(object, "finished_at"),
    };
    const auto re = number(object, "c_re");
    const auto im = number(object, "c_im");
    if (re && im) fractal.c = {*re, *im};
    const auto state = store::parse_state(text(object, "state").value_or(""));
    fractal.state = state.value_or(fractal.checksum ? store::State::done : store::State::queued);
    return fractal;
}

json::object parse_object(std::string_view body) {
    boost::system::error_code error;
    json::value value = common::json::parse(body, error);
    if (error) throw BadAnswer("the answer is no JSON");
    if (!value.is_object()) throw BadAnswer("the answer is no JSON object");
    return std::move(value.get_object());
}

/// What our server says of requests that did not get to the API, and not the pages of servers in between.
std::string plain_line(std::string_view text) {
    constexpr std::size_t longest = 200;
    if (text.ends_with('\n')) text.remove_suffix(1);
    const bool plain = text.size() <= longest && std::ranges::all_of(text, [](char character) {
                           return character >= ' ' && character <= '~' && character != '<';
                       });
    return plain ? std::string(text) : std::string{};
}

}  // namespace

std::string json_string(std::string_view text) {
    return json::serialize(json::string_view(text.data(), text.size()));
}

std::string json_number(double value) {
    std::string text = fmt::format("{}", value);
    // Other languages would take it for an integer.
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
}

std::string to_json(const store::Fractal& fractal) {
    const render::Parameters& parameters = fractal.parameters;
    const auto part_of_c = [&](auto part) { return fractal.c ? json_number(part(*fractal.c)) : "null"; };
    return fmt::format(
        R"({{"attempts":{},"c_im":{},"c_re":{},"checksum":{},"created_at":"{}","duration":{},"failure_reason":{},)"
        R"("finished_at":{},"generated_by":{},"height":{},"iterations":{},"size":{},"started_at":{},"state":"{}",)"
        R"("url":{},"uuid":{},"width":{},"xa":{},"xb":{},"ya":{},"yb":{}}})",
        fractal.attempts, part_of_c([](auto c) { return c.imag(); }),
        part_of_c([](auto c) { return c.real(); }), nullable(fractal.checksum),
        store::to_text(fractal.created_at), nullable(fractal.duration), nullable(fractal.failure_reason),
        nullable(fractal.finished_at), nullable(fractal.generated_by), parameters.height,
        parameters.iterations, fractal.size ? std::to_string(*fractal.size) : "null",
        nullable(fractal.started_at), store::to_text(fractal.state), nullable(fractal.url),
        json_string(fractal.uuid), parameters.width, json_number(parameters.window.xa),
        json_number(parameters.window.xb), json_number(parameters.window.ya),
        json_number(parameters.window.yb));
}

store::Fractal fractal_from_json(std::string_view text) {
    return fractal_of(parse_object(text));
}

FractalList list_from_json(std::string_view text) {
    const json::object page = parse_object(text);
    FractalList list{.total = required(integer(page, "num_results"), "num_results")};
    const auto* objects = member(page, "objects");
    if (objects == nullptr || !objects->is_array()) throw BadAnswer("'objects' is no list");
    for (const json::value& value : objects->get_array()) {
        if (!value.is_object()) throw BadAnswer("'objects' holds something else than objects");
        list.fractals.push_back(fractal_of(value.get_object()));
    }
    return list;
}

std::string message_from_json(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse({text.data(), text.size()}, error);
    if (error) return plain_line(text);
    if (!value.is_object()) return {};
    const auto* message = value.get_object().if_contains("message");
    return message != nullptr && message->is_string() ? std::string(message->get_string()) : std::string{};
}

}  // namespace faafo::api
