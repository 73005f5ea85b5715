// What to type next, in messages.
#pragma once

#include <string>
#include <string_view>

#include "deploy/cli/options.hpp"

namespace deploy {

/// "`fractals --name blue ssh all-in-one`" for the operation "ssh all-in-one" on the same deployment and cloud, ready to be
/// pasted into a shell.
[[nodiscard]] std::string invocation(const Options& options, std::string_view operation = {});

}  // namespace deploy
