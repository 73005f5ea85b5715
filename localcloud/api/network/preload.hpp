// The networks that a new cloud has: "public", where the floating IPs are, and "private" with a router.
#pragma once

#include "localcloud/api/cloud.hpp"

namespace localcloud::api::network {

/// Nothing when they are there.
void preload(Cloud& cloud);

}  // namespace localcloud::api::network
