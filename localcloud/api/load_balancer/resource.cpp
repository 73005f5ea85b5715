#include "localcloud/api/load_balancer/resource.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::load_balancer {

namespace {

constexpr std::size_t longest_text = 255;

const Attribute* find_attribute(const Resource& resource, std::string_view name) {
    const auto found = std::ranges::find(resource.attributes, name, &Attribute::name);
    return found == resource.attributes.end() ? nullptr : &*found;
}

/// What a Python string of the value looks like in a message.
std::string quoted(const json::value& value) {
    return value.is_string() ? to_text(value.get_string()) : python_repr(value);
}

bool is_choice(std::string_view choices, std::string_view value) {
    std::size_t from = 0;
    while (from <= choices.size()) {
        const std::size_t comma = std::min(choices.find(", ", from), choices.size());
        if (choices.substr(from, comma - from) == value) return true;
        from = comma + 2;
    }
    return false;
}

/// As Python's UUID() reads it: with or without dashes; nothing otherwise.
std::optional<std::string> canonical_uuid(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c == '-') continue;
        if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return std::nullopt;
        digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    if (digits.size() != 32) return std::nullopt;
    for (const std::size_t dash : {8U, 13U, 18U, 23U})
        digits.insert(dash, 1, '-');
    return digits;
}

json::value checked_integer(const Attribute& attribute, const json::value& value) {
    std::int64_t number = 0;
    if (value.is_int64()) {
        number = value.get_int64();
    } else if (value.is_string() && !value.get_string().empty() && value.get_string().size() < 10 &&
               std::ranges::all_of(value.get_string(),
                                   [](unsigned char c) { return std::isdigit(c) != 0; })) {
        number = std::stoll(to_text(value.get_string()));
    } else {
        throw invalid(attribute.name, value, "unable to convert to int.");
    }
    if (number < attribute.least)
        throw invalid(attribute.name, value,
                      fmt::format("Value should be greater or equal to {}", attribute.least));
    if (number > attribute.most)
        throw invalid(attribute.name, value,
                      fmt::format("Value should be lower or equal to {}", attribute.most));
    return number;
}

json::value checked_value(const Attribute& attribute, const json::value& value) {
    switch (attribute.form) {
        case Form::text:
            if (!value.is_string()) throw invalid(attribute.name, value, "Value should be string");
            if (value.get_string().size() > longest_text)
                throw invalid(
                    attribute.name, value,
                    fmt::format("Value should have a maximum character requirement of {}", longest_text));
            if (!attribute.choices.empty() &&
                !is_choice(attribute.choices, std::string_view{value.get_string()}))
                throw invalid(attribute.name, value,
                              fmt::format("Value should be one of: {}", attribute.choices));
            return value;
        case Form::uuid: {
            const std::optional<std::string> id =
                value.is_string() ? canonical_uuid(value.get_string()) : std::nullopt;
            if (!id) throw invalid(attribute.name, value, "Value should be UUID format");
            return json::string{*id};
        }
        case Form::integer:
            return checked_integer(attribute, value);
        case Form::boolean: {
            if (value.is_bool()) return value;
            std::string lower = quoted(value);
            std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
            if (lower == "true" || lower == "1") return true;
            if (lower == "false" || lower == "0") return false;
            throw invalid(attribute.name, value, "Value should be 'true' or 'false'");
        }
        case Form::texts:
            if (!value.is_array()) throw invalid(attribute.name, value, "Value should be a list");
            for (const json::value& item : value.get_array()) {
                if (!item.is_string()) throw invalid(attribute.name, item, "Value should be string");
            }
            return value;
        case Form::object:
            if (!value.is_object()) throw invalid(attribute.name, value, "Value should be an object");
            return value;
        case Form::any:
            break;
    }
    return value;
}

}  // namespace

ApiError not_found(std::string_view title, std::string_view id) {
    return {404, fmt::format("{} {} not found.", title, id)};
}

ApiError invalid(std::string_view attribute, const json::value& value, std::string_view problem) {
    return {400, fmt::format("Invalid input for field/attribute {}. Value: '{}'. {}", attribute,
                             quoted(value), problem)};
}

ApiError validation_failure(const std::string& problem) {
    return {400, "Validation failure: " + problem};
}

ApiError forbidden() {
    return {403, "Policy does not allow this request to be performed."};
}

std::string moment() {
    return state::iso_microseconds(state::now()).substr(0, std::string_view{"2026-11-22T10:31:11"}.size());
}

Document body_object(const Call& call, std::string_view name) {
    json::value body;
    try {
        body = json_body(call.request);
    } catch (const std::invalid_argument&) {
        throw ApiError{400, "Request is not in valid JSON format"};
    }
    if (!body.is_object()) throw ApiError{400, "Request is not in valid JSON format"};
    const json::value* found = body.get_object().if_contains(name);
    if (found == nullptr || found->is_null()) throw invalid(name, nullptr, "Mandatory field missing.");
    if (!found->is_object()) throw invalid(name, *found, "Value should be an object");
    return found->get_object();
}

Document checked(const Resource& resource, const Document& body, bool creating) {
    Document accepted;
    std::string unknown;
    for (const auto& field : body) {
        // Octavia still takes Neutron's old name of the project.
        const std::string name =
            field.key() == "tenant_id" && creating ? "project_id" : std::string{field.key()};
        const Attribute* attribute = find_attribute(resource, name);
        if (attribute == nullptr || (attribute->flags & (creating ? allow::create : allow::update)) == 0) {
            unknown += (unknown.empty() ? "" : ", ") + std::string{name};
            continue;
        }
        if (field.value().is_null()) {
            // Null when it is created is the same as not to send it; later it takes the value back.
            if (creating) continue;
            if ((attribute->flags & allow::null) == 0)
                throw invalid(name, nullptr, "This field may not be null.");
            accepted.insert_or_assign(name, parse_json(attribute->otherwise));
            continue;
        }
        accepted.insert_or_assign(name, checked_value(*attribute, field.value()));
    }
    if (!unknown.empty())
        throw ApiError{400, fmt::format("Unknown attribute for argument {}.{}: {}", resource.argument,
                                        resource.singular, unknown)};
    if (creating) {
        for (const Attribute& attribute : resource.attributes) {
            if ((attribute.flags & allow::required) != 0 && !accepted.contains(attribute.name))
                throw invalid(attribute.name, nullptr, "Mandatory field missing.");
        }
    }
    return accepted;
}

Document new_document(const Resource& resource, const Document& accepted, const std::string& project_id,
                      std::string_view operating_status) {
    Document document{{"id", state::uuid()},
                      {"provisioning_status", "PENDING_CREATE"},
                      {"operating_status", operating_status},
                      {"project_id", project_id},
                      {"tenant_id", project_id},
                      {"created_at", moment()},
                      {"updated_at", nullptr}};
    for (const Attribute& attribute : resource.attributes) {
        const json::value* given = accepted.if_contains(attribute.name);
        if (attribute.name == "project_id") continue;
        document.emplace(attribute.name, given != nullptr ? *given : parse_json(attribute.otherwise));
    }
    return document;
}

const Document& require(const Resource& resource, const state::View& view, const Call& call,
                        std::string_view id) {
    const Document* document = view.find(resource.kind, id);
    if (document == nullptr) throw not_found(resource.title, id);
    if (!call.caller.is_admin() && text(*document, "project_id") != call.caller.project_id) throw forbidden();
    return *document;
}

json::array references(const std::vector<const Document*>& documents) {
    json::array list;
    for (const Document* document : documents)
        list.push_back(json::object{{"id", text(*document, "id")}});
    return list;
}

json::array reference(std::string_view id) {
    return id.empty() ? json::array{} : json::array{json::object{{"id", id}}};
}

std::vector<const Document*> of_load_balancer(const state::View& view, Kind kind,
                                              std::string_view load_balancer_id) {
    return view.select(kind, [&](const Document& document) {
        return text(document, "_loadbalancer_id") == load_balancer_id;
    });
}

std::vector<const Document*> members_of(const state::View& view, std::string_view pool_id) {
    return view.select(Kind::member,
                       [&](const Document& member) { return text(member, "_pool_id") == pool_id; });
}

const Document* monitor_of(const state::View& view, std::string_view pool_id) {
    return view.find_by(Kind::health_monitor, "_pool_id", pool_id);
}

std::vector<const Document*> listeners_of_pool(const state::View& view, std::string_view pool_id) {
    return view.select(Kind::listener, [&](const Document& listener) {
        return text(listener, "default_pool_id") == pool_id;
    });
}

}  // namespace localcloud::api::load_balancer
