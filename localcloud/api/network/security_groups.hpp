// Security groups and their rules.
#pragma once

#include <string>

#include "localcloud/api/network/resource.hpp"

namespace localcloud::api::network {

/// Every project has the group "default" as soon as anybody looks.
void ensure_default_security_group(Cloud& cloud, const std::string& project_id);
/// Within a transaction; returns its ID.
std::string default_security_group(Transaction& transaction, const std::string& project_id);

}  // namespace localcloud::api::network
