// What the services write into the bodies of their errors, in all the shapes there are.
#pragma once

#include <string>
#include <string_view>

namespace openstack::session {

struct ErrorBody {
    std::string message;  ///< plain text on one line, bounded
    std::string code;     ///< "OverQuota", "badRequest", "zone_not_found"; empty if the shape has none
    std::string request_id;
};

/// Never throws on account of the body: what is not understood is shown as text.
[[nodiscard]] ErrorBody parse_error_body(std::string_view content_type, std::string_view body);

/// Markup removed, entities decoded, white space collapsed, at most `limit` bytes (cut between characters).
[[nodiscard]] std::string plain_text(std::string_view html, std::size_t limit = 1000);

}  // namespace openstack::session
