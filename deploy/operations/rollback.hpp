// Taking back a first deployment that failed.
#pragma once

#include "common/tty/progress.hpp"
#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"

namespace deploy {

/// Whether there was nothing of the deployment yet, so that all that is there later was made since.
[[nodiscard]] bool is_first(const Context& context, const Observed& before);

/// Removes what was made since `before`, which was a first deployment's beginning; nothing that was there then. Has time
/// of its own, and is not ended by the interrupt that may be its reason. Throws what `destroy` throws.
void roll_back(const Context& context, const Observed& before, common::tty::Progress& progress);

}  // namespace deploy
