// The two ways in which workers of a broker reach the API's knowledge: over HTTP, or, inside the API's process, in the
// store itself.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "faafo/queue/ledger.hpp"
#include "faafo/store/store.hpp"

namespace faafo::worker {

[[nodiscard]] std::unique_ptr<queue::Ledger> make_store_ledger(store::Store& store);
/// PUTs {"state": …} to endpoint_url. The original's API, which does not know that, is worked for without: it then
/// learns of a task by its picture only. After `stop`, what waits for the API is given up, and tasks are given back
/// within seconds. Throws api::BadEndpoint.
[[nodiscard]] std::unique_ptr<queue::Ledger> make_http_ledger(const std::string& endpoint_url,
                                                              std::stop_token stop);

}  // namespace faafo::worker
