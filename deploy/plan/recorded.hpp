// What a deployment remembers of itself, in the metadata of the instance with database and broker.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "deploy/plan/observed.hpp"
#include "deploy/topology/secrets.hpp"

namespace deploy {

struct Recorded {
    std::string server_id;           ///< of the instance; empty while there is none
    std::optional<Secrets> secrets;  ///< what all passwords are made of
    std::optional<Counts> counts;    ///< how many of what there shall be
};

[[nodiscard]] Recorded recorded_in(const ObservedInstances& instances);

/// As metadata.
[[nodiscard]] std::map<std::string, std::string> to_metadata(const Counts& counts);

}  // namespace deploy
