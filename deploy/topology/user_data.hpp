// The script that an instance runs at its first boot.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "deploy/topology/secrets.hpp"
#include "deploy/topology/topology.hpp"

namespace deploy {

/// Where an instance gets a file, and what its bytes must be.
struct Download {
    std::string url;     ///< needs no credentials: a temporary URL, or the user's own
    std::string sha256;  ///< lower-case hexadecimal
};

/// What instances fetch: faafo's package and, for the instance with database and broker, these two's own.
struct PackageSource {
    std::string url;
    std::string sha256;
    std::string version;
    /// An archive of collect-services.sh; absent: the image has them, or the instance's distribution gives them.
    std::optional<Download> services;
};

/// Lines that the script writes to the console, so that the deployment can be followed without logging in.
inline constexpr std::string_view console_installed = "FRACTALS: installed";
inline constexpr std::string_view console_failed = "FRACTALS: failed:";

/// A shell script for cloud-init: fetch, check, unpack, install; every failure is named on the console.
/// `addresses` has the fixed address of each instance that the spec's placeholders name, `secrets` what its settings
/// need; passwords stand in a file that only root reads, while install.sh runs, and on no command line.
/// Throws std::invalid_argument when a placeholder has no address or there are no secrets for one.
[[nodiscard]] std::string user_data(const InstanceSpec& instance, const PackageSource& package,
                                    const std::map<std::string, std::string>& addresses,
                                    const std::optional<Secrets>& secrets = std::nullopt);

/// For sh: 'it'\''s'.
[[nodiscard]] std::string shell_quote(std::string_view text);

}  // namespace deploy
