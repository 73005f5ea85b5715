// Which page numbers a reader is offered: the first, those around the current one, the last.
#pragma once

#include <cstdint>
#include <vector>

namespace faafo::web {

/// 0 stands for the pages left out between two numbers.
[[nodiscard]] std::vector<std::int64_t> page_numbers(std::int64_t current, std::int64_t last);

}  // namespace faafo::web
