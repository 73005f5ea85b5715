// The field tables: which member of a struct stands for which key of JSON, query or header.
//
// A table is written once per struct, beside the service that uses it; the engine (decode.cpp, encode.cpp) reads
// it without knowing the struct. Values are described by ValueType, which is made by templates from the members'
// types, so a table's row is just {"key", &Struct::member}.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "openstack/field.hpp"

namespace openstack::resource {

class Fields;

/// The table of a struct; specialised beside it.
template <class Struct>
const Fields& fields_of();

enum class Kind : std::uint8_t {
    text,
    boolean,
    small_integer,
    integer,
    real,
    time,
    open_enum,
    raw_json,
    object,
    list,      ///< std::vector
    map,       ///< std::map by std::string
    optional,  ///< std::optional
    tri_state  ///< Field
};

using Visit = void (*)(void* context, std::string_view key, const void* element);

/// What the engine must know of a C++ type. Functions are null where the kind has no use for them.
struct ValueType {
    Kind kind;
    const ValueType* element = nullptr;
    const Fields& (*fields)() = nullptr;
    /// Adds a default element to a list or (under the key) a map, or fills an optional, and returns it.
    void* (*add)(void* container, std::string_view key) = nullptr;
    /// Visits the elements of a list or map, or the value that an optional has.
    void (*each)(const void* container, Visit visit, void* context) = nullptr;
    void (*reserve)(void* container, std::size_t count) = nullptr;
    bool (*is_null)(const void* field) = nullptr;
};

template <class T>
struct Describe;
template <class T>
inline constexpr ValueType value_type = Describe<T>::type();

template <class T>
struct Describe {
    static constexpr ValueType type() {
        if constexpr (std::same_as<T, std::string>) {
            return {.kind = Kind::text};
        } else if constexpr (std::same_as<T, bool>) {
            return {.kind = Kind::boolean};
        } else if constexpr (std::same_as<T, int>) {
            return {.kind = Kind::small_integer};
        } else if constexpr (std::same_as<T, std::int64_t>) {
            return {.kind = Kind::integer};
        } else if constexpr (std::same_as<T, double>) {
            return {.kind = Kind::real};
        } else if constexpr (std::same_as<T, Time>) {
            return {.kind = Kind::time};
        } else if constexpr (std::same_as<T, JsonText>) {
            return {.kind = Kind::raw_json};
        } else if constexpr (std::derived_from<T, OpenEnum>) {
            static_assert(sizeof(T) == sizeof(OpenEnum), "the engine treats it as an OpenEnum");
            return {.kind = Kind::open_enum};
        } else {
            static_assert(std::is_class_v<T>, "no such type in a field table");
            return {.kind = Kind::object, .fields = &fields_of<T>};
        }
    }
};

template <class T>
struct Describe<std::vector<T>> {
    static constexpr ValueType type() {
        return {.kind = Kind::list,
                .element = &value_type<T>,
                .add = [](void* list, std::string_view) -> void* {
                    return &static_cast<std::vector<T>*>(list)->emplace_back();
                },
                .each =
                    [](const void* list, Visit visit, void* context) {
                        for (const T& element : *static_cast<const std::vector<T>*>(list)) {
                            visit(context, {}, &element);
                        }
                    },
                .reserve = [](void* list,
                              std::size_t count) { static_cast<std::vector<T>*>(list)->reserve(count); }};
    }
};

template <class T>
struct Describe<std::map<std::string, T>> {
    static constexpr ValueType type() {
        return {
            .kind = Kind::map,
            .element = &value_type<T>,
            .add = [](void* map, std::string_view key) -> void* {
                return &(*static_cast<std::map<std::string, T>*>(map))[std::string(key)];
            },
            .each =
                [](const void* map, Visit visit, void* context) {
                    for (const auto& [key, element] : *static_cast<const std::map<std::string, T>*>(map)) {
                        visit(context, key, &element);
                    }
                }};
    }
};

template <class T>
struct Describe<std::optional<T>> {
    static constexpr ValueType type() {
        return {.kind = Kind::optional,
                .element = &value_type<T>,
                .add = [](void* optional, std::string_view) -> void* {
                    return &static_cast<std::optional<T>*>(optional)->emplace();
                },
                .each =
                    [](const void* optional, Visit visit, void* context) {
                        if (const auto& value = *static_cast<const std::optional<T>*>(optional)) {
                            visit(context, {}, &*value);
                        }
                    }};
    }
};

template <class T>
struct Describe<Field<T>> {
    static constexpr ValueType type() {
        return {.kind = Kind::tri_state,
                .element = &value_type<T>,
                .add = [](void* field, std::string_view) -> void* {
                    return &static_cast<Field<T>*>(field)->emplace();
                },
                .each =
                    [](const void* field, Visit visit, void* context) {
                        if (const auto& value = *static_cast<const Field<T>*>(field); value.has_value()) {
                            visit(context, {}, &value.value());
                        }
                    },
                .is_null = [](const void* field) { return static_cast<const Field<T>*>(field)->is_null(); }};
    }
};

/// What is special about a row.
struct RowOptions {
    bool secret = false;         ///< never in a log, an error text or a printed resource
    bool header = false;         ///< a header of request and answer, not of the body
    bool client_side = false;    ///< of a query: the service has no such filter, the SDK compares
    bool base64 = false;         ///< of text: Base64 on the wire, plain in the struct
    const char* wrap = nullptr;  ///< of a list of text: each is an object with this one key on the wire
    const char* since = "";      ///< microversion without which the service refuses it in a request
};

struct Row {
    /// A header's key may end in "*": it stands for all that begin so, and the member is a map. A key with a dot
    /// ("zoneState.available") is a member of an inner object.
    std::string_view key;
    std::ptrdiff_t offset = 0;
    const ValueType* type = nullptr;
    RowOptions options;

    [[nodiscard]] void* in(void* object) const { return static_cast<char*>(object) + offset; }
    [[nodiscard]] const void* in(const void* object) const {
        return static_cast<const char*>(object) + offset;
    }
};

class Fields {
  public:
    /// `rest`: a map that takes all other keys. `extra`: keeps what nobody takes. `scalar_key`: the key of the row
    /// that a bare number or text instead of an object stands for.
    Fields(std::vector<Row> rows, std::optional<Row> rest, std::optional<std::ptrdiff_t> extra,
           std::string_view scalar_key);

    /// In the order of the table, which is the order in bodies.
    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
    [[nodiscard]] const Row* find(std::string_view key) const;
    [[nodiscard]] const Row* find_header(std::string_view name) const;
    [[nodiscard]] bool is_inner_object(std::string_view key) const;
    [[nodiscard]] const std::optional<Row>& rest() const { return rest_; }
    [[nodiscard]] const Row* scalar() const { return scalar_; }
    [[nodiscard]] ExtraFields* extra(void* object) const;
    /// The keys of secrets, those of inner structs included.
    [[nodiscard]] const std::vector<std::string>& secret_keys() const { return secret_keys_; }

  private:
    std::vector<Row> rows_;
    std::vector<const Row*> by_key_;
    std::vector<std::string> inner_objects_;
    std::vector<std::string> secret_keys_;
    std::optional<Row> rest_;
    std::optional<std::ptrdiff_t> extra_;
    const Row* scalar_ = nullptr;
};

/// A row before it is type-erased: {"key", &Struct::member, {.secret = true}}.
template <class Struct>
struct TableRow : Row {
    template <class T>
    TableRow(std::string_view row_key, T Struct::* member, RowOptions row_options = {})
        : Row{.key = row_key, .offset = offset_of(member), .type = &value_type<T>, .options = row_options} {}

    template <class T>
    static std::ptrdiff_t offset_of(T Struct::* member) {
        static const Struct probe{};
        return reinterpret_cast<const char*>(&(probe.*member)) - reinterpret_cast<const char*>(&probe);
    }
};

template <class Struct>
struct TableExtras {
    std::map<std::string, std::string> Struct::* rest = nullptr;
    std::string_view scalar_key;
};

template <class Struct>
Fields table(std::initializer_list<TableRow<Struct>> rows, const TableExtras<Struct>& extras = {}) {
    std::vector<Row> erased(rows.begin(), rows.end());
    std::optional<Row> rest;
    if (extras.rest != nullptr) {
        rest = TableRow<Struct>("", extras.rest);
    }
    std::optional<std::ptrdiff_t> extra;
    if constexpr (requires(Struct& object) {
                      { object.extra } -> std::same_as<ExtraFields&>;
                  }) {
        extra = TableRow<Struct>::offset_of(&Struct::extra);
    }
    return Fields(std::move(erased), rest, extra, extras.scalar_key);
}

}  // namespace openstack::resource
