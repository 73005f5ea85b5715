// Getting at an instance: its console, a shell on it, its page in a browser.
#pragma once

#include <string>
#include <vector>

#include "deploy/plan/context.hpp"
#include "deploy/plan/observed.hpp"

namespace deploy {

struct Console {
    std::string instance;
    std::string text;
};

/// The console; its last `lines` lines, all of it with 0. `instance` empty: the entrance.
[[nodiscard]] Console logs(const Context& context, const std::string& instance, int lines);

struct Login {
    std::vector<std::string> words;  ///< of ssh's command line
    /// That the private key was not found, and where; empty when it was.
    std::string missing_key;
};

/// Logs in (and runs `command`, if any).
[[nodiscard]] Login ssh_login(const Context& context, const std::string& instance,
                              const std::vector<std::string>& command);
/// For a program: asks nothing, waits a while for the instance at most.
[[nodiscard]] Login batch_ssh_login(const Context& context, const Observed& observed,
                                    const std::string& instance, const std::string& command);
/// Becomes ssh; returns only by throwing.
[[noreturn]] void run_ssh(const std::vector<std::string>& command);

/// Opens the gallery in the desktop's browser; false where there is none to start, then only the URL helps.
bool open_in_browser(const std::string& url);

}  // namespace deploy
