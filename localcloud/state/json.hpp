// Documents: how every resource of the cloud is kept and answered, and the few ways of reading them.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace localcloud {

namespace json = boost::json;

/// One resource, or one object of a request body.
using Document = json::object;

/// The member's text; `otherwise` when it is absent, null or no string.
[[nodiscard]] std::string text(const Document& document, std::string_view key,
                               std::string_view otherwise = {});
[[nodiscard]] std::int64_t integer(const Document& document, std::string_view key,
                                   std::int64_t otherwise = 0);
[[nodiscard]] bool boolean(const Document& document, std::string_view key, bool otherwise = false);
/// The member, or nullptr when it is absent or null.
[[nodiscard]] const json::value* member(const Document& document, std::string_view key);
/// The member if it is an object (an array), else an empty one.
[[nodiscard]] const Document& object(const Document& document, std::string_view key);
[[nodiscard]] const json::array& array(const Document& document, std::string_view key);
/// The strings of an array member; what is no string is left out.
[[nodiscard]] std::vector<std::string> texts(const Document& document, std::string_view key);
[[nodiscard]] json::array to_array(const std::vector<std::string>& values);

[[nodiscard]] inline std::string to_text(const json::string& value) {
    return {value.data(), value.size()};
}
/// A string as it is, everything else as JSON.
[[nodiscard]] std::string to_text(const json::value& value);

/// Throws std::invalid_argument for anything but one JSON value with finite numbers, 64 levels deep at most.
[[nodiscard]] json::value parse_json(std::string_view text);

/// Whether these bytes may be the text of a JSON string: proper UTF-8, which json::serialize() does not look after.
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// As Python's repr() writes it: the services quote values in this form in their error messages.
[[nodiscard]] std::string python_repr(const json::value& value);

}  // namespace localcloud
