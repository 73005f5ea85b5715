// Options that say how instances are made, where the instances are made already.
#pragma once

#include <string>
#include <vector>

#include "deploy/plan/plan.hpp"

namespace deploy {

/// A sentence for each option that changes nothing of what is there, with how to get what it says.
[[nodiscard]] std::vector<std::string> ineffective_options(const Context& context, const Target& target,
                                                           const Observed& observed, const Plan& plan);

}  // namespace deploy
