#include "localcloud/cli/clouds_yaml.hpp"

#include <fmt/format.h>

#include "localcloud/state/files.hpp"

namespace localcloud::cli {

void write_clouds_yaml(const std::filesystem::path& file, const CloudEntry& entry) {
    std::string offset;
    if (entry.floating_ip_port_offset) {
        offset = fmt::format(
            "    # This user cannot open the host's low ports: of floating IPs, those below 1024\n"
            "    # answer at port + {0} (80 at {1}).\n"
            "    floating_ip_port_offset: {0}\n",
            *entry.floating_ip_port_offset, *entry.floating_ip_port_offset + 80);
    }
    std::string content =
        "# Written by localcloud when the cloud was made; `localcloud env` points clients here.\nclouds:\n";
    for (const bool admin : {false, true}) {
        const std::string user = admin ? "admin" : "demo";
        content += fmt::format(
            "  {}{}:\n"
            "    auth:\n"
            "      auth_url: {}/identity/v3\n"
            "      username: {}\n"
            "      password: {}\n"
            "      project_name: {}\n"
            "      user_domain_name: Default\n"
            "      project_domain_name: Default\n"
            "    region_name: RegionOne\n"
            "    identity_api_version: 3\n"
            "{}",
            entry.name, admin ? "-admin" : "", entry.endpoint, user,
            admin ? entry.admin_password : entry.demo_password, user, offset);
    }
    state::write_file(file, content);
}

}  // namespace localcloud::cli
