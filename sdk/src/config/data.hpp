// The inside of a CloudConfig.
#pragma once

#include <string>

#include "openstack/config.hpp"
#include "sdk/src/config/files.hpp"
#include "sdk/src/config/tree.hpp"

namespace openstack {

struct CloudConfig::Data {
    std::string name;
    config::Value root;  ///< all settings of the one cloud, merged; those for signing in below "auth"
    config::Environment environment;
};

}  // namespace openstack
