// GET /v1/status as JSON, in both directions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "faafo/store/store.hpp"

namespace faafo::api {

/// How much there is to do, how much is done, and by whom.
struct Status {
    std::map<store::State, std::int64_t> states;  ///< all of them
    std::map<std::string, std::int64_t> workers;  ///< pictures by the worker's name
    std::optional<std::string> queue_trouble;     ///< why tasks do not get to workers at the moment
};

/// {"fractals": all, "queued": …, "drawing": …, "done": …, "failed": …, "queue": "ok", "workers": {name: pictures}}
[[nodiscard]] std::string to_json(const Status& status);
/// Throws BadAnswer.
[[nodiscard]] Status status_from_json(std::string_view text);

}  // namespace faafo::api
