// What the container runtime is told about an instance: the OCI runtime configuration.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "localcloud/compute/driver.hpp"

namespace localcloud::compute {

struct ContainerConfig {
    std::filesystem::path root;    ///< the instance's root, mounted
    std::filesystem::path system;  ///< a sysfs of its network namespace; empty: none
    std::filesystem::path config_drive;
    std::filesystem::path network_namespace;
    std::uint32_t first_uid = 0;
    std::string control_group;  ///< empty: limits cannot be set
};

/// The text of config.json.
[[nodiscard]] std::string container_config(const InstanceSpec& spec, const ContainerConfig& config);

}  // namespace localcloud::compute
