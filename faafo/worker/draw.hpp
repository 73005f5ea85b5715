// One task, drawn: everything of a Result but where it goes.
#pragma once

#include <stop_token>
#include <string>

#include "faafo/store/fractal.hpp"

namespace faafo::worker {

/// Longest side of a thumbnail; pictures up to it need none.
inline constexpr std::int64_t thumbnail_side = 720;

/// The picture and its thumbnail. Throws render::BadParameters when no picture can be drawn of it,
/// render::Cancelled after a stop.
[[nodiscard]] store::Result draw(const store::Fractal& fractal, const std::string& generated_by,
                                 unsigned threads, std::stop_token stop);

}  // namespace faafo::worker
