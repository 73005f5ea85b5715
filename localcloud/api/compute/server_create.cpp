// POST /servers: what is asked for is checked here; Lifecycle does it afterwards.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/compute/server_values.hpp"
#include "localcloud/api/image/image_service.hpp"
#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

constexpr std::array known_fields{
    KnownField{"name"},
    KnownField{"imageRef"},
    KnownField{"flavorRef"},
    KnownField{"adminPass"},
    KnownField{"metadata"},
    KnownField{"networks"},
    KnownField{"OS-DCF:diskConfig"},
    KnownField{"accessIPv4"},
    KnownField{"accessIPv6"},
    KnownField{"personality", 1, 56},
    KnownField{"availability_zone"},
    KnownField{"block_device_mapping"},
    KnownField{"block_device_mapping_v2"},
    KnownField{"config_drive"},
    KnownField{"key_name"},
    KnownField{"min_count"},
    KnownField{"max_count"},
    KnownField{"return_reservation_id"},
    KnownField{"security_groups"},
    KnownField{"user_data"},
    KnownField{"description", 19},
    KnownField{"tags", 52},
    KnownField{"trusted_image_certificates", 63},
    KnownField{"host", 74},
    KnownField{"hypervisor_hostname", 74},
    KnownField{"hostname", 90},
};

void check_required(const Document& body) {
    for (const char* field : {"name", "flavorRef"}) {
        if (member(body, field) == nullptr) {
            throw invalid_field("server", body, "'" + std::string{field} + "' is a required property");
        }
    }
}

/// A host name from any name: letters, digits and dashes.
std::string host_name_of(const std::string& name, const std::string& server_id) {
    std::string host;
    for (const char letter : name) {
        const auto byte = static_cast<unsigned char>(letter);
        if (std::isalnum(byte) != 0 && byte < 128) {
            host += static_cast<char>(std::tolower(byte));
        } else if (letter == '-' || letter == '_' || letter == ' ' || letter == '.') {
            host += '-';
        }
    }
    while (!host.empty() && host.front() == '-')
        host.erase(0, 1);
    host = host.substr(0, 63);
    while (!host.empty() && host.back() == '-')
        host.pop_back();
    return host.empty() ? "server-" + server_id : host;
}

/// The image's ID, from imageRef (an ID or a URL) or from a block device that is nothing but the image.
std::string image_of(const Document& body) {
    std::string reference = text(body, "imageRef");
    for (const json::value& item : array(body, "block_device_mapping_v2")) {
        if (!item.is_object()) throw bad_request("Block Device Mapping is Invalid.");
        const Document& device = item.get_object();
        const bool is_root =
            text(device, "source_type") == "image" && text(device, "destination_type") == "local";
        if (!is_root) {
            throw ApiError{501,
                           "The embedded cloud has no volumes: boot from an image, without block devices."};
        }
        if (reference.empty()) reference = text(device, "uuid");
    }
    if (member(body, "block_device_mapping") != nullptr) {
        throw ApiError{501, "The embedded cloud has no volumes: boot from an image, without block devices."};
    }
    if (reference.empty()) throw bad_request("Missing imageRef attribute");
    return reference.substr(reference.rfind('/') + 1);
}

void check_image(const state::View& view, const Call& call, const std::string& image_id,
                 const Document& flavor) {
    const Document* image = view.find(Kind::image, image_id);
    if (image == nullptr || !image::visible(call.caller, *image))
        throw bad_request("Can not find requested image");
    if (text(*image, "status") != "active") throw bad_request("Image " + image_id + " is not active.");
    if (integer(flavor, "ram") < integer(*image, "min_ram")) {
        throw bad_request("Flavor's memory is too small for requested image.");
    }
    const std::int64_t disk = integer(flavor, "disk");
    if (disk != 0 && disk < integer(*image, "min_disk")) {
        throw bad_request("Flavor's disk is too small for requested image.");
    }
}

const Document& flavor_for(const state::View& view, const Call& call, const Document& body) {
    std::string reference = to_text(body.at("flavorRef"));
    reference = reference.substr(reference.rfind('/') + 1);
    const Document* flavor = view.find(Kind::flavor, reference);
    if (flavor == nullptr || (!may_use(*flavor, call.caller) && !call.caller.is_admin())) {
        throw bad_request("Flavor " + reference + " could not be found.");
    }
    return *flavor;
}

/// Without a word about networks, the only one that the project can use.
json::array only_network(const state::View& view, const Call& call) {
    const auto usable = view.select(Kind::network, [&](const Document& network) {
        return !boolean(network, "router:external") &&
               (text(network, "project_id") == call.caller.project_id || boolean(network, "shared"));
    });
    if (usable.size() > 1) {
        throw ApiError{409, "Multiple possible networks found, use a Network ID to be more specific."};
    }
    json::array networks;
    if (!usable.empty()) networks.push_back(json::object{{"uuid", text(*usable.front(), "id")}});
    return networks;
}

/// Whether the subnets have it shows when the port is made, as in Nova; whether somebody has it, now.
void check_fixed_ip(const state::View& view, const std::string& network_id, const json::value& address) {
    in6_addr ipv6{};
    const bool good =
        address.is_string() && (network::parse_ipv4(address.get_string()) ||
                                ::inet_pton(AF_INET6, address.get_string().c_str(), &ipv6) == 1);
    if (!good) {
        throw invalid_field("fixed_ip", address,
                            python_repr(address) + " is not valid under any of the given schemas");
    }
    for (const Document* port : view.with(Kind::port, "network_id", network_id)) {
        for (const json::value& fixed : array(*port, "fixed_ips")) {
            if (fixed.at("ip_address") != address) continue;
            throw bad_request("Fixed IP address " + to_text(address) + " is already in use on instance " +
                              text(*port, "device_id") + ".");
        }
    }
}

json::array networks_for(const state::View& view, const Call& call, const Document& body) {
    const json::value* requested = body.if_contains("networks");
    if (requested == nullptr && call.microversion >= 37) {
        throw invalid_field("server", body, "'networks' is a required property");
    }
    if (requested == nullptr) return only_network(view, call);
    if (requested->is_string() && call.microversion >= 37) {
        if (requested->get_string() == "none") return {};
        if (requested->get_string() == "auto") {
            json::array networks = only_network(view, call);
            if (networks.empty()) {
                throw bad_request("Unable to automatically allocate a network for project " +
                                  call.caller.project_id + ": create a network with a subnet first.");
            }
            return networks;
        }
    }
    if (!requested->is_array()) {
        throw invalid_field("networks", *requested,
                            python_repr(*requested) + " is not valid under any of the given schemas");
    }
    if (requested->get_array().empty()) return only_network(view, call);
    json::array networks;
    for (const json::value& item : requested->get_array()) {
        if (!item.is_object())
            throw invalid_field("networks", *requested, python_repr(item) + " is not of type 'object'");
        const Document& wanted = item.get_object();
        if (const std::string port_id = text(wanted, "port"); !port_id.empty()) {
            const Document* port = view.find(Kind::port, port_id);
            if (port == nullptr || !network::visible(network::port_resource(), view, call.caller, *port)) {
                throw bad_request("Port id " + port_id + " could not be found.");
            }
            if (!text(*port, "device_id").empty())
                throw ApiError{409, "Port " + port_id + " is still in use."};
            networks.push_back(json::object{{"port", port_id}});
            continue;
        }
        const std::string id = text(wanted, "uuid");
        if (id.empty()) throw bad_request("Bad network format: missing 'uuid'");
        if (!state::is_uuid(id)) {
            throw invalid_field("networks", *requested,
                                python_repr(*requested) + " is not valid under any of the given schemas");
        }
        const Document* network = view.find(Kind::network, id);
        if (network == nullptr ||
            !network::visible(network::network_resource(), view, call.caller, *network)) {
            throw bad_request("Network " + id + " could not be found.");
        }
        if (boolean(*network, "router:external") && !boolean(*network, "shared") && !call.caller.is_admin()) {
            throw ApiError{403, "It is not allowed to create an interface on external network " + id};
        }
        if (view.with(Kind::subnet, "network_id", id).empty())
            throw bad_request("Network " + id + " requires a subnet in order to boot instances on.");
        Document entry{{"uuid", id}};
        if (const json::value* address = wanted.if_contains("fixed_ip")) {
            check_fixed_ip(view, id, *address);
            entry.emplace("fixed_ip", *address);
        }
        networks.emplace_back(std::move(entry));
    }
    return networks;
}

/// IDs of the groups that are named (by name or ID), and the list that the answer repeats.
std::pair<std::vector<std::string>, json::array> groups_for(const state::View& view, const Call& call,
                                                            const Document& body) {
    std::vector<std::string> ids;
    json::array names;
    for (const json::value& item : array(body, "security_groups")) {
        const std::string wanted = item.is_object() ? text(item.get_object(), "name") : std::string{};
        names.push_back(json::object{{"name", wanted}});
        if (wanted == "default" && array(body, "security_groups").size() == 1) continue;
        std::vector<std::string> found;
        for (const Document* group : view.all(Kind::security_group)) {
            if (text(*group, "project_id") != call.caller.project_id) continue;
            if (text(*group, "id") == wanted) {
                found = {wanted};
                break;
            }
            if (text(*group, "name") == wanted) found.push_back(text(*group, "id"));
        }
        if (found.empty())
            throw bad_request("Unable to find security_group with name or id '" + wanted + "'");
        if (found.size() > 1) {
            throw ApiError{409, "Multiple security_group matches found for name '" + wanted +
                                    "', use an ID to be more specific."};
        }
        if (std::find(ids.begin(), ids.end(), found.front()) == ids.end()) ids.push_back(found.front());
    }
    if (names.empty()) names.push_back(json::object{{"name", "default"}});
    return {ids, names};
}

int count_of(const Document& body, std::string_view field, int otherwise) {
    const json::value* value = member(body, field);
    if (value == nullptr) return otherwise;
    const std::string digits = to_text(*value);
    if (digits.empty() || digits.size() > 4 ||
        !std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) ||
        std::stoi(digits) < 1) {
        throw invalid_field(field, *value, digits + " is less than the minimum of 1");
    }
    return std::stoi(digits);
}

void check_quota(const state::View& view, const std::string& project, const Document& flavor, int count) {
    std::int64_t instances = 0;
    std::int64_t cores = 0;
    std::int64_t ram = 0;
    for (const Document* server : view.all(Kind::server)) {
        if (text(*server, "project_id") != project) continue;
        ++instances;
        cores += integer(object(*server, "flavor"), "vcpus");
        ram += integer(object(*server, "flavor"), "ram");
    }
    struct Demand {
        std::string_view name;
        std::int64_t used, wanted;
    };
    for (const Demand& demand :
         {Demand{"instances", instances, count}, Demand{"cores", cores, integer(flavor, "vcpus") * count},
          Demand{"ram", ram, integer(flavor, "ram") * count}}) {
        const std::int64_t limit = quota_limit(view, project, demand.name);
        if (limit >= 0 && demand.used + demand.wanted > limit) {
            throw ApiError{403,
                           fmt::format("Quota exceeded for {}: Requested {}, but already used {} of {} {}",
                                       demand.name, demand.wanted, demand.used, limit, demand.name)};
        }
    }
}

bool read_config_drive(const Document& body) {
    const json::value* value = member(body, "config_drive");
    if (value == nullptr) return false;
    if (value->is_bool()) return value->get_bool();
    const std::string word = to_text(*value);
    if (word == "true" || word == "True" || word == "1") return true;
    if (word == "false" || word == "False" || word == "0" || word.empty()) return false;
    throw invalid_field("config_drive", *value, python_repr(*value) + " is not one of [True, False]");
}

/// What cannot be had several times.
void check_alone(const json::array& networks) {
    for (const json::value& network : networks) {
        if (network.as_object().contains("port")) {
            throw bad_request(
                "Failed to launch instances: Unable to launch multiple instances with a single configured "
                "port "
                "ID. Please launch your instance one by one with different ports.");
        }
        if (network.as_object().contains("fixed_ip")) {
            throw bad_request(
                "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is "
                "specified.");
        }
    }
}

}  // namespace

Response ComputeService::create_server(const Call& call) {
    const json::value request_body = read_body(call);
    const Document& body = wrapped(request_body, "server");
    check_fields("server", body, call.microversion, known_fields);
    check_required(body);
    check_values(body);
    for (const auto& field : request_body.get_object()) {
        const std::string_view name = field.key();
        if (name == "os:scheduler_hints" || name == "OS-SCH-HNT:scheduler_hints") {
            if (!field.value().is_object())
                throw invalid_field(name, field.value(),
                                    python_repr(field.value()) + " is not of type 'object'");
        } else if (name != "server") {
            throw bad_request("Additional properties are not allowed ('" + std::string{name} +
                              "' was unexpected)");
        }
    }
    if (const std::string zone = text(body, "availability_zone"); !zone.empty() && zone != "nova") {
        throw bad_request("The requested availability zone is not available");
    }
    if (!object(request_body.get_object(), "os:scheduler_hints").empty() &&
        object(request_body.get_object(), "os:scheduler_hints").contains("group")) {
        throw bad_request("Instance group " +
                          to_text(object(request_body.get_object(), "os:scheduler_hints").at("group")) +
                          " could not be found.");
    }
    const int least = count_of(body, "min_count", 1);
    const int count = count_of(body, "max_count", least);
    if (least > count) throw bad_request("min_count must be <= max_count");
    const std::string admin_password = text(body, "adminPass", state::random_word(12));

    auto transaction = cloud_.store.write();
    const Document& flavor = flavor_for(transaction, call, body);
    const std::string image_id = image_of(body);
    check_image(transaction, call, image_id, flavor);
    check_metadata_count(transaction, call, object(body, "metadata"));
    Document key;
    if (body.contains("key_name")) key = keypair_for(transaction, call, text(body, "key_name"));
    const auto [group_ids, group_names] = groups_for(transaction, call, body);
    const json::array networks = networks_for(transaction, call, body);
    if (count > 1) check_alone(networks);
    check_quota(transaction, call.caller.project_id, flavor, count);
    const auto new_ports = std::count_if(networks.begin(), networks.end(), [](const json::value& network) {
        return network.as_object().contains("uuid");
    });
    if (!network::quota_allows(transaction, network::port_resource(), call.caller.project_id,
                               static_cast<std::size_t>(new_ports * count))) {
        throw ApiError{403, "Maximum number of ports exceeded"};
    }

    const std::string reservation_id = "r-" + state::random_word(8);
    const std::string now = state::iso_seconds(state::now());
    std::vector<std::string> ids;
    for (int index = 0; index < count; ++index) {
        const std::string id = state::uuid();
        std::string name = text(body, "name");
        if (count > 1) name += "-" + std::to_string(index + 1);
        const json::value* description = member(body, "description");
        const json::value* user_data = member(body, "user_data");
        Document server{{"id", id},
                        {"name", name},
                        {"project_id", call.caller.project_id},
                        {"user_id", call.caller.user_id},
                        {"image_id", image_id},
                        {"flavor", flavor},
                        {"key", key},
                        {"key_name", key.empty() ? json::value{} : json::value(text(key, "name"))},
                        {"user_data", user_data == nullptr ? json::value{} : *user_data},
                        {"metadata", object(body, "metadata")},
                        {"created", now},
                        {"updated", now},
                        {"launched_at", nullptr},
                        {"vm_state", "building"},
                        {"task_state", "scheduling"},
                        {"power_state", 0},
                        {"config_drive", read_config_drive(body)},
                        {"availability_zone", text(body, "availability_zone")},
                        {"host", ""},
                        {"hostname", member(body, "hostname") != nullptr ? text(body, "hostname")
                                                                         : host_name_of(name, id)},
                        {"accessIPv4", text(body, "accessIPv4")},
                        {"accessIPv6", text(body, "accessIPv6")},
                        {"disk_config", text(body, "OS-DCF:diskConfig", "MANUAL")},
                        {"requested_networks", networks},
                        {"requested_security_groups", to_array(group_ids)},
                        {"description", description != nullptr
                                            ? *description
                                            : (call.microversion < 19 ? json::value(name) : json::value{})},
                        {"tags", checked_tags(array(body, "tags"))},
                        {"locked", false},
                        {"locked_reason", nullptr},
                        {"reservation_id", reservation_id},
                        {"launch_index", index},
                        {"random_seed", state::base64_encode(state::secret(384))},
                        {"fault", nullptr}};
        transaction.put(Kind::server, id, std::move(server));
        remember_action(transaction, call, id, "create");
        ids.push_back(id);
    }
    transaction.commit();
    for (const std::string& id : ids)
        lifecycle_.submit(id, call.request_id);
    if (boolean(body, "return_reservation_id"))
        return json_response(202, {{"reservation_id", reservation_id}});
    Response response = json_response(
        202, {{"server", json::object{{"id", ids.front()},
                                      {"links", links("servers/" + ids.front())},
                                      {"OS-DCF:diskConfig", text(body, "OS-DCF:diskConfig", "MANUAL")},
                                      {"security_groups", group_names},
                                      {"adminPass", admin_password}}}});
    response.headers.set("Location", base() + "/servers/" + ids.front());
    return response;
}

}  // namespace localcloud::api::compute
