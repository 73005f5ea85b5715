// What may be shown of requests and answers: secrets are masked by the name of the field they stand in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "openstack/http.hpp"

namespace openstack::session {

inline constexpr std::string_view mask = "***";

/// Whether a field of this name (in JSON or in clouds.yaml), below one that is named `parent`, holds a secret.
[[nodiscard]] bool is_secret_field(std::string_view name, std::string_view parent = {});
[[nodiscard]] bool is_secret_header(std::string_view name);

/// A body as the wire log shows it: JSON with the values of secret fields (the usual ones and `more`) masked and
/// long values cut; of anything else only its size and type.
[[nodiscard]] std::string shown_body(std::string_view content_type, std::string_view body,
                                     const std::vector<std::string>& more);
[[nodiscard]] std::string shown_header(std::string_view name, std::string_view value);

/// The values of secret fields and headers, so that an echo of them in a service's message can be masked.
[[nodiscard]] std::vector<std::string> secret_values(const Headers& headers, std::string_view body,
                                                     const std::vector<std::string>& more);
[[nodiscard]] std::string masked(std::string text, const std::vector<std::string>& secrets);

}  // namespace openstack::session
