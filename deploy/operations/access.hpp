// Getting at an instance: its console, a shell on it, its page in a browser.
#pragma once

#include <string>
#include <vector>

#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"

namespace deploy {

/// The console's text; the last `lines` lines, all of it with 0. `instance` empty: the entrance.
[[nodiscard]] std::string logs(const Context& context, const std::string& instance, int lines);

/// The words of the ssh command line that logs in (and runs `command`, if any).
[[nodiscard]] std::vector<std::string> ssh_command(const Context& context, const std::string& instance,
                                                   const std::vector<std::string>& command);
/// For a program: asks nothing, waits a while for the instance at most.
[[nodiscard]] std::vector<std::string> batch_ssh_command(const Context& context, const Observed& observed,
                                                         const std::string& instance,
                                                         const std::string& command);
/// Becomes ssh; returns only by throwing.
[[noreturn]] void run_ssh(const std::vector<std::string>& command);

/// Opens the gallery in the desktop's browser; false where there is none to start, then only the URL helps.
bool open_in_browser(const std::string& url);

}  // namespace deploy
