// The Range header: "bytes=0-4", "bytes=7-", "bytes=-8".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace localcloud::api {

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  ///< inclusive
    [[nodiscard]] std::uint64_t length() const { return last - first + 1; }
};

/// The satisfiable ranges of a body of `size` bytes. Nothing when the header is not understood, which means that
/// it is ignored; an empty list when no range of it can be satisfied.
[[nodiscard]] std::optional<std::vector<ByteRange>> parse_ranges(std::string_view header, std::uint64_t size);

}  // namespace localcloud::api
