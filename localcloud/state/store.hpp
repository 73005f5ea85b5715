// The state of a cloud: documents by kind and ID, all of them in memory, every change of them in SQLite before
// it is answered. A process that is killed at any moment loses nothing that a client was told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "localcloud/state/index.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud::state {

enum class Kind {
    setting,
    domain,
    project,
    user,
    role,
    assignment,
    token,
    application_credential,
    service,
    endpoint,
    flavor,
    keypair,
    server,
    server_action,
    network,
    subnet,
    port,
    router,
    floating_ip,
    security_group,
    security_group_rule,
    quota,
    image,
    account,
    container,
    object,
    load_balancer,
    listener,
    pool,
    member,
    health_monitor,
    zone,
    record_set,
    deleted_server,
    count  ///< not a kind
};

struct Entry {
    std::int64_t sequence = 0;  ///< grows with every document: the order of creation
    Document document;
};

using Table = std::map<std::string, Entry, std::less<>>;

/// What was there before a transaction's first change of it.
using Changes = std::map<std::pair<Kind, std::string>, std::optional<Entry>>;

/// Reading. References and pointers hold as long as the view.
class View {
  public:
    /// nullptr when there is none.
    [[nodiscard]] const Document* find(Kind kind, std::string_view id) const;
    /// In order of creation.
    [[nodiscard]] std::vector<const Document*> all(Kind kind) const;
    /// In order of creation, those that `wanted(document)` accepts.
    template <typename Predicate>
    [[nodiscard]] std::vector<const Document*> select(Kind kind, Predicate wanted) const {
        std::vector<const Document*> found;
        for (const Document* document : all(kind)) {
            if (wanted(*document)) found.push_back(document);
        }
        return found;
    }
    /// In order of creation, those whose member `key` is the text `value`; at once where there is an index of it.
    [[nodiscard]] std::vector<const Document*> with(Kind kind, std::string_view key,
                                                    std::string_view value) const;
    /// The first document whose member `key` is the text `value`, or nullptr.
    [[nodiscard]] const Document* find_by(Kind kind, std::string_view key, std::string_view value) const;
    /// Those whose IDs begin with `prefix` and come after `after`, in order of ID.
    [[nodiscard]] std::vector<std::pair<std::string_view, const Document*>> range(
        Kind kind, std::string_view prefix, std::string_view after = {}) const;
    [[nodiscard]] std::size_t count(Kind kind) const { return table(kind).size(); }

  protected:
    /// `changes`: what the index does not know yet; nullptr for nothing.
    View(std::vector<Table>& tables, const Index& index, const Changes* changes)
        : tables_(&tables), index_(&index), changes_(changes) {}
    ~View() = default;
    View(View&&) = default;
    View& operator=(View&&) = default;
    [[nodiscard]] Table& table(Kind kind) const { return (*tables_)[static_cast<std::size_t>(kind)]; }

  private:
    std::vector<Table>* tables_;
    const Index* index_;
    const Changes* changes_;
};

/// A document of the file is no JSON; the text says which one.
struct UnreadableDocument : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Store {
  public:
    /// Opens the file or creates it (mode 0600).
    explicit Store(const std::filesystem::path& file);
    /// One document of a file that nobody has open, whatever is wrong with the others; nothing when it is not there.
    [[nodiscard]] static std::optional<Document> read_one(const std::filesystem::path& file, Kind kind,
                                                          std::string_view id);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Many at a time.
    class ReadView : public View {
      public:
        explicit ReadView(const Store& store);

      private:
        std::shared_lock<std::shared_mutex> lock_;
    };

    /// One at a time, and no reader meanwhile. Without commit() everything is as it was before.
    class Transaction : public View {
      public:
        explicit Transaction(Store& store);
        ~Transaction();
        Transaction(const Transaction&) = delete;
        Transaction& operator=(const Transaction&) = delete;

        /// Creates or replaces.
        void put(Kind kind, std::string_view id, Document document);
        /// To be changed in place; throws std::out_of_range when there is none.
        Document& edit(Kind kind, std::string_view id);
        /// Absent is fine.
        void erase(Kind kind, std::string_view id);
        /// Durable when it returns; on failure it throws and nothing has changed. The transaction may go on after it.
        void commit();

      private:
        void remember(Kind kind, std::string_view id);
        void roll_back() noexcept;

        Store& store_;
        std::unique_lock<std::shared_mutex> lock_;
        Changes before_;
    };

    [[nodiscard]] ReadView read() const { return ReadView{*this}; }
    [[nodiscard]] Transaction write() { return Transaction{*this}; }

  private:
    struct Database;

    mutable std::shared_mutex mutex_;
    mutable std::vector<Table> tables_;
    Index index_;
    std::int64_t last_sequence_ = 0;
    std::unique_ptr<Database> database_;
};

/// "server", "floating_ip" …
[[nodiscard]] std::string_view name(Kind kind);

}  // namespace localcloud::state
