// From argv to Options.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/cli/options.hpp"
#include "deploy/cli/program.hpp"

namespace deploy {

enum class Operation { deploy, scale, plan, status, logs, ssh, open, upgrade, destroy };

struct CommandLine {
    Operation operation = Operation::deploy;
    Options options;
    std::string instance;                ///< of `logs` and `ssh`; the entrance when empty
    int lines = 0;                       ///< of `logs`; 0: all
    std::vector<std::string> arguments;  ///< what `ssh` runs there
};

/// Nothing when the user asked for help or the version, or was wrong: then `exit_status` says with what to end,
/// and the words are printed already.
[[nodiscard]] std::optional<CommandLine> parse_command_line(const Program& program, int argc, char** argv,
                                                            int& exit_status);

}  // namespace deploy
