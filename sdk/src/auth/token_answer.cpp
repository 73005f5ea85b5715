#include <boost/json.hpp>
#include <charconv>

#include "openstack/error.hpp"
#include "sdk/src/auth/authenticator.hpp"
#include "sdk/src/session/json.hpp"

namespace openstack::auth {
namespace {

namespace json = boost::json;

[[noreturn]] void malformed(const Response& response, const std::string& what) {
    throw MalformedResponse("POST " + response.url + ": the answer to the sign-in " + what,
                            {.status = response.status,
                             .request_id = response.request_id(),
                             .method = "POST",
                             .url = response.url,
                             .service_type = "identity"});
}

std::string text_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

const json::object* object_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr ? value->if_object() : nullptr;
}

const json::array* array_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr ? value->if_array() : nullptr;
}

NamedReference reference(const json::object& object) {
    return {text_at(object, "id"), text_at(object, "name")};
}

CatalogService service(const json::object& object) {
    CatalogService out{
        .type = text_at(object, "type"), .name = text_at(object, "name"), .id = text_at(object, "id")};
    const auto* endpoints = array_at(object, "endpoints");
    if (endpoints == nullptr) return out;
    for (const auto& entry : *endpoints) {
        const auto* endpoint = entry.if_object();
        if (endpoint == nullptr) continue;
        auto region = text_at(*endpoint, "region_id");
        if (region.empty()) region = text_at(*endpoint, "region");
        out.endpoints.push_back({.id = text_at(*endpoint, "id"),
                                 .interface = text_at(*endpoint, "interface"),
                                 .region_id = std::move(region),
                                 .url = text_at(*endpoint, "url")});
    }
    return out;
}

Access access(const json::object& token) {
    Access out;
    if (const auto* user = object_at(token, "user")) {
        out.user = reference(*user);
        if (const auto* domain = object_at(*user, "domain")) out.user_domain = reference(*domain);
    }
    if (const auto* project = object_at(token, "project")) {
        out.project = reference(*project);
        if (const auto* domain = object_at(*project, "domain")) out.project_domain = reference(*domain);
    }
    if (const auto* domain = object_at(token, "domain")) out.domain = reference(*domain);
    out.system = object_at(token, "system") != nullptr;
    if (const auto* roles = array_at(token, "roles")) {
        for (const auto& role : *roles) {
            if (const auto* object = role.if_object()) out.roles.push_back(reference(*object));
        }
    }
    if (const auto* methods = array_at(token, "methods")) {
        for (const auto& method : *methods) {
            if (const auto* text = method.if_string()) out.methods.emplace_back(*text);
        }
    }
    if (const auto* catalog = array_at(token, "catalog")) {
        for (const auto& entry : *catalog) {
            if (const auto* object = entry.if_object()) out.catalog.push_back(service(*object));
        }
    }
    out.issued_at = parse_time(text_at(token, "issued_at"));
    out.expires_at = parse_time(text_at(token, "expires_at"));
    return out;
}

bool read_digits(std::string_view& text, std::size_t count, int& out) {
    if (text.size() < count) return false;
    const auto digits = text.substr(0, count);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (error != std::errc{} || end != digits.data() + digits.size()) return false;
    text.remove_prefix(count);
    return true;
}

bool skip(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_time(std::string_view text) {
    using namespace std::chrono;
    int y = 0;
    int mo = 0;
    int d = 0;
    int h = 0;
    int mi = 0;
    int s = 0;
    if (!read_digits(text, 4, y) || !skip(text, '-') || !read_digits(text, 2, mo) || !skip(text, '-') ||
        !read_digits(text, 2, d) || !skip(text, 'T') || !read_digits(text, 2, h) || !skip(text, ':') ||
        !read_digits(text, 2, mi) || !skip(text, ':') || !read_digits(text, 2, s)) {
        return std::nullopt;
    }
    const year_month_day date(year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d)));
    if (!date.ok() || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 60) return std::nullopt;
    microseconds fraction{0};
    if (skip(text, '.')) {
        auto unit = microseconds(100000);
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            fraction += unit * (text.front() - '0');
            unit /= 10;
            text.remove_prefix(1);
        }
    }
    if (text != "Z" && text != "+00:00" && !text.empty()) return std::nullopt;
    return sys_time<microseconds>(sys_days(date)) + hours(h) + minutes(mi) + seconds(s) + fraction;
}

SignedIn parse_token_answer(const Response& response) {
    SignedIn out;
    out.token = response.headers.get("X-Subject-Token");
    if (out.token.empty()) malformed(response, "has no X-Subject-Token");
    for (const char c : out.token) {
        if (c <= ' ' || c >= '\x7f') malformed(response, "has a token that no header field can carry");
    }
    const auto body = session::parse_json(response.body);
    if (!body) malformed(response, "is not JSON");
    const auto* root = body->if_object();
    const auto* token = root != nullptr ? object_at(*root, "token") : nullptr;
    if (token == nullptr) malformed(response, "has no object \"token\"");
    auto parsed = std::make_shared<Access>(access(*token));
    if (parsed->issued_at && parsed->expires_at) {
        out.lifetime = std::chrono::floor<std::chrono::seconds>(*parsed->expires_at - *parsed->issued_at);
    }
    out.access = std::move(parsed);
    return out;
}

}  // namespace openstack::auth
