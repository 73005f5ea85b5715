// Steps that depend on one another, run side by side as far as their dependencies allow.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/tty/progress.hpp"

namespace deploy {

/// How a step ended, for the line that shows it.
struct StepResult {
    bool changed = true;  ///< false: it was already as it should be
    std::string detail;
};

/// Lets a running step say where it is.
using StepReport = std::function<void(const std::string& detail)>;

struct Step {
    std::string title;
    std::vector<std::size_t> after;  ///< numbers of earlier steps
    std::function<StepResult(const StepReport& report, std::stop_token stop)> run;
};

inline constexpr std::chrono::seconds usual_reminder{30};

/// Runs every step once, each in a thread of its own, at most `parallel` at a time. When one throws, the others
/// are asked to stop, no further one starts, and its exception is thrown after all have ended.
/// A stop requested from outside ends it in the same way with openstack::Cancelled.
/// Where lines do not change in place, a note says every `reminder` what it waits for and since when.
void run_steps(const std::vector<Step>& steps, common::tty::Progress& progress, std::stop_token stop,
               std::size_t parallel = 8, std::chrono::milliseconds reminder = usual_reminder);

}  // namespace deploy
