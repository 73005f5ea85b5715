#include "sdk/src/resource/fields.hpp"

#include <algorithm>
#include <utility>

namespace openstack::resource {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_ignoring_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

/// The struct that a value holds at some depth, if any.
const Fields* inner_fields(const ValueType* type) {
    while (type->element != nullptr) {
        type = type->element;
    }
    return type->kind == Kind::object ? &type->fields() : nullptr;
}

}  // namespace

Fields::Fields(std::vector<Row> rows, std::optional<Row> rest, std::optional<std::ptrdiff_t> extra,
               std::string_view scalar_key)
    : rows_(std::move(rows)), rest_(rest), extra_(extra) {
    by_key_.reserve(rows_.size());
    for (const Row& row : rows_) {
        by_key_.push_back(&row);
        if (const auto dot = row.key.find('.'); dot != std::string_view::npos) {
            inner_objects_.emplace_back(row.key.substr(0, dot));
        }
        if (row.options.secret) {
            secret_keys_.emplace_back(row.key);
        }
        if (const Fields* inner = inner_fields(row.type)) {
            secret_keys_.insert(secret_keys_.end(), inner->secret_keys_.begin(), inner->secret_keys_.end());
        }
    }
    std::ranges::stable_sort(by_key_, {}, [](const Row* row) { return row->key; });
    if (!scalar_key.empty()) {
        scalar_ = find(scalar_key);
    }
}

const Row* Fields::find(std::string_view key) const {
    const auto found = std::ranges::lower_bound(by_key_, key, {}, [](const Row* row) { return row->key; });
    return found != by_key_.end() && (*found)->key == key ? *found : nullptr;
}

const Row* Fields::find_header(std::string_view name) const {
    const Row* by_prefix = nullptr;
    for (const Row& row : rows_) {
        if (!row.options.header) {
            continue;
        }
        if (same_ignoring_case(row.key, name)) {
            return &row;
        }
        if (row.key.ends_with('*') && name.size() >= row.key.size() &&
            same_ignoring_case(row.key.substr(0, row.key.size() - 1), name.substr(0, row.key.size() - 1))) {
            by_prefix = &row;
        }
    }
    return by_prefix;
}

bool Fields::is_inner_object(std::string_view key) const {
    return std::ranges::find(inner_objects_, key) != inner_objects_.end();
}

ExtraFields* Fields::extra(void* object) const {
    return extra_ ? reinterpret_cast<ExtraFields*>(static_cast<char*>(object) + *extra_) : nullptr;
}

}  // namespace openstack::resource
