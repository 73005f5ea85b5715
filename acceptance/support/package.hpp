// faafo's package as it is built, and what else is delivered to instances.
#pragma once

#include <filesystem>
#include <string>

namespace acceptance {

/// The package that was built with the programs. Throws std::runtime_error when there is none.
[[nodiscard]] std::filesystem::path built_package();

/// The same programs as another version, in that folder.
[[nodiscard]] std::filesystem::path package_of_version(const std::string& version,
                                                       const std::filesystem::path& folder);

/// An archive of collect-services.sh for the embedded cloud's instances, collected once (a minute) into .cache/testing.
[[nodiscard]] std::filesystem::path services_packages();

}  // namespace acceptance
