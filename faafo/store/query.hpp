// Which fractals, in which order: a question to the store, free of SQL and of JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace common::db {
enum class Backend;
}

namespace faafo::store {

/// How a field compares and is stored.
enum class FieldType { text, integer, real, time };

struct Field {
    std::string_view name;  ///< in JSON and in the database alike
    FieldType type = FieldType::text;
    bool nullable = false;
};

/// Everything that may be asked for; pictures are no field.
[[nodiscard]] std::span<const Field> fields();
[[nodiscard]] const Field* find_field(std::string_view name);

enum class Operator {
    equal,
    not_equal,
    greater,
    less,
    greater_or_equal,
    less_or_equal,
    in,
    not_in,
    like,   ///< case decides as far as the database lets it
    ilike,  ///< case does not matter
    is_null,
    is_not_null,
};

using Value = std::variant<std::string, std::int64_t, double>;

struct Condition {
    enum class Kind { values, other_field, all, any };
    Kind kind = Kind::values;
    std::string field;
    Operator op = Operator::equal;
    std::vector<Value> values;          ///< one, or any number for in and not_in; none for is_null
    std::string other_field;            ///< to compare with, for Kind::other_field
    std::vector<Condition> conditions;  ///< for all and any
};

struct Order {
    std::string field;
    bool descending = false;
};

struct Query {
    std::vector<Condition> filters;     ///< all of them hold
    std::vector<Order> order;           ///< the uuid decides between equals, and alone when empty
    std::vector<std::string> group_by;  ///< of each group the one with the smallest uuid
    std::optional<std::int64_t> limit;
    std::int64_t offset = 0;
};

/// A question that makes no sense: names the field or the operator.
struct BadQuery : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// A piece of SQL and the values of its placeholders, in order.
struct Sql {
    std::string text;
    std::vector<Value> values;
};

/// " WHERE …" or nothing. Throws BadQuery.
[[nodiscard]] Sql where_clause(const Query& query, common::db::Backend backend);
/// " ORDER BY …"; what is null comes first. Throws BadQuery.
[[nodiscard]] std::string order_clause(const Query& query, common::db::Backend backend);

}  // namespace faafo::store
