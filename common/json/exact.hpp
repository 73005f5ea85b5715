// JSON whose numbers are exactly those that were written. Boost.JSON 1.81 reads every tenth number with decimals one bit
// beside the nearest double; for a point of a fractal that is another picture.
#pragma once

#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <string_view>

namespace common::json {

/// As boost::json::parse: what is no JSON, nested deeper than `depth`, or has more than `values` values (which take many
/// times the memory of their text), sets `error` and gives null. Each number with decimals or an exponent is the double next to it; one beyond all doubles is infinite, or zero.
[[nodiscard]] boost::json::value parse(std::string_view text, boost::system::error_code& error,
                                       std::size_t depth = 32, std::size_t values = 1'000'000);

}  // namespace common::json
