#include "localcloud/api/network/resource.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "localcloud/api/network/addresses.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::network {

using state::Kind;

ApiError missing(const Resource& resource, std::string_view id) {
    return {404, fmt::format(fmt::runtime(resource.missing_text), id), std::string{resource.missing_type}};
}

ApiError bad_request(const std::string& message) {
    return {400, message, "HTTPBadRequest"};
}

ApiError invalid_input(const std::string& message) {
    return {400, "Invalid input for operation: " + message, "InvalidInput"};
}

ApiError bad_attribute(std::string_view name, const std::string& reason) {
    return bad_request(fmt::format("Invalid input for {}. Reason: {}", name, reason));
}

ApiError forbidden_by_policy(const std::string& rule) {
    return {403, rule + " is disallowed by policy", "PolicyNotAuthorized"};
}

bool visible(const Resource& resource, const state::View& view, const Caller& caller,
             const Document& document) {
    return caller.is_admin() || text(document, "project_id") == caller.project_id ||
           (resource.shared && resource.shared(view, caller, document));
}

namespace {

const Attribute* find_attribute(const Resource& resource, std::string_view name) {
    const auto found = std::find_if(resource.attributes.begin(), resource.attributes.end(),
                                    [&](const Attribute& attribute) { return attribute.name == name; });
    return found == resource.attributes.end() ? nullptr : &*found;
}

bool is_standard(std::string_view name) {
    return name == "id" || name == "tags" || name == "created_at" || name == "updated_at" ||
           name == "revision_number" || name == "project_id" || name == "tenant_id";
}

bool truth(std::string_view value) {
    return value == "true" || value == "True" || value == "TRUE" || value == "1";
}

bool falsehood(std::string_view value) {
    return value == "false" || value == "False" || value == "FALSE" || value == "0";
}

/// The value in the attribute's form; Neutron converts what can be converted.
json::value converted(const Attribute& attribute, const json::value& value) {
    switch (attribute.form) {
        case Form::text:
        case Form::text_or_null:
            if (value.is_string()) {
                if (value.get_string().size() > 255) {
                    throw invalid_input("'" + to_text(value) + "' exceeds maximum length of 255.");
                }
                return value;
            }
            if (value.is_null() && attribute.form == Form::text_or_null) return value;
            throw invalid_input("'" + to_text(value) + "' is not a valid string.");
        case Form::id_or_null:
            if (value.is_null()) return value;
            [[fallthrough]];
        case Form::id:
            if (value.is_string() && state::is_uuid(value.get_string())) return value;
            throw invalid_input(python_repr(value) + " is not a valid UUID.");
        case Form::qos_policy:
            if (value.is_null()) return value;
            if (value.is_string() && state::is_uuid(value.get_string())) {
                throw ApiError{404, "QoS policy " + to_text(value) + " could not be found.",
                               "QosPolicyNotFound"};
            }
            throw invalid_input(python_repr(value) + " is not a valid UUID.");
        case Form::boolean:
            if (value.is_bool()) return value;
            if (value.is_string() && (truth(value.get_string()))) return true;
            if (value.is_string() && falsehood(value.get_string())) return false;
            throw invalid_input(python_repr(value) + " cannot be converted to boolean.");
        case Form::integer:
            if (value.is_int64() || value.is_null()) return value;
            if (value.is_string()) {
                const std::string digits = to_text(value);
                if (!digits.empty() && digits.size() < 10 &&
                    std::all_of(digits.begin(), digits.end(),
                                [](unsigned char c) { return std::isdigit(c) != 0; })) {
                    return std::stoi(digits);
                }
            }
            throw invalid_input(python_repr(value) + " is not an integer.");
        case Form::list:
            if (value.is_array()) return value;
            if (value.is_null()) return json::array{};
            throw invalid_input(python_repr(value) + " is not a list.");
        case Form::object_or_null:
            if (value.is_object() || value.is_null()) return value;
            throw invalid_input(python_repr(value) + " is not a dictionary.");
        case Form::any:
            return value;
    }
    return value;
}

}  // namespace

Document checked_body(const Resource& resource, const Call& call, const Document& body, bool creating) {
    const std::string action = creating ? "create" : "update";
    Document accepted;
    std::string unknown;
    for (const auto& field : body) {
        const std::string name{field.key()};
        if (const Attribute* attribute = find_attribute(resource, name)) {
            if ((attribute->flags & (creating ? allow::create : allow::update)) == 0) {
                throw bad_request((creating ? "Attribute '" + name + "' not allowed in POST"
                                            : "Cannot update read-only attribute " + name));
            }
            if ((attribute->flags & allow::admin) != 0 && !call.caller.is_admin()) {
                // Setting what it is anyway is allowed, unless only administrators can see what it is.
                const bool seen = (attribute->flags & allow::hidden) == 0;
                if (seen && json::serialize(field.value()) == attribute->otherwise) continue;
                throw forbidden_by_policy(
                    fmt::format("(rule:{0}_{1} and rule:{0}_{1}:{2})", action, resource.singular, name));
            }
            // These forms are made of what is sent before anybody looks at the attribute.
            if (attribute->form == Form::boolean || attribute->form == Form::integer) {
                accepted.emplace(name, converted(*attribute, field.value()));
                continue;
            }
            try {
                accepted.emplace(name, converted(*attribute, field.value()));
            } catch (const ApiError& error) {
                if (error.status != 400) throw;
                static constexpr std::string_view operation = "Invalid input for operation: ";
                throw bad_attribute(name, std::string{error.what()}.substr(operation.size()));
            }
        } else if (creating && (name == "project_id" || name == "tenant_id")) {
            const std::string project = to_text(field.value());
            if (project != call.caller.project_id && !call.caller.is_admin()) {
                throw bad_request(
                    "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request "
                    "requires admin or advsvc privileges");
            }
            accepted.insert_or_assign("project_id", project);
        } else if (is_standard(name)) {
            throw bad_request(creating ? "Attribute '" + name + "' not allowed in POST"
                                       : "Cannot update read-only attribute " + name);
        } else {
            unknown += (unknown.empty() ? "'" : ", '") + name + "'";
        }
    }
    if (!unknown.empty()) throw bad_request("Unrecognized attribute(s) " + unknown);
    if (creating) {
        for (const Attribute& attribute : resource.attributes) {
            if ((attribute.flags & allow::required) != 0 && !accepted.contains(attribute.name)) {
                throw bad_request(fmt::format(
                    "Failed to parse request. Required attribute '{}' not specified", attribute.name));
            }
        }
    }
    return accepted;
}

void check_routes_form(std::string_view name, const json::array& routes) {
    for (const json::value& route : routes) {
        if (!route.is_object() || !route.get_object().contains("destination") ||
            !route.get_object().contains("nexthop")) {
            throw bad_attribute(name, "Invalid data format for hostroute: '" + python_repr(route) + "'.");
        }
        const std::string destination = text(route.get_object(), "destination");
        const std::string next = text(route.get_object(), "nexthop");
        if (destination.find('/') == std::string::npos || !Cidr::parse(destination))
            throw bad_attribute(name, "'" + destination + "' is not a valid CIDR.");
        if (!parse_ipv4(next)) throw bad_attribute(name, "'" + next + "' is not a valid IP address.");
    }
}

Document new_document(const Resource& resource, const Document& body, const std::string& project_id) {
    const std::string owner = text(body, "project_id", project_id);
    const std::string time = state::iso_seconds(state::now());
    Document document{{"id", state::uuid()}};
    for (const Attribute& attribute : resource.attributes) {
        const json::value* given = body.if_contains(attribute.name);
        document.emplace(attribute.name, given != nullptr ? *given : parse_json(attribute.otherwise));
    }
    document.emplace("tenant_id", owner);
    document.emplace("project_id", owner);
    document.emplace("tags", json::array{});
    document.emplace("created_at", time);
    document.emplace("updated_at", time);
    document.emplace("revision_number", 1);
    return document;
}

void touch(Document& document) {
    document["updated_at"] = state::iso_seconds(state::now());
    document["revision_number"] = integer(document, "revision_number") + 1;
}

Document shown(const Resource& resource, const state::View& view, const Call& call,
               const Document& document) {
    Document out;
    for (const auto& field : document) {
        if (field.key().starts_with('_')) continue;
        const Attribute* attribute = find_attribute(resource, std::string_view{field.key()});
        if (attribute != nullptr && (attribute->flags & allow::hidden) != 0 && !call.caller.is_admin())
            continue;
        out.emplace(field.key(), field.value());
    }
    if (resource.complete) resource.complete(view, call, out);
    return out;
}

namespace {

struct Filter {
    std::string key;
    std::vector<std::string> values;  ///< one of them must match
};

bool is_paging(std::string_view key) {
    return key == "limit" || key == "marker" || key == "page_reverse" || key == "sort_key" ||
           key == "sort_dir" || key == "fields";
}

/// What a filter of that attribute cannot be.
void check_filter(const Attribute& attribute, const std::string& value) {
    if (attribute.form == Form::boolean || attribute.form == Form::integer) {
        (void)converted(attribute, json::value(value));
    }
    if (attribute.name == "fixed_ips" && value.find('=') == std::string::npos) {
        throw invalid_input("'" + value + "' is not of the form <key>=[value].");
    }
}

std::vector<Filter> read_filters(const Resource& resource, const Request& request) {
    std::vector<Filter> filters;
    std::string invalid;
    for (const auto& [key, value] : request.query) {
        if (is_paging(key)) continue;
        const Attribute* attribute = find_attribute(resource, key);
        const bool known = is_standard(key) || key == "tags-any" || key == "not-tags" ||
                           key == "not-tags-any" ||
                           (attribute != nullptr && (attribute->flags & allow::no_filter) == 0);
        if (!known) {
            invalid += (invalid.empty() ? "'" : ", '") + key + "'";
            continue;
        }
        if (attribute != nullptr) check_filter(*attribute, value);
        const auto same =
            std::find_if(filters.begin(), filters.end(), [&](const Filter& f) { return f.key == key; });
        if (same != filters.end()) {
            same->values.push_back(value);
        } else {
            filters.push_back({key, {value}});
        }
    }
    if (!invalid.empty()) throw bad_request("[" + invalid + "] is invalid attribute for filtering");
    return filters;
}

bool value_matches(const json::value& value, const std::string& wanted) {
    switch (value.kind()) {
        case json::kind::bool_:
            return value.get_bool() == truth(wanted);
        case json::kind::null:
            return wanted.empty() || wanted == "None" || wanted == "null";
        case json::kind::string:
            return value.get_string() == wanted;
        case json::kind::array:
            return std::any_of(value.get_array().begin(), value.get_array().end(),
                               [&](const json::value& item) { return to_text(item) == wanted; });
        default:
            return to_text(value) == wanted;
    }
}

/// "fixed_ips=subnet_id=…&fixed_ips=ip_address=10.0.0.5": one address must have all of it, each by one of its values.
bool has_address_of(const Document& port, const std::vector<std::string>& conditions) {
    std::map<std::string, std::vector<std::string>> by_key;
    for (const std::string& condition : conditions) {
        const std::size_t equals = condition.find('=');
        by_key[condition.substr(0, equals)].push_back(condition.substr(equals + 1));
    }
    const auto fits = [&](const Document& fixed) {
        return std::all_of(by_key.begin(), by_key.end(), [&](const auto& condition) {
            const auto& [key, values] = condition;
            const bool part = key == "ip_address_substr";
            const std::string actual = text(fixed, part ? "ip_address" : key);
            return std::any_of(values.begin(), values.end(), [&](const std::string& wanted) {
                return part ? actual.find(wanted) != std::string::npos : actual == wanted;
            });
        });
    };
    const json::array& addresses = array(port, "fixed_ips");
    return std::any_of(addresses.begin(), addresses.end(),
                       [&](const json::value& fixed) { return fits(fixed.as_object()); });
}

bool has_tags(const Document& document, const std::string& list, bool any) {
    const std::vector<std::string> tags = texts(document, "tags");
    std::size_t from = 0;
    bool all = true;
    bool some = false;
    while (from <= list.size()) {
        const std::size_t comma = std::min(list.find(',', from), list.size());
        const bool found = std::find(tags.begin(), tags.end(), list.substr(from, comma - from)) != tags.end();
        all = all && found;
        some = some || found;
        from = comma + 1;
    }
    return any ? some : all;
}

bool matches(const Document& document, const Filter& filter) {
    const std::string& first = filter.values.front();
    if (filter.key == "tags") return has_tags(document, first, false);
    if (filter.key == "tags-any") return has_tags(document, first, true);
    if (filter.key == "not-tags") return !has_tags(document, first, false);
    if (filter.key == "not-tags-any") return !has_tags(document, first, true);
    if (filter.key == "fixed_ips") return has_address_of(document, filter.values);
    const json::value* value = document.if_contains(filter.key);
    if (value == nullptr) return false;
    return std::any_of(filter.values.begin(), filter.values.end(),
                       [&](const std::string& wanted) { return value_matches(*value, wanted); });
}

int compare(const json::value& left, const json::value& right) {
    if (left.is_int64() && right.is_int64()) {
        return left.get_int64() < right.get_int64() ? -1 : (left.get_int64() > right.get_int64() ? 1 : 0);
    }
    return to_text(left).compare(to_text(right));
}

void sort(std::vector<Document>& documents, const Resource& resource, const Request& request) {
    std::vector<std::pair<std::string, bool>> keys;
    for (const auto& [key, value] : request.query) {
        if (key == "sort_key") {
            if (!is_standard(value) && find_attribute(resource, value) == nullptr) {
                throw bad_request("['" + value + "'] is invalid attribute for sort_keys");
            }
            keys.emplace_back(value, false);
        }
    }
    std::size_t directions = 0;
    for (const auto& [key, value] : request.query) {
        if (key != "sort_dir") continue;
        if (value != "asc" && value != "desc") {
            throw bad_request("['" + value +
                              "'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'");
        }
        if (directions < keys.size()) keys[directions].second = value == "desc";
        ++directions;
    }
    if (directions != 0 && directions != keys.size())
        throw bad_request("The number of sort_keys and sort_dirs must be same");
    const bool paging = request.query_value("limit").has_value() || request.query_value("marker").has_value();
    if (paging) keys.emplace_back("id", false);
    if (keys.empty()) return;
    std::stable_sort(documents.begin(), documents.end(), [&](const Document& left, const Document& right) {
        for (const auto& [key, descending] : keys) {
            const json::value* a = left.if_contains(key);
            const json::value* b = right.if_contains(key);
            if (a == nullptr || b == nullptr) continue;
            const int order = compare(*a, *b);
            if (order != 0) return descending ? order > 0 : order < 0;
        }
        return false;
    });
}

struct Page {
    std::vector<Document> documents;
    json::array links;
};

Page paged(std::vector<Document> documents, const Resource& resource, const Request& request,
           const std::string& base_url) {
    Page page;
    const std::string limit_text = request.query_value("limit").value_or("");
    const std::string marker = request.query_value("marker").value_or("");
    const bool reverse = truth(request.query_value("page_reverse").value_or(""));
    std::size_t limit = 0;
    if (!limit_text.empty()) {
        if (!std::all_of(limit_text.begin(), limit_text.end(),
                         [](unsigned char c) { return std::isdigit(c) != 0; })) {
            throw ApiError{
                400, "Bad limit request: Limit must be an integer 0 or greater and not '" + limit_text + "'.",
                "BadRequest"};
        }
        limit = static_cast<std::size_t>(std::min(std::stoul(limit_text.substr(0, 9)), 1'000'000UL));
    }
    std::size_t from = 0;
    std::size_t to = documents.size();
    if (!marker.empty()) {
        const auto found = std::find_if(documents.begin(), documents.end(), [&](const Document& document) {
            return text(document, "id") == marker;
        });
        // Subnets are the one list whose unknown marker Neutron overlooks.
        const bool overlooked = found == documents.end() && resource.kind == Kind::subnet;
        if (found == documents.end() && !overlooked) throw missing(resource, marker);
        const auto place = static_cast<std::size_t>(found - documents.begin());
        if (overlooked) {
            from = 0;
        } else if (reverse) {
            to = place;
        } else {
            from = place + 1;
        }
    }
    if (limit > 0) {
        if (reverse) {
            from = to > limit ? to - limit : 0;
        } else {
            to = std::min(to, from + limit);
        }
    }
    page.documents.assign(std::make_move_iterator(documents.begin() + static_cast<std::ptrdiff_t>(from)),
                          std::make_move_iterator(documents.begin() + static_cast<std::ptrdiff_t>(to)));
    if (limit == 0) return page;
    const std::string query = query_without(request, {"marker", "page_reverse"});
    // A full page has a successor, even if that turns out empty; an empty one has a predecessor only.
    if (page.documents.size() >= limit && !page.documents.empty()) {
        page.links.push_back(
            json::object{{"rel", "next"},
                         {"href", base_url + "?" + query + "&marker=" + text(page.documents.back(), "id")}});
    }
    if (!page.documents.empty()) {
        page.links.push_back(
            json::object{{"rel", "previous"},
                         {"href", base_url + "?" + query + "&marker=" + text(page.documents.front(), "id") +
                                      "&page_reverse=True"}});
    } else if (!marker.empty()) {
        page.links.push_back(
            json::object{{"rel", "previous"}, {"href", base_url + "?" + query + "&page_reverse=True"}});
    }
    return page;
}

}  // namespace

Response list_response(const Resource& resource, const state::View& view, const Call& call,
                       const std::string& base_url) {
    const std::vector<Filter> filters = read_filters(resource, call.request);
    std::vector<std::string> fields;
    for (const auto& [key, value] : call.request.query) {
        if (key == "fields") fields.push_back(value);
    }
    std::vector<Document> documents;
    for (const Document* document : view.all(resource.kind)) {
        if (!visible(resource, view, call.caller, *document)) continue;
        Document out = shown(resource, view, call, *document);
        const bool wanted = std::all_of(filters.begin(), filters.end(),
                                        [&](const Filter& filter) { return matches(out, filter); });
        if (wanted) documents.push_back(std::move(out));
    }
    sort(documents, resource, call.request);
    Page page = paged(std::move(documents), resource, call.request, base_url);
    json::array items;
    for (Document& document : page.documents) {
        if (fields.empty()) {
            items.emplace_back(std::move(document));
            continue;
        }
        Document trimmed;
        for (const auto& field : document) {
            if (std::find(fields.begin(), fields.end(), field.key()) != fields.end()) {
                trimmed.emplace(field.key(), field.value());
            }
        }
        items.emplace_back(std::move(trimmed));
    }
    Document body{{resource.collection, std::move(items)}};
    if (!page.links.empty()) body.emplace(std::string{resource.collection} + "_links", std::move(page.links));
    return json_response(200, body);
}

}  // namespace localcloud::api::network
