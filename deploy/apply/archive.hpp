// Whether the files that the user names are what they should be.
#pragma once

#include "deploy/cli/options.hpp"

namespace deploy {

/// Looks into what --package and --services-packages name. Throws openstack::ConfigError before an instance finds out.
void require_archives(const Options& options);

}  // namespace deploy
