// The query string of GET /v1/fractal: pages, and the "q" of flask-restless.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/httpd/message.hpp"
#include "faafo/store/query.hpp"

namespace faafo::api {

struct Search {
    store::Query query;
    bool single = false;  ///< exactly one is expected
    std::int64_t page = 1;
    std::int64_t results_per_page = 10;
};

/// Throws Problem.
[[nodiscard]] Search read_search(const common::httpd::Request& request);

}  // namespace faafo::api
