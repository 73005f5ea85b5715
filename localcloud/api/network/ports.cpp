#include "localcloud/api/network/ports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/floating_ips.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/network/security_groups.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::network {

using state::Kind;

namespace {

constexpr std::array attributes{
    Attribute{"name", Form::text, allow::both, R"("")"},
    Attribute{"network_id", Form::id, allow::create | allow::required},
    Attribute{"mac_address", Form::text_or_null, allow::create | allow::update},
    Attribute{"admin_state_up", Form::boolean, allow::both, "true"},
    Attribute{"status", Form::text, 0, R"("DOWN")"},
    Attribute{"device_id", Form::text, allow::both, R"("")"},
    Attribute{"device_owner", Form::text, allow::both, R"("")"},
    Attribute{"fixed_ips", Form::any, allow::both},
    Attribute{"allowed_address_pairs", Form::list, allow::both | allow::no_filter, "[]"},
    Attribute{"extra_dhcp_opts", Form::list, allow::both | allow::no_filter, "[]"},
    Attribute{"security_groups", Form::any, allow::both},
    Attribute{"description", Form::text, allow::both, R"("")"},
    Attribute{"binding:vnic_type", Form::text, allow::both, R"("normal")"},
    Attribute{"binding:profile", Form::object_or_null, allow::both | allow::admin | allow::hidden, "{}"},
    Attribute{"binding:host_id", Form::text_or_null, allow::both | allow::admin | allow::hidden, R"("")"},
    Attribute{"binding:vif_type", Form::text, allow::hidden, R"("unbound")"},
    Attribute{"binding:vif_details", Form::object_or_null, allow::hidden, "{}"},
    Attribute{"port_security_enabled", Form::boolean, allow::both, "true"},
    Attribute{"dns_name", Form::text, allow::both, R"("")"},
    Attribute{"dns_assignment", Form::list, allow::no_filter, "[]"},
    Attribute{"dns_domain", Form::text, allow::both, R"("")"},
    Attribute{"qos_policy_id", Form::qos_policy, allow::both},
    Attribute{"qos_network_policy_id", Form::text_or_null, 0},
    Attribute{"resource_request", Form::any, allow::hidden},
    Attribute{"ip_allocation", Form::text, 0, R"("immediate")"},
};

void check_mac(const state::View& view, Document& port) {
    if (member(port, "mac_address") == nullptr) {
        port["mac_address"] = state::mac_address();
        return;
    }
    std::string mac = text(port, "mac_address");
    std::transform(mac.begin(), mac.end(), mac.begin(), [](unsigned char c) { return std::tolower(c); });
    bool valid = mac.size() == 17;
    for (std::size_t i = 0; valid && i < mac.size(); ++i) {
        valid = i % 3 == 2 ? mac[i] == ':' : std::isxdigit(static_cast<unsigned char>(mac[i])) != 0;
    }
    if (!valid) throw bad_attribute("mac_address", "'" + mac + "' is not a valid MAC address.");
    port["mac_address"] = mac;
    for (const Document* other : view.with(Kind::port, "network_id", text(port, "network_id"))) {
        if (text(*other, "mac_address") == mac) {
            throw ApiError{409,
                           "Unable to complete operation for network " + text(port, "network_id") +
                               ". The mac address " + mac + " is in use.",
                           "MacAddressInUse"};
        }
    }
}

void check_security_groups(const state::View& view, const Call& call, const Document& port) {
    for (const std::string& id : texts(port, "security_groups")) {
        if (!state::is_uuid(id)) throw bad_attribute("security_groups", "'" + id + "' is not a valid UUID.");
        (void)require(security_group_resource(), view, call.caller, id);
    }
    if (!boolean(port, "port_security_enabled", true) && !array(port, "security_groups").empty()) {
        throw ApiError{
            400,
            "Port security must be enabled and port must have an IP address in order to use security "
            "groups.",
            "PortSecurityAndIPRequiredForSecurityGroups"};
    }
}

void complete_pairs(Document& port) {
    std::set<std::pair<std::string, std::string>> seen;
    for (json::value& pair : port["allowed_address_pairs"].as_array()) {
        if (!pair.is_object() || member(pair.get_object(), "ip_address") == nullptr) {
            throw ApiError{400, "AllowedAddressPair must contain ip_address", "AllowedAddressPairsMissingIP"};
        }
        const std::string address = text(pair.get_object(), "ip_address");
        if (!Cidr::parse(address)) throw bad_request("'" + address + "' is not a valid IP address");
        const std::string mac = text(pair.get_object(), "mac_address");
        if (!seen.emplace(mac.empty() ? text(port, "mac_address") : mac, address).second) {
            throw ApiError{
                400,
                fmt::format("Request contains duplicate address pair: mac_address {} ip_address {}.",
                            mac.empty() ? "None" : mac, address),
                "DuplicateAddressPairInRequest"};
        }
        Document complete{{"mac_address", text(pair.get_object(), "mac_address", text(port, "mac_address"))},
                          {"ip_address", text(pair.get_object(), "ip_address")}};
        pair = std::move(complete);
    }
    for (json::value& option : port["extra_dhcp_opts"].as_array()) {
        if (option.is_object() && !option.get_object().contains("ip_version")) {
            option.get_object().emplace("ip_version", 4);
        }
    }
}

constexpr std::string_view router_interface = "network:router_interface";

/// Whose "network:…" a port says it is, the cloud believes: that may say who owns the network. A router is its project's.
void check_owner(const state::View& view, const Call& call, const Document& port, const Document& requested,
                 std::string_view action) {
    if (call.caller.is_admin()) return;
    const Document* network = view.find(Kind::network, text(port, "network_id"));
    const bool owns_network = network != nullptr && text(*network, "project_id") == call.caller.project_id;
    if (text(requested, "device_owner").starts_with("network:") && !owns_network) {
        throw forbidden_by_policy(fmt::format("(rule:{0}_port and rule:{0}_port:device_owner)", action));
    }
    const std::string device = text(port, "device_id");
    const Document* router =
        text(port, "device_owner") == router_interface ? view.find(Kind::router, device) : nullptr;
    if (router != nullptr && text(*router, "project_id") != text(port, "project_id")) {
        throw ApiError{409,
                       "The following device_id " + device +
                           " is not owned by your tenant or matches another tenants router.",
                       "DeviceIDNotOwnedByTenant"};
    }
}

void create(Transaction& transaction, const Call& call, Document& port) {
    const Document& network = require(network_resource(), transaction, call.caller, text(port, "network_id"));
    check_owner(transaction, call, port, port, "create");
    check_mac(transaction, port);
    if (!boolean(network, "port_security_enabled", true)) port["port_security_enabled"] = false;
    if (port["security_groups"].is_null()) {
        port["security_groups"] = json::array{};
        if (boolean(port, "port_security_enabled")) {
            port["security_groups"].as_array().emplace_back(
                default_security_group(transaction, text(port, "project_id")));
        }
    }
    check_security_groups(transaction, call, port);
    // Not where a network has no subnet yet, only where somebody wants no address.
    const bool wants_none = port["fixed_ips"].is_array() && port["fixed_ips"].get_array().empty();
    port["fixed_ips"] = choose_addresses(transaction, text(network, "id"), port["fixed_ips"], {});
    if (wants_none) port["ip_allocation"] = "none";
    complete_pairs(port);
}

/// Whether an instance that runs has it, or the cloud itself.
bool is_served(const state::View& view, const Document& port) {
    const std::string owner = text(port, "device_owner");
    if (owner.starts_with("network:") || owner == "Octavia") return !text(port, "device_id").empty();
    return is_in_server(view, port) &&
           text(*view.find(Kind::server, text(port, "device_id")), "vm_state") == "active";
}

void update(Transaction& transaction, const Call& call, Document& port, const Document& changes) {
    if (changes.contains("mac_address") && !call.caller.is_admin())
        throw forbidden_by_policy("(rule:update_port and rule:update_port:mac_address)");
    const std::string owner = text(port, "device_owner");
    const std::string device = text(port, "device_id");
    for (const auto& change : changes) {
        if (change.key() == "fixed_ips") {
            port["fixed_ips"] =
                choose_addresses(transaction, text(port, "network_id"), change.value(), text(port, "id"));
        } else if (change.key() == "security_groups" && change.value().is_null()) {
            port["security_groups"] = json::array{};
        } else {
            port[change.key()] = change.value();
        }
    }
    if (text(port, "device_owner") != owner || text(port, "device_id") != device) {
        // What cannot be deleted as a port cannot be made one that can.
        if (owner.starts_with("network:")) {
            throw ApiError{409,
                           fmt::format("Unable to complete operation on port {} for network {}. Port already "
                                       "has an attached device {}.",
                                       text(port, "id"), text(port, "network_id"), device),
                           "PortInUse"};
        }
        check_owner(transaction, call, port, changes, "update");
    }
    if (changes.contains("admin_state_up")) set_status(port, is_served(transaction, port));
    check_security_groups(transaction, call, port);
    complete_pairs(port);
}

void remove(Transaction& transaction, const Call& /*call*/, const Document& port) {
    const std::string owner = text(port, "device_owner");
    if (owner == router_interface || owner == "network:router_gateway") {
        throw ApiError{409,
                       "Port " + text(port, "id") +
                           " cannot be deleted directly via the port API: has device owner " + owner + ".",
                       "ServicePortInUse"};
    }
    release_floating_ips(transaction, text(port, "id"));
}

void complete(const state::View& /*view*/, const Call& /*call*/, Document& port) {
    json::array assignments;
    for (const json::value& fixed : array(port, "fixed_ips")) {
        const std::string address = text(fixed.as_object(), "ip_address");
        std::string name = text(port, "dns_name");
        if (name.empty()) {
            name = "host-" + address;
            std::replace(name.begin(), name.end(), '.', '-');
        }
        assignments.push_back(json::object{
            {"ip_address", address}, {"hostname", name}, {"fqdn", name + ".localcloud.internal."}});
    }
    port["dns_assignment"] = std::move(assignments);
}

std::vector<const Document*> subnets_of(const state::View& view, std::string_view network_id) {
    return view.with(Kind::subnet, "network_id", network_id);
}

/// As numbers, in order: one new port after the other looks through thousands of them.
std::vector<std::uint32_t> used_addresses(const state::View& view, const Document& subnet,
                                          std::string_view own_port) {
    std::vector<std::uint32_t> used;
    const auto add = [&](const json::value& address) {
        if (!address.is_string()) return;
        if (const auto number = parse_ipv4(address.get_string())) used.push_back(*number);
    };
    const json::string& subnet_id = subnet.at("id").as_string();
    const std::string network_id = text(subnet, "network_id");
    for (const Document* port : view.with(Kind::port, "network_id", network_id)) {
        if (port->at("id").as_string() == own_port) continue;
        for (const json::value& fixed : array(*port, "fixed_ips")) {
            if (fixed.at("subnet_id") == subnet_id) add(fixed.at("ip_address"));
        }
    }
    for (const Document* floating_ip : view.with(Kind::floating_ip, "floating_network_id", network_id))
        add(floating_ip->at("floating_ip_address"));
    std::sort(used.begin(), used.end());
    return used;
}

std::optional<std::string> find_free(const Document& subnet, const std::vector<std::uint32_t>& used) {
    for (const json::value& pool : array(subnet, "allocation_pools")) {
        const auto start = parse_ipv4(text(pool.as_object(), "start"));
        const auto end = parse_ipv4(text(pool.as_object(), "end"));
        if (!start || !end) continue;
        auto next = std::lower_bound(used.begin(), used.end(), *start);
        for (std::uint32_t address = *start; address <= *end; ++address) {
            while (next != used.end() && *next < address)
                ++next;
            if (next == used.end() || *next != address) return format_ipv4(address);
        }
    }
    return std::nullopt;
}

ApiError no_addresses(const std::string& network_id) {
    return {409, "No more IP addresses available on network " + network_id + ".",
            "IpAddressGenerationFailure"};
}

}  // namespace

const Resource& port_resource() {
    static const Resource resource{.kind = Kind::port,
                                   .singular = "port",
                                   .collection = "ports",
                                   .path = "ports",
                                   .missing_type = "PortNotFound",
                                   .missing_text = "Port {} could not be found.",
                                   .attributes = attributes,
                                   .create = create,
                                   .update = update,
                                   .remove = remove,
                                   .complete = complete};
    return resource;
}

bool has_address(const Document& port, std::string_view subnet_id) {
    const json::array& fixed_ips = array(port, "fixed_ips");
    return std::any_of(fixed_ips.begin(), fixed_ips.end(), [&](const json::value& fixed) {
        return text(fixed.as_object(), "subnet_id") == subnet_id;
    });
}

std::string first_address(const Document& port) {
    const json::array& fixed_ips = array(port, "fixed_ips");
    return fixed_ips.empty() ? std::string{} : text(fixed_ips.front().as_object(), "ip_address");
}

std::string free_address(const state::View& view, const Document& subnet) {
    if (auto address = find_free(subnet, used_addresses(view, subnet, {}))) return *std::move(address);
    throw no_addresses(text(subnet, "network_id"));
}

bool address_in_use(const state::View& view, const Document& subnet, std::string_view address,
                    std::string_view own_port) {
    const auto number = parse_ipv4(address);
    const auto used = used_addresses(view, subnet, own_port);
    return number && std::binary_search(used.begin(), used.end(), *number);
}

json::array choose_addresses(const state::View& view, const std::string& network_id,
                             const json::value& requested, std::string_view own_port) {
    json::array chosen;
    const auto subnets = subnets_of(view, network_id);
    const auto add = [&](const Document& subnet, const std::string& address) {
        chosen.push_back(json::object{{"subnet_id", text(subnet, "id")}, {"ip_address", address}});
    };
    if (requested.is_null()) {
        if (subnets.empty()) return chosen;
        for (const Document* subnet : subnets) {
            if (auto address = find_free(*subnet, used_addresses(view, *subnet, own_port))) {
                add(*subnet, *address);
                return chosen;
            }
        }
        throw no_addresses(network_id);
    }
    if (!requested.is_array())
        throw bad_attribute("fixed_ips", "Invalid data format for fixed IP: " + python_repr(requested) + ".");
    for (const json::value& item : requested.get_array()) {
        if (!item.is_object()) throw invalid_input(python_repr(item) + " is not a dictionary.");
        const std::string address = text(item.get_object(), "ip_address");
        const std::string subnet_id = text(item.get_object(), "subnet_id");
        const auto number = parse_ipv4(address);
        if (!address.empty() && !number)
            throw bad_attribute("fixed_ips", "'" + address + "' is not a valid IP address.");
        const auto found = std::find_if(subnets.begin(), subnets.end(), [&](const Document* subnet) {
            if (!subnet_id.empty()) return text(*subnet, "id") == subnet_id;
            return number && Cidr::parse(text(*subnet, "cidr")).value_or(Cidr{}).contains(*number);
        });
        if (found == subnets.end()) {
            if (subnet_id.empty()) {
                throw ApiError{400,
                               "IP address " + address +
                                   " is not a valid IP for any of the subnets on the specified network.",
                               "InvalidIpForNetwork"};
            }
            if (view.find(Kind::subnet, subnet_id) == nullptr) throw missing(subnet_resource(), subnet_id);
            throw invalid_input("Failed to create port on network " + network_id +
                                ", because fixed_ips included invalid subnet " + subnet_id + ".");
        }
        const Document& subnet = **found;
        if (address.empty()) {
            if (auto free = find_free(subnet, used_addresses(view, subnet, own_port))) {
                add(subnet, *free);
                continue;
            }
            throw no_addresses(network_id);
        }
        const Cidr cidr = Cidr::parse(text(subnet, "cidr")).value_or(Cidr{});
        if (*number == cidr.network || *number == cidr.broadcast()) {
            throw ApiError{400,
                           "IP address " + address +
                               " is not a valid IP for any of the subnets on the specified network.",
                           "InvalidIpForNetwork"};
        }
        if (!cidr.contains(*number)) {
            throw ApiError{400, "IP address " + address + " is not a valid IP for the specified subnet.",
                           "InvalidIpForSubnet"};
        }
        if (address_in_use(view, subnet, address, own_port)) {
            throw ApiError{409,
                           "IP address " + address + " already allocated in subnet " + text(subnet, "id"),
                           "IpAddressAlreadyAllocated"};
        }
        add(subnet, address);
    }
    return chosen;
}

std::string create_port(Transaction& transaction, const PortRequest& request) {
    Document port = new_document(port_resource(), {{"network_id", request.network_id}}, request.project_id);
    port["mac_address"] = state::mac_address();
    port["device_id"] = request.device_id;
    port["device_owner"] = request.device_owner;
    port["security_groups"] = to_array(request.security_groups);
    port["port_security_enabled"] = request.port_security;
    port["status"] = request.status;
    if (!request.host.empty()) {
        port["binding:host_id"] = request.host;
        port["binding:vif_type"] = "bridge";
    }
    port["fixed_ips"] = choose_addresses(transaction, request.network_id, request.fixed_ips, {});
    const std::string id = text(port, "id");
    transaction.put(Kind::port, id, std::move(port));
    return id;
}

bool is_in_server(const state::View& view, const Document& port) {
    if (!text(port, "device_owner").starts_with("compute:")) return false;
    const Document* server = view.find(Kind::server, text(port, "device_id"));
    return server != nullptr && text(*server, "project_id") == text(port, "project_id");
}

void set_status(Document& port, bool served) {
    port["status"] = served && boolean(port, "admin_state_up", true) ? "ACTIVE" : "DOWN";
}

void delete_port(Transaction& transaction, const std::string& port_id) {
    release_floating_ips(transaction, port_id);
    transaction.erase(Kind::port, port_id);
}

void add_dhcp_address(Transaction& transaction, const Document& subnet) {
    const std::string network_id = text(subnet, "network_id");
    const json::value wanted = json::array{json::object{{"subnet_id", text(subnet, "id")}}};
    for (const Document* port : transaction.with(Kind::port, "device_owner", "network:dhcp")) {
        if (text(*port, "network_id") != network_id) continue;
        const json::array more = choose_addresses(transaction, network_id, wanted, {});
        transaction.edit(Kind::port, text(*port, "id"))["fixed_ips"].as_array().push_back(more.front());
        return;
    }
    create_port(transaction, {.network_id = network_id,
                              .project_id = text(subnet, "project_id"),
                              .device_id = "dhcp" + state::uuid() + "-" + network_id,
                              .device_owner = "network:dhcp",
                              .port_security = false,
                              .status = "ACTIVE",
                              .fixed_ips = wanted});
}

}  // namespace localcloud::api::network
