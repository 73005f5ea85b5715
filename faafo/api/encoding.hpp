// Bytes as text, for the REST interface.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faafo::api {

[[nodiscard]] std::string base64(std::string_view bytes);
/// Line breaks (MIME's 76 columns) are skipped; anything else outside the alphabet is nothing.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// 64 hexadecimal digits.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// Width and height of a PNG file, from its header; nothing when the bytes are no PNG file.
struct PngSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};
[[nodiscard]] std::optional<PngSize> png_size(std::string_view bytes);

}  // namespace faafo::api
