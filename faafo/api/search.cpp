#include "faafo/api/search.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <optional>

#include "common/json/exact.hpp"
#include "faafo/api/problem.hpp"

namespace faafo::api {
namespace json = boost::json;
namespace {

using store::Condition;
using store::Operator;

constexpr std::int64_t default_results = 10;
constexpr std::int64_t most_results = 100;
constexpr std::int64_t furthest = 1'000'000'000'000;  // page x results stays far from overflow

constexpr std::array<std::pair<std::string_view, Operator>, 27> operators{{
    {"==", Operator::equal},
    {"eq", Operator::equal},
    {"equals", Operator::equal},
    {"equal_to", Operator::equal},
    {"!=", Operator::not_equal},
    {"ne", Operator::not_equal},
    {"neq", Operator::not_equal},
    {"not_equal_to", Operator::not_equal},
    {"does_not_equal", Operator::not_equal},
    {">", Operator::greater},
    {"gt", Operator::greater},
    {"<", Operator::less},
    {"lt", Operator::less},
    {">=", Operator::greater_or_equal},
    {"ge", Operator::greater_or_equal},
    {"gte", Operator::greater_or_equal},
    {"geq", Operator::greater_or_equal},
    {"<=", Operator::less_or_equal},
    {"le", Operator::less_or_equal},
    {"lte", Operator::less_or_equal},
    {"leq", Operator::less_or_equal},
    {"in", Operator::in},
    {"not_in", Operator::not_in},
    {"like", Operator::like},
    {"ilike", Operator::ilike},
    {"is_null", Operator::is_null},
    {"is_not_null", Operator::is_not_null},
}};

[[noreturn]] void refuse(const std::string& why) {
    throw Problem(400, "Unable to construct query: " + why);
}

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

std::string shortened(std::string_view text) {
    return std::string(text.substr(0, 64));
}

std::optional<std::int64_t> to_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string text_of(const json::object& object, std::string_view key, std::string_view where) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) {
        refuse(fmt::format("'{}' of {} is missing or no string", key, where));
    }
    return std::string(view(value->get_string()));
}

const json::array& list_of(const json::value& value, std::string_view name) {
    if (!value.is_array()) refuse(fmt::format("'{}' must be a list", name));
    if (value.get_array().size() > 1000) refuse(fmt::format("'{}' is too long", name));
    return value.get_array();
}

const json::object& object_of(const json::value& value, std::string_view what) {
    if (!value.is_object()) refuse(fmt::format("{} must be an object", what));
    return value.get_object();
}

store::Value to_value(const json::value& value, std::string_view field) {
    switch (value.kind()) {
        case json::kind::string:
            return std::string(view(value.get_string()));
        case json::kind::int64:
            return value.get_int64();
        case json::kind::uint64:
            return static_cast<double>(value.get_uint64());
        case json::kind::double_:
            return value.get_double();
        case json::kind::bool_:
            return std::int64_t{value.get_bool() ? 1 : 0};
        default:
            refuse(fmt::format("the value for '{}' must be a string or a number", field));
    }
}

Condition to_condition(const json::value& value, int depth = 0);

std::vector<Condition> to_conditions(const json::value& value, std::string_view name, int depth) {
    if (depth > 16) refuse("the filters are nested too deeply");
    std::vector<Condition> conditions;
    for (const json::value& item : list_of(value, name))
        conditions.push_back(to_condition(item, depth + 1));
    return conditions;
}

Condition to_condition(const json::value& value, int depth) {
    const json::object& object = object_of(value, "a filter");
    if (const auto* any = object.if_contains("or")) {
        return {.kind = Condition::Kind::any, .conditions = to_conditions(*any, "or", depth)};
    }
    if (const auto* all = object.if_contains("and")) {
        return {.kind = Condition::Kind::all, .conditions = to_conditions(*all, "and", depth)};
    }
    Condition condition{.field = text_of(object, "name", "a filter")};
    const std::string name = text_of(object, "op", "a filter");
    const auto* known =
        std::find_if(operators.begin(), operators.end(), [&](const auto& o) { return o.first == name; });
    if (known == operators.end()) refuse(fmt::format("there is no operator '{}'", shortened(name)));
    condition.op = known->second;
    if (condition.op == Operator::is_null || condition.op == Operator::is_not_null) return condition;
    if (const auto* other = object.if_contains("field"); other != nullptr && other->is_string()) {
        condition.kind = Condition::Kind::other_field;
        condition.other_field = std::string(view(other->get_string()));
        return condition;
    }
    const auto* operand = object.if_contains("val");
    if (operand == nullptr || operand->is_null()) {
        refuse(fmt::format("the filter on '{}' has no val (to look for null, use is_null)",
                           shortened(condition.field)));
    }
    if (condition.op == Operator::in || condition.op == Operator::not_in) {
        for (const json::value& item : list_of(*operand, "val")) {
            condition.values.push_back(to_value(item, shortened(condition.field)));
        }
    } else {
        condition.values.push_back(to_value(*operand, shortened(condition.field)));
    }
    return condition;
}

/// limit and offset: the original takes "3" and 2.5 as well.
std::optional<std::int64_t> to_count(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    std::optional<std::int64_t> count;
    if (value->is_string()) count = to_integer(view(value->get_string()));
    if (value->is_number() && std::abs(value->to_number<double>()) < furthest) {
        count = static_cast<std::int64_t>(value->to_number<double>());
    }
    if (!count || *count < 0 || *count > furthest)
        refuse(fmt::format("'{}' must be a number of fractals", name));
    return count;
}

void read_order(const json::object& object, store::Query& query) {
    if (const auto* orders = object.if_contains("order_by")) {
        for (const json::value& item : list_of(*orders, "order_by")) {
            const json::object& order = object_of(item, "an item of order_by");
            const bool given = order.contains("direction");
            const std::string direction = given ? text_of(order, "direction", "order_by") : "asc";
            if (direction != "asc" && direction != "desc") {
                refuse(fmt::format("the direction must be asc or desc, not '{}'", shortened(direction)));
            }
            query.order.push_back(
                {.field = text_of(order, "field", "order_by"), .descending = direction == "desc"});
        }
    }
    if (const auto* groups = object.if_contains("group_by")) {
        for (const json::value& item : list_of(*groups, "group_by")) {
            query.group_by.push_back(text_of(object_of(item, "an item of group_by"), "field", "group_by"));
        }
    }
}

void read_q(std::string_view text, Search& search) {
    boost::system::error_code error;
    const json::value value = common::json::parse(text, error, 64);
    if (error) throw Problem(400, "Unable to decode data: q is no JSON (" + error.message() + ")");
    if (!value.is_object()) refuse("q must be a JSON object");
    const json::object& object = value.get_object();
    if (const auto* filters = object.if_contains("filters")) {
        search.query.filters = to_conditions(*filters, "filters", 0);
    }
    read_order(object, search.query);
    search.query.limit = to_count(object, "limit");
    if (search.query.limit == 0) search.query.limit.reset();
    search.query.offset = to_count(object, "offset").value_or(0);
    const auto* single = object.if_contains("single");
    search.single = single != nullptr && single->is_bool() && single->get_bool();
}

}  // namespace

Search read_search(const common::httpd::Request& request) {
    Search search;
    if (const auto page = request.query_value("page")) {
        const auto number = to_integer(*page);
        if (!number || *number < 0 || *number > furthest)
            throw Problem(400, "page must be a number, 1 for the first");
        search.page = *number;
    }
    const auto per_page = to_integer(request.query_value("results_per_page").value_or(""));
    search.results_per_page = per_page && *per_page > 0 ? std::min(*per_page, most_results) : default_results;
    if (const auto q = request.query_value("q")) read_q(*q, search);
    return search;
}

}  // namespace faafo::api
