#include "localcloud/api/dns/dns_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "localcloud/api/dns/records.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::dns {

using state::Kind;

namespace {

constexpr std::size_t usual_page = 20;
constexpr std::size_t largest_page = 1000;

struct Limit {
    std::string_view name;
    std::int64_t otherwise;
};
constexpr std::array limits{Limit{"zones", 10'000}, Limit{"zone_recordsets", 500}, Limit{"zone_records", 500},
                            Limit{"recordset_records", 20}, Limit{"api_export_size", 1000}};

std::string quota_key(std::string_view project_id) {
    return "dns|" + std::string{project_id};
}

Document quotas_of(const state::View& view, std::string_view project_id) {
    Document quota;
    for (const Limit& limit : limits)
        quota.emplace(limit.name, quota_of(view, project_id, limit.name));
    return quota;
}

ApiError forbidden() {
    return {403, "", "forbidden"};
}

bool is_paging(std::string_view key) {
    return key == "limit" || key == "marker" || key == "sort_key" || key == "sort_dir";
}

/// What a list cannot be asked for, in Designate's words.
void check_query(const Call& call, const std::vector<std::string>& filters) {
    std::string unknown;
    for (const auto& [key, value] : call.request.query) {
        if (!is_paging(key) && std::ranges::find(filters, key) == filters.end())
            unknown += (unknown.empty() ? "" : ", ") + key;
    }
    if (!unknown.empty()) throw ApiError{400, "Invalid filters " + unknown, "bad_request"};
    const std::string direction = lower_case(call.query("sort_dir"));
    if (!direction.empty() && direction != "asc" && direction != "desc")
        throw ApiError{400, "Unknown sort direction, must be 'desc' or 'asc'", "invalid_sort_dir"};
}

bool matches(const Document& document, const std::string& key, const std::string& wanted) {
    if (key == "data") {
        const std::vector<std::string> records = texts(document, "records");
        return std::ranges::any_of(
            records, [&](const std::string& record) { return matches_pattern(wanted, record); });
    }
    const json::value* value = document.if_contains(key);
    return value != nullptr && !value->is_null() && matches_pattern(wanted, to_text(*value));
}

int compare(const json::value& left, const json::value& right) {
    if (left.is_int64() && right.is_int64())
        return left.get_int64() < right.get_int64() ? -1 : (left.get_int64() > right.get_int64() ? 1 : 0);
    // As the database of Designate orders names: without regard to case, and '_' after letters.
    const auto folded = [](std::string text) {
        std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
        return text;
    };
    return folded(to_text(left)).compare(folded(to_text(right)));
}

}  // namespace

DnsService::DnsService(Cloud& cloud, const Authenticator& authenticator)
    : Service("/dns", authenticator), cloud_(cloud), publisher_(cloud) {
    add_general_routes();
    add_quota_routes();
    add_zone_routes();
    add_record_set_routes();
}

void DnsService::add_general_routes() {
    const auto versions = [this](const Call&) {
        json::array list;
        for (const auto& [id, status] : {std::pair{"v2", "SUPPORTED"}, std::pair{"v2.0", "CURRENT"}}) {
            list.push_back(json::object{
                {"id", id},
                {"links", json::array{json::object{{"href", base()}, {"rel", "self"}},
                                      json::object{{"href", "https://docs.openstack.org/api-ref/dns"},
                                                   {"rel", "help"}}}},
                {"status", status},
                {"updated", "2022-06-29T00:00:00Z"}});
        }
        return json_response(200, {{"versions", std::move(list)}});
    };
    route("GET", "", versions, Access::anyone);
    route("GET", "/", versions, Access::anyone);
    route("GET", "/v2", versions);
    route("GET", "/v2/", versions);
    route("GET", "/v2/limits", [this](const Call& call) {
        const auto view = cloud_.store.read();
        const auto limit = [&](std::string_view name) {
            return quota_of(view, call.caller.project_id, name);
        };
        return json_response(200, {{"max_zones", limit("zones")},
                                   {"max_zone_recordsets", limit("zone_recordsets")},
                                   {"max_zone_records", limit("zone_records")},
                                   {"max_recordset_records", limit("recordset_records")},
                                   {"min_ttl", nullptr},
                                   {"max_zone_name_length", 255},
                                   {"max_recordset_name_length", 255},
                                   {"max_page_limit", largest_page}});
    });
    const auto pool = [this] {
        const std::string url = base() + "/pools/" + std::string{pool_id};
        return Document{{"id", pool_id},
                        {"project_id", nullptr},
                        {"name", "default"},
                        {"description", "The DNS server of this cloud"},
                        {"attributes", json::object{}},
                        {"ns_records", json::array{json::object{{"priority", 1}, {"hostname", name_server}}}},
                        {"created_at", nullptr},
                        {"updated_at", nullptr},
                        {"links", {{"self", url}}}};
    };
    route("GET", "/v2/pools", [this, pool](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden();
        return json_response(200, {{"pools", json::array{pool()}}, {"links", {{"self", base() + "/pools"}}}});
    });
    route("GET", "/v2/pools/{id}", [pool](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden();
        if (call.param("id") != pool_id) throw ApiError{404, "Could not find Pool", "pool_not_found"};
        return json_response(200, pool());
    });
    for (const char* absent : {"/v2/blacklists", "/v2/tlds", "/v2/tsigkeys", "/v2/service_statuses",
                               "/v2/reverse/floatingips", "/v2/zones/tasks/{rest...}"}) {
        for (const char* method : {"GET", "POST", "PATCH", "DELETE"}) {
            route(method, absent, [](const Call& call) -> Response {
                throw ApiError{501, call.request.path + " is not there in this cloud.", "not_implemented"};
            });
        }
    }
}

Response DnsService::render(const ApiError& error, const Call& call) const {
    if (error.status == 401)
        return json_response(
            401, {{"error", {{"code", 401}, {"title", "Unauthorized"}, {"message", error.what()}}}});
    if (error.type == "html") return empty_response(error.status, "text/html; charset=utf-8");
    Document body{{"code", error.status}, {"type", error.type.empty() ? "unknown" : error.type}};
    if (*error.what() != '\0') body.emplace("message", error.what());
    for (const auto& field : error.extra)
        body.emplace(field.key(), field.value());
    body.emplace("request_id", call.request_id);
    return json_response(error.status, body);
}

ApiError DnsService::unauthorized() const {
    ApiError error{401, "The request you have made requires authentication."};
    error.headers.set("Www-Authenticate", "Keystone uri=\"" + cloud_.endpoint + "/identity\"");
    return error;
}

ApiError DnsService::no_such_path(const Request& /*request*/) const {
    return {404, "resource not found", "not_found"};
}

ApiError DnsService::no_such_method(const Request& /*request*/) const {
    return {405, "", "method_not_allowed"};
}

void DnsService::finish(const Call& call, Response& response) const {
    // What answers the list of versions is not Designate's API yet.
    if (call.request.path.size() > prefix().size() + 1) Service::finish(call, response);
}

void DnsService::add_quota_routes() {
    const auto own = [](const Call& call) {
        if (call.param("project") != call.caller.project_id && !call.caller.is_admin()) throw forbidden();
    };
    route("GET", "/v2/quotas", [this](const Call& call) {
        return json_response(200, quotas_of(cloud_.store.read(), call.caller.project_id));
    });
    route("GET", "/v2/quotas/{project}", [this, own](const Call& call) {
        own(call);
        return json_response(200, quotas_of(cloud_.store.read(), call.param("project")));
    });
    route("PATCH", "/v2/quotas/{project}", [this](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden();
        const Document wanted = body_of(call);
        auto transaction = cloud_.store.write();
        Document stored = quotas_of(transaction, call.param("project"));
        for (const auto& field : wanted) {
            if (!stored.contains(field.key()))
                throw ApiError{400, fmt::format("{} is not a valid quota", std::string_view{field.key()}),
                               "quota_resource_unknown"};
            if (!field.value().is_int64() || field.value().get_int64() < -1)
                throw invalid_object("A quota is a number from -1 on");
            stored[field.key()] = field.value();
        }
        transaction.put(Kind::quota, quota_key(call.param("project")), stored);
        transaction.commit();
        return json_response(200, stored);
    });
    route("DELETE", "/v2/quotas/{project}", [this](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden();
        auto transaction = cloud_.store.write();
        transaction.erase(Kind::quota, quota_key(call.param("project")));
        transaction.commit();
        return empty_response(204);
    });
}

bool Scope::has(const Document& document) const {
    return all || text(document, "project_id") == project_id;
}

Scope scope_of(const Call& call) {
    const std::string all = lower_case(call.request.headers.get("X-Auth-All-Projects"));
    const std::string sudo = call.request.headers.get("X-Auth-Sudo-Project-Id");
    const bool every = all == "true" || all == "1" || all == "yes";
    if ((every || !sudo.empty()) && !call.caller.is_admin()) throw ApiError{403, "", "html"};
    return {.project_id = sudo.empty() ? call.caller.project_id : sudo, .all = every};
}

Document body_of(const Call& call) {
    if (!call.request.headers.get("Content-Type").starts_with("application/json"))
        throw ApiError{415, "Content-type must be application/json", "unsupported_content_type"};
    try {
        json::value body = json_body(call.request);
        if (body.is_object()) return body.get_object();
        throw invalid_object(
            fmt::format("Provided object is not valid. Got an AttributeError with message '{}' object has no "
                        "attribute 'items'",
                        body.is_array() ? "list" : "str"));
    } catch (const std::invalid_argument& error) {
        throw ApiError{400, error.what(), "invalid_json"};
    }
}

ApiError invalid_object(const std::string& message) {
    return {400, message, "invalid_object"};
}

ApiError schema_error(json::array path, const std::string& message, std::string_view validator,
                      json::value validator_value) {
    ApiError error{400, "", "invalid_object"};
    error.extra["errors"] =
        json::object{{"errors", json::array{json::object{{"path", std::move(path)},
                                                         {"message", message},
                                                         {"validator", validator},
                                                         {"validator_value", std::move(validator_value)}}}}};
    return error;
}

void check_keys(const Document& body, const std::vector<std::string>& known, std::string_view what) {
    json::array unknown;
    for (const auto& field : body) {
        if (std::ranges::find(known, field.key()) == known.end()) unknown.emplace_back(field.key());
    }
    if (!unknown.empty())
        throw invalid_object(
            fmt::format("Provided object does not match schema. Keys {} are not valid for {}",
                        python_repr(unknown), what));
}

void check_ttl(const Document& body) {
    const json::value* ttl = member(body, "ttl");
    if (ttl == nullptr) return;
    constexpr std::int64_t most = 2'147'483'647;
    if (!ttl->is_int64())
        throw invalid_object(
            "Provided object is not valid. Got a ValueError error with message invalid literal for int() "
            "with "
            "base 10: " +
            python_repr(*ttl));
    if (ttl->get_int64() < 0)
        throw invalid_object(
            "Provided object is not valid. Got a ValueError error with message Value must be >= 0 for field "
            "ttl");
    if (ttl->get_int64() > most)
        throw invalid_object(
            fmt::format("Provided object is not valid. Got a ValueError error with message Value "
                        "must be <= {} for field ttl",
                        most));
}

void check_description(const Document& body) {
    constexpr std::size_t longest = 160;
    const json::value* description = member(body, "description");
    if (description != nullptr && (!description->is_string() || description->get_string().size() > longest))
        throw invalid_object(
            "Provided object is not valid. Got a ValueError error with message a description has at most 160 "
            "characters");
}

std::int64_t quota_of(const state::View& view, std::string_view project_id, std::string_view name) {
    const auto limit = std::ranges::find(limits, name, &Limit::name);
    const Document* stored = view.find(Kind::quota, quota_key(project_id));
    return stored == nullptr ? limit->otherwise : integer(*stored, name, limit->otherwise);
}

void check_quota(const state::View& view, const std::string& project_id, std::string_view name,
                 std::size_t wanted) {
    const std::int64_t limit = quota_of(view, project_id, name);
    if (limit >= 0 && wanted > static_cast<std::size_t>(limit))
        throw ApiError{413, fmt::format("Quota exceeded for {}.", name), "over_quota"};
}

std::string DnsService::url_of(const Document& document) const {
    const std::string zone = text(document, "zone_id");
    return zone.empty() ? base() + "/zones/" + text(document, "id")
                        : base() + "/zones/" + zone + "/recordsets/" + text(document, "id");
}

Document DnsService::shown(const Document& document) const {
    Document out;
    for (const auto& field : document) {
        if (!field.key().starts_with('_')) out.emplace(field.key(), field.value());
    }
    out.emplace("links", json::object{{"self", url_of(document)}});
    return out;
}

Response DnsService::list(const Call& call, std::string_view key, const std::string& url,
                          const std::vector<const Document*>& documents,
                          const std::vector<std::string>& filters,
                          const std::vector<std::string>& sort_keys) const {
    check_query(call, filters);
    std::size_t limit = usual_page;
    if (const auto wanted = call.request.query_value("limit"); wanted && lower_case(*wanted) != "max") {
        const auto [end, error] = std::from_chars(wanted->data(), wanted->data() + wanted->size(), limit);
        if (error != std::errc{} || end != wanted->data() + wanted->size() || limit == 0 ||
            limit > largest_page)
            throw ApiError{400, fmt::format("limit should be an integer between 1 and {}", largest_page),
                           "invalid_limit"};
    } else if (wanted) {
        limit = largest_page;
    }
    std::vector<const Document*> found;
    for (const Document* document : documents) {
        const bool good = std::ranges::all_of(call.request.query, [&](const auto& filter) {
            return is_paging(filter.first) || matches(*document, filter.first, filter.second);
        });
        if (good) found.push_back(document);
    }
    if (const auto sort_key = call.request.query_value("sort_key")) {
        if (std::ranges::find(sort_keys, *sort_key) == sort_keys.end())
            throw ApiError{400, "sort key must be one of " + python_repr(to_array(sort_keys)),
                           "invalid_sort_key"};
        const bool descending = lower_case(call.query("sort_dir")) == "desc";
        const std::string field = *sort_key == "tenant_id" ? "project_id" : *sort_key;
        std::ranges::stable_sort(found, [&](const Document* left, const Document* right) {
            const int order = compare(left->at(field), right->at(field));
            return descending ? order > 0 : order < 0;
        });
    }
    const std::size_t total = found.size();
    std::size_t from = 0;
    if (const auto marker = call.request.query_value("marker")) {
        const auto place = std::ranges::find_if(
            found, [&](const Document* document) { return text(*document, "id") == *marker; });
        if (!state::is_uuid(*marker)) throw ApiError{400, "", "invalid_marker"};
        if (place == found.end()) throw ApiError{400, "Marker None could not be found", "marker_not_found"};
        from = static_cast<std::size_t>(place - found.begin()) + 1;
    }
    json::array items;
    for (std::size_t i = from; i < std::min(total, from + limit); ++i)
        items.emplace_back(shown(*found[i]));
    const std::string all_query = query_without(call.request, {});
    json::object links{{"self", url + (all_query.empty() ? "" : "?" + all_query)}};
    if (items.size() == limit) {
        const std::string query = query_without(call.request, {"marker"});
        links.emplace("next", url + "?" + query + (query.empty() ? "" : "&") +
                                  "marker=" + text(items.back().get_object(), "id"));
    }
    return json_response(200, Document{{key, std::move(items)},
                                       {"links", std::move(links)},
                                       {"metadata", json::object{{"total_count", total}}}});
}

}  // namespace localcloud::api::dns
