// `faafo render`: draws one fractal without any server, into a file or to the standard output.
#pragma once

#include <CLI/App.hpp>

namespace faafo::cli {

/// Adds the subcommand. It runs as the subcommand's callback while the command line is parsed: wrong arguments throw
/// CLI::ValidationError, which is a CLI::ParseError (a matter of usage); a drawing or a file that fails throws std::runtime_error.
void add_render_command(CLI::App& app);

}  // namespace faafo::cli
