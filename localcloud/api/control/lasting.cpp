#include "localcloud/api/control/lasting.hpp"

#include "localcloud/state/identifiers.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud::api::control {

namespace {

constexpr int http_success_end = 300;

/// What is inside of {"server": {…}}; null for every other body.
Document* inside(json::value& body, std::string_view key) {
    if (!body.is_object()) return nullptr;
    json::value* value = body.get_object().if_contains(key);
    return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

json::value body_of(const common::httpd::Response& answer) {
    try {
        return parse_json(answer.body);
    } catch (const std::invalid_argument&) {
        return nullptr;
    }
}

}  // namespace

void Lasting::shorten_token(Response& answer, std::chrono::milliseconds life) {
    const std::string token = answer.headers.get("X-Subject-Token");
    json::value body = body_of(answer);
    Document* document = inside(body, "token");
    if (token.empty() || document == nullptr) return;
    (*document)["expires_at"] =
        state::iso_microseconds(state::now() + std::chrono::duration_cast<state::Time::duration>(life)) + "Z";
    answer.body = json::serialize(body);
    const std::lock_guard lock{mutex_};
    ends_[token] = std::chrono::steady_clock::now() + life;
}

void Lasting::fail_server(const Response& answer, const std::string& message) {
    json::value body = body_of(answer);
    const Document* server = inside(body, "server");
    if (server == nullptr) return;
    const std::lock_guard lock{mutex_};
    failed_[text(*server, "id")] = {message, state::iso_seconds(state::now())};
}

void Lasting::forget() {
    const std::lock_guard lock{mutex_};
    ends_.clear();
    failed_.clear();
}

bool Lasting::has_ended_token(const Request& request) const {
    const std::lock_guard lock{mutex_};
    const auto end = ends_.find(request.headers.get("X-Auth-Token"));
    return end != ends_.end() && std::chrono::steady_clock::now() >= end->second;
}

void Lasting::touch_up(const Request& request, Response& answer) const {
    const std::lock_guard lock{mutex_};
    if (failed_.empty() || request.method != "GET" || answer.status >= http_success_end ||
        request.path.find("/servers") == std::string::npos)
        return;
    json::value body = body_of(answer);
    const bool is_list = inside(body, "server") == nullptr;
    const auto touch_up_one = [&](Document& server) {
        const auto failure = failed_.find(text(server, "id"));
        // One that is being deleted shows that, and a short list has no state at all.
        if (failure == failed_.end() || member(server, "status") == nullptr ||
            text(server, "OS-EXT-STS:task_state") == "deleting")
            return;
        server["status"] = "ERROR";
        server["OS-EXT-STS:vm_state"] = "error";
        server["OS-EXT-STS:task_state"] = nullptr;
        server["OS-EXT-AZ:availability_zone"] = "";  // it got to no host: lists do not tell its fault
        if (is_list) return;
        server["fault"] =
            Document{{"code", 500}, {"created", failure->second.since}, {"message", failure->second.message}};
    };
    if (Document* server = inside(body, "server")) touch_up_one(*server);
    if (json::value* list = body.is_object() ? body.get_object().if_contains("servers") : nullptr;
        list != nullptr && list->is_array())
        for (json::value& server : list->get_array())
            if (server.is_object()) touch_up_one(server.get_object());
    answer.body = json::serialize(body);
}

}  // namespace localcloud::api::control
