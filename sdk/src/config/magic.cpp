#include "sdk/src/config/magic.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/http/text.hpp"
#include "sdk/src/session/redaction.hpp"

namespace openstack::config {
namespace {

/// Of these a value at the top level beats one below "auth"; of all others it is the other way round.
constexpr std::array<std::string_view, 10> top_level_wins = {
    "project_id",       "project_name",      "domain_id",           "domain_name", "user_domain_id",
    "user_domain_name", "project_domain_id", "project_domain_name", "token",       "passcode"};
constexpr std::array<std::string_view, 14> auth_wins = {"auth_url",          "username",
                                                        "user_id",           "password",
                                                        "system_scope",      "trust_id",
                                                        "default_domain_id", "default_domain_name",
                                                        "endpoint",          "application_credential_id",
                                                        "unscoped",          "application_credential_name",
                                                        "auth_methods",      "application_credential_secret"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> old_names{{
    {"tenant_id", "project_id"},
    {"tenant_name", "project_name"},
    {"project", "project_name"},
    {"user_name", "username"},
    {"user", "username"},
    {"tenant", "project_name"},
    {"auth_token", "token"},
}};

void rename(Value& map, std::string_view from, std::string_view to) {
    auto* old = map.find(from);
    if (old == nullptr || old->kind != Value::Kind::scalar) return;
    auto value = std::move(*old);
    map.erase(from);
    if (map.find(to) == nullptr) map.set(to, std::move(value));
}

void move_into_auth(Value& layer, std::string_view key, bool top_level_beats) {
    auto* value = layer.find(key);
    if (value == nullptr) return;
    auto taken = std::move(*value);
    layer.erase(key);
    if (taken.kind != Value::Kind::scalar || taken.text.empty()) return;
    auto* auth = layer.find("auth");
    if (auth == nullptr) {
        layer.set("auth", Value::map(taken.origin));
        auth = layer.find("auth");
    }
    const auto* there = auth->find(key);
    if (there == nullptr || top_level_beats) auth->set(key, std::move(taken));
}

/// "{region_name}" in a text by the value of that setting; what is no setting stays as it is.
std::string expand(const Value& root, const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{') {
            const auto end = text.find('}', i);
            if (end != std::string::npos) {
                const auto name = text.substr(i + 1, end - i - 1);
                const bool secret = session::is_secret_field(name.substr(name.rfind('.') + 1), "auth");
                auto value = secret ? std::nullopt : root.text_of(name);
                if (!value && !secret) value = root.text_of("auth." + name);
                if (value && value->find('{') == std::string::npos) {
                    out += *value;
                    i = end;
                    continue;
                }
            }
        }
        out += text[i];
    }
    return out;
}

void expand_all(const Value& root, Value& value, std::string_view name, std::string_view parent = {}) {
    if (session::is_secret_field(name, parent)) return;
    if (value.kind == Value::Kind::scalar && value.text.find('{') != std::string::npos)
        value.text = expand(root, value.text);
    for (auto& [key, member] : value.members)
        expand_all(root, member, key, name);
    for (auto& item : value.items)
        expand_all(root, item, name, parent);
}

void find_auth_type(Value& root) {
    rename(root, "auth_plugin", "auth_type");
    const auto* given = root.find("auth_type");
    std::string type;
    if (given == nullptr) {
        const bool credential = root.text_of("auth.application_credential_secret").has_value();
        const bool token = root.text_of("auth.token") && !root.text_of("auth.password");
        type = credential ? "v3applicationcredential" : token ? "token" : "password";
        root.set("auth_type", Value::scalar(type, "default"));
        return;
    }
    type = given->kind == Value::Kind::scalar ? http::lower_case(given->text) : "";
    if (type.empty() || type == "null" || type == "~") type = "none";
    if (type == "token_endpoint") type = "admin_token";
    const auto origin = given->origin;
    root.set("auth_type", Value::scalar(type, origin));
}

void find_verify(Value& root) {
    for (const auto* key : {"verify", "insecure"}) {
        const auto* value = root.find(key);
        if (value == nullptr || value->kind == Value::Kind::null) continue;
        if (value->kind != Value::Kind::scalar || !parse_bool(value->text)) {
            throw ConfigError(
                value->origin + ": `" + key +
                "` has to be true or false; a certificate authority's file belongs to `cacert`");
        }
    }
    const auto* insecure = root.find("insecure");
    if (insecure != nullptr && insecure->kind == Value::Kind::scalar && parse_bool(insecure->text).value()) {
        const auto origin = insecure->origin;
        root.set("verify", Value::scalar("false", origin));
    }
}

}  // namespace

void gather_auth(Value& layer) {
    if (auto* auth = layer.find("auth")) {
        if (auth->kind == Value::Kind::null) *auth = Value::map(auth->origin);
        if (!auth->is_map())
            throw ConfigError(auth->origin +
                              ": `auth` has to be a map; write `auth_url:`, `username:` … below it");
        for (const auto& [from, to] : old_names)
            rename(*auth, from, to);
    }
    for (const auto& [from, to] : old_names)
        rename(layer, from, to);
    for (const auto key : top_level_wins)
        move_into_auth(layer, key, true);
    for (const auto key : auth_wins)
        move_into_auth(layer, key, false);
}

void drop_rivals(Value& root, const Value& arguments) {
    auto* auth = root.find("auth");
    const auto* given = arguments.find("auth");
    if (auth == nullptr || given == nullptr) return;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> rivals{{
        {"project_id", "project_name"},
        {"user_id", "username"},
        {"user_domain_id", "user_domain_name"},
        {"project_domain_id", "project_domain_name"},
        {"domain_id", "domain_name"},
        {"application_credential_id", "application_credential_name"},
    }};
    for (const auto& [one, other] : rivals) {
        if (given->find(one) != nullptr && given->find(other) == nullptr) auth->erase(other);
        if (given->find(other) != nullptr && given->find(one) == nullptr) auth->erase(one);
    }
}

void finish(Value& root) {
    if (root.find("auth") == nullptr) root.set("auth", Value::map(root.origin));
    if (const auto* type = root.find("endpoint_type"); type != nullptr && root.find("interface") == nullptr) {
        root.set("interface", *type);
    }
    std::vector<std::pair<std::string, Value>> renamed;
    for (const auto& [name, value] : root.members) {
        constexpr std::string_view old = "_endpoint_type";
        if (name.ends_with(old))
            renamed.emplace_back(name.substr(0, name.size() - old.size()) + "_interface", value);
    }
    for (auto& [name, value] : renamed) {
        if (root.find(name) == nullptr) root.set(name, std::move(value));
    }
    find_auth_type(root);
    find_verify(root);
    if (root.find("interface") == nullptr) root.set("interface", Value::scalar("public", "default"));
    if (root.find("verify") == nullptr) root.set("verify", Value::scalar("true", "default"));
    const auto before = root;
    expand_all(before, root, {});
}

std::vector<std::string> split_list(const Value* value) {
    std::vector<std::string> out;
    if (value == nullptr) return out;
    for (const auto& item : value->items) {
        if (item.kind == Value::Kind::scalar && !item.text.empty()) out.push_back(item.text);
    }
    std::string_view rest =
        value->kind == Value::Kind::scalar ? std::string_view(value->text) : std::string_view();
    while (!rest.empty()) {
        const auto part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (const auto word = http::trim(part); !word.empty()) out.emplace_back(word);
    }
    return out;
}

}  // namespace openstack::config
