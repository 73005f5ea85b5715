#include "localcloud/api/identity/identity.hpp"

#include <algorithm>

namespace localcloud::api::identity {

namespace {

std::string title_of(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 409:
            return "Conflict";
        case 501:
            return "Not Implemented";
        default:
            return std::string{common::httpd::reason_phrase(status)};
    }
}

json::value version_document(const std::string& base) {
    return {{"id", "v3.14"},
            {"status", "stable"},
            {"updated", "2020-04-07T00:00:00Z"},
            {"links", {{{"rel", "self"}, {"href", base + "/"}}}},
            {"media-types",
             {{{"base", "application/json"}, {"type", "application/vnd.openstack.identity-v3+json"}}}}};
}

}  // namespace

Identity::Identity(Cloud& cloud) : Service("/identity", *this), cloud_(cloud) {
    const auto versions = [this](const Call&) {
        Response response =
            json_response(300, {{"versions", {{"values", json::array{version_document(base())}}}}});
        response.headers.set("Location", base() + "/");
        return response;
    };
    const auto version = [this](const Call&) {
        return json_response(200, {{"version", version_document(base())}});
    };
    route("GET", "", versions, Access::anyone);
    route("GET", "/", versions, Access::anyone);
    route("GET", "/v3", version, Access::anyone);
    route("GET", "/v3/", version, Access::anyone);
    add_token_routes();
    add_catalog_routes();
    add_project_routes();
    add_user_routes();
    add_role_routes();
    add_application_credential_routes();
}

std::string Identity::base() const {
    return cloud_.endpoint + prefix() + "/v3";
}

Response Identity::render(const ApiError& error, const Call& /*call*/) const {
    if (error.status == 405) return json_response(405, {{"message", error.what()}});
    if (error.type == "html") {
        return {
            .status = error.status,
            .headers = {{"Content-Type", "text/html; charset=utf-8"}},
            .body = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>" +
                    std::string{error.what()} + "</p>\n"};
    }
    Document body{{"code", error.status}};
    for (const auto& member : error.extra)
        body.emplace(member.key(), member.value());
    body.emplace("message", error.what());
    body.emplace("title", title_of(error.status));
    return json_response(error.status, {{"error", body}});
}

void Identity::finish(const Call& call, Response& response) const {
    Service::finish(call, response);
    response.headers.set("Vary", "X-Auth-Token");
}

ApiError Identity::unauthorized() const {
    ApiError error{401, "The request you have made requires authentication."};
    error.headers.set("WWW-Authenticate", "Keystone uri=\"" + base() + "\"");
    return error;
}

ApiError Identity::no_such_path(const Request& /*request*/) const {
    return {
        404,
        "The requested URL was not found on the server. If you entered the URL manually please check your "
        "spelling and try again.",
        "html"};
}

ApiError Identity::no_such_method(const Request& /*request*/) const {
    return {405, "The method is not allowed for the requested URL."};
}

Document Identity::shown(const Document& document, std::string_view collection) const {
    Document out;
    for (const auto& field : document) {
        if (!field.key().starts_with('_')) out.emplace(field.key(), field.value());
    }
    out.emplace("links",
                json::object{{"self", base() + "/" + std::string{collection} + "/" + text(document, "id")}});
    return out;
}

namespace {

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

/// "name__contains", "name__istartswith" …: all that the query says so of the member.
bool matches_inexactly(const Request& request, std::string_view filter, const std::string& actual) {
    return std::all_of(request.query.begin(), request.query.end(), [&](const auto& entry) {
        const std::string prefix = std::string{filter} + "__";
        if (!entry.first.starts_with(prefix)) return true;
        std::string how = entry.first.substr(prefix.size());
        const bool any_case = how.starts_with('i');
        if (any_case) how.erase(0, 1);
        const std::string wanted = any_case ? lower_case(entry.second) : entry.second;
        const std::string text = any_case ? lower_case(actual) : actual;
        if (how == "contains") return text.find(wanted) != std::string::npos;
        if (how == "startswith") return text.starts_with(wanted);
        return how != "endswith" || text.ends_with(wanted);
    });
}

/// "tags=a,b", "tags-any", "not-tags", "not-tags-any".
bool has_wanted_tags(const Request& request, const Document& document) {
    const std::vector<std::string> tags = texts(document, "tags");
    for (const auto& [key, list] : request.query) {
        if (key != "tags" && key != "tags-any" && key != "not-tags" && key != "not-tags-any") continue;
        std::size_t named = 0;
        std::size_t found = 0;
        for (std::size_t from = 0; from <= list.size(); ++named) {
            const std::size_t comma = std::min(list.find(',', from), list.size());
            const std::string tag = list.substr(from, comma - from);
            found += static_cast<std::size_t>(std::count(tags.begin(), tags.end(), tag));
            from = comma + 1;
        }
        const bool fits = key.ends_with("-any") ? found > 0 : found == named;
        if (fits == key.starts_with("not-")) return false;
    }
    return true;
}

}  // namespace

Response Identity::list(const Call& call, std::string_view collection,
                        const std::vector<const Document*>& documents,
                        const std::vector<std::string_view>& filters) const {
    json::array items;
    for (const Document* document : documents) {
        const bool wanted = std::all_of(filters.begin(), filters.end(), [&](std::string_view filter) {
            const json::value* found = document->if_contains(filter);
            if (found != nullptr && found->is_string() &&
                !matches_inexactly(call.request, filter, to_text(*found)))
                return false;
            const auto value = call.request.query_value(filter);
            if (!value) return true;
            if (found == nullptr) return false;
            if (found->is_bool()) {
                return found->get_bool() ==
                       (*value == "true" || *value == "True" || *value == "1" || value->empty());
            }
            return to_text(*found) == *value;
        });
        if (wanted && has_wanted_tags(call.request, *document))
            items.emplace_back(shown(*document, collection));
    }
    const std::string self = cloud_.endpoint + call.request.target;
    return json_response(200, {{collection, std::move(items)},
                               {"links", {{"next", nullptr}, {"self", self}, {"previous", nullptr}}}});
}

void require_admin(const Call& call, std::string_view action) {
    if (!call.caller.is_admin()) {
        throw ApiError{403, "You are not authorized to perform the requested action: identity:" +
                                std::string{action} + "."};
    }
}

ApiError not_found(std::string_view what, std::string_view id) {
    return {404, "Could not find " + std::string{what} + ": " + std::string{id} + "."};
}

ApiError malformed(const std::string& what) {
    return {400,
            what +
                " The server could not comply with the request since it is either malformed or otherwise "
                "incorrect. The client is assumed to be in error."};
}

Document wrapped(const Call& call, std::string_view name) {
    json::value body;
    try {
        body = json_body(call.request);
    } catch (const std::invalid_argument&) {
        throw malformed("Expecting to find valid JSON in request body.");
    }
    if (!body.is_object() || !body.get_object().contains(name) || !body.get_object().at(name).is_object()) {
        throw malformed("Expecting to find " + std::string{name} + " in request body.");
    }
    return body.get_object().at(name).get_object();
}

std::vector<std::string> role_ids(const state::View& view, std::string_view user_id, std::string_view scope) {
    std::vector<std::string> ids;
    const std::string prefix = std::string{user_id} + "|" + std::string{scope} + "|";
    for (const auto& [id, document] : view.range(state::Kind::assignment, prefix)) {
        ids.push_back(text(*document, "role_id"));
    }
    return ids;
}

}  // namespace localcloud::api::identity
