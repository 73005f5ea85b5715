// Times as services write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "openstack/field.hpp"

namespace openstack::resource {

/// ISO 8601 with or without fraction and offset ("2026-11-22T10:54:11.000000Z", UTC without an offset) and the
/// dates of HTTP ("Sun, 22 Nov 2026 10:31:12 GMT"). Nothing when it is neither.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text);
/// "2026-11-22T10:54:11Z", with a fraction if there is one.
[[nodiscard]] std::string format_time(Time time);

}  // namespace openstack::resource
