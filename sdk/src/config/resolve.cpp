#include "sdk/src/config/resolve.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "openstack/error.hpp"
#include "sdk/src/config/magic.hpp"
#include "sdk/src/http/text.hpp"

namespace openstack::config {
namespace {

std::string joined(const Value& map) {
    std::string out;
    for (const auto& [name, value] : map.members)
        out += (out.empty() ? "" : ", ") + name;
    return out;
}

std::string where_we_looked(const Sources& sources) {
    std::string out;
    for (const auto& path : sources.looked_in)
        out += (out.empty() ? "" : ", ") + path;
    return out;
}

struct Candidate {
    std::string name;
    Value entry;
};

Candidate named_cloud(const Sources& sources, const std::string& name,
                      const std::optional<Value>& from_environment) {
    if (const auto* entry = sources.clouds.find(name)) return {name, *entry};
    if (from_environment && name == environment_cloud_name(sources.environment))
        return {name, *from_environment};
    if (sources.clouds_file.empty()) {
        throw ConfigError("there is no clouds.yaml that could describe the cloud \"" + name +
                          "\" (looked for " + where_we_looked(sources) +
                          "); write one, or name it with OS_CLIENT_CONFIG_FILE");
    }
    throw ConfigError(sources.clouds_file + ": no cloud named \"" + name +
                      "\"; there are: " + joined(sources.clouds));
}

Candidate choose_cloud(const Sources& sources, const ConfigOptions& options) {
    const auto from_environment = environment_cloud(sources.environment);
    const auto environment_name = environment_cloud_name(sources.environment);
    if (from_environment && sources.clouds.find(environment_name) != nullptr) {
        throw ConfigError(sources.clouds_file + ": the cloud \"" + environment_name +
                          "\" has the name under which the OS_* variables are a cloud too; rename it, or set "
                          "OS_CLOUD_NAME to another name");
    }
    if (!options.cloud.empty()) return named_cloud(sources, options.cloud, from_environment);
    if (const auto named = sources.environment.find("OS_CLOUD");
        named != sources.environment.end() && !named->second.empty()) {
        return named_cloud(sources, named->second, from_environment);
    }
    const bool settings_suffice = std::ranges::any_of(options.settings, [](const auto& setting) {
        const auto key = normal_key(setting.first);
        return (key == "auth_url" || key == "auth.auth_url" || key == "endpoint" || key == "auth.endpoint") &&
               !setting.second.empty();
    });
    // A lone OS_CACERT in somebody's profile is not meant to hide the only cloud of the file.
    const bool environment_suffices =
        from_environment &&
        (from_environment->find("auth_url") != nullptr || from_environment->find("endpoint") != nullptr ||
         from_environment->find("auth_type") != nullptr || sources.clouds.members.empty());
    if (environment_suffices && !(settings_suffice && from_environment->find("auth_url") == nullptr)) {
        return {environment_name, *from_environment};
    }
    if (settings_suffice) return {"defaults", Value::map("argument")};
    if (sources.clouds.members.size() == 1) {
        const auto& [name, entry] = sources.clouds.members.front();
        return {name, entry};
    }
    if (sources.clouds.members.size() > 1) {
        throw ConfigError(sources.clouds_file +
                          ": there are several clouds; set OS_CLOUD to one of: " + joined(sources.clouds));
    }
    throw CloudNotConfigured("no cloud is configured: there is no clouds.yaml (looked for " +
                             where_we_looked(sources) +
                             ") and no OS_AUTH_URL; write a clouds.yaml or set the OS_* variables");
}

/// What the entry's `profile` stands for, or nothing.
Value profile_of(const Sources& sources, Value& entry) {
    const auto* key = entry.find("profile") != nullptr ? "profile" : "cloud";
    const auto name = entry.text_of(key);
    if (!name) return Value::map();
    const auto origin = entry.find(key)->origin;
    if (name->find("://") != std::string::npos) {
        throw ConfigError(origin +
                          ": a profile that is read from a URL is not supported yet; write its settings into "
                          "the cloud's entry");
    }
    const auto* vendor = sources.public_clouds.find(*name);
    if (vendor == nullptr) {
        const auto known = joined(sources.public_clouds);
        throw ConfigError(origin + ": no profile named \"" + *name + "\" in clouds-public.yaml" +
                          (known.empty() ? " (there is none)" : "; there are: " + known) +
                          "; write the profile's settings into the cloud's entry or into clouds-public.yaml");
    }
    auto out = *vendor;
    if (out.is_map() && out.text_of("status").value_or("") == "shutdown") {
        throw ConfigError(origin + ": the cloud of the profile \"" + *name + "\" has been shut down. " +
                          out.text_of("message").value_or("") + " Choose another one");
    }
    return out;
}

/// `regions` and a `region_name` with several names, as one list of {name, values}.
std::vector<std::pair<std::string, Value>> regions_of(const Value& root) {
    std::vector<std::pair<std::string, Value>> out;
    if (const auto* regions = root.find("regions");
        regions != nullptr && regions->kind == Value::Kind::sequence) {
        for (const auto& region : regions->items) {
            if (region.kind == Value::Kind::scalar) {
                out.emplace_back(region.text, Value::map(region.origin));
            } else if (const auto name = region.text_of("name")) {
                const auto* values = region.find("values");
                out.emplace_back(*name,
                                 values != nullptr && values->is_map() ? *values : Value::map(region.origin));
            } else {
                throw ConfigError(
                    region.origin +
                    ": a region needs a name; write `- name: <region>`, and `values:` below it");
            }
        }
        return out;
    }
    for (const auto& name : split_list(root.find("region_name")))
        out.emplace_back(name, Value::map(root.find("region_name")->origin));
    return out;
}

/// A region and who asks for it.
struct Wish {
    std::string name;
    std::string origin;
};

Wish region_argument(const ConfigOptions& options) {
    if (!options.region_name.empty()) return {options.region_name, "argument"};
    for (const auto& [key, value] : options.settings) {
        if (normal_key(key) == "region_name" && !value.empty()) return {value, "argument"};
    }
    return {};
}

/// The one `region_name`, which of a list of regions chooses one.
Wish named_region(const Value& root) {
    const auto* named = root.find("region_name");
    if (named == nullptr || named->kind != Value::Kind::scalar || named->text.find(',') != std::string::npos)
        return {};
    return {named->text, named->origin};
}

/// `may_be_new`: the entry's own region_name need not be among those that its profile lists.
void choose_region(Value& root, bool may_be_new, const Sources& sources, const ConfigOptions& options) {
    const auto regions = regions_of(root);
    const auto find = [&](const std::string& name) {
        return std::ranges::find(regions, name, &std::pair<std::string, Value>::first);
    };
    const auto named = named_region(root);
    auto wanted = region_argument(options);
    if (wanted.name.empty()) wanted = named;
    if (wanted.name.empty()) {
        // The variable is the environment's cloud's; of an entry it chooses what that leaves open.
        const auto variable = sources.environment.find("OS_REGION_NAME");
        if (variable != sources.environment.end() &&
            (regions.empty() || find(variable->second) != regions.end())) {
            wanted = {variable->second, "environment OS_REGION_NAME"};
        } else if (!regions.empty()) {
            wanted = {regions.front().first, regions.front().second.origin};
        }
    }
    if (wanted.name.empty()) return;
    const auto chosen = find(wanted.name);
    const auto* listed = root.find("regions");
    const bool may_differ = may_be_new && wanted.name == named.name;
    if (listed != nullptr && !regions.empty() && chosen == regions.end() && !may_differ) {
        std::string have;
        for (const auto& [name, values] : regions)
            have += (have.empty() ? "" : ", ") + name;
        throw ConfigError(listed->origin + ": no region named \"" + wanted.name + "\"; there are: " + have);
    }
    if (chosen != regions.end()) merge(root, chosen->second);
    root.set("region_name", Value::scalar(wanted.name, wanted.origin));
}

}  // namespace

Choice resolve(const Sources& sources, const ConfigOptions& options) {
    auto [name, entry] = choose_cloud(sources, options);
    if (!entry.is_map()) entry = Value::map(entry.origin);
    auto root = profile_of(sources, entry);
    // Within each layer the settings for signing in are brought to one place first, so that layers can be merged.
    gather_auth(root);
    gather_auth(entry);
    merge(root, entry);
    choose_region(root, entry.find("region_name") != nullptr && entry.find("regions") == nullptr, sources,
                  options);
    gather_auth(root);
    auto arguments = Value::map("argument");
    for (const auto& [key, value] : options.settings) {
        if (value.empty()) continue;
        auto plain = normal_key(key);
        if (plain.starts_with("os_")) plain.erase(0, 3);
        if (plain == "region_name") continue;
        if (plain.starts_with("auth.")) {
            if (arguments.find("auth") == nullptr) arguments.set("auth", Value::map("argument"));
            arguments.find("auth")->set(plain.substr(5), Value::scalar(value, "argument"));
        } else {
            arguments.set(plain, Value::scalar(value, "argument"));
        }
    }
    gather_auth(arguments);
    drop_rivals(root, arguments);
    merge(root, arguments);
    finish(root);
    return {std::move(name), std::move(root)};
}

}  // namespace openstack::config
