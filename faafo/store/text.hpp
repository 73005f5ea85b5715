// Text on its way into a column.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace faafo::store {

/// At most `longest` bytes of it, never half a character. What is no UTF-8, or a zero byte, becomes '?': database
/// servers refuse it.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t longest);

}  // namespace faafo::store
