#include "localcloud/api/network/floating_ips.hpp"

#include <fmt/format.h>

#include <array>

#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/network/ports.hpp"

namespace localcloud::api::network {

using state::Kind;

namespace {

constexpr std::array attributes{
    Attribute{"floating_ip_address", Form::text_or_null, allow::create | allow::admin},
    Attribute{"floating_network_id", Form::id, allow::create | allow::required},
    Attribute{"subnet_id", Form::text_or_null, allow::create | allow::no_filter},
    Attribute{"router_id", Form::text_or_null, 0},
    Attribute{"port_id", Form::id_or_null, allow::both},
    Attribute{"fixed_ip_address", Form::text_or_null, allow::both},
    Attribute{"status", Form::text, 0, R"("DOWN")"},
    Attribute{"description", Form::text, allow::both, R"("")"},
    Attribute{"qos_policy_id", Form::qos_policy, allow::both},
    Attribute{"port_details", Form::object_or_null, allow::no_filter},
    Attribute{"dns_domain", Form::text, allow::create, R"("")"},
    Attribute{"dns_name", Form::text, allow::create, R"("")"},
    Attribute{"port_forwardings", Form::list, allow::no_filter, "[]"},
};

ApiError bad_floating_ip(const std::string& message) {
    return {400, "Bad floatingip request: " + message, "BadRequest"};
}

/// The router that leads from the subnet to the external network; throws 404 when there is none.
std::string router_between(const state::View& view, const std::string& subnet_id,
                           const std::string& external_network, const std::string& port_id) {
    for (const Document* port : view.with(Kind::port, "device_owner", "network:router_interface")) {
        if (!has_address(*port, subnet_id)) continue;
        const Document* router = view.find(Kind::router, text(*port, "device_id"));
        if (router != nullptr &&
            text(object(*router, "external_gateway_info"), "network_id") == external_network) {
            return text(*router, "id");
        }
    }
    throw ApiError{404,
                   "External network " + external_network + " is not reachable from subnet " + subnet_id +
                       ".  Therefore, cannot associate Port " + port_id + " with a Floating IP.",
                   "ExternalGatewayForFloatingIPNotFound"};
}

void associate(const state::View& view, const Call& call, Document& floating_ip) {
    const std::string port_id = text(floating_ip, "port_id");
    const Document& port = require(port_resource(), view, call.caller, port_id);
    std::string address = text(floating_ip, "fixed_ip_address");
    std::string subnet_id;
    for (const json::value& fixed : array(port, "fixed_ips")) {
        const std::string candidate = text(fixed.as_object(), "ip_address");
        if (!address.empty() && address != candidate) continue;
        address = candidate;
        subnet_id = text(fixed.as_object(), "subnet_id");
        break;
    }
    if (subnet_id.empty()) {
        throw bad_floating_ip(address.empty()
                                  ? "Cannot add floating IP to port " + port_id +
                                        " that has no fixed IPv4 addresses."
                                  : "Port " + port_id + " does not have fixed ip " + address + ".");
    }
    const std::string network_id = text(floating_ip, "floating_network_id");
    for (const Document* other : view.with(Kind::floating_ip, "port_id", port_id)) {
        if (text(*other, "id") != text(floating_ip, "id") && text(*other, "fixed_ip_address") == address) {
            throw ApiError{
                409,
                fmt::format("Cannot associate floating IP {} ({}) with port {} using fixed IP {}, as that "
                            "fixed IP already has a floating IP on external network {}.",
                            text(floating_ip, "floating_ip_address"), text(floating_ip, "id"), port_id,
                            address, network_id),
                "FloatingIPPortAlreadyAssociated"};
        }
    }
    floating_ip["router_id"] = router_between(view, subnet_id, network_id, port_id);
    floating_ip["fixed_ip_address"] = address;
}

void dissociate(Document& floating_ip) {
    floating_ip["port_id"] = nullptr;
    floating_ip["fixed_ip_address"] = nullptr;
    floating_ip["router_id"] = nullptr;
}

void create(Transaction& transaction, const Call& call, Document& floating_ip) {
    const std::string network_id = text(floating_ip, "floating_network_id");
    const Document& network = require(network_resource(), transaction, call.caller, network_id);
    if (!boolean(network, "router:external")) {
        throw bad_floating_ip("Network " + network_id + " is not a valid external network.");
    }
    if (!text(floating_ip, "fixed_ip_address").empty() && text(floating_ip, "port_id").empty())
        throw bad_floating_ip("fixed_ip_address cannot be specified without a port_id.");
    const std::string wanted = text(floating_ip, "floating_ip_address");
    const std::string wanted_subnet = text(floating_ip, "subnet_id");
    floating_ip.erase("subnet_id");
    for (const Document* subnet : transaction.all(Kind::subnet)) {
        if (text(*subnet, "network_id") != network_id) continue;
        if (!wanted_subnet.empty() && text(*subnet, "id") != wanted_subnet) continue;
        if (wanted.empty()) {
            floating_ip["floating_ip_address"] = free_address(transaction, *subnet);
            break;
        }
        const auto number = parse_ipv4(wanted);
        if (!number || !Cidr::parse(text(*subnet, "cidr")).value_or(Cidr{}).contains(*number)) {
            throw ApiError{400,
                           "IP address " + wanted +
                               " is not a valid IP for any of the subnets on the specified network.",
                           "InvalidIpForNetwork"};
        }
        if (address_in_use(transaction, *subnet, wanted)) {
            throw ApiError{409,
                           "IP address " + wanted + " already allocated in subnet " + text(*subnet, "id"),
                           "IpAddressAlreadyAllocated"};
        }
    }
    if (text(floating_ip, "floating_ip_address").empty()) {
        throw bad_floating_ip("Network " + network_id + " does not contain any IPv4 subnet");
    }
    if (member(floating_ip, "port_id") != nullptr) {
        associate(transaction, call, floating_ip);
    } else {
        floating_ip["fixed_ip_address"] = nullptr;
    }
    floating_ip["revision_number"] = 0;
}

void update(Transaction& transaction, const Call& call, Document& floating_ip, const Document& changes) {
    const bool moves = changes.contains("port_id") || changes.contains("fixed_ip_address");
    if (moves && changes.contains("port_id")) floating_ip["fixed_ip_address"] = nullptr;
    for (const auto& change : changes)
        floating_ip[change.key()] = change.value();
    if (!moves) return;
    if (member(floating_ip, "port_id") == nullptr) {
        dissociate(floating_ip);
    } else {
        associate(transaction, call, floating_ip);
    }
}

void complete(const state::View& view, const Call& /*call*/, Document& floating_ip) {
    const Document* port = view.find(Kind::port, text(floating_ip, "port_id"));
    if (port == nullptr) {
        floating_ip["port_details"] = nullptr;
        return;
    }
    Document details;
    for (const char* field :
         {"name", "network_id", "mac_address", "admin_state_up", "status", "device_id", "device_owner"}) {
        details.emplace(field, port->at(field));
    }
    floating_ip["port_details"] = std::move(details);
}

}  // namespace

const Resource& floating_ip_resource() {
    static const Resource resource{.kind = Kind::floating_ip,
                                   .singular = "floatingip",
                                   .collection = "floatingips",
                                   .path = "floatingips",
                                   .missing_type = "FloatingIPNotFound",
                                   .missing_text = "Floating IP {} could not be found",
                                   .attributes = attributes,
                                   .create = create,
                                   .update = update,
                                   .remove = [](Transaction&, const Call&, const Document&) {},
                                   .complete = complete};
    return resource;
}

void release_floating_ips(Transaction& transaction, const std::string& port_id) {
    for (const Document* floating_ip : transaction.with(Kind::floating_ip, "port_id", port_id)) {
        Document& released = transaction.edit(Kind::floating_ip, text(*floating_ip, "id"));
        dissociate(released);
        touch(released);
    }
}

}  // namespace localcloud::api::network
