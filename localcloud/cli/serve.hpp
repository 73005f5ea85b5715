// The process that is the cloud.
#pragma once

#include "localcloud/cli/folder.hpp"

namespace localcloud::cli {

/// Serves until SIGTERM or SIGINT; instances live on. Must be called before any thread is started.
/// Throws with a sentence when it cannot.
void serve(const CloudOptions& options, const std::filesystem::path& state);

/// Ends all instances of a cloud that nobody serves, and says so in its state.
void end_instances(const std::filesystem::path& state);

/// Where images are kept for all clouds; asks for what containers need first. Throws with a sentence.
void prepare_containers(const CloudOptions& options);

/// Removes what the cloud has made in the state folder, also what belongs to users of instances, and the folder itself
/// unless somebody else's files are in it.
void remove_state(const std::filesystem::path& state);

/// The driver that a cloud was made with; empty for a new one.
[[nodiscard]] std::string recorded_driver(const std::filesystem::path& state);

}  // namespace localcloud::cli
