// What a Neutron can do and how much of it: extensions, availability zones, quotas.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::network {

struct Extension {
    std::string alias;  ///< what programs ask for: "router", "port-security" …
    std::string name;
    std::string description;
    std::string updated;  ///< as its author typed it; not all of them are times
    std::vector<Link> links;
    ExtraFields extra;
};

struct AvailabilityZone {
    std::string name;
    std::string resource;  ///< "network" or "router"
    std::string state;     ///< "available" or "unavailable"
    ExtraFields extra;
};

/// One quota; `used` and `reserved` are known when details were asked for.
struct QuotaLimit {
    std::int64_t limit = -1;  ///< -1 is "no limit"
    std::optional<std::int64_t> used;
    std::optional<std::int64_t> reserved;

    /// How much more there may be; nothing when there is no limit, or details were not asked for.
    [[nodiscard]] std::optional<std::int64_t> left() const {
        return limit < 0 || !used ? std::nullopt : std::optional(limit - *used - reserved.value_or(0));
    }
};

struct Quota {
    std::optional<QuotaLimit> networks;
    std::optional<QuotaLimit> subnets;
    std::optional<QuotaLimit> subnet_pools;
    std::optional<QuotaLimit> ports;
    std::optional<QuotaLimit> routers;
    std::optional<QuotaLimit> floating_ips;
    std::optional<QuotaLimit> security_groups;
    std::optional<QuotaLimit> security_group_rules;
    std::optional<QuotaLimit> rbac_policies;
    std::optional<QuotaLimit> trunks;
    ExtraFields extra;
};

struct QuotaUpdate {
    std::optional<std::int64_t> networks;
    std::optional<std::int64_t> subnets;
    std::optional<std::int64_t> ports;
    std::optional<std::int64_t> routers;
    std::optional<std::int64_t> floating_ips;
    std::optional<std::int64_t> security_groups;
    std::optional<std::int64_t> security_group_rules;
};

}  // namespace openstack::network
