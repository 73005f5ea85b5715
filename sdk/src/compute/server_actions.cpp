// What one does to servers that exist.
#include "openstack/error.hpp"
#include "sdk/src/compute/tables.hpp"
#include "sdk/src/resource/common_tables.hpp"

namespace openstack::resource {

using namespace compute;

template <>
const Fields& fields_of<ServerActionEvent>() {
    static const Fields fields = table<ServerActionEvent>({
        {"event", &ServerActionEvent::event},
        {"start_time", &ServerActionEvent::start_time},
        {"finish_time", &ServerActionEvent::finish_time},
        {"result", &ServerActionEvent::result},
        {"traceback", &ServerActionEvent::traceback},
        {"host", &ServerActionEvent::host},
        {"hostId", &ServerActionEvent::host_id},
        {"details", &ServerActionEvent::details},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerAction>() {
    static const Fields fields = table<ServerAction>({
        {"action", &ServerAction::action},
        {"instance_uuid", &ServerAction::server_id},
        {"request_id", &ServerAction::request_id},
        {"user_id", &ServerAction::user_id},
        {"project_id", &ServerAction::project_id},
        {"start_time", &ServerAction::start_time},
        {"updated_at", &ServerAction::updated_at},
        {"message", &ServerAction::message},
        {"events", &ServerAction::events},
        {"links", &ServerAction::links},
    });
    return fields;
}

template <>
const Definition& definition_of<ServerAction>() {
    static const Definition definition{.noun = "server action",
                                       .path = "/servers",
                                       .key = "instanceAction",
                                       .list_key = "instanceActions",
                                       .paging = Paging::links_array,
                                       .id_key = "request_id",
                                       .name_key = "action",
                                       .microversion = newest_microversion};
    return definition;
}

template <>
const Fields& fields_of<InterfaceAddress>() {
    static const Fields fields = table<InterfaceAddress>({
        {"subnet_id", &InterfaceAddress::subnet_id},
        {"ip_address", &InterfaceAddress::ip_address},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerInterface>() {
    static const Fields fields = table<ServerInterface>({
        {"port_id", &ServerInterface::port_id},
        {"net_id", &ServerInterface::network_id},
        {"mac_addr", &ServerInterface::mac_address},
        {"port_state", &ServerInterface::port_state},
        {"fixed_ips", &ServerInterface::fixed_ips},
        {"tag", &ServerInterface::tag},
    });
    return fields;
}

template <>
const Fields& fields_of<ServerInterfaceCreate>() {
    static const Fields fields = table<ServerInterfaceCreate>({
        {"net_id", &ServerInterfaceCreate::network_id},
        {"port_id", &ServerInterfaceCreate::port_id},
        {"fixed_ips", &ServerInterfaceCreate::fixed_ips},
        {"tag", &ServerInterfaceCreate::tag, {.since = "2.49"}},
    });
    return fields;
}

template <>
const Definition& definition_of<ServerInterface>() {
    static const Definition definition{.noun = "server interface",
                                       .path = "/servers",
                                       .key = "interfaceAttachment",
                                       .list_key = "interfaceAttachments",
                                       .id_key = "port_id",
                                       .microversion = newest_microversion};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

namespace {

using resource::JsonObject;

Response act(const Adapter& adapter, const Id& server, const std::string& body, const CallOptions& options) {
    return resource::send(
        adapter,
        Request{.method = "POST", .path = resource::join_path("/servers", server, "/action"), .body = body},
        compute::newest_microversion, options);
}

/// An action without arguments: {"os-stop": null}.
void act_simply(const Adapter& adapter, const Id& server, std::string_view action,
                const CallOptions& options) {
    act(adapter, server, JsonObject().add_json(action, "null").text(), options);
}

}  // namespace

void ComputeService::start_server(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "os-start", options);
}
void ComputeService::stop_server(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "os-stop", options);
}
void ComputeService::reboot_server(const Id& server, bool hard, const CallOptions& options) const {
    const std::string type = JsonObject().add("type", hard ? "HARD" : "SOFT").text();
    act(adapter_, server, JsonObject().add_json("reboot", type).text(), options);
}
compute::Server ComputeService::rebuild_server(const Id& server, const compute::ServerRebuild& rebuild,
                                               const CallOptions& options) const {
    const CallOptions call = resource::with_microversion(adapter_, compute::newest_microversion, options);
    const resource::Fields& fields = resource::fields_of<compute::ServerRebuild>();
    Request request{.method = "POST", .path = resource::join_path("/servers", server, "/action")};
    request.body = resource::encode_wrapped("rebuild", fields, &rebuild,
                                            {.microversion = call.microversion.value_or("")});
    request.secret_fields = fields.secret_keys();
    compute::Server rebuilt;
    resource::decode_response(adapter_.request(request, call), request, {.key_path = {"server"}},
                              resource::value_type<compute::Server>, &rebuilt);
    return rebuilt;
}
void ComputeService::resize_server(const Id& server, const Id& flavor, const CallOptions& options) const {
    const std::string target = JsonObject().add("flavorRef", flavor.text()).text();
    act(adapter_, server, JsonObject().add_json("resize", target).text(), options);
}
void ComputeService::confirm_server_resize(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "confirmResize", options);
}
void ComputeService::revert_server_resize(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "revertResize", options);
}
void ComputeService::pause_server(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "pause", options);
}
void ComputeService::unpause_server(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "unpause", options);
}
void ComputeService::suspend_server(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "suspend", options);
}
void ComputeService::resume_server(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "resume", options);
}
void ComputeService::shelve_server(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "shelve", options);
}
void ComputeService::unshelve_server(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "unshelve", options);
}
void ComputeService::lock_server(const Id& server, std::string_view reason,
                                 const CallOptions& options) const {
    const std::string arguments = reason.empty() ? "null" : JsonObject().add("locked_reason", reason).text();
    act(adapter_, server, JsonObject().add_json("lock", arguments).text(), options);
}
void ComputeService::unlock_server(const Id& server, const CallOptions& options) const {
    act_simply(adapter_, server, "unlock", options);
}

std::string ComputeService::create_server_image(const Id& server, std::string_view name,
                                                const std::map<std::string, std::string>& metadata,
                                                const CallOptions& options) const {
    JsonObject image;
    image.add("name", name);
    if (!metadata.empty()) {
        image.add_json("metadata", resource::to_json(metadata));
    }
    const Response response =
        act(adapter_, server, JsonObject().add_json("createImage", image.text()).text(), options);
    // Before 2.45 only the Location header names the image.
    if (response.body.empty()) {
        const std::string location = response.headers.get("Location");
        return location.substr(location.find_last_of('/') + 1);
    }
    return resource::decode<std::string>(response.body, {.key_path = {"image_id"}});
}

std::string ComputeService::get_server_console_output(const Id& server, std::optional<int> length,
                                                      const CallOptions& options) const {
    JsonObject arguments;
    if (length) {
        arguments.add("length", std::int64_t{*length});
    }
    const Response response =
        act(adapter_, server, JsonObject().add_json("os-getConsoleOutput", arguments.text()).text(), options);
    return resource::decode<std::string>(response.body, {.key_path = {"output"}});
}

void ComputeService::add_security_group_to_server(const Id& server, std::string_view group,
                                                  const CallOptions& options) const {
    const std::string name = JsonObject().add("name", group).text();
    try {
        act(adapter_, server, JsonObject().add_json("addSecurityGroup", name).text(), options);
    } catch (const BadRequest& error) {
        // What Nova passes on from Neutron when a port has the group already.
        if (error.details().service_message.find("Duplicate items in the list") == std::string::npos) {
            throw;
        }
    }
}
void ComputeService::remove_security_group_from_server(const Id& server, std::string_view group,
                                                       const CallOptions& options) const {
    const std::string name = JsonObject().add("name", group).text();
    act(adapter_, server, JsonObject().add_json("removeSecurityGroup", name).text(), options);
}

std::map<std::string, std::string> ComputeService::get_server_metadata(const Id& server,
                                                                       const CallOptions& options) const {
    const Response response =
        resource::send(adapter_, Request{.path = resource::join_path("/servers", server, "/metadata")},
                       compute::newest_microversion, options);
    return resource::decode<std::map<std::string, std::string>>(response.body, {.key_path = {"metadata"}});
}
void ComputeService::set_server_metadata(const Id& server, const std::map<std::string, std::string>& metadata,
                                         const CallOptions& options) const {
    const Request request{.method = "POST",
                          .path = resource::join_path("/servers", server, "/metadata"),
                          .body = JsonObject().add_json("metadata", resource::to_json(metadata)).text(),
                          .repeatable = true};
    resource::send(adapter_, request, compute::newest_microversion, options);
}
void ComputeService::delete_server_metadata(const Id& server, const std::vector<std::string>& keys,
                                            const CallOptions& options) const {
    for (const std::string& key : keys) {
        const std::string item = resource::join_path("/metadata", key);
        resource::remove_path(adapter_, resource::join_path("/servers", server, item),
                              compute::newest_microversion, options);
    }
}
void ComputeService::set_server_tags(const Id& server, const std::vector<std::string>& tags,
                                     const CallOptions& options) const {
    const Request request{.method = "PUT",
                          .path = resource::join_path("/servers", server, "/tags"),
                          .body = JsonObject().add_json("tags", resource::to_json(tags)).text()};
    resource::send(adapter_, request, compute::newest_microversion, options);
}

Paged<compute::ServerAction> ComputeService::server_actions(const Id& server,
                                                            const CallOptions& options) const {
    return resource::list<compute::ServerAction>(
        adapter_,
        resource::ListRequest{.path = resource::join_path("/servers", server, "/os-instance-actions")},
        options);
}
compute::ServerAction ComputeService::get_server_action(const Id& server, std::string_view request_id,
                                                        const CallOptions& options) const {
    const Request request{.path = resource::join_path(
                              "/servers", server, resource::join_path("/os-instance-actions", request_id))};
    compute::ServerAction action;
    resource::decode_response(resource::send(adapter_, request, compute::newest_microversion, options),
                              request, {.key_path = {"instanceAction"}},
                              resource::value_type<compute::ServerAction>, &action);
    return action;
}

Paged<compute::ServerInterface> ComputeService::server_interfaces(const Id& server,
                                                                  const CallOptions& options) const {
    return resource::list<compute::ServerInterface>(
        adapter_, resource::ListRequest{.path = resource::join_path("/servers", server, "/os-interface")},
        options);
}
compute::ServerInterface ComputeService::create_server_interface(
    const Id& server, const compute::ServerInterfaceCreate& interface, const CallOptions& options) const {
    const CallOptions call = resource::with_microversion(adapter_, compute::newest_microversion, options);
    const Request request{.method = "POST",
                          .path = resource::join_path("/servers", server, "/os-interface"),
                          .body = resource::encode_wrapped(
                              "interfaceAttachment", resource::fields_of<compute::ServerInterfaceCreate>(),
                              &interface, {.microversion = call.microversion.value_or("")})};
    compute::ServerInterface created;
    resource::decode_response(adapter_.request(request, call), request, {.key_path = {"interfaceAttachment"}},
                              resource::value_type<compute::ServerInterface>, &created);
    return created;
}
bool ComputeService::delete_server_interface(const Id& server, const Id& port,
                                             const CallOptions& options) const {
    const std::string interface = resource::join_path("/os-interface", port);
    return resource::remove_path(adapter_, resource::join_path("/servers", server, interface),
                                 compute::newest_microversion, options);
}

}  // namespace openstack
