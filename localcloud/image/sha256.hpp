// SHA-256 as hexadecimal text.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace localcloud::image {

[[nodiscard]] std::string sha256_of(std::string_view bytes);
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace localcloud::image
