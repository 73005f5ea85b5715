// Fractals as JSON, in both directions: what the API answers and what its clients read.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "faafo/store/fractal.hpp"

namespace faafo::api {

/// The object of the original's API and what we added to it; keys sorted.
[[nodiscard]] std::string to_json(const store::Fractal& fractal);

/// A string as JSON, with its quotes.
[[nodiscard]] std::string json_string(std::string_view text);
/// The shortest decimal that reads back as the same bits; always with a point or an exponent.
[[nodiscard]] std::string json_number(double value);

/// An answer that is not what the API sends.
struct BadAnswer : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One page of a list.
struct FractalList {
    std::vector<store::Fractal> fractals;
    std::int64_t total = 0;
};

/// Reads the original's objects too, which have no state: done is what has a checksum. Throws BadAnswer.
[[nodiscard]] store::Fractal fractal_from_json(std::string_view text);
[[nodiscard]] FractalList list_from_json(std::string_view text);
/// The "message" of an error's body, with what is wrong with each field, or its only line; empty when there is neither.
[[nodiscard]] std::string message_from_json(std::string_view text);

}  // namespace faafo::api
