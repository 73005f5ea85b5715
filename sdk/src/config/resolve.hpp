// From everything that was found to the settings of one cloud.
#pragma once

#include <string>

#include "sdk/src/config/files.hpp"

namespace openstack::config {

struct Choice {
    std::string name;
    Value root;
};

/// openstacksdk's rules: which cloud, which region, and what wins over what (from low to high: defaults, profile,
/// clouds.yaml, secure.yaml, the region's values, explicit settings).
[[nodiscard]] Choice resolve(const Sources& sources, const ConfigOptions& options);

}  // namespace openstack::config
