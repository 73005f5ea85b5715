// URLs: taken apart, put together, compared by origin, and shown without what is secret in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "openstack/http.hpp"

namespace openstack::http {

struct Url {
    std::string scheme;  ///< "http" or "https"
    std::string user_info;
    std::string host;  ///< lower case; an IPv6 address keeps its brackets
    std::optional<std::uint16_t> port;
    std::string path;   ///< empty or beginning with '/', as it was written (encoded)
    std::string query;  ///< without '?'

    /// Nothing for anything but an absolute http or https URL. A fragment is dropped.
    [[nodiscard]] static std::optional<Url> parse(std::string_view text);
    /// "https://host:8774", the port left out where it is the scheme's own.
    [[nodiscard]] std::string origin() const;
    [[nodiscard]] std::string text() const;
};

[[nodiscard]] bool same_origin(std::string_view a, std::string_view b);

/// Encodes all but RFC 3986's unreserved characters and those in `keep`.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view keep = {});
/// Encodes only what no URL may contain (spaces, control characters, bytes beyond ASCII, '#' …).
[[nodiscard]] std::string encode_illegal(std::string_view text);
[[nodiscard]] std::string with_query(std::string url, const Query& query);
/// `reference` (absolute, "/path", "?query" or relative) as seen from `base`; nothing if it is not an http URL.
[[nodiscard]] std::optional<std::string> resolve(std::string_view base, std::string_view reference);
/// User info and the values of signature-like query fields replaced by "***".
[[nodiscard]] std::string without_secrets(std::string_view url);

}  // namespace openstack::http
