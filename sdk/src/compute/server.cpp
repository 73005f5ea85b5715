#include "openstack/compute/server.hpp"

#include "sdk/src/compute/tables.hpp"
#include "sdk/src/resource/common_tables.hpp"

namespace openstack::resource {

using namespace compute;

template <>
const Fields& fields_of<ServerAddress>() {
    static const Fields fields = table<ServerAddress>({
        {"addr", &ServerAddress::address},
        {"version", &ServerAddress::version},
        {"OS-EXT-IPS:type", &ServerAddress::type},
        {"OS-EXT-IPS-MAC:mac_addr", &ServerAddress::mac_address},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerFlavor>() {
    static const Fields fields = table<ServerFlavor>({
        {"id", &ServerFlavor::id},
        {"original_name", &ServerFlavor::name},
        {"vcpus", &ServerFlavor::vcpus},
        {"ram", &ServerFlavor::ram},
        {"disk", &ServerFlavor::disk},
        {"ephemeral", &ServerFlavor::ephemeral},
        {"swap", &ServerFlavor::swap},
        {"extra_specs", &ServerFlavor::extra_specs},
        {"links", &ServerFlavor::links},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerImage>() {
    static const Fields fields = table<ServerImage>({
        {"id", &ServerImage::id},
        {"properties", &ServerImage::properties},
        {"links", &ServerImage::links},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerFault>() {
    static const Fields fields = table<ServerFault>({
        {"code", &ServerFault::code},
        {"message", &ServerFault::message},
        {"details", &ServerFault::details},
        {"created", &ServerFault::created_at},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerVolume>() {
    static const Fields fields = table<ServerVolume>({
        {"id", &ServerVolume::id},
        {"delete_on_termination", &ServerVolume::delete_on_termination},
    });
    return fields;
}

template <>
const Fields& fields_of<Server>() {
    static const Fields fields = table<Server>({
        {"id", &Server::id},
        {"name", &Server::name},
        {"status", &Server::status},
        {"tenant_id", &Server::project_id},
        {"user_id", &Server::user_id},
        {"image", &Server::image},
        {"flavor", &Server::flavor},
        {"addresses", &Server::addresses},
        {"accessIPv4", &Server::access_ipv4},
        {"accessIPv6", &Server::access_ipv6},
        {"key_name", &Server::key_name},
        {"security_groups", &Server::security_groups, {.wrap = "name"}},
        {"metadata", &Server::metadata},
        {"tags", &Server::tags},
        {"description", &Server::description},
        {"created", &Server::created_at},
        {"updated", &Server::updated_at},
        {"OS-SRV-USG:launched_at", &Server::launched_at},
        {"OS-SRV-USG:terminated_at", &Server::terminated_at},
        {"OS-EXT-STS:task_state", &Server::task_state},
        {"OS-EXT-STS:vm_state", &Server::vm_state},
        {"OS-EXT-STS:power_state", &Server::power_state},
        {"progress", &Server::progress},
        {"fault", &Server::fault},
        {"OS-EXT-AZ:availability_zone", &Server::availability_zone},
        {"config_drive", &Server::has_config_drive},
        {"OS-DCF:diskConfig", &Server::disk_config},
        {"hostId", &Server::host_id},
        {"os-extended-volumes:volumes_attached", &Server::attached_volumes},
        {"locked", &Server::is_locked},
        {"locked_reason", &Server::locked_reason},
        {"server_groups", &Server::server_groups},
        {"trusted_image_certificates", &Server::trusted_image_certificates},
        {"adminPass", &Server::admin_password, {.secret = true}},
        {"OS-EXT-SRV-ATTR:hostname", &Server::hostname},
        {"OS-EXT-SRV-ATTR:user_data", &Server::user_data, {.secret = true, .base64 = true}},
        // The answer to rebuild calls it so.
        {"user_data", &Server::user_data, {.secret = true, .base64 = true}},
        {"OS-EXT-SRV-ATTR:host", &Server::compute_host},
        {"host_status", &Server::host_status},
        {"OS-EXT-SRV-ATTR:hypervisor_hostname", &Server::hypervisor_hostname},
        {"OS-EXT-SRV-ATTR:instance_name", &Server::instance_name},
        {"OS-EXT-SRV-ATTR:reservation_id", &Server::reservation_id},
        {"OS-EXT-SRV-ATTR:kernel_id", &Server::kernel_id},
        {"OS-EXT-SRV-ATTR:ramdisk_id", &Server::ramdisk_id},
        {"OS-EXT-SRV-ATTR:root_device_name", &Server::root_device_name},
        {"OS-EXT-SRV-ATTR:launch_index", &Server::launch_index},
        {"links", &Server::links},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerNetwork>() {
    static const Fields fields = table<ServerNetwork>({
        {"uuid", &ServerNetwork::network_id},
        {"port", &ServerNetwork::port_id},
        {"fixed_ip", &ServerNetwork::fixed_ip},
        {"tag", &ServerNetwork::tag},
    });
    return fields;
}

template <>
const Fields& fields_of<BlockDevice>() {
    static const Fields fields = table<BlockDevice>({
        {"source_type", &BlockDevice::source_type},
        {"uuid", &BlockDevice::uuid},
        {"destination_type", &BlockDevice::destination_type},
        {"boot_index", &BlockDevice::boot_index},
        {"volume_size", &BlockDevice::volume_size},
        {"delete_on_termination", &BlockDevice::delete_on_termination},
        {"volume_type", &BlockDevice::volume_type, {.since = "2.67"}},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerCreate>() {
    // server_group and network_mode are no members of the body's "server": see create_server.
    static const Fields fields = table<ServerCreate>({
        {"name", &ServerCreate::name},
        {"imageRef", &ServerCreate::image_id},
        {"flavorRef", &ServerCreate::flavor_id},
        {"networks", &ServerCreate::networks},
        {"user_data", &ServerCreate::user_data, {.secret = true, .base64 = true}},
        {"key_name", &ServerCreate::key_name},
        {"security_groups", &ServerCreate::security_groups, {.wrap = "name"}},
        {"metadata", &ServerCreate::metadata},
        {"config_drive", &ServerCreate::config_drive},
        {"availability_zone", &ServerCreate::availability_zone},
        {"description", &ServerCreate::description, {.since = "2.19"}},
        {"tags", &ServerCreate::tags, {.since = "2.52"}},
        {"hostname", &ServerCreate::hostname, {.since = "2.90"}},
        {"block_device_mapping_v2", &ServerCreate::block_devices},
        {"adminPass", &ServerCreate::admin_password, {.secret = true}},
        {"min_count", &ServerCreate::min_count},
        {"max_count", &ServerCreate::max_count},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerUpdate>() {
    static const Fields fields = table<ServerUpdate>({
        {"name", &ServerUpdate::name},
        {"description", &ServerUpdate::description, {.since = "2.19"}},
        {"accessIPv4", &ServerUpdate::access_ipv4},
        {"accessIPv6", &ServerUpdate::access_ipv6},
        {"hostname", &ServerUpdate::hostname, {.since = "2.90"}},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerRebuild>() {
    static const Fields fields = table<ServerRebuild>({
        {"imageRef", &ServerRebuild::image_id},
        {"name", &ServerRebuild::name},
        {"adminPass", &ServerRebuild::admin_password, {.secret = true}},
        {"preserve_ephemeral", &ServerRebuild::preserve_ephemeral},
        {"metadata", &ServerRebuild::metadata},
        {"description", &ServerRebuild::description, {.since = "2.19"}},
        {"key_name", &ServerRebuild::key_name, {.since = "2.54"}},
        {"user_data", &ServerRebuild::user_data, {.secret = true, .base64 = true, .since = "2.57"}},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerQuery>() {
    static const Fields fields = table<ServerQuery>({
        {"name", &ServerQuery::name},
        {"status", &ServerQuery::status},
        {"image", &ServerQuery::image_id},
        {"flavor", &ServerQuery::flavor_id},
        {"ip", &ServerQuery::ip_address},
        {"key_name", &ServerQuery::key_name},
        {"availability_zone", &ServerQuery::availability_zone},
        {"tags", &ServerQuery::tags},
        {"tags-any", &ServerQuery::tags_any},
        {"not-tags", &ServerQuery::not_tags},
        {"changes-since", &ServerQuery::changes_since},
        {"changes-before", &ServerQuery::changes_before},
        {"all_tenants", &ServerQuery::all_projects},
        {"project_id", &ServerQuery::project_id},
        {"host", &ServerQuery::host},
        {"sort_key", &ServerQuery::sort_key},
        {"sort_dir", &ServerQuery::sort_dir},
        {"marker", &ServerQuery::marker},
        {"limit", &ServerQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Server>() {
    static const Definition definition{.noun = "server",
                                       .path = "/servers",
                                       .key = "server",
                                       .list_key = "servers",
                                       .list_path = "/servers/detail",
                                       .paging = Paging::key_links,
                                       .name_filter = NameFilter::pattern,
                                       .microversion = newest_microversion};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using compute::Server;

Paged<Server> ComputeService::servers(const compute::ServerQuery& query, const CallOptions& options) const {
    return resource::list<Server>(adapter_, query, options);
}
Server ComputeService::get_server(const Id& server, const CallOptions& options) const {
    return resource::get<Server>(adapter_, server, options);
}
Server ComputeService::find_server(std::string_view name_or_id, const CallOptions& options) const {
    return resource::find<Server>(adapter_, name_or_id, options);
}
std::optional<Server> ComputeService::find_server_or_null(std::string_view name_or_id,
                                                          const CallOptions& options) const {
    return resource::find_or_null<Server>(adapter_, name_or_id, options);
}

Server ComputeService::create_server(const compute::ServerCreate& server, const CallOptions& options) const {
    const CallOptions call = resource::with_microversion(adapter_, compute::newest_microversion, options);
    const std::string microversion = call.microversion.value_or("");
    const resource::Fields& fields = resource::fields_of<compute::ServerCreate>();
    std::string body = resource::encode(fields, &server, {.microversion = microversion});
    // Since 2.37 Nova wants to be told, before it knows no such word.
    if (server.networks.empty() && resource::microversion_reaches(microversion, "2.37")) {
        const std::string mode = server.network_mode.empty() ? "auto" : server.network_mode;
        body.insert(body.size() - 1, (body == "{}" ? "" : ",") + ("\"networks\":" + resource::to_json(mode)));
    }
    resource::JsonObject whole;
    whole.add_json("server", body);
    if (!server.server_group.empty()) {
        whole.add_json("os:scheduler_hints", resource::JsonObject().add("group", server.server_group).text());
    }
    Request request{.method = "POST", .path = "/servers", .body = whole.text()};
    request.secret_fields = fields.secret_keys();
    Server created;
    resource::decode_response(adapter_.request(request, call), request, {.key_path = {"server"}},
                              resource::value_type<Server>, &created);
    if (created.name.empty()) {
        created.name = server.name;
    }
    return created;
}

Server ComputeService::update_server(const Id& server, const compute::ServerUpdate& changes,
                                     const CallOptions& options) const {
    return resource::update<Server>(adapter_, server, changes, options);
}
bool ComputeService::delete_server(const Id& server, const CallOptions& options) const {
    return resource::remove<Server>(adapter_, server, options);
}

}  // namespace openstack
