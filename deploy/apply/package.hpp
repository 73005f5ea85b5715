// faafo's package, and the archive with those of database and broker: which files they are, what their bytes are, and
// how instances get at them.
#pragma once

#include <filesystem>
#include <string>

#include "deploy/plan/context.hpp"
#include "deploy/topology/user_data.hpp"

namespace deploy {

/// The file that --package names, or the one that was built or installed beside this program.
/// Throws openstack::ConfigError that says where was looked.
[[nodiscard]] std::filesystem::path find_package(const Options& options);

/// Lower-case hexadecimal. Throws openstack::Error when the file cannot be read.
[[nodiscard]] std::string sha256_of(const std::filesystem::path& file);

/// Puts the package into a container of the deployment's own, unless it is there already, and returns a temporary URL
/// to it; with --package-url nothing is uploaded. The same with --services-packages. Repeating it is harmless.
[[nodiscard]] PackageSource publish_package(const Context& context, std::stop_token stop);

/// Removes the container and what is in it; false when there was none.
bool remove_package(const Context& context, std::stop_token stop);

}  // namespace deploy
