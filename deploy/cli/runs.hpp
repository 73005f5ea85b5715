// What each command does, and says of it. Internal to this folder.
#pragma once

#include <string>

#include "deploy/cli/command_line.hpp"
#include "deploy/plan/context.hpp"

namespace deploy {

/// Answers with the exit status. `afterwards` is what to tell should this throw; it changes with what has been done.
int run(const CommandLine& line, const Context& context, std::string& afterwards);

/// A line for the user beside what was asked for; on a terminal it may take the last one's place.
void say(const std::string& line, bool replaces_last = false);

}  // namespace deploy
