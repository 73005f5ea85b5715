// Which cloud, and how to reach it: clouds.yaml, secure.yaml, clouds-public.yaml, OS_* and explicit settings,
// merged as openstacksdk merges them, with every value's origin kept.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openstack {

/// What to read. The defaults are what a program on a command line wants.
struct ConfigOptions {
    /// The cloud's name in clouds.yaml. Empty: OS_CLOUD, else the cloud that OS_* describe, else the only one there is.
    std::string cloud;
    /// Empty: the cloud's own region. If it has none, OS_REGION_NAME; if it lists several, the one of them that
    /// OS_REGION_NAME names, else the first.
    std::string region_name;
    /// Explicit settings, above all else; keys as in clouds.yaml, those of the auth section as "auth.username" or
    /// plainly "username". An empty value counts as not set.
    std::vector<std::pair<std::string, std::string>> settings;
    /// Read instead of searching for clouds.yaml (and its secure.yaml); must exist.
    std::string config_file;
    std::string secure_file;
    /// Seen instead of the process's environment.
    std::optional<std::map<std::string, std::string>> environment;
    /// Searched instead of the working directory, ~/.config/openstack and /etc/openstack.
    std::optional<std::vector<std::string>> folders;
};

/// One setting of one cloud and where it came from.
struct ConfigValue {
    std::string key;    ///< "auth.username"
    std::string value;  ///< "***" for a secret
    std::string
        origin;  ///< "/etc/openstack/clouds.yaml:12", "environment OS_USERNAME", "argument", "default"
};

/// One cloud's settings, resolved. Immutable, cheap to copy, thread-safe.
class CloudConfig {
  public:
    /// Throws CloudNotConfigured when there is no description of any cloud, ConfigError for a wrong one.
    [[nodiscard]] static CloudConfig load(const ConfigOptions& options = {});
    /// The clouds that clouds.yaml, and OS_* as "envvars", describe; unsorted, without looking into them.
    [[nodiscard]] static std::vector<std::string> names(const ConfigOptions& options = {});

    [[nodiscard]] const std::string& name() const;
    [[nodiscard]] std::string region_name() const;  ///< empty: the catalog's only one, or any
    [[nodiscard]] std::string auth_type() const;
    [[nodiscard]] bool verify() const;
    /// Files, with a leading ~ replaced; empty when not set.
    [[nodiscard]] std::string cacert() const;
    [[nodiscard]] std::string cert() const;
    [[nodiscard]] std::string key() const;
    /// `api_timeout`: longest silence of a service, and time to connect.
    [[nodiscard]] std::optional<std::chrono::milliseconds> api_timeout() const;

    /// A scalar by its key ("region_name", "auth.username"), or nothing.
    [[nodiscard]] std::optional<std::string> get(std::string_view key) const;
    /// The same for keys that the SDK gives no meaning to: whatever the cloud's entry holds is kept.
    [[nodiscard]] std::optional<std::string> extra(std::string_view key) const { return get(key); }
    /// The scalars of a sequence (or of a comma-separated text) by its key; empty when there is none.
    [[nodiscard]] std::vector<std::string> list(std::string_view key) const;
    /// A service's own setting, by its official type and every alias ("block_storage_endpoint_override",
    /// "volumev3_endpoint_override"), or nothing.
    [[nodiscard]] std::optional<std::string> service_setting(std::string_view service_type,
                                                             std::string_view setting) const;
    /// The interfaces to use for a service, in order of preference ("public").
    [[nodiscard]] std::vector<std::string> interfaces(std::string_view service_type) const;
    /// Where a key's value was written ("/home/ann/clouds.yaml:7"), empty when it is not set.
    [[nodiscard]] std::string origin(std::string_view key) const;

    /// Every setting in effect and where it came from, secrets masked.
    [[nodiscard]] std::vector<ConfigValue> explain() const;

    struct Data;

  private:
    explicit CloudConfig(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
    std::shared_ptr<const Data> data_;
};

}  // namespace openstack
