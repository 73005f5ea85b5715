// The clouds.yaml that points any client at the cloud.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace localcloud::cli {

struct CloudEntry {
    std::string name;      ///< the administrator's entry is "<name>-admin"
    std::string endpoint;  ///< "http://127.31.7.1:7774"
    std::string demo_password, admin_password;
    /// Set where the host's low ports are closed to us: floating IPs answer there at port + this.
    std::optional<int> floating_ip_port_offset;
};

/// Mode 0600; replaces what was there.
void write_clouds_yaml(const std::filesystem::path& file, const CloudEntry& entry);

}  // namespace localcloud::cli
