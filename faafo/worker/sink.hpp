// Where a worker hands in what it drew: to the API over HTTP, or, inside the API's process, to the store.
#pragma once

#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "faafo/store/store.hpp"

namespace faafo::worker {

/// Nobody takes the result right now; the same call may succeed later.
struct SinkUnavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// The result was refused and will be again.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class Delivery {
    stored,
    pointless,  ///< the fractal was deleted, or another worker was faster
};

/// Thread-safe.
class Sink {
  public:
    virtual ~Sink() = default;
    /// Throws SinkUnavailable, Refused.
    virtual Delivery deliver(const store::Result& result, std::stop_token stop) = 0;
};

[[nodiscard]] std::unique_ptr<Sink> make_store_sink(store::Store& store);
/// PUTs to endpoint_url, as the original's worker does; throws api::BadEndpoint.
[[nodiscard]] std::unique_ptr<Sink> make_http_sink(const std::string& endpoint_url);

}  // namespace faafo::worker
