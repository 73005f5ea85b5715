#include "faafo/store/query.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "common/db/database.hpp"
#include "faafo/store/fractal.hpp"

namespace faafo::store {

using common::db::Backend;

namespace {

constexpr std::array known_fields{
    Field{"uuid", FieldType::text},
    Field{"checksum", FieldType::text, true},
    Field{"url", FieldType::text, true},
    Field{"duration", FieldType::real, true},
    Field{"size", FieldType::integer, true},
    Field{"width", FieldType::integer},
    Field{"height", FieldType::integer},
    Field{"iterations", FieldType::integer},
    Field{"xa", FieldType::real},
    Field{"xb", FieldType::real},
    Field{"ya", FieldType::real},
    Field{"yb", FieldType::real},
    Field{"generated_by", FieldType::text, true},
    Field{"c_re", FieldType::real, true},
    Field{"c_im", FieldType::real, true},
    Field{"state", FieldType::text},
    Field{"attempts", FieldType::integer},
    Field{"failure_reason", FieldType::text, true},
    Field{"created_at", FieldType::time},
    Field{"started_at", FieldType::time, true},
    Field{"finished_at", FieldType::time, true},
};

constexpr int deepest_nesting = 16;
constexpr int most_conditions = 500;  // SQLite stops at expressions 1000 deep, and a AND b AND c is two deep
constexpr int most_patterns = 16;     // each is held against every row, which no index helps
constexpr std::size_t most_values = 1000;  // SQLite stops at 32766 placeholders, a statement's length at 1 MB

const Field& field_or_throw(std::string_view name) {
    if (const Field* field = find_field(name)) return *field;
    throw BadQuery(fmt::format("there is no field '{}'", name));
}

/// The databases differ in what they make of '105' in a numeric column, so we decide: it is a number.
Value coerced(const Field& field, const Value& value) {
    if (field.type == FieldType::text) {
        if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
        if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
        return field.name == "uuid" ? Value{lower_case(std::get<std::string>(value))} : value;
    }
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return value;
    if (field.type == FieldType::time) {
        if (const auto time = parse_time(*text))
            return static_cast<std::int64_t>(time->time_since_epoch().count());
        throw BadQuery(fmt::format("the value for '{}' is no time like 2026-11-22T15:04:05Z", field.name));
    }
    const char* const end = text->data() + text->size();
    std::int64_t integer = 0;
    if (const auto [stop, error] = std::from_chars(text->data(), end, integer);
        error == std::errc{} && stop == end) {
        return integer;
    }
    double real = 0;
    if (const auto [stop, error] = std::from_chars(text->data(), end, real);
        error == std::errc{} && stop == end && std::isfinite(real)) {
        return real;
    }
    throw BadQuery(fmt::format("the value for '{}' is no number", field.name));
}

std::string_view comparison(Operator op) {
    switch (op) {
        case Operator::equal:
            return "=";
        case Operator::not_equal:
            return "<>";
        case Operator::greater:
            return ">";
        case Operator::less:
            return "<";
        case Operator::greater_or_equal:
            return ">=";
        case Operator::less_or_equal:
            return "<=";
        case Operator::like:
            return "LIKE";
        default:
            return {};
    }
}

// Two of three databases take a backslash in a pattern for something special, and nobody else's clients do.
constexpr std::string_view no_escapes = " ESCAPE '!'";

std::string without_escapes(std::string_view pattern) {
    std::string text;
    for (const char c : pattern) {
        if (c == '!') text += '!';
        text += c;
    }
    return text;
}

class Compiler {
  public:
    explicit Compiler(Backend backend) : backend_(backend) {}
    Sql sql;

    void condition(const Condition& condition, int depth = 0) {
        if (depth > deepest_nesting) throw BadQuery("the filters are nested too deeply");
        if (++conditions_ > most_conditions) throw BadQuery("there are too many filters");
        if (is_pattern(condition) && ++patterns_ > most_patterns)
            throw BadQuery(fmt::format("there are more than {} filters with like or ilike", most_patterns));
        switch (condition.kind) {
            case Condition::Kind::all:
                return joined(condition.conditions, " AND ", "1 = 1", depth);
            case Condition::Kind::any:
                return joined(condition.conditions, " OR ", "1 = 0", depth);
            case Condition::Kind::other_field:
                return fields_compared(condition);
            case Condition::Kind::values:
                return values_compared(condition);
        }
    }

  private:
    static bool is_pattern(const Condition& condition) {
        return condition.op == Operator::like || condition.op == Operator::ilike;
    }

    void joined(const std::vector<Condition>& conditions, std::string_view word, std::string_view none,
                int depth) {
        if (conditions.empty()) {
            sql.text += none;
            return;
        }
        sql.text += '(';
        for (std::size_t i = 0; i < conditions.size(); ++i) {
            if (i > 0) sql.text += word;
            condition(conditions[i], depth + 1);
        }
        sql.text += ')';
    }

    void fields_compared(const Condition& condition) {
        const Field& left = field_or_throw(condition.field);
        const Field& right = field_or_throw(condition.other_field);
        if (is_pattern(condition)) {
            const std::string_view shape =
                condition.op == Operator::ilike ? "LOWER({}) LIKE LOWER({})" : "{} LIKE {}";
            const std::string pattern = fmt::format("REPLACE({}, '!', '!!')", as_text(right));
            sql.text.append(fmt::format(fmt::runtime(shape), as_text(left), pattern)).append(no_escapes);
            return;
        }
        const std::string_view word = comparison(condition.op);
        if (word.empty())
            throw BadQuery(fmt::format("'{}' cannot be compared with a field that way", left.name));
        // A text and a number: as texts, since databases do not agree on anything else.
        const bool texts = (left.type == FieldType::text) != (right.type == FieldType::text);
        sql.text += fmt::format("{} {} {}", texts ? as_text(left) : std::string(left.name), word,
                                texts ? as_text(right) : std::string(right.name));
    }

    void values_compared(const Condition& condition) {
        const Field& field = field_or_throw(condition.field);
        switch (condition.op) {
            case Operator::is_null:
                sql.text += fmt::format("{} IS NULL", field.name);
                return;
            case Operator::is_not_null:
                sql.text += fmt::format("{} IS NOT NULL", field.name);
                return;
            case Operator::in:
            case Operator::not_in:
                return listed(field, condition);
            default:
                break;
        }
        if (condition.values.size() != 1) throw BadQuery(fmt::format("'{}' needs one value", field.name));
        if (is_pattern(condition)) return matched(field, condition);
        sql.text += fmt::format("{} {} ", field.name, comparison(condition.op));
        placeholder(coerced(field, condition.values.front()));
    }

    void listed(const Field& field, const Condition& condition) {
        const bool negated = condition.op == Operator::not_in;
        if (condition.values.empty()) {
            sql.text += negated ? "1 = 1" : "1 = 0";
            return;
        }
        sql.text += fmt::format("{} {}IN (", field.name, negated ? "NOT " : "");
        for (std::size_t i = 0; i < condition.values.size(); ++i) {
            if (i > 0) sql.text += ", ";
            placeholder(coerced(field, condition.values[i]));
        }
        sql.text += ')';
    }

    void matched(const Field& field, const Condition& condition) {
        const Value& value = condition.values.front();
        std::string pattern = std::holds_alternative<std::string>(value)
                                  ? std::get<std::string>(value)
                                  : std::get<std::string>(coerced(Field{field.name, FieldType::text}, value));
        if (pattern.size() > 256) throw BadQuery(fmt::format("the pattern for '{}' is too long", field.name));
        const std::string_view shape = condition.op == Operator::ilike ? "LOWER({}) LIKE LOWER(" : "{} LIKE ";
        sql.text += fmt::format(fmt::runtime(shape), as_text(field));
        placeholder(without_escapes(pattern));
        if (condition.op == Operator::ilike) sql.text += ')';
        sql.text += no_escapes;
    }

    [[nodiscard]] std::string as_text(const Field& field) const {
        if (field.type == FieldType::text) return std::string(field.name);
        return fmt::format("CAST({} AS {})", field.name, backend_ == Backend::mysql ? "CHAR" : "TEXT");
    }

    void placeholder(Value value) {
        if (sql.values.size() >= most_values) throw BadQuery("the filters name too many values");
        if (const auto* text = std::get_if<std::string>(&value)) {
            // No text here holds one, and the databases' client libraries would stop reading there.
            if (text->find('\0') != std::string::npos) throw BadQuery("a value holds a zero byte");
        }
        // PostgreSQL would take a number for one of the column's type, and refuse 1.5 for an integer's.
        std::string_view shape = ":v{}";
        if (backend_ == Backend::postgresql && std::holds_alternative<std::int64_t>(value))
            shape = "CAST(:v{} AS BIGINT)";
        if (backend_ == Backend::postgresql && std::holds_alternative<double>(value))
            shape = "CAST(:v{} AS DOUBLE PRECISION)";
        sql.text += fmt::format(fmt::runtime(shape), sql.values.size());
        sql.values.push_back(std::move(value));
    }

    const Backend backend_;
    int conditions_ = 0;
    int patterns_ = 0;
};

}  // namespace

std::span<const Field> fields() {
    return known_fields;
}

const Field* find_field(std::string_view name) {
    for (const Field& field : known_fields) {
        if (field.name == name) return &field;
    }
    return nullptr;
}

Sql where_clause(const Query& query, Backend backend) {
    Compiler compiler(backend);
    if (!query.filters.empty()) {
        compiler.sql.text = " WHERE ";
        compiler.condition({.kind = Condition::Kind::all, .conditions = query.filters});
    }
    if (query.group_by.empty()) return std::move(compiler.sql);

    std::string groups;
    for (const std::string& name : query.group_by) {
        if (!groups.empty()) groups += ", ";
        groups += field_or_throw(name).name;
    }
    compiler.sql.text = fmt::format(" WHERE uuid IN (SELECT MIN(uuid) FROM fractal{} GROUP BY {})",
                                    compiler.sql.text, groups);
    return std::move(compiler.sql);
}

std::string order_clause(const Query& query, Backend backend) {
    std::string text = " ORDER BY ";
    for (const Order& order : query.order) {
        const Field& field = field_or_throw(order.field);
        text += fmt::format("{} {}", field.name, order.descending ? "DESC" : "ASC");
        // The others think so by themselves.
        if (field.nullable && backend == Backend::postgresql)
            text += order.descending ? " NULLS LAST" : " NULLS FIRST";
        text += ", ";
    }
    // Newest first must stay newest first among pictures of one moment.
    const bool descending = !query.order.empty() && query.order.front().descending;
    return text + (descending ? "uuid DESC" : "uuid ASC");
}

}  // namespace faafo::store
