#include "sdk/src/session/redaction.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <functional>

#include "sdk/src/http/text.hpp"
#include "sdk/src/session/error_body.hpp"
#include "sdk/src/session/json.hpp"

namespace openstack::session {
namespace {

namespace json = boost::json;

/// "adminPass", "admin_pass" and "admin-pass" are one name.
std::string normal(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c != '_' && c != '-' && c != ' ') out += http::lower_case(c);
    }
    return out;
}

/// Names that are harmless elsewhere: a sign-in's token is called "id", the code that it exchanges "code" (elsewhere a
/// status), and who has the address of a server's console needs nothing else.
bool is_secret_below(std::string_view parent, std::string_view name) {
    return (parent == "token" && name == "id") || (parent == "auth" && name == "code") ||
           ((parent == "console" || parent == "remoteconsole") && name == "url");
}

bool is_secret(std::string_view parent, std::string_view name, const std::vector<std::string>& more) {
    return is_secret_field(name, parent) ||
           std::ranges::any_of(more, [&](const std::string& field) { return normal(field) == normal(name); });
}

// Masking every "a" of a message because somebody's password is "a" would only make it unreadable.
constexpr std::size_t shortest_secret = 4;

/// A secret may be a list of texts.
void add_texts(const json::value& secret, std::vector<std::string>& out) {
    if (const auto* text = secret.if_string()) out.emplace_back(*text);
    if (const auto* list = secret.if_array()) {
        for (const auto& item : *list)
            add_texts(item, out);
    }
}

/// A text that was cut inside a secret ends with that secret's beginning.
void mask_cut_off(std::string& text, std::string_view secret) {
    if (secret.size() <= shortest_secret) return;
    constexpr std::string_view ellipsis = "…";
    for (auto at = text.find(ellipsis); at != std::string::npos;
         at = text.find(ellipsis, at + ellipsis.size())) {
        for (auto size = std::min(secret.size() - 1, at); size >= shortest_secret; --size) {
            if (!std::string_view(text).substr(0, at).ends_with(secret.substr(0, size))) continue;
            text.replace(at - size, size, mask);
            at = at - size + mask.size();
            break;
        }
    }
}

using Visit = std::function<void(json::value& secret)>;

/// Calls `visit` with every secret value. An object called "password" (as in a sign-in) is looked into instead.
void each_secret(json::value& value, std::string_view name, const std::vector<std::string>& more,
                 const Visit& visit) {
    if (auto* object = value.if_object()) {
        for (auto& [key, member] : *object) {
            const std::string_view key_text = key;
            if (is_secret(name, key_text, more) && !member.is_object() && !member.is_null()) {
                visit(member);
            } else {
                each_secret(member, key_text, more, visit);
            }
        }
    } else if (auto* array = value.if_array()) {
        for (auto& item : *array)
            each_secret(item, name, more, visit);
    }
}

}  // namespace

bool is_secret_field(std::string_view name, std::string_view parent) {
    static constexpr std::array<std::string_view, 23> exact = {
        "adminpass",    "privatekey", "userdata",   "passcode",  "authkey",       "apikey",
        "secret",       "blob",       "tempurlkey", "signature", "contents",      "personality",
        "payload",      "secretuuid", "accesskey",  "secretkey", "rescuepass",    "authorizationcode",
        "codeverifier", "consoleurl", "devicecode", "assertion", "deploymentseed"};
    const auto plain = normal(name);
    return plain.find("password") != std::string::npos || plain.find("passphrase") != std::string::npos ||
           plain.ends_with("secret") || plain.ends_with("token") || plain == "authorization" ||
           std::ranges::find(exact, plain) != exact.end() || is_secret_below(normal(parent), plain);
}

bool is_secret_header(std::string_view name) {
    const auto plain = normal(name);
    return plain.find("token") != std::string::npos || plain.find("authorization") != std::string::npos ||
           plain.find("cookie") != std::string::npos || plain.find("tempurlkey") != std::string::npos ||
           plain.find("authreceipt") != std::string::npos || plain.find("secret") != std::string::npos ||
           plain.find("password") != std::string::npos;
}

std::string shown_header(std::string_view name, std::string_view value) {
    std::string out(name);
    out += ": ";
    out += is_secret_header(name) ? mask : value;
    return out;
}

std::string shown_body(std::string_view content_type, std::string_view body,
                       const std::vector<std::string>& more) {
    if (body.empty()) return {};
    constexpr std::size_t longest_examined = 4U << 20U;
    constexpr std::size_t longest_shown = 8U << 10U;
    auto value = body.size() <= longest_examined ? parse_json(body) : std::nullopt;
    if (!value || !(value->is_object() || value->is_array())) {
        return "(" + std::to_string(body.size()) + " bytes of " +
               (content_type.empty() ? "an unnamed type" : std::string(content_type)) + ")";
    }
    each_secret(*value, {}, more, [](json::value& secret) { secret = json::string(mask); });
    auto text = json::serialize(*value);
    if (text.size() > longest_shown) {
        text.resize(longest_shown);
        text += "… (" + std::to_string(body.size()) + " bytes)";
    }
    return text;
}

std::vector<std::string> secret_values(const Headers& headers, std::string_view body,
                                       const std::vector<std::string>& more) {
    std::vector<std::string> out;
    for (const auto& [name, value] : headers) {
        if (is_secret_header(name)) out.push_back(value);
    }
    const auto first = body.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && (body[first] == '{' || body[first] == '[')) {
        if (auto value = parse_json(body)) {
            each_secret(*value, {}, more, [&](const json::value& secret) { add_texts(secret, out); });
        }
    }
    // An error shows what the service said as plain text, and so it shows an echo.
    for (std::size_t i = 0, count = out.size(); i < count; ++i) {
        if (auto plain = plain_text(out[i], out[i].size()); plain != out[i]) out.push_back(std::move(plain));
    }
    std::erase_if(out, [](const std::string& secret) { return secret.size() < shortest_secret; });
    // A secret that begins another one must not take the beginning of that one away.
    std::ranges::stable_sort(out, std::greater{}, &std::string::size);
    return out;
}

std::string masked(std::string text, const std::vector<std::string>& secrets) {
    for (const auto& secret : secrets) {
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + mask.size())) {
            text.replace(at, secret.size(), mask);
        }
        mask_cut_off(text, secret);
    }
    return text;
}

}  // namespace openstack::session
