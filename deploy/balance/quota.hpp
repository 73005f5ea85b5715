// What a load balancer or a name takes of the project's quotas.
#pragma once

#include <vector>

#include "deploy/plan/plan.hpp"

namespace deploy {

/// Asks the services when the plan creates something there; those that the cloud does not tell are left out.
[[nodiscard]] std::vector<QuotaNeed> balance_quotas(const Context& context, const Observed& observed,
                                                    const Plan& plan);

}  // namespace deploy
