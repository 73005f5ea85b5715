// Where the programs' log goes and how its lines look: the original's, "2026-11-22 15:04:05.678 4711 INFO faafo.api [-] …".
#pragma once

#include <string>

#include "faafo/config/settings.hpp"

namespace faafo::config {

/// For the whole program; `name` is "faafo.api". Throws BadConfiguration when the file cannot be written.
void start_logging(const Settings& settings, const std::string& name);

}  // namespace faafo::config
