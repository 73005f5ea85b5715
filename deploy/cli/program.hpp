// One program of the three: its command line, its subcommands, its words.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "deploy/cli/options.hpp"
#include "deploy/topology/topology.hpp"

namespace deploy {

inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_amiss = 3;
inline constexpr int exit_interrupted = 130;

struct Program {
    std::string name;         ///< "fractals"
    std::string description;  ///< one line for --help
    std::vector<NameOption> names;
    bool has_services = false;  ///< an instance with a database server and a broker
    /// How many APIs and workers there are unless the user says it; absent where they cannot be chosen.
    std::optional<Counts> usual_counts;
    /// What the options come to. Where counts can be chosen, both are set then.
    std::function<Topology(const Options&)> topology;
};

/// Parses, does it, and answers with the exit status: 0 done, 1 it failed (the reason is on standard error),
/// 2 the command line is wrong, 3 `status` or `plan` found something amiss or missing, 130 interrupted.
int run_program(const Program& program, int argc, char** argv);

}  // namespace deploy
