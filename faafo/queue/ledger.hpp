// What workers that a message broker supplies tell the API about their tasks, and ask it: the broker knows messages
// only, the API knows fractals.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace faafo::queue {

/// The API, or its database, does not answer; the same call may succeed later.
struct LedgerUnavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Thread-safe. Every call may throw LedgerUnavailable.
class Ledger {
  public:
    virtual ~Ledger() = default;

    struct Beginning {
        bool wanted = true;        ///< false: drawn, failed or deleted meanwhile
        std::int64_t attempt = 1;  ///< how often a worker has begun with it, this time included
    };
    /// A worker takes the task.
    virtual Beginning begin(const std::string& uuid) = 0;
    /// Whether its picture is wanted still.
    virtual bool wanted(const std::string& uuid) = 0;

    enum class Hold {
        kept,        ///< if the worker falls silent, the task goes to another, without the broker's help
        pointless,   ///< drawn, failed or deleted meanwhile
        impossible,  ///< this API cannot do that
    };
    /// The worker is at it still, and wants to be so without the broker. Has to be repeated.
    virtual Hold hold(const std::string& uuid, const std::string& lease) = 0;
    /// The worker gives it back. A held one is published again.
    virtual void release(const std::string& uuid) = 0;
    /// No worker will ever manage it.
    virtual void fail(const std::string& uuid, const std::string& reason) = 0;
};

}  // namespace faafo::queue
