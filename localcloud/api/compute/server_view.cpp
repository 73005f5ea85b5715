// How a server looks: status, addresses, and which fields there are at which microversion.
#include <algorithm>
#include <map>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/network/ports.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

std::string_view status_of(const Document& server) {
    const std::string vm_state = text(server, "vm_state");
    const std::string task = text(server, "task_state");
    if (task == "rebuilding") return "REBUILD";
    if (vm_state == "active") {
        if (task == "rebooting") return "REBOOT";
        if (task == "rebooting_hard") return "HARD_REBOOT";
        return "ACTIVE";
    }
    if (vm_state == "building") return "BUILD";
    if (vm_state == "stopped") return task == "rebooting_hard" ? "HARD_REBOOT" : "SHUTOFF";
    if (vm_state == "error") return "ERROR";
    if (vm_state == "deleted") return "DELETED";
    return "UNKNOWN";
}

std::vector<const Document*> ports_of(const state::View& view, std::string_view server_id) {
    auto ports = view.with(Kind::port, "device_id", server_id);
    std::erase_if(ports, [&](const Document* port) { return !network::is_in_server(view, *port); });
    return ports;
}

Document addresses_of(const state::View& view, const Document& server, bool extended) {
    std::map<std::string, json::array> by_network;
    for (const Document* port : ports_of(view, text(server, "id"))) {
        const Document* network = view.find(Kind::network, text(*port, "network_id"));
        if (network == nullptr) continue;
        json::array& list = by_network[text(*network, "name")];
        const auto add = [&](const std::string& address, std::string_view type) {
            Document entry{{"version", 4}, {"addr", address}};
            if (extended) {
                entry.emplace("OS-EXT-IPS:type", type);
                entry.emplace("OS-EXT-IPS-MAC:mac_addr", text(*port, "mac_address"));
            }
            list.emplace_back(std::move(entry));
        };
        for (const json::value& fixed : array(*port, "fixed_ips")) {
            const std::string address = text(fixed.as_object(), "ip_address");
            add(address, "fixed");
            for (const Document* floating_ip : view.with(Kind::floating_ip, "port_id", text(*port, "id"))) {
                if (text(*floating_ip, "fixed_ip_address") == address)
                    add(text(*floating_ip, "floating_ip_address"), "floating");
            }
        }
    }
    Document addresses;
    for (auto& [name, list] : by_network) {
        if (!list.empty()) addresses.emplace(name, std::move(list));
    }
    return addresses;
}

json::array security_groups_of(const state::View& view, const Document& server) {
    std::vector<std::string> names;
    for (const Document* port : ports_of(view, text(server, "id"))) {
        for (const std::string& id : texts(*port, "security_groups")) {
            const Document* group = view.find(Kind::security_group, id);
            const std::string name = group == nullptr ? id : text(*group, "name");
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
    }
    json::array groups;
    for (const std::string& name : names)
        groups.push_back(json::object{{"name", name}});
    return groups;
}

namespace {

const Document* visible_server(const state::View& view, const Call& call) {
    const Document* server = view.find(Kind::server, call.param("id"));
    if (server == nullptr || call.caller.is_admin()) return server;
    return text(*server, "project_id") == call.caller.project_id ? server : nullptr;
}

}  // namespace

const Document& require_server(const state::View& view, const Call& call) {
    const Document* server = visible_server(view, call);
    if (server == nullptr) throw ApiError{404, "Instance " + call.param("id") + " could not be found."};
    return *server;
}

const Document& require_mapped_server(const state::View& view, const Call& call) {
    const Document* server = visible_server(view, call);
    if (server == nullptr) throw ApiError{404, "Instance " + call.param("id") + " has no mapping to a cell."};
    return *server;
}

std::string host_id_of(const Document& server) {
    const std::string host = text(server, "host");
    if (host.empty()) return {};
    return state::hash_hex(state::Hash::sha256, text(server, "project_id") + host).substr(0, 56);
}

namespace {

bool shows_progress(std::string_view status) {
    return status == "ACTIVE" || status == "BUILD" || status == "REBUILD";
}

Document flavor_in_server(const Document& flavor) {
    return {{"vcpus", integer(flavor, "vcpus")},
            {"ram", integer(flavor, "ram")},
            {"disk", integer(flavor, "disk")},
            {"ephemeral", integer(flavor, "ephemeral")},
            {"swap", integer(flavor, "swap")},
            {"original_name", text(flavor, "name")},
            {"extra_specs", object(flavor, "extra_specs")}};
}

json::value or_null(const Document& document, std::string_view key) {
    const json::value* value = member(document, key);
    return value == nullptr ? json::value{} : *value;
}

/// Administrators see more of it, in Nova a traceback.
Document fault_for(const Call& call, const Document& fault) {
    Document out = fault;
    if (call.caller.is_admin()) out.emplace("details", text(fault, "message"));
    return out;
}

void add_administrator_fields(Document& body, const Document& server, int microversion) {
    const std::string host = text(server, "host");
    const json::value where = host.empty() ? json::value{} : json::value(host);
    body.emplace("OS-EXT-SRV-ATTR:host", where);
    body.emplace("OS-EXT-SRV-ATTR:instance_name", "instance-" + text(server, "id").substr(0, 8));
    body.emplace("OS-EXT-SRV-ATTR:hypervisor_hostname", where);
    if (microversion < 3) return;
    body.emplace("OS-EXT-SRV-ATTR:reservation_id", text(server, "reservation_id"));
    body.emplace("OS-EXT-SRV-ATTR:launch_index", integer(server, "launch_index"));
    body.emplace("OS-EXT-SRV-ATTR:hostname", text(server, "hostname"));
    body.emplace("OS-EXT-SRV-ATTR:kernel_id", "");
    body.emplace("OS-EXT-SRV-ATTR:ramdisk_id", "");
    body.emplace("OS-EXT-SRV-ATTR:root_device_name", host.empty() ? json::value{} : json::value("/dev/vda"));
    body.emplace("OS-EXT-SRV-ATTR:user_data", or_null(server, "user_data"));
}

}  // namespace

Document ComputeService::server_body(const state::View& view, const Call& call, const Document& server,
                                     Shape shape) const {
    const int version = call.microversion;
    const std::string id = text(server, "id");
    const std::string_view status = status_of(server);
    const std::string host = text(server, "host");
    // The answer to a change was a shorter one before 2.75.
    const bool complete = shape != Shape::change || version >= 75;
    const Document& flavor = object(server, "flavor");
    const std::string image_id = text(server, "image_id");

    Document body{{"id", id},
                  {"name", text(server, "name")},
                  {"status", status},
                  {"tenant_id", text(server, "project_id")},
                  {"user_id", text(server, "user_id")},
                  {"metadata", object(server, "metadata")},
                  {"hostId", host_id_of(server)}};
    body.emplace("image", json::object{{"id", image_id}, {"links", bookmark("images/" + image_id)}});
    if (version >= 47) {
        body.emplace("flavor", flavor_in_server(flavor));
    } else {
        const std::string flavor_id = text(flavor, "id");
        body.emplace("flavor", json::object{{"id", flavor_id}, {"links", bookmark("flavors/" + flavor_id)}});
    }
    body.emplace("created", text(server, "created"));
    body.emplace("updated", text(server, "updated"));
    body.emplace("addresses", addresses_of(view, server, complete));
    body.emplace("accessIPv4", text(server, "accessIPv4"));
    body.emplace("accessIPv6", text(server, "accessIPv6"));
    body.emplace("links", links("servers/" + id));
    body.emplace("OS-DCF:diskConfig", text(server, "disk_config", "MANUAL"));
    // Lists do not tell the fault of a server that never had a host: Nova keeps it where they do not look.
    if (status == "ERROR" && member(server, "fault") != nullptr && (shape != Shape::list || !host.empty()))
        body.emplace("fault", fault_for(call, object(server, "fault")));
    if (shows_progress(status)) body.emplace("progress", 0);
    if (complete) {
        body.emplace("OS-EXT-AZ:availability_zone", host.empty() ? "" : text(server, "availability_zone"));
        body.emplace("config_drive", boolean(server, "config_drive") ? "True" : "");
        body.emplace("key_name", or_null(server, "key_name"));
        body.emplace("OS-SRV-USG:launched_at", or_null(server, "launched_at"));
        body.emplace("OS-SRV-USG:terminated_at", or_null(server, "terminated_at"));
        const json::array groups = security_groups_of(view, server);
        if (!groups.empty()) body.emplace("security_groups", groups);
        if (call.caller.is_admin()) {
            add_administrator_fields(body, server, version);
        } else if (version >= 90) {
            body.emplace("OS-EXT-SRV-ATTR:hostname", text(server, "hostname"));
        }
        body.emplace("OS-EXT-STS:task_state", or_null(server, "task_state"));
        body.emplace("OS-EXT-STS:vm_state", text(server, "vm_state"));
        body.emplace("OS-EXT-STS:power_state", integer(server, "power_state"));
        body.emplace("os-extended-volumes:volumes_attached", json::array{});
        if (version >= 16 && call.caller.is_admin()) body.emplace("host_status", host.empty() ? "" : "UP");
    }
    if (version >= 9) body.emplace("locked", boolean(server, "locked"));
    if (version >= 73) body.emplace("locked_reason", or_null(server, "locked_reason"));
    if (version >= 19) body.emplace("description", or_null(server, "description"));
    if (version >= 26) body.emplace("tags", array(server, "tags"));
    if (version >= 63) body.emplace("trusted_image_certificates", nullptr);
    if (version >= 71 && shape != Shape::list) body.emplace("server_groups", json::array{});
    return body;
}

}  // namespace localcloud::api::compute
