// What the new things of a plan take of the project's quotas, and what is left of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"
#include "deploy/plan/target.hpp"

namespace deploy {

struct Plan;

inline constexpr std::int64_t unlimited = -1;

struct QuotaNeed {
    std::string resource;  ///< "instances", "cores", "RAM in MiB", "ports", "floating IPs" …
    std::int64_t needed = 0;
    std::int64_t left = unlimited;
    [[nodiscard]] bool enough() const { return left == unlimited || needed <= left; }
};

/// Asks the cloud; those of which nothing is needed, and those that the cloud does not tell, are left out.
[[nodiscard]] std::vector<QuotaNeed> quota_needs(const Context& context, const Target& target,
                                                 const Observed& observed, const Plan& plan);

/// Throws openstack::QuotaExceeded with every quota that does not suffice.
void require_quota(const Plan& plan);

/// The same refusal of a service, which came in mid-deployment, with what is used of its quotas now and what to do.
[[nodiscard]] openstack::QuotaExceeded explained(const Context& context,
                                                 const openstack::QuotaExceeded& refusal);

}  // namespace deploy
