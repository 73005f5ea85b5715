// How a program is told to end.
#pragma once

namespace faafo::config {

/// Keeps SIGTERM and SIGINT for wait_for_stop(). Call it before any thread starts.
void hold_stop_signals();
/// Returns the signal that came.
int wait_for_stop();

}  // namespace faafo::config
