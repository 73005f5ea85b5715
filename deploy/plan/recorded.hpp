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
    std::optional<Balance> balance;  ///< absent: nothing but `none` was ever wanted
};

[[nodiscard]] Recorded recorded_in(const ObservedInstances& instances);

/// As metadata.
[[nodiscard]] std::map<std::string, std::string> to_metadata(const Counts& counts);
[[nodiscard]] std::map<std::string, std::string> to_metadata(const Balance& balance);

}  // namespace deploy
