// The files of assets/, inside the program.
#pragma once

#include <span>
#include <string_view>

namespace faafo::web {

struct Asset {
    std::string_view name;  ///< "gallery.css"
    std::string_view bytes;
};

[[nodiscard]] std::span<const Asset> assets();

}  // namespace faafo::web
