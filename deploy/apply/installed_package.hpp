// Getting hold of the package that a deployment runs, for instances that are made later.
#pragma once

#include <filesystem>
#include <stop_token>

#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"

namespace deploy {

/// The options with --package, or --package-url and --package-sha256, for the package that is installed; unchanged where
/// installed_package() has nothing. What is only in the deployment's container is fetched into `folder`.
/// Throws openstack::ConfigError when it is nowhere any more.
[[nodiscard]] Options with_installed_package(const Context& context, const Observed& observed,
                                             const std::filesystem::path& folder, std::stop_token stop);

}  // namespace deploy
