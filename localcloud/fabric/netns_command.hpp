// `ip -batch` and `nft -f` inside a network namespace.
#pragma once

#include <string>

#include "localcloud/host/descriptor.hpp"

namespace localcloud::fabric {

/// Throws std::runtime_error with the program's words.
void run_ip(const host::Descriptor& network_namespace, const std::string& batch);
/// Goes on after commands that fail; for what may have been done already.
void try_ip(const host::Descriptor& network_namespace, const std::string& batch);
void run_nft(const host::Descriptor& network_namespace, const std::string& ruleset);

/// Opens a network namespace's file.
[[nodiscard]] host::Descriptor open_namespace(const std::string& file);

}  // namespace localcloud::fabric
