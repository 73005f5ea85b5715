// POST /servers/{id}/action.
#include <algorithm>
#include <array>
#include <charconv>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/compute/paging.hpp"
#include "localcloud/api/compute/server_values.hpp"
#include "localcloud/api/image/image_service.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/network/topology.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

/// Actions that set a task for Lifecycle and answer 202: from which states they are allowed.
struct Task {
    std::string_view action, verb, task_state;
    std::array<std::string_view, 4> from;
};
constexpr std::array tasks{
    Task{"os-start", "start", "powering-on", {"stopped"}},
    Task{"os-stop", "stop", "powering-off", {"active", "error"}},
    Task{"reboot", "reboot", "rebooting", {"active"}},
    Task{"forceDelete", "force_delete", "deleting", {"active", "stopped", "error", "building"}},
};

/// Actions that end a state which no server here can be in.
constexpr std::array never_allowed{"resume",       "unpause",  "confirmResize",
                                   "revertResize", "unrescue", "unshelve"};

/// Real actions that this cloud does not have.
constexpr std::array not_implemented{
    "pause",       "unpause",        "suspend",          "resume",
    "resize",      "confirmResize",  "revertResize",     "rescue",
    "unrescue",    "shelve",         "shelveOffload",    "unshelve",
    "createImage", "createBackup",   "migrate",          "os-migrateLive",
    "evacuate",    "changePassword", "os-getVNCConsole", "os-getSerialConsole",
    "addFixedIp",  "removeFixedIp",  "resetNetwork",     "trigger_crash_dump",
    "restore"};

void check_state(const Document& server, const Call& call, std::string_view verb,
                 const std::array<std::string_view, 4>& allowed) {
    const std::string id = text(server, "id");
    if (boolean(server, "locked") && !call.caller.is_admin())
        throw ApiError{409, "Instance " + id + " is locked"};
    const std::string vm_state = text(server, "vm_state");
    if (std::find(allowed.begin(), allowed.end(), vm_state) == allowed.end()) {
        if (vm_state == "error" && text(server, "host").empty()) {
            throw ApiError{409, "Instance " + id + " is not ready"};
        }
        throw ApiError{409, "Cannot '" + std::string{verb} + "' instance " + id +
                                " while it is in vm_state " + vm_state};
    }
    if (member(server, "task_state") != nullptr && verb != "force_delete") {
        throw ApiError{409, "Cannot '" + std::string{verb} + "' instance " + id +
                                " while it is in task_state " + text(server, "task_state")};
    }
}

std::string reboot_task(const json::value& arguments) {
    if (arguments.is_object() && !arguments.get_object().contains("type"))
        throw invalid_field("reboot", arguments, "'type' is a required property");
    const std::string type = arguments.is_object() ? text(arguments.get_object(), "type") : std::string{};
    if (type == "HARD" || type == "Hard" || type == "hard") return "rebooting_hard";
    if (type == "SOFT" || type == "Soft" || type == "soft") return "rebooting";
    throw invalid_field("type", json::value(type),
                        "'" + type + "' is not one of ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft']");
}

Document shown_event(const Call& call, const Document& server, const Document& event) {
    Document out = event;
    if (call.caller.is_admin()) out.emplace("traceback", nullptr);
    if (call.microversion >= 62) {
        if (call.caller.is_admin()) out.emplace("host", text(server, "host"));
        out.emplace("hostId", host_id_of(server));
    }
    if (call.microversion >= 84 && call.caller.is_admin()) out.emplace("details", nullptr);
    return out;
}

void check_rebuild(const Call& call, const Document& request) {
    if (!request.contains("imageRef"))
        throw invalid_field("rebuild", request, "'imageRef' is a required property");
    static constexpr std::array known{KnownField{"imageRef"},
                                      KnownField{"adminPass"},
                                      KnownField{"name"},
                                      KnownField{"metadata"},
                                      KnownField{"preserve_ephemeral"},
                                      KnownField{"OS-DCF:diskConfig"},
                                      KnownField{"accessIPv4"},
                                      KnownField{"accessIPv6"},
                                      KnownField{"personality", 1, 56},
                                      KnownField{"description", 19},
                                      KnownField{"key_name", 54},
                                      KnownField{"user_data", 57},
                                      KnownField{"trusted_image_certificates", 63},
                                      KnownField{"hostname", 90}};
    check_fields("rebuild", request, call.microversion, known);
    check_values(request, true);
}

/// What the request gives the server anew; everything else stays as it is.
void apply_rebuild(const state::View& view, const Call& call, const Document& request, Document& server) {
    struct Renamed {
        std::string_view field, member;
    };
    for (const auto& [field, member] :
         {Renamed{"name", "name"}, Renamed{"metadata", "metadata"}, Renamed{"description", "description"},
          Renamed{"user_data", "user_data"}, Renamed{"hostname", "hostname"},
          Renamed{"accessIPv4", "accessIPv4"}, Renamed{"accessIPv6", "accessIPv6"},
          Renamed{"OS-DCF:diskConfig", "disk_config"}, Renamed{"key_name", "key_name"}}) {
        if (const json::value* given = request.if_contains(field)) server[member] = *given;
    }
    if (!request.contains("key_name")) return;
    server["key"] =
        text(request, "key_name").empty() ? Document{} : keypair_for(view, call, text(request, "key_name"));
}

/// The floating IP with the address that the request names, as its project sees it.
const Document* floating_ip_at(const state::View& view, const Call& call, const std::string& address) {
    for (const Document* floating_ip : view.all(Kind::floating_ip)) {
        if (text(*floating_ip, "floating_ip_address") == address &&
            network::visible(network::floating_ip_resource(), view, call.caller, *floating_ip))
            return floating_ip;
    }
    return nullptr;
}

std::string address_in(const Document& request, std::string_view action) {
    if (!request.contains("address"))
        throw invalid_field(action, request, "'address' is a required property");
    return text(request, "address");
}

}  // namespace

// The following two are the old way, before 2.44; what they do is Neutron's to do.
void ComputeService::add_floating_ip(const Call& call, const Document& request) {
    const std::string address = address_in(request, "addFloatingIp");
    {
        auto transaction = cloud_.store.write();
        const std::string server = text(require_server(transaction, call), "id");
        const std::string fixed_address = text(request, "fixed_address");
        const Document* found = floating_ip_at(transaction, call, address);
        if (found == nullptr) throw ApiError{404, "floating IP not found"};
        Document changes;
        for (const Document* port : ports_of(transaction, server)) {
            for (const json::value& fixed : array(*port, "fixed_ips")) {
                const std::string candidate = text(fixed.as_object(), "ip_address");
                if (!changes.empty() || (!fixed_address.empty() && fixed_address != candidate)) continue;
                changes = {{"port_id", text(*port, "id")}, {"fixed_ip_address", candidate}};
            }
        }
        if (changes.empty())
            throw bad_request(fixed_address.empty() ? "No fixed IPs associated to instance"
                                                    : "Specified fixed address not assigned to instance");
        Document& floating_ip = transaction.edit(Kind::floating_ip, text(*found, "id"));
        network::floating_ip_resource().update(transaction, call, floating_ip, changes);
        network::touch(floating_ip);
        transaction.commit();
    }
    network::apply_topology(cloud_);
}

void ComputeService::remove_floating_ip(const Call& call, const Document& request) {
    const std::string address = address_in(request, "removeFloatingIp");
    {
        auto transaction = cloud_.store.write();
        const std::string server = text(require_server(transaction, call), "id");
        const Document* found = floating_ip_at(transaction, call, address);
        if (found == nullptr) throw ApiError{404, "Floating IP not found for address " + address + "."};
        const Document* port = transaction.find(Kind::port, text(*found, "port_id"));
        if (port == nullptr || text(*port, "device_id") != server)
            throw ApiError{409,
                           "Floating IP " + address + " is not associated with instance " + server + "."};
        Document& floating_ip = transaction.edit(Kind::floating_ip, text(*found, "id"));
        network::floating_ip_resource().update(transaction, call, floating_ip,
                                               Document{{"port_id", nullptr}});
        network::touch(floating_ip);
        transaction.commit();
    }
    network::apply_topology(cloud_);
}

Response ComputeService::act_on_server(const Call& call) {
    const json::value request_body = read_body(call);
    const Document& request = request_body.get_object();
    if (request.size() != 1) throw bad_request("Malformed request body");
    const std::string action{request.begin()->key()};
    const json::value& arguments = request.begin()->value();
    const std::string& id = call.param("id");

    const auto task =
        std::find_if(tasks.begin(), tasks.end(), [&](const Task& t) { return t.action == action; });
    if (task != tasks.end()) {
        auto transaction = cloud_.store.write();
        const bool mapped = action == "os-start" || action == "os-stop";
        const Document& found =
            mapped ? require_mapped_server(transaction, call) : require_server(transaction, call);
        std::string task_state{task->task_state};
        std::array<std::string_view, 4> from = task->from;
        if (action == "reboot") {
            task_state = reboot_task(arguments);
            if (task_state == "rebooting_hard") from = {"active", "stopped", "error"};
        }
        check_state(found, call, task->verb, from);
        Document& server = transaction.edit(Kind::server, id);
        server["task_state"] = task_state;
        server["updated"] = state::iso_seconds(state::now());
        remember_action(transaction, call, id, task->verb);
        transaction.commit();
        lifecycle_.submit(id, call.request_id);
        return empty_response(202, "application/json");
    }
    if (action == "rebuild") return rebuild_server(call, object(request, "rebuild"));
    if (action == "os-getConsoleOutput") return console_output(call, object(request, action));
    if (action == "addSecurityGroup" || action == "removeSecurityGroup") {
        if (arguments.is_object() && !arguments.get_object().contains("name"))
            throw bad_request("Security group not specified");
        change_security_group(call,
                              arguments.is_object() ? text(arguments.get_object(), "name") : std::string{},
                              action == "addSecurityGroup");
        return empty_response(202, "application/json");
    }
    if (action == "addFloatingIp" || action == "removeFloatingIp") {
        if (call.microversion >= 44) throw ApiError{404, "The resource could not be found."};
        if (action == "addFloatingIp") {
            add_floating_ip(call, object(request, action));
        } else {
            remove_floating_ip(call, object(request, action));
        }
        return empty_response(202, "application/json");
    }
    if (action == "lock" || action == "unlock") {
        auto transaction = cloud_.store.write();
        const Document& found = require_server(transaction, call);
        const bool was_locked = boolean(found, "locked");
        const bool owner = text(found, "project_id") == call.caller.project_id;
        if (action == "lock" && was_locked && owner) return empty_response(202, "application/json");
        Document& server = transaction.edit(Kind::server, id);
        server["locked"] = action == "lock";
        if (!was_locked || action == "unlock") server["locked_reason"] = nullptr;
        if (action == "lock" && !was_locked && arguments.is_object() && call.microversion >= 73) {
            server["locked_reason"] = text(arguments.get_object(), "locked_reason");
        }
        remember_action(transaction, call, id, action);
        transaction.commit();
        return empty_response(202, "application/json");
    }
    if (action == "os-resetState") return reset_state(call, object(request, action));
    if (std::find(never_allowed.begin(), never_allowed.end(), action) != never_allowed.end()) {
        const auto view = cloud_.store.read();
        check_state(require_server(view, call), call, action, {});
    }
    if (std::find(not_implemented.begin(), not_implemented.end(), action) != not_implemented.end()) {
        throw ApiError{501, "The embedded cloud does not know the action " + action + "."};
    }
    throw bad_request("There is no such action: " + action);
}

Response ComputeService::rebuild_server(const Call& call, const Document& request) {
    const std::string& id = call.param("id");
    check_rebuild(call, request);
    auto transaction = cloud_.store.write();
    const Document& found = require_server(transaction, call);
    check_state(found, call, "rebuild", {"active", "stopped", "error"});
    std::string image_id = text(request, "imageRef");
    image_id = image_id.substr(image_id.rfind('/') + 1);
    const Document* image = transaction.find(Kind::image, image_id);
    if (image == nullptr || !image::visible(call.caller, *image))
        throw bad_request("Cannot find image for rebuild");
    if (text(*image, "status") != "active") throw bad_request("Image " + image_id + " is not active.");
    check_metadata_count(transaction, call, object(request, "metadata"));
    Document& server = transaction.edit(Kind::server, id);
    server["image_id"] = image_id;
    server["task_state"] = "rebuilding";
    server["updated"] = state::iso_seconds(state::now());
    apply_rebuild(transaction, call, request, server);
    remember_action(transaction, call, id, "rebuild");
    transaction.commit();
    Document answer = server_body(transaction, call, server, Shape::change);
    answer.emplace("adminPass", text(request, "adminPass", state::random_word(12)));
    if (call.microversion >= 54) answer.emplace("key_name", server.at("key_name"));
    if (call.microversion >= 57) answer.emplace("user_data", server.at("user_data"));
    lifecycle_.submit(id, call.request_id);
    Response response = json_response(202, {{"server", answer}});
    response.headers.set("Location", base() + "/servers/" + id);
    return response;
}

Response ComputeService::console_output(const Call& call, const Document& request) const {
    {
        const auto view = cloud_.store.read();
        const Document& server = require_server(view, call);
        if (text(server, "host").empty())
            throw ApiError{409, "Instance " + call.param("id") + " is not ready"};
    }
    for (const auto& field : request) {
        if (field.key() == "length") continue;
        throw invalid_field(
            "os-getConsoleOutput", request,
            "Additional properties are not allowed ('" + std::string{field.key()} + "' was unexpected)");
    }
    std::optional<int> lines;
    if (const json::value* length = member(request, "length")) {
        const std::string digits = to_text(*length);
        int number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc{} || end != digits.data() + digits.size() || number < -1) {
            throw invalid_field("length", *length, digits + " is not a number of lines");
        }
        if (number >= 0) lines = number;
    }
    return json_response(200, {{"output", cloud_.driver.console_output(call.param("id"), lines)}});
}

Response ComputeService::reset_state(const Call& call, const Document& request) {
    if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-admin-actions:reset_state");
    for (const auto& field : request) {
        if (field.key() == "state") continue;
        throw invalid_field(
            "os-resetState", request,
            "Additional properties are not allowed ('" + std::string{field.key()} + "' was unexpected)");
    }
    const std::string wanted = text(request, "state");
    if (wanted != "active" && wanted != "error") {
        const json::value* given = member(request, "state");
        if (given == nullptr) throw invalid_field("os-resetState", request, "'state' is a required property");
        throw invalid_field("state", *given, python_repr(*given) + " is not one of ['active', 'error']");
    }
    auto transaction = cloud_.store.write();
    (void)require_server(transaction, call);
    Document& server = transaction.edit(Kind::server, call.param("id"));
    server["vm_state"] = wanted;
    server["task_state"] = nullptr;
    server["updated"] = state::iso_seconds(state::now());
    transaction.commit();
    return empty_response(202, "application/json");
}

void ComputeService::change_security_group(const Call& call, const std::string& name, bool add) {
    {
        auto transaction = cloud_.store.write();
        const Document& server = require_server(transaction, call);
        const std::string project = text(server, "project_id");
        std::vector<std::string> matching;
        for (const Document* group : transaction.all(Kind::security_group)) {
            if (text(*group, "project_id") != project) continue;
            if (text(*group, "id") == name || text(*group, "name") == name)
                matching.push_back(text(*group, "id"));
        }
        if (matching.empty()) {
            throw ApiError{404, "Security group " + name + " is not found for project " + project};
        }
        if (matching.size() > 1) {
            throw ApiError{409, "Multiple security_group matches found for name '" + name +
                                    "', use an ID to be more specific."};
        }
        std::vector<std::string> ports;
        for (const Document* port : ports_of(transaction, call.param("id")))
            ports.push_back(text(*port, "id"));
        bool changed = false;
        for (const std::string& port_id : ports) {
            auto groups = texts(*transaction.find(Kind::port, port_id), "security_groups");
            const auto place = std::find(groups.begin(), groups.end(), matching.front());
            if (add) {
                if (place != groups.end()) {
                    throw bad_request(
                        "Invalid input for security_groups. Reason: Duplicate items in the list: '" +
                        matching.front() + "'.");
                }
                groups.push_back(matching.front());
            } else {
                if (place == groups.end()) continue;
                groups.erase(place);
            }
            changed = true;
            transaction.edit(Kind::port, port_id)["security_groups"] = to_array(groups);
        }
        if (!changed && !add) {
            throw ApiError{
                404, "Security group " + name + " not associated with the instance " + call.param("id")};
        }
        transaction.commit();
    }
    network::apply_topology(cloud_);
}

void ComputeService::add_server_action_routes() {
    route("POST", "/v2.1/servers/{id}/action", [this](const Call& call) { return act_on_server(call); });
    const auto shown = [](const Document& action, int microversion) {
        Document out;
        for (const auto& field : action) {
            if (field.key().starts_with('_') || (field.key() == "updated_at" && microversion < 58)) continue;
            out.emplace(field.key(), field.value());
        }
        return out;
    };
    route("GET", "/v2.1/servers/{id}/os-instance-actions", [this, shown](const Call& call) {
        if (call.microversion >= 66) {
            check_query(call, 66, {"limit", "marker", "changes-since", "changes-before"});
        } else {
            check_query(call, 58, {"limit", "marker", "changes-since"});
        }
        const auto view = cloud_.store.read();
        const std::string id = text(require_server(view, call), "id");
        auto actions = view.select(
            Kind::server_action, [&](const Document& action) { return text(action, "instance_uuid") == id; });
        std::reverse(actions.begin(), actions.end());
        Page page{.documents = actions, .links = {}};
        if (call.microversion >= 58) {
            page = take_page(actions, call, "request_id", base() + "/servers/" + id + "/os-instance-actions");
        }
        json::array items;
        for (const Document* action : page.documents)
            items.emplace_back(shown(*action, call.microversion));
        Document body{{"instanceActions", std::move(items)}};
        if (!page.links.empty()) body.emplace("links", std::move(page.links));
        return json_response(200, body);
    });
    route("GET", "/v2.1/servers/{id}/os-instance-actions/{request}", [this, shown](const Call& call) {
        const auto view = cloud_.store.read();
        const std::string id = text(require_server(view, call), "id");
        const Document* action = view.find(Kind::server_action, id + "|" + call.param("request"));
        if (action == nullptr) throw ApiError{404, "Action " + call.param("request") + " not found"};
        Document body = shown(*action, call.microversion);
        if (call.microversion >= 51 || call.caller.is_admin()) {
            json::array events;
            if (const json::value* event = member(*action, "_event"))
                events.push_back(shown_event(call, require_server(view, call), event->get_object()));
            body.emplace("events", std::move(events));
        }
        return json_response(200, {{"instanceAction", body}});
    });
}

}  // namespace localcloud::api::compute
