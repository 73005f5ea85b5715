// Making a cloud look like the topology.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "common/tty/progress.hpp"
#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"
#include "deploy/plan/plan.hpp"
#include "deploy/plan/target.hpp"

namespace deploy {

struct Deployed {
    std::map<std::string, std::string> fixed_addresses;     ///< by instance
    std::map<std::string, std::string> floating_addresses;  ///< by instance
    std::optional<std::filesystem::path> private_key;       ///< when the keypair was made in this run
    std::string entrance_url;                               ///< empty without a floating IP
};

/// Carries out the plan, as much side by side as dependencies allow. Whatever is interrupted, by an error, a signal or
/// kill -9, the next run takes up: every step looks for what an earlier attempt may have left.
Deployed apply(const Context& context, const Target& target, const Observed& observed, const Plan& plan,
               common::tty::Progress& progress);

}  // namespace deploy
