// The outbox: what has to be published to a message broker, written in the transaction that creates the fractal. A row
// stays until its fractal is drawn, failed or deleted; while the broker or a worker has the task, the row's time to be
// published (again) lies in the future. So a task survives its broker's disk too. Any number of processes may publish
// from one outbox; a task that two of them publish is drawn once.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "faafo/store/fractal.hpp"

namespace soci {
class session;
}

namespace faafo::store {

class Database;

/// A task to be published now.
struct OutboxEntry {
    Fractal fractal;
    int publications = 0;  ///< confirmed ones before; more than none: the broker may have it still
    bool worker_silent =
        false;  ///< a worker had taken it out of the broker, and reports no more: nobody has it
};

/// Thread-safe. Every call is one transaction and may throw Unavailable.
class Outbox {
  public:
    explicit Outbox(std::shared_ptr<Database> database) : database_(std::move(database)) {}

    /// At most `count` tasks whose time has come, the longest waiting first. For the length of `lease` no other process
    /// gets them; when it ends without published() or postpone(), they are due again.
    [[nodiscard]] std::vector<OutboxEntry> take(std::size_t count, std::chrono::milliseconds lease);
    /// The broker has them. Should their fractals neither be drawn nor be reported by a worker until `again` has passed,
    /// they are due again; twice as long after the next time, and so on.
    void published(std::span<const std::string> uuids, std::chrono::milliseconds again);
    /// Not now; after `delay`.
    void postpone(std::span<const std::string> uuids, std::chrono::milliseconds delay);

    /// Tasks of a queue that was used before take their place in this one: what is in the table of the embedded queue
    /// goes into the outbox, or the other way round. Returns how many.
    std::size_t adopt_tasks();
    std::size_t return_tasks();

  private:
    std::shared_ptr<Database> database_;
};

/// Inside the store's transactions.
namespace outbox {

void add(soci::session& session, const std::string& uuid, Time when);
void remove(soci::session& session, const std::string& uuid);

/// A worker begins to draw it: it is not due before `until`. False when it is not in the outbox.
bool begin(soci::session& session, const std::string& uuid, Time until);
/// A worker holds it under this name without the broker: it is not due before `until`. False when it is not in the outbox.
bool hold(soci::session& session, const std::string& uuid, const std::string& lease, Time until);
/// The worker gives it back. If it held it without the broker, it is due at once. False when it is not in the outbox.
bool release(soci::session& session, const std::string& uuid);

}  // namespace outbox

}  // namespace faafo::store
