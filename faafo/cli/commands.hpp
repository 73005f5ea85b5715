// The commands that talk to the API: create, list, show, get, delete, status.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/command_line/command_line.hpp"
#include "faafo/cli/api.hpp"

namespace faafo::cli {

/// What is said before the command, filled while the command line is parsed.
struct Globals {
    std::string endpoint_url = "http://localhost";
    bool json = false;
};

/// What the chosen command does, once everything is parsed; returns the exit status.
using Action = std::function<int(Api&)>;

/// Each adds one subcommand, which sets `action` when it is chosen. `globals` and `action` must outlive the parsing.
void add_create_command(const common::command_line::Command& program, const Globals& globals, Action& action);
void add_list_command(const common::command_line::Command& program, const Globals& globals, Action& action);
void add_show_command(const common::command_line::Command& program, const Globals& globals, Action& action);
void add_get_command(const common::command_line::Command& program, const Globals& globals, Action& action);
void add_delete_command(const common::command_line::Command& program, Action& action);
void add_status_command(const common::command_line::Command& program, const Globals& globals, Action& action);

/// "[{…},\n {…}]"
[[nodiscard]] std::string json_list(const std::vector<store::Fractal>& fractals);

}  // namespace faafo::cli
