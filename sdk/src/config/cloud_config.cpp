#include <algorithm>
#include <charconv>
#include <functional>

#include "openstack/config.hpp"
#include "openstack/error.hpp"
#include "sdk/src/config/data.hpp"
#include "sdk/src/config/magic.hpp"
#include "sdk/src/config/resolve.hpp"
#include "sdk/src/http/url.hpp"
#include "sdk/src/session/redaction.hpp"
#include "sdk/src/session/service_types.hpp"

namespace openstack {

using config::Value;

CloudConfig CloudConfig::load(const ConfigOptions& options) {
    auto sources = config::read_sources(options);
    auto [name, root] = config::resolve(sources, options);
    return CloudConfig(std::make_shared<const Data>(Data{
        .name = std::move(name), .root = std::move(root), .environment = std::move(sources.environment)}));
}

std::vector<std::string> CloudConfig::names(const ConfigOptions& options) {
    const auto sources = config::read_sources(options);
    std::vector<std::string> out;
    for (const auto& [name, entry] : sources.clouds.members)
        out.push_back(name);
    if (config::environment_cloud(sources.environment))
        out.push_back(config::environment_cloud_name(sources.environment));
    return out;
}

const std::string& CloudConfig::name() const {
    return data_->name;
}
std::string CloudConfig::region_name() const {
    return get("region_name").value_or("");
}
std::string CloudConfig::auth_type() const {
    return get("auth_type").value_or("password");
}
bool CloudConfig::verify() const {
    return config::parse_bool(get("verify").value_or("true")).value_or(true);
}

std::string CloudConfig::cacert() const {
    return config::without_tilde(get("cacert").value_or(""), data_->environment);
}
std::string CloudConfig::cert() const {
    return config::without_tilde(get("cert").value_or(""), data_->environment);
}
std::string CloudConfig::key() const {
    return config::without_tilde(get("key").value_or(""), data_->environment);
}

std::optional<std::chrono::milliseconds> CloudConfig::api_timeout() const {
    const auto text = get("api_timeout");
    if (!text) return std::nullopt;
    double seconds = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    constexpr double longest = 86400;
    if (error != std::errc{} || end != text->data() + text->size() || !(seconds > 0) || seconds > longest) {
        throw ConfigError(origin("api_timeout") + ": api_timeout is \"" + *text +
                          "\"; write a number of seconds, like 60");
    }
    constexpr double milliseconds_per_second = 1000;
    return std::chrono::milliseconds(std::max(1L, static_cast<long>(seconds * milliseconds_per_second)));
}

std::optional<std::string> CloudConfig::get(std::string_view key) const {
    return data_->root.text_of(key);
}

std::vector<std::string> CloudConfig::list(std::string_view key) const {
    return config::split_list(data_->root.at(key));
}

namespace {

/// The value of the first key that a service goes by.
const Value* find_service_setting(const Value& root, std::string_view service_type,
                                  std::string_view setting) {
    const auto service = session::service_type_info(service_type);
    std::vector<std::string_view> names{service.type};
    names.insert(names.end(), service.aliases.begin(), service.aliases.end());
    for (const auto name : names) {
        const auto* value = root.find(config::normal_key(name) + "_" + std::string(setting));
        if (value != nullptr && value->kind != Value::Kind::null) return value;
    }
    return nullptr;
}

/// A setting's own name and the one around it: an element of a sequence has those of the sequence.
struct Names {
    std::string_view own;
    std::string_view parent;
};

void flatten(const Value& value, const std::string& key, const Names& names, std::vector<ConfigValue>& out) {
    switch (value.kind) {
        case Value::Kind::null:
            break;
        case Value::Kind::scalar: {
            const bool secret = session::is_secret_field(names.own, names.parent);
            out.push_back(
                {key, secret ? std::string(session::mask) : http::without_secrets(value.text), value.origin});
            break;
        }
        case Value::Kind::sequence:
            for (std::size_t i = 0; i < value.items.size(); ++i)
                flatten(value.items[i], key + "." + std::to_string(i), names, out);
            break;
        case Value::Kind::map:
            for (const auto& [member, inner] : value.members)
                flatten(inner, key.empty() ? member : key + "." + member, {member, names.own}, out);
            break;
    }
}

}  // namespace

std::optional<std::string> CloudConfig::service_setting(std::string_view service_type,
                                                        std::string_view setting) const {
    const auto* value = find_service_setting(data_->root, service_type, setting);
    if (value == nullptr || value->kind != Value::Kind::scalar || value->text.empty()) return std::nullopt;
    return value->text;
}

std::vector<std::string> CloudConfig::interfaces(std::string_view service_type) const {
    auto out = config::split_list(find_service_setting(data_->root, service_type, "interface"));
    if (out.empty()) out = list("interface");
    for (auto& interface : out) {
        if (interface.ends_with("URL")) interface.resize(interface.size() - 3);  // "publicURL" of old
    }
    if (out.empty()) out.emplace_back("public");
    return out;
}

std::string CloudConfig::origin(std::string_view key) const {
    const auto* value = data_->root.at(key);
    return value != nullptr ? value->origin : std::string();
}

std::vector<ConfigValue> CloudConfig::explain() const {
    std::vector<ConfigValue> out;
    flatten(data_->root, {}, {}, out);
    return out;
}

}  // namespace openstack
