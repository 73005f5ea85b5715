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

Response Identity::list(const Call& call, std::string_view collection,
                        const std::vector<const Document*>& documents,
                        const std::vector<std::string_view>& filters) const {
    json::array items;
    for (const Document* document : documents) {
        const bool wanted = std::all_of(filters.begin(), filters.end(), [&](std::string_view filter) {
            const auto value = call.request.query_value(filter);
            if (!value) return true;
            const json::value* found = document->if_contains(filter);
            if (found == nullptr) return false;
            if (found->is_bool()) {
                return found->get_bool() ==
                       (*value == "true" || *value == "True" || *value == "1" || value->empty());
            }
            return to_text(*found) == *value;
        });
        if (wanted) items.emplace_back(shown(*document, collection));
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
