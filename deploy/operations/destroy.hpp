// Removing exactly what a deployment made.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/tty/progress.hpp"
#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"

namespace deploy {

struct Removed {
    std::string kind;
    std::string name;
};

/// What destroy() would remove; things that were there before the deployment are not in it.
[[nodiscard]] std::vector<Removed> removable(const Context& context, const Observed& observed);

/// The private keys of keypairs in the list that are on this machine. They stay: one of the same name opens the instances
/// of deployments on other clouds, too.
[[nodiscard]] std::vector<std::filesystem::path> private_keys_of(const std::vector<Removed>& removed);

/// Deletes in the order of dependencies and waits until everything is gone. May be interrupted and repeated.
std::vector<Removed> destroy(const Context& context, const Observed& observed,
                             common::tty::Progress& progress);

}  // namespace deploy
