// What the query of a list of servers leaves of them.
#pragma once

#include <vector>

#include "localcloud/api/compute/compute_service.hpp"

namespace localcloud::api::compute {

/// In order of creation; throws 400 or 403 for what nobody, or not the caller, can ask for.
[[nodiscard]] std::vector<const Document*> filtered_servers(const state::View& view, const Call& call);

}  // namespace localcloud::api::compute
