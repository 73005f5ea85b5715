#include "sdk/src/session/service_types.hpp"

#include <algorithm>
#include <array>

namespace openstack::session {
namespace {

using Name = std::string_view;
constexpr std::array<Name, 4> block_storage = {"block-store", "volumev3", "volumev2", "volume"};
constexpr std::array<Name, 1> baremetal = {"bare-metal"};
constexpr std::array<Name, 2> container_infra = {"container-infra", "container-infrastructure"};
constexpr std::array<Name, 3> shared_file_system = {"sharev2", "share", "shared-file-systems"};
constexpr std::array<Name, 1> instance_ha = {"ha"};
constexpr std::array<Name, 1> workflow = {"workflowv2"};
constexpr std::array<Name, 1> database = {"trove"};
constexpr std::array<Name, 1> message = {"messaging"};

constexpr std::array services = {
    ServiceType{.type = "identity", .version = "v3"},
    ServiceType{.type = "compute",
                .version = "v2.1",
                .microversion_name = "compute",
                .legacy_microversion = "X-OpenStack-Nova-API-Version"},
    ServiceType{.type = "network", .version = "v2.0", .append_version = true},
    ServiceType{.type = "image", .version = "v2"},
    ServiceType{.type = "object-store"},
    ServiceType{
        .type = "block-storage", .aliases = block_storage, .version = "v3", .microversion_name = "volume"},
    ServiceType{.type = "load-balancer", .version = "v2.0", .append_version = true},
    ServiceType{.type = "dns", .version = "v2"},
    ServiceType{.type = "orchestration", .version = "v1"},
    ServiceType{.type = "placement", .microversion_name = "placement"},
    ServiceType{.type = "key-manager", .version = "v1"},
    ServiceType{.type = "shared-file-system",
                .aliases = shared_file_system,
                .version = "v2",
                .microversion_name = "shared-file-system",
                .legacy_microversion = "X-OpenStack-Manila-API-Version"},
    ServiceType{.type = "baremetal",
                .aliases = baremetal,
                .version = "v1",
                .microversion_name = "baremetal",
                .legacy_microversion = "X-OpenStack-Ironic-API-Version"},
    ServiceType{.type = "container-infrastructure-management",
                .aliases = container_infra,
                .version = "v1",
                .microversion_name = "container-infra"},
    ServiceType{
        .type = "instance-ha", .aliases = instance_ha, .version = "v1", .microversion_name = "instance-ha"},
    ServiceType{.type = "workflow", .aliases = workflow, .version = "v2"},
    ServiceType{.type = "database", .aliases = database, .version = "v1.0"},
    ServiceType{.type = "message", .aliases = message, .version = "v2"},
};

}  // namespace

ServiceType service_type_info(std::string_view name) {
    for (const auto& service : services) {
        if (service.type == name || std::ranges::find(service.aliases, name) != service.aliases.end())
            return service;
    }
    return {.type = name};
}

}  // namespace openstack::session
