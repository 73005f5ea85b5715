#include "sdk/src/config/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "openstack/error.hpp"
#include "sdk/src/http/text.hpp"

extern char** environ;  // NOLINT: POSIX declares it nowhere

namespace openstack::config {
namespace {

std::string value_of(const Environment& environment, const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

std::string home_of(const Environment& environment) {
    auto snap = value_of(environment, "SNAP_REAL_HOME");  // a snap's own HOME is not the user's
    return snap.empty() ? value_of(environment, "HOME") : snap;
}

std::vector<std::string> folders_of(const ConfigOptions& options, const Environment& environment) {
    if (options.folders) return *options.folders;
    std::vector<std::string> out{"."};
    const auto home = home_of(environment);
    if (const auto xdg = value_of(environment, "XDG_CONFIG_HOME"); !xdg.empty())
        out.push_back(xdg + "/openstack");
    if (!home.empty()) out.push_back(home + "/.config/openstack");
    out.emplace_back("/etc/xdg/openstack");
    out.emplace_back("/etc/openstack");
    return out;
}

/// A file's content; nothing if it is not there or not ours to read.
std::optional<std::string> read_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return std::nullopt;
    struct stat status{};
    std::optional<std::string> out;
    constexpr std::size_t largest = 4U << 20U;
    if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        out.emplace();
        std::array<char, 16384> buffer{};
        ssize_t got = 0;
        while (out->size() <= largest && (got = ::read(file, buffer.data(), buffer.size())) > 0) {
            out->append(buffer.data(), static_cast<std::size_t>(got));
        }
    }
    ::close(file);
    if (out && out->size() > largest) {
        throw ConfigError(path + ": this file is larger than " + std::to_string(largest) +
                          " bytes, so it is hardly a configuration; name the right one");
    }
    return out;
}

struct Found {
    std::string path;
    Value root;
};

class Search {
  public:
    Search(const ConfigOptions& options, const Environment& environment, std::vector<std::string>& looked_in)
        : environment_(environment), folders_(folders_of(options, environment)), looked_in_(looked_in) {}

    /// The file that must be there.
    [[nodiscard]] Found need(const std::string& given) const {
        const auto path = without_tilde(given, environment_);
        auto text = read_file(path);
        if (!text) {
            throw ConfigError(path + ": cannot be read (" + std::strerror(errno) +
                              "); name an existing file");
        }
        return {path, parse_file(path, *text)};
    }

    /// The first of the file named by `variable` and those in the folders.
    [[nodiscard]] std::optional<Found> first(const std::string& name, const char* variable) const {
        std::vector<std::string> paths;
        if (variable != nullptr) {
            if (const auto named = value_of(environment_, variable); !named.empty()) {
                paths.push_back(without_tilde(named, environment_));
            }
        }
        for (const auto& folder : folders_) {
            for (const auto* extension : {".yaml", ".yml", ".json"})
                paths.push_back(folder + "/" + name + extension);
        }
        for (const auto& path : paths) {
            if (path.ends_with(".yaml")) looked_in_.push_back(path);
            if (const auto text = read_file(path)) return Found{path, parse_file(path, *text)};
        }
        return std::nullopt;
    }

  private:
    const Environment& environment_;
    std::vector<std::string> folders_;
    std::vector<std::string>& looked_in_;
};

Value section(const Found& file, const char* name) {
    const auto* value = file.root.find(name);
    if (value == nullptr || value->kind == Value::Kind::null) return Value::map(file.path);
    if (!value->is_map()) {
        throw ConfigError(value->origin + ": `" + name + "` has to be a map of names to clouds; write `" +
                          name + ":` and below it, indented, `<name>:`");
    }
    for (const auto& [cloud, entry] : value->members) {
        if (!entry.is_map() && entry.kind != Value::Kind::null) {
            throw ConfigError(entry.origin + ": the cloud \"" + cloud +
                              "\" has to be a map; write `auth:` below it");
        }
    }
    return *value;
}

}  // namespace

Environment environment_of(const ConfigOptions& options) {
    if (options.environment) return *options.environment;
    Environment out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

std::string without_tilde(const std::string& path, const Environment& environment) {
    if (path != "~" && !path.starts_with("~/")) return path;
    const auto home = home_of(environment);
    return home.empty() ? path : home + path.substr(1);
}

std::string environment_cloud_name(const Environment& environment) {
    auto name = value_of(environment, "OS_CLOUD_NAME");
    return name.empty() ? "envvars" : name;
}

std::optional<Value> environment_cloud(const Environment& environment) {
    static constexpr std::array selectors = {"OS_CLOUD", "OS_CLOUD_NAME", "OS_REGION_NAME",
                                             "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"};
    static constexpr std::array others = {"OS_TEST", "OS_STD", "OS_LOG"};
    auto out = Value::map("environment");
    bool describes = false;
    for (const auto& [name, value] : environment) {
        if (!name.starts_with("OS_") || value.empty()) continue;
        if (std::ranges::any_of(others, [&](const char* prefix) { return name.starts_with(prefix); }))
            continue;
        const bool selects = std::ranges::find(selectors, name) != selectors.end();
        describes = describes || !selects;
        if (!selects || name == "OS_REGION_NAME") {
            out.set(http::lower_case(name.substr(3)), Value::scalar(value, "environment " + name));
        }
    }
    if (!describes) return std::nullopt;
    return out;
}

Sources read_sources(const ConfigOptions& options) {
    Sources out{
        .environment = environment_of(options), .clouds = Value::map(), .public_clouds = Value::map()};
    const Search search(options, out.environment, out.looked_in);
    const auto clouds = options.config_file.empty() ? search.first("clouds", "OS_CLIENT_CONFIG_FILE")
                                                    : std::optional(search.need(options.config_file));
    if (clouds) {
        out.clouds_file = clouds->path;
        out.clouds = section(*clouds, "clouds");
    }
    std::vector<std::string> unimportant;
    const Search quiet(options, out.environment, unimportant);
    std::optional<Found> secure;
    if (!options.secure_file.empty()) {
        secure = quiet.need(options.secure_file);
    } else if (options.config_file.empty()) {
        secure = quiet.first("secure", "OS_CLIENT_SECURE_FILE");
    } else {
        const auto slash = clouds->path.rfind('/');
        const auto beside =
            (slash == std::string::npos ? "" : clouds->path.substr(0, slash + 1)) + "secure.yaml";
        if (const auto text = read_file(beside)) secure = Found{beside, parse_file(beside, *text)};
    }
    if (secure) merge(out.clouds, section(*secure, "clouds"));
    if (const auto vendors = quiet.first("clouds-public", nullptr))
        out.public_clouds = section(*vendors, "public_clouds");
    return out;
}

}  // namespace openstack::config
