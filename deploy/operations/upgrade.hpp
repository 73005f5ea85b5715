// Another version of faafo on the instances that there are, one after the other.
#pragma once

#include <string>
#include <vector>

#include "common/tty/progress.hpp"
#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"

namespace deploy {

struct Upgraded {
    std::string package;                 ///< as in the instances' metadata from now on
    std::vector<std::string> instances;  ///< that got it in this run
};

/// Throws openstack::Error unless all of the deployment is there and runs.
void require_upgradable(const Context& context, const Observed& observed);

/// Publishes the package and installs it over ssh, where needed through another instance: no disk is replaced, so that no
/// data is lost. First the instance with database and broker, then the APIs, each of which gets no requests meanwhile,
/// then the workers. Ends at the first that fails or does not answer afterwards; the next run goes on with that one.
Upgraded upgrade(const Context& context, const Observed& observed, common::tty::Progress& progress);

/// In which order: the names of the topology's instances.
[[nodiscard]] std::vector<std::string> upgrade_order(const Topology& topology);

}  // namespace deploy
