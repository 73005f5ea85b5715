// Boost.JSON with bounds, for the few .cpp files of the SDK core that read or write JSON.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string_view>

namespace openstack::session {

/// Nothing for what is not JSON or is nested beyond reason.
[[nodiscard]] inline std::optional<boost::json::value> parse_json(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = 64;
    boost::json::error_code error;
    auto value = boost::json::parse(text, error, {}, options);
    if (error) return std::nullopt;
    return value;
}

}  // namespace openstack::session
