// Where configuration is looked for, and what stands there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "openstack/config.hpp"
#include "sdk/src/config/tree.hpp"

namespace openstack::config {

using Environment = std::map<std::string, std::string>;

/// The given one, or the process's.
[[nodiscard]] Environment environment_of(const ConfigOptions& options);

/// Everything that was found, not yet interpreted.
struct Sources {
    Environment environment;
    Value clouds;                        ///< name → entry, with those of secure.yaml merged in
    Value public_clouds;                 ///< clouds-public.yaml
    std::string clouds_file;             ///< empty if there is none
    std::vector<std::string> looked_in;  ///< folders and files
};

[[nodiscard]] Sources read_sources(const ConfigOptions& options);

/// The cloud that OS_* describe, without those that only select; nothing if there are none.
[[nodiscard]] std::optional<Value> environment_cloud(const Environment& environment);
/// Its name: OS_CLOUD_NAME, usually "envvars".
[[nodiscard]] std::string environment_cloud_name(const Environment& environment);

/// "~/ca.pem" with the home folder written out.
[[nodiscard]] std::string without_tilde(const std::string& path, const Environment& environment);

}  // namespace openstack::config
