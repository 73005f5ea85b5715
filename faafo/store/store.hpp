// The store: what the application remembers. Callers see this interface only; which database is behind it
// is decided once, where the program opens it (sql_store.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faafo/store/fractal.hpp"
#include "faafo/store/query.hpp"

namespace faafo::store {

/// A fractal of this uuid exists already.
struct DuplicateUuid : std::runtime_error {
    explicit DuplicateUuid(const std::string& uuid);
};
/// There is no fractal of this uuid (any more).
struct NotFound : std::runtime_error {
    explicit NotFound(const std::string& uuid);
};
/// The fractal has another picture already; the first one stays.
struct AlreadyDrawn : std::runtime_error {
    explicit AlreadyDrawn(const std::string& uuid);
};
/// The task was given to another worker in the meantime.
struct LeaseLost : std::runtime_error {
    explicit LeaseLost(const std::string& uuid);
};
/// The database does not take a picture of this size; trying again does not help.
struct TooLarge : std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// The database cannot be reached, is too busy or has no room; the same call may succeed later.
struct Unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
    Unavailable(const std::string& text, std::string to_clients)
        : std::runtime_error(text), for_clients(std::move(to_clients)) {}

    /// What may be told to those who ask over the network: no server's name and no file's.
    std::string for_clients = "The database does not answer; try again later";
};

struct Page {
    std::vector<Fractal> fractals;
    std::int64_t total = 0;  ///< of all pages
};

struct Image {
    std::string bytes;     ///< a PNG file
    std::string checksum;  ///< of these bytes
};

/// What may be changed on a fractal without handing in a picture; what is not given stays as it is.
struct Change {
    std::optional<double> duration;
    std::optional<std::string> generated_by;
    /// Only where a broker brings tasks to workers, and only before the fractal is drawn or failed. State::drawing: a
    /// worker begins; State::queued: it gives the task back.
    std::optional<State> state;
    /// With State::drawing: the worker goes on, and holds the task without the broker until it falls silent.
    std::optional<std::string> lease;
};

/// How much there is, and who did it.
struct Summary {
    std::map<State, std::int64_t> states;  ///< without those that no fractal is in
    /// "generated_by" of what is done; the busiest, if there are too many.
    std::map<std::string, std::int64_t> drawn_by;
};

/// Every call is one transaction. Thread-safe. Any call may throw Unavailable.
class Store {
  public:
    virtual ~Store() = default;

    /// Remembers the fractal together with its task: after this call a worker will find it, whatever crashes.
    /// Throws DuplicateUuid.
    virtual void create(const Fractal& fractal) = 0;
    [[nodiscard]] virtual std::optional<Fractal> find(std::string_view uuid) = 0;
    /// At most `count` of the fractals asked for, from number `first` on. Throws BadQuery.
    [[nodiscard]] virtual Page list(const Query& query, std::int64_t first, std::int64_t count) = 0;
    /// Takes its picture and its task along. False when there was none.
    virtual bool remove(std::string_view uuid) = 0;

    /// Keeps the picture and retires the task. The same picture again changes nothing.
    /// Throws NotFound, AlreadyDrawn, LeaseLost, TooLarge.
    virtual Fractal complete(const Result& result) = 0;
    /// Retires the task without a picture, for good. A fractal that is drawn stays drawn. Throws NotFound, LeaseLost.
    virtual Fractal fail(std::string_view uuid, std::string_view reason,
                         const std::optional<std::string>& lease) = 0;
    /// Throws NotFound; LeaseLost when there is a lease, and no outbox that could keep the task.
    virtual Fractal change(std::string_view uuid, const Change& change) = 0;

    /// The picture's file, when it is drawn.
    [[nodiscard]] virtual std::optional<Image> image(std::string_view uuid) = 0;
    /// A smaller one where there is one, else the picture itself.
    [[nodiscard]] virtual std::optional<Image> thumbnail(std::string_view uuid) = 0;

    [[nodiscard]] virtual Summary summary() = 0;
    /// Throws Unavailable unless the database answers, and can keep something if it could not the last time.
    virtual void check() = 0;
};

}  // namespace faafo::store
