// `faafo render`: draws one fractal without any server, into a file or to the standard output.
#pragma once

#include "common/command_line/command_line.hpp"

namespace faafo::cli {

/// Adds the subcommand. It runs as the subcommand's callback while the command line is parsed: wrong arguments throw
/// UsageError; a drawing or a file that fails throws std::runtime_error.
void add_render_command(const common::command_line::Command& program);

}  // namespace faafo::cli
