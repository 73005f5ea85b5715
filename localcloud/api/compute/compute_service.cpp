#include "localcloud/api/compute/compute_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

constexpr std::string_view both_versions = "OpenStack-API-Version, X-OpenStack-Nova-API-Version";

std::string_view fault_name(int status) {
    switch (status) {
        case 400:
            return "badRequest";
        case 401:
            return "unauthorized";
        case 403:
            return "forbidden";
        case 404:
            return "itemNotFound";
        case 405:
            return "badMethod";
        case 409:
            return "conflictingRequest";
        case 413:
        case 429:
            return "overLimit";
        case 415:
            return "badMediaType";
        case 501:
            return "notImplemented";
        case 503:
            return "serviceUnavailable";
        default:
            return "computeFault";
    }
}

}  // namespace

ComputeService::ComputeService(Cloud& cloud, const Authenticator& authenticator)
    : Service("/compute", authenticator), cloud_(cloud), lifecycle_(cloud) {
    add_version_routes();
    add_flavor_routes();
    add_keypair_routes();
    add_quota_routes();
    add_server_routes();
    add_server_action_routes();
    add_server_metadata_routes();
    add_server_detail_routes();
}

Response ComputeService::render(const ApiError& error, const Call& /*call*/) const {
    if (error.status == 401) {
        return json_response(
            401, {{"error", {{"code", 401}, {"title", "Unauthorized"}, {"message", error.what()}}}});
    }
    if (error.type == "html") {
        return json_response(error.status, {{"message", std::string{error.what()} + "<br /><br />\n\n\n"},
                                            {"code", "404 Not Found"},
                                            {"title", "Not Found"}});
    }
    json::object fault{{"code", error.status}, {"message", error.what()}};
    if (error.headers.contains("Retry-After")) fault.emplace("retryAfter", error.headers.get("Retry-After"));
    Response response =
        json_response(error.status, json::object{{fault_name(error.status), std::move(fault)}});
    response.headers.set("Content-Type", "application/json; charset=UTF-8");
    return response;
}

ApiError ComputeService::unauthorized() const {
    ApiError error{401, "The request you have made requires authentication."};
    error.headers.set("Www-Authenticate", "Keystone uri=\"" + cloud_.endpoint + "/identity\"");
    return error;
}

ApiError ComputeService::no_such_path(const Request& /*request*/) const {
    return {404, "The resource could not be found.", "html"};
}

void ComputeService::prepare(Call& call) const {
    std::string version = call.request.headers.get("X-OpenStack-Nova-API-Version");
    const std::string header = call.request.headers.get("OpenStack-API-Version");
    // One header may be for several services: "volume 3.50, compute 2.26".
    static constexpr std::string_view service = "compute ";
    const std::size_t place = header.find(service);
    if (place != std::string::npos && (place == 0 || header[place - 1] == ' ' || header[place - 1] == ',')) {
        const std::size_t from = place + service.size();
        version = header.substr(from, header.find(',', from) - from);
    }
    if (version.empty()) return;
    if (version == "latest") {
        call.microversion = latest_microversion;
        return;
    }
    int major = 0;
    int minor = 0;
    const char* end = version.data() + version.size();
    const auto [dot, major_error] = std::from_chars(version.data(), end, major);
    const bool has_dot = major_error == std::errc{} && dot != end && *dot == '.';
    const auto [last, minor_error] =
        has_dot ? std::from_chars(dot + 1, end, minor) : std::from_chars_result{end, {}};
    const bool leading_zero = has_dot && end - dot > 2 && dot[1] == '0';
    if (!has_dot || minor_error != std::errc{} || last != end || leading_zero) {
        call.microversion = 0;
        throw bad_request("API Version String " + version +
                          " is of invalid format. Must be of format MajorNum.MinorNum.");
    }
    if (major != 2 || minor < 1 || minor > latest_microversion) {
        ApiError error{
            406, fmt::format("Version {} is not supported by the API. Minimum is 2.1 and maximum is 2.{}.",
                             version, latest_microversion)};
        error.headers.set("Openstack-Api-Version", "compute " + version);
        error.headers.set("X-Openstack-Nova-Api-Version", version);
        error.headers.set("Vary", std::string{both_versions});
        throw error;
    }
    call.microversion = minor;
}

void ComputeService::finish(const Call& call, Response& response) const {
    // Neither the list of versions nor the check of tokens is Nova's API yet.
    if (call.request.path.size() <= prefix().size() + 1) return;
    Service::finish(call, response);
    response.headers.set("X-Compute-Request-Id", call.request_id);
    if (call.microversion == 0 || response.status == 401 ||
        response.headers.contains("Openstack-Api-Version"))
        return;
    response.headers.set("Openstack-Api-Version", fmt::format("compute 2.{}", call.microversion));
    response.headers.set("X-Openstack-Nova-Api-Version", fmt::format("2.{}", call.microversion));
    response.headers.set("Vary", std::string{both_versions});
}

json::array ComputeService::links(const std::string& path) const {
    return {json::object{{"rel", "self"}, {"href", base() + "/" + path}},
            json::object{{"rel", "bookmark"}, {"href", cloud_.endpoint + prefix() + "/" + path}}};
}

json::value ComputeService::bookmark(const std::string& path) const {
    return json::array{json::object{{"rel", "bookmark"}, {"href", cloud_.endpoint + prefix() + "/" + path}}};
}

void ComputeService::add_version_routes() {
    const auto self = [this](const std::string& version) {
        return json::object{{"rel", "self"}, {"href", cloud_.endpoint + prefix() + "/" + version + "/"}};
    };
    const auto current = [self] {
        return json::object{{"id", "v2.1"},
                            {"status", "CURRENT"},
                            {"version", fmt::format("2.{}", latest_microversion)},
                            {"min_version", "2.1"},
                            {"updated", "2013-07-23T11:33:21Z"},
                            {"links", json::array{self("v2.1")}}};
    };
    const auto versions = [current](const Call&) {
        return json_response(200, {{"versions", json::array{current()}}});
    };
    route("GET", "", versions, Access::anyone);
    route("GET", "/", versions, Access::anyone);
    const auto version = [current](const Call&) {
        json::object document = current();
        document["links"].as_array().push_back(json::object{
            {"rel", "describedby"}, {"type", "text/html"}, {"href", "http://docs.openstack.org/"}});
        document.emplace("media-types", json::array{json::object{
                                            {"base", "application/json"},
                                            {"type", "application/vnd.openstack.compute+json;version=2.1"}}});
        return json_response(200, {{"version", document}});
    };
    route("GET", "/v2.1", version, Access::anyone);
    route("GET", "/v2.1/", version, Access::anyone);
}

json::value read_body(const Call& call) {
    const std::string type = call.request.headers.get("Content-Type");
    if (!type.empty() && call.request.body.size() > 0 && !type.starts_with("application/json"))
        throw ApiError{415, "Unsupported Content-Type"};
    json::value body;
    try {
        if (call.request.body.size() > 0) body = json_body(call.request);
    } catch (const std::invalid_argument&) {
        throw bad_request("Malformed request body");
    }
    if (!body.is_object()) throw bad_request(python_repr(body) + " is not of type 'object'");
    return body;
}

ApiError bad_request(const std::string& message) {
    return {400, message};
}

ApiError invalid_field(std::string_view field, const json::value& value, const std::string& problem) {
    const std::string quoted = value.is_string() ? to_text(value) : python_repr(value);
    return {400, fmt::format("Invalid input for field/attribute {}. Value: {}. {}", field, quoted, problem)};
}

ApiError invalid_query(std::string_view key, const std::string& value, const std::string& problem) {
    return {400, fmt::format("Invalid input for query parameters {}. Value: {}. {}", key, value, problem)};
}

const Document& wrapped(const json::value& body, std::string_view name) {
    const json::value* found = body.get_object().if_contains(name);
    if (found == nullptr) throw bad_request("'" + std::string{name} + "' is a required property");
    if (!found->is_object())
        throw invalid_field(name, *found, python_repr(*found) + " is not of type 'object'");
    return found->get_object();
}

ApiError invalid_name() {
    return bad_request(
        "An invalid 'name' value was provided. The name must be: printable characters. Can not start or end "
        "with whitespace.");
}

void check_query(const Call& call, int since, std::initializer_list<std::string_view> known) {
    if (call.microversion < since) return;
    for (const auto& [key, value] : call.request.query) {
        if (std::find(known.begin(), known.end(), key) == known.end())
            throw bad_request("Additional properties are not allowed ('" + key + "' was unexpected)");
    }
}

void check_direction(const std::string& direction) {
    if (direction == "asc" || direction == "desc") return;
    throw invalid_query("sort_dir", direction, "'" + direction + "' is not one of ['asc', 'desc']");
}

ApiError forbidden_by_policy(std::string_view rule) {
    return {403, fmt::format("Policy doesn't allow {} to be performed.", rule)};
}

namespace {

/// Nova's names of what its workers do for an action; empty where the API does it itself.
std::string_view event_of(std::string_view action) {
    if (action == "create") return "compute__do_build_and_run_instance";
    if (action == "start") return "compute_start_instance";
    if (action == "stop") return "compute_stop_instance";
    if (action == "reboot") return "compute_reboot_instance";
    if (action == "rebuild") return "compute_rebuild_instance";
    if (action == "delete" || action == "force_delete") return "compute_terminate_instance";
    return {};
}

}  // namespace

void remember_action(state::Store::Transaction& transaction, const Call& call, const std::string& server_id,
                     std::string_view action) {
    const std::string now = state::iso_whole_microseconds(state::now());
    Document remembered{{"action", action},
                        {"instance_uuid", server_id},
                        {"request_id", call.request_id},
                        {"user_id", call.caller.user_id},
                        {"project_id", call.caller.project_id},
                        {"start_time", now},
                        {"message", nullptr},
                        {"updated_at", now}};
    if (const std::string_view event = event_of(action); !event.empty()) {
        remembered["_event"] = json::object{
            {"event", event}, {"start_time", now}, {"finish_time", nullptr}, {"result", nullptr}};
    }
    transaction.put(Kind::server_action, server_id + "|" + call.request_id, std::move(remembered));
}

}  // namespace localcloud::api::compute
