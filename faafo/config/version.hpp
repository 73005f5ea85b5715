// The version that all programs of the application report.
#pragma once

#include <string_view>

namespace faafo::config {

inline constexpr std::string_view version = FAAFO_VERSION;

}  // namespace faafo::config
