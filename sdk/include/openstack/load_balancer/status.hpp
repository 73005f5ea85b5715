// The two states that everything below a load balancer has: what Octavia does with it, and whether it serves.
#pragma once

#include <string>
#include <string_view>

#include "openstack/field.hpp"

namespace openstack::load_balancer {

/// While it is one of PENDING_…, Octavia refuses changes of anything that belongs to the load balancer; the SDK
/// waits for that (see LoadBalancerService).
struct ProvisioningStatus : OpenEnum {
    using OpenEnum::OpenEnum;
    static constexpr std::string_view active = "ACTIVE", error = "ERROR", deleted = "DELETED",
                                      pending_create = "PENDING_CREATE", pending_update = "PENDING_UPDATE",
                                      pending_delete = "PENDING_DELETE";
};

struct OperatingStatus : OpenEnum {
    using OpenEnum::OpenEnum;
    static constexpr std::string_view online = "ONLINE", offline = "OFFLINE", degraded = "DEGRADED",
                                      error = "ERROR", draining = "DRAINING", no_monitor = "NO_MONITOR";
};

/// The ID of something else, as Octavia writes it in lists.
struct Reference {
    std::string id;
};

}  // namespace openstack::load_balancer
