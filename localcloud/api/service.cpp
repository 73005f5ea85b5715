#include "localcloud/api/service.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "localcloud/state/identifiers.hpp"

namespace localcloud::api {

bool Caller::has_role(std::string_view name) const {
    return std::find(roles.begin(), roles.end(), name) != roles.end();
}

namespace {

/// As it was sent, so that no client writes lines of its own into the log; without the query, where signatures are.
std::string_view logged_path(const Request& request) {
    return std::string_view{request.target}.substr(0, request.target.find('?'));
}

/// A full disk takes the log along, so the answer has to say it.
std::string unexpected(const std::exception& error) {
    const std::string_view text = error.what();
    const bool full = text.find("disk is full") != text.npos || text.find("No space left") != text.npos;
    return full ? "There is no space left on the disk where the embedded cloud keeps its state; make room "
                  "there."
                : "An unexpected error occurred in the embedded cloud; its log says more.";
}

}  // namespace

Service::Service(std::string prefix, const Authenticator& authenticator)
    : prefix_(std::move(prefix)), authenticator_(authenticator) {
    router_.set_not_found([this](const Request& request) {
        spdlog::warn("not implemented: {} {}", request.method, logged_path(request));
        if (token_first() && !caller_of(request)) return refuse(request, unauthorized(), {});
        return refuse(request, no_such_path(request), {});
    });
    router_.set_method_not_allowed([this](const Request& request) {
        spdlog::warn("not implemented: {} {}", request.method, logged_path(request));
        if (token_first() && !caller_of(request)) return refuse(request, unauthorized(), {});
        return refuse(request, no_such_method(request), {});
    });
}

void Service::route(std::string_view method, std::string_view pattern, Handler handler, Access access) {
    router_.add(method, prefix_ + std::string{pattern},
                [this, handler = std::move(handler), access](const Request& request) {
                    return answer(request, handler, access);
                });
}

std::optional<ApiError> Service::undecodable(const Request& request) const {
    const bool decodable = is_utf8(request.path) &&
                           std::all_of(request.query.begin(), request.query.end(), [](const auto& entry) {
                               return is_utf8(entry.first) && is_utf8(entry.second);
                           });
    if (decodable) return std::nullopt;
    return ApiError{400, "The request's path or query is not encoded in UTF-8."};
}

Response Service::handle(const Request& request) const {
    try {
        if (const auto error = undecodable(request)) return refuse(request, *error, {});
        Response response = router_(request);
        if (const auto methods = response.headers.find("Allow")) {
            std::string allowed = allow(std::string{*methods});
            if (allowed.empty()) {
                response.headers.erase("Allow");
            } else {
                response.headers.set("Allow", std::move(allowed));
            }
        }
        return response;
    } catch (const ApiError& error) {
        return refuse(request, error, {});
    } catch (const std::exception& error) {
        spdlog::error("{} {}: {}", request.method, logged_path(request), error.what());
        return refuse(request, ApiError{500, unexpected(error)}, {});
    }
}

Response Service::refuse(const Request& request, const ApiError& error, const Caller& caller) const {
    const Call call{
        .request = request, .caller = caller, .request_id = "req-" + state::uuid(), .microversion = 0};
    Response response = render(error, call);
    for (const auto& [name, value] : error.headers)
        response.headers.set(name, value);
    finish(call, response);
    return response;
}

namespace {

/// In the words of the libraries that the services are made with.
std::string_view failure_text(int status) {
    switch (status) {
        case 400:
            return "The server could not comply with the request since it is either malformed or otherwise "
                   "incorrect.";
        case 403:
            return "Access was denied to this resource.";
        case 404:
            return "The resource could not be found.";
        case 409:
            return "There was a conflict when trying to complete your request.";
        case 429:
            return "The client has sent too many requests in a given amount of time.";
        case 500:
            return "The server has either erred or is incapable of performing the requested operation.";
        case 503:
            return "The server is currently unavailable. Please try again at a later time.";
        default:
            return common::httpd::reason_phrase(status);
    }
}

}  // namespace

Response Service::failure(const Request& request, int status, const Headers& headers) const {
    ApiError error = status == 401 ? unauthorized() : ApiError{status, std::string{failure_text(status)}};
    for (const auto& [name, value] : headers)
        error.headers.set(name, value);
    return refuse(request, error, {});
}

Response Service::answer(const Request& request, const Handler& handler, Access access) const {
    Call call{.request = request, .caller = {}, .request_id = "req-" + state::uuid()};
    Response response;
    try {
        if (access == Access::token) {
            std::optional<Caller> caller = caller_of(request);
            if (!caller) throw unwelcome(request);
            call.caller = *std::move(caller);
        }
        prepare(call);
        response = handler(call);
    } catch (const ApiError& error) {
        if (error.status == 501)
            spdlog::warn("not implemented: {} {}: {}", request.method, logged_path(request), error.what());
        response = render(error, call);
        for (const auto& [name, value] : error.headers)
            response.headers.set(name, value);
    } catch (const std::exception& error) {
        spdlog::error("{} {} ({}): {}", request.method, logged_path(request), call.request_id, error.what());
        response = render(ApiError{500, unexpected(error)}, call);
    }
    finish(call, response);
    return response;
}

std::optional<Caller> Service::caller_of(const Request& request) const {
    const auto token = request.headers.find("X-Auth-Token");
    if (!token) return std::nullopt;
    return authenticator_.authenticate(*token);
}

void Service::finish(const Call& call, Response& response) const {
    response.headers.set("X-Openstack-Request-Id", call.request_id);
}

Response json_response(int status, const json::value& body) {
    return {
        .status = status, .headers = {{"Content-Type", "application/json"}}, .body = json::serialize(body)};
}

Response empty_response(int status, std::string content_type) {
    Response response{.status = status};
    if (!content_type.empty()) response.headers.set("Content-Type", std::move(content_type));
    return response;
}

json::value json_body(const Request& request) {
    return parse_json(request.body.read());
}

std::string query_without(const Request& request, const std::vector<std::string>& without,
                          std::string_view keep) {
    std::string query;
    for (const auto& [key, value] : request.query) {
        if (std::find(without.begin(), without.end(), key) != without.end()) continue;
        if (!query.empty()) query += '&';
        query += common::httpd::percent_encode(key, ":") + "=" + common::httpd::percent_encode(value, keep);
    }
    return query;
}

}  // namespace localcloud::api
