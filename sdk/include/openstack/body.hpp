// Ready-made sources for what is uploaded.
#pragma once

#include <string>

#include "openstack/http.hpp"

namespace openstack {

/// A file's bytes, read as they are sent; rewinds. Throws Error when the file cannot be opened.
[[nodiscard]] BodySource file_body(const std::string& path);
/// A text kept in memory; rewinds.
[[nodiscard]] BodySource text_body(std::string text);

}  // namespace openstack
