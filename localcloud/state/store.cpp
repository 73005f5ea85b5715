#include "localcloud/state/store.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "common/db/database.hpp"

namespace localcloud::state {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Kind::count)> kind_names{
    "setting",
    "domain",
    "project",
    "user",
    "role",
    "assignment",
    "token",
    "application_credential",
    "service",
    "endpoint",
    "flavor",
    "keypair",
    "server",
    "server_action",
    "network",
    "subnet",
    "port",
    "router",
    "floating_ip",
    "security_group",
    "security_group_rule",
    "quota",
    "image",
    "account",
    "container",
    "object",
    "load_balancer",
    "listener",
    "pool",
    "member",
    "health_monitor",
    "zone",
    "record_set",
    "deleted_server"};

constexpr std::array migrations{
    common::db::Migration{
        .number = 1,
        .sql = "CREATE TABLE document (kind TEXT NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL, "
               "body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID"},
};

}  // namespace

std::string_view name(Kind kind) {
    return kind_names.at(static_cast<std::size_t>(kind));
}

const Document* View::find(Kind kind, std::string_view id) const {
    const Table& all = table(kind);
    const auto found = all.find(id);
    return found == all.end() ? nullptr : &found->second.document;
}

namespace {

std::vector<const Document*> in_order(std::vector<const Entry*> entries) {
    std::sort(entries.begin(), entries.end(),
              [](const Entry* left, const Entry* right) { return left->sequence < right->sequence; });
    std::vector<const Document*> documents;
    documents.reserve(entries.size());
    for (const Entry* entry : entries)
        documents.push_back(&entry->document);
    return documents;
}

}  // namespace

std::vector<const Document*> View::all(Kind kind) const {
    std::vector<const Entry*> entries;
    entries.reserve(table(kind).size());
    for (const auto& [id, entry] : table(kind))
        entries.push_back(&entry);
    return in_order(std::move(entries));
}

std::vector<const Document*> View::with(Kind kind, std::string_view key, std::string_view value) const {
    const auto fits = [&](const Document& document) { return text(document, key) == value; };
    if (!Index::covers(kind, key, value)) return select(kind, fits);
    const Table& all = table(kind);
    std::vector<const Entry*> entries;
    for (const std::string& id : index_->find(kind, key, value)) {
        if (changes_ == nullptr || !changes_->contains({kind, id})) entries.push_back(&all.find(id)->second);
    }
    if (changes_ != nullptr) {
        // A document that was given out to be changed may have another value by now.
        for (auto next = changes_->lower_bound({kind, {}});
             next != changes_->end() && next->first.first == kind; ++next) {
            const auto found = all.find(next->first.second);
            if (found != all.end() && fits(found->second.document)) entries.push_back(&found->second);
        }
    }
    return in_order(std::move(entries));
}

const Document* View::find_by(Kind kind, std::string_view key, std::string_view value) const {
    for (const Document* document : all(kind)) {
        const json::value* found = document->if_contains(key);
        if (found != nullptr && found->is_string() && found->get_string() == value) return document;
    }
    return nullptr;
}

std::vector<std::pair<std::string_view, const Document*>> View::range(Kind kind, std::string_view prefix,
                                                                      std::string_view after) const {
    std::vector<std::pair<std::string_view, const Document*>> found;
    const Table& all = table(kind);
    auto next = all.lower_bound(prefix);
    if (!after.empty() && after >= prefix) next = all.upper_bound(after);
    for (; next != all.end() && next->first.starts_with(prefix); ++next) {
        found.emplace_back(next->first, &next->second.document);
    }
    return found;
}

namespace {

void open(soci::session& session, const std::filesystem::path& file) {
    common::db::open(session, {.backend = common::db::Backend::sqlite, .path = file.string()});
    common::db::migrate(session, migrations);
}

Document read(const std::filesystem::path& file, std::string_view kind, const std::string& id,
              const std::string& body) {
    try {
        return parse_json(body).as_object();
    } catch (const std::exception& error) {
        throw UnreadableDocument{file.string() + ": the " + std::string{kind} + " '" + id +
                                 "' cannot be read: " + error.what()};
    }
}

}  // namespace

struct Store::Database {
    soci::session session;
};

Store::Store(const std::filesystem::path& file)
    : tables_(static_cast<std::size_t>(Kind::count)), database_(std::make_unique<Database>()) {
    soci::session& session = database_->session;
    open(session, file);
    const soci::rowset<soci::row> rows = session.prepare << "SELECT kind, id, sequence, body FROM document";
    for (const soci::row& row : rows) {
        const auto kind = std::find(kind_names.begin(), kind_names.end(), row.get<std::string>(0));
        if (kind == kind_names.end()) {
            throw std::runtime_error{
                file.string() + " holds documents of the unknown kind '" + row.get<std::string>(0) +
                "': it was written by a newer localcloud; use that one, or `localcloud reset`"};
        }
        const auto sequence = static_cast<std::int64_t>(row.get<int>(2));
        const auto id = row.get<std::string>(1);
        tables_[static_cast<std::size_t>(kind - kind_names.begin())].emplace(
            id, Entry{sequence, localcloud::state::read(file, *kind, id, row.get<std::string>(3))});
        last_sequence_ = std::max(last_sequence_, sequence);
    }
    for (std::size_t kind = 0; kind < tables_.size(); ++kind)
        for (const auto& [id, entry] : tables_[kind])
            index_.add(static_cast<Kind>(kind), id, entry.document);
}

std::optional<Document> Store::read_one(const std::filesystem::path& file, Kind kind, std::string_view id) {
    soci::session session;
    open(session, file);
    const std::string kind_name{name(kind)};
    const std::string wanted{id};
    std::string body;
    session << "SELECT body FROM document WHERE kind = :kind AND id = :id", soci::use(kind_name),
        soci::use(wanted), soci::into(body);
    if (!session.got_data()) return std::nullopt;
    return localcloud::state::read(file, kind_name, wanted, body);
}

Store::~Store() = default;

Store::ReadView::ReadView(const Store& store)
    : View(store.tables_, store.index_, nullptr), lock_(store.mutex_) {}

Store::Transaction::Transaction(Store& store)
    : View(store.tables_, store.index_, &before_), store_(store), lock_(store.mutex_) {}

Store::Transaction::~Transaction() {
    roll_back();
}

void Store::Transaction::remember(Kind kind, std::string_view id) {
    const auto [place, is_new] = before_.try_emplace({kind, std::string{id}});
    if (!is_new) return;
    const Table& all = table(kind);
    if (const auto found = all.find(id); found != all.end()) place->second = found->second;
}

void Store::Transaction::put(Kind kind, std::string_view id, Document document) {
    remember(kind, id);
    Table& all = table(kind);
    if (const auto found = all.find(id); found != all.end()) {
        found->second.document = std::move(document);
    } else {
        all.emplace(std::string{id}, Entry{++store_.last_sequence_, std::move(document)});
    }
}

Document& Store::Transaction::edit(Kind kind, std::string_view id) {
    Table& all = table(kind);
    const auto found = all.find(id);
    if (found == all.end()) {
        throw std::out_of_range{"there is no " + std::string{name(kind)} + " " + std::string{id}};
    }
    remember(kind, id);
    return found->second.document;
}

void Store::Transaction::erase(Kind kind, std::string_view id) {
    Table& all = table(kind);
    const auto found = all.find(id);
    if (found == all.end()) return;
    remember(kind, id);
    all.erase(found);
}

void Store::Transaction::commit() {
    if (before_.empty()) return;
    try {
        soci::session& session = store_.database_->session;
        soci::transaction transaction{session};
        for (const auto& [key, previous] : before_) {
            std::string kind{name(key.first)};
            std::string id = key.second;
            const Table& all = table(key.first);
            if (const auto found = all.find(id); found != all.end()) {
                std::string body = json::serialize(found->second.document);
                if (!is_utf8(id) || !is_utf8(body)) {
                    throw std::runtime_error{
                        "a " + kind + " would hold bytes that are no UTF-8 and could not be read again"};
                }
                auto sequence = static_cast<long long>(found->second.sequence);
                session << "INSERT OR REPLACE INTO document (kind, id, sequence, body) VALUES (:kind, :id, "
                           ":seq, :body)",
                    soci::use(kind), soci::use(id), soci::use(sequence), soci::use(body);
            } else {
                session << "DELETE FROM document WHERE kind = :kind AND id = :id", soci::use(kind),
                    soci::use(id);
            }
        }
        transaction.commit();
    } catch (const soci::soci_error& error) {
        roll_back();
        throw std::runtime_error{std::string{"the state could not be written: "} + error.what()};
    } catch (...) {
        roll_back();
        throw;
    }
    for (const auto& [key, previous] : before_) {
        const auto& [kind, id] = key;
        if (previous) store_.index_.remove(kind, id, previous->document);
        if (const Document* document = find(kind, id)) store_.index_.add(kind, id, *document);
    }
    before_.clear();
}

void Store::Transaction::roll_back() noexcept {
    for (auto& [key, previous] : before_) {
        Table& all = table(key.first);
        if (previous) {
            all.insert_or_assign(key.second, std::move(*previous));
        } else {
            all.erase(key.second);
        }
    }
    before_.clear();
}

}  // namespace localcloud::state
