// What `localcloud up`, `down`, `status`, `reset` and `env` do. Each returns an exit status.
#pragma once

#include "localcloud/cli/folder.hpp"

namespace localcloud::cli {

int up(CloudOptions options);
int down(const CloudOptions& options);
int status(const CloudOptions& options);
int reset(const CloudOptions& options, bool yes);
int env(const CloudOptions& options, bool admin);

}  // namespace localcloud::cli
