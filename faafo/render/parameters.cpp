#include "faafo/render/parameters.hpp"

#include <fmt/format.h>

#include <cmath>

namespace faafo::render {
namespace {

/// True if the value lies within 1..max; says so otherwise.
bool check_count(std::vector<FieldError>& errors, const char* field, std::int64_t value, std::int64_t max) {
    if (value >= 1 && value <= max) return true;
    errors.push_back({field, fmt::format("must be between 1 and {}, not {}", max, value)});
    return false;
}

/// Both edges are finite, and so is the distance between them (it scales every pixel).
void check_edges(std::vector<FieldError>& errors, const char* first_field, double first,
                 const char* second_field, double second) {
    const bool first_finite = std::isfinite(first);
    const bool second_finite = std::isfinite(second);
    if (!first_finite) errors.push_back({first_field, fmt::format("must be a finite number, not {}", first)});
    if (!second_finite) {
        errors.push_back({second_field, fmt::format("must be a finite number, not {}", second)});
    }
    if (first_finite && second_finite && !std::isfinite(second - first)) {
        errors.push_back(
            {second_field, fmt::format("is too far from {} ({} and {}): their difference exceeds "
                                       "the range of a double",
                                       first_field, second, first)});
    }
}

}  // namespace

std::vector<FieldError> validate(const Parameters& parameters) {
    std::vector<FieldError> errors;
    const bool width_good = check_count(errors, "width", parameters.width, max_side);
    const bool height_good = check_count(errors, "height", parameters.height, max_side);
    const bool iterations_good = check_count(errors, "iterations", parameters.iterations, max_iterations);
    if (width_good && height_good) {
        const std::int64_t pixels = parameters.width * parameters.height;
        if (pixels > max_pixels) {
            errors.push_back(
                {"height", fmt::format("times width may be at most {} pixels, not {} ({} x {})", max_pixels,
                                       pixels, parameters.width, parameters.height)});
        } else if (iterations_good && pixels * parameters.iterations > max_updates) {
            errors.push_back(
                {"iterations", fmt::format("may be at most {} for a picture of {} x {} pixels, not {}",
                                           max_updates / pixels, parameters.width, parameters.height,
                                           parameters.iterations)});
        }
    }
    check_edges(errors, "xa", parameters.window.xa, "xb", parameters.window.xb);
    check_edges(errors, "ya", parameters.window.ya, "yb", parameters.window.yb);
    return errors;
}

std::vector<FieldError> validate(const Parameters& parameters, std::complex<double> c) {
    std::vector<FieldError> errors = validate(parameters);
    if (!std::isfinite(c.real()) || !std::isfinite(c.imag())) {
        errors.push_back({"c", fmt::format("must be two finite numbers, not {},{}", c.real(), c.imag())});
    }
    return errors;
}

std::string describe(const std::vector<FieldError>& errors) {
    std::string text;
    for (const FieldError& error : errors) {
        if (!text.empty()) text += "; ";
        text += error.field + ": " + error.message;
    }
    return text;
}

}  // namespace faafo::render
