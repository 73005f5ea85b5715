// Base64 (RFC 4648) for user data.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace openstack::resource {

[[nodiscard]] std::string encode_base64(std::string_view bytes);
/// Nothing when the text is not Base64; line breaks are skipped.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace openstack::resource
