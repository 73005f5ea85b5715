// Subnets: IPv4, with their allocation pools, and the DHCP port that each network has in them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/network/ports.hpp"

namespace localcloud::api::network {

using state::Kind;

namespace {

constexpr std::array attributes{
    Attribute{"name", Form::text, allow::both, R"("")"},
    Attribute{"network_id", Form::id, allow::create | allow::required},
    Attribute{"ip_version", Form::integer, allow::create | allow::required, "4"},
    Attribute{"subnetpool_id", Form::text_or_null, allow::create},
    Attribute{"enable_dhcp", Form::boolean, allow::both, "true"},
    Attribute{"ipv6_ra_mode", Form::text_or_null, allow::create},
    Attribute{"ipv6_address_mode", Form::text_or_null, allow::create},
    // false stands for "choose one": null means that there is to be none.
    Attribute{"gateway_ip", Form::any, allow::both, "false"},
    Attribute{"cidr", Form::text_or_null, allow::create},
    Attribute{"allocation_pools", Form::any, allow::both},
    Attribute{"host_routes", Form::list, allow::both | allow::no_filter, "[]"},
    Attribute{"dns_nameservers", Form::list, allow::both | allow::no_filter, "[]"},
    Attribute{"description", Form::text, allow::both, R"("")"},
    Attribute{"service_types", Form::list, allow::both | allow::no_filter, "[]"},
};

ApiError bad_subnet(const std::string& message) {
    return {400, "Bad subnets request: " + message, "BadRequest"};
}

/// The members whose form the table does not know.
void check_forms(const Document& subnet) {
    const json::value& pools = subnet.at("allocation_pools");
    if (!pools.is_null() && !pools.is_array())
        throw bad_attribute("allocation_pools",
                            "Invalid data format for IP pool: " + python_repr(pools) + ".");
    for (const json::value& pool : array(subnet, "allocation_pools")) {
        if (pool.is_object() && pool.get_object().contains("start") && pool.get_object().contains("end"))
            continue;
        std::string keys;
        if (pool.is_object()) {
            for (const auto& field : pool.get_object())
                keys += (keys.empty() ? "'" : ", '") + std::string{field.key()} + "'";
        }
        throw bad_attribute(
            "allocation_pools",
            "Validation of dictionary's keys failed. Expected keys: {'start', 'end'} Provided "
            "keys: {" +
                keys + "}.");
    }
    std::vector<std::string> servers;
    for (const json::value& server : array(subnet, "dns_nameservers")) {
        const std::string address = to_text(server);
        if (!parse_ipv4(address)) {
            throw bad_attribute("dns_nameservers",
                                fmt::format("'{0}' is not a valid nameserver. '{0}' is not a "
                                            "valid IP address.",
                                            address));
        }
        if (std::find(servers.begin(), servers.end(), address) != servers.end())
            throw bad_attribute("dns_nameservers", "Duplicate nameserver '" + address + "'.");
        servers.push_back(address);
    }
    check_routes_form("host_routes", array(subnet, "host_routes"));
}

void check_pools(const Document& subnet, const Cidr& cidr) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> before;
    for (const json::value& value : array(subnet, "allocation_pools")) {
        const auto start = parse_ipv4(text(value.get_object(), "start"));
        const auto end = parse_ipv4(text(value.get_object(), "end"));
        if (!start || !end || *start > *end) {
            throw ApiError{400,
                           fmt::format("The allocation pool {{'start': '{}', 'end': '{}'}} is not valid.",
                                       text(value.get_object(), "start"), text(value.get_object(), "end")),
                           "InvalidAllocationPool"};
        }
        if (!cidr.contains(*start) || !cidr.contains(*end)) {
            throw ApiError{400,
                           fmt::format("The allocation pool {}-{} spans beyond the subnet cidr {}.",
                                       format_ipv4(*start), format_ipv4(*end), cidr.text()),
                           "OutOfBoundsAllocationPool"};
        }
        const auto gateway = parse_ipv4(text(subnet, "gateway_ip"));
        if (gateway && *gateway >= *start && *gateway <= *end) {
            throw ApiError{409,
                           fmt::format("Gateway ip {} conflicts with allocation pool {}-{}.",
                                       format_ipv4(*gateway), format_ipv4(*start), format_ipv4(*end)),
                           "GatewayConflictWithAllocationPools"};
        }
        for (const auto& [first, last] : before) {
            if (*start > last || *end < first) continue;
            throw ApiError{409,
                           fmt::format("Found overlapping allocation pools: {}-{} {}-{} for subnet {}.",
                                       format_ipv4(first), format_ipv4(last), format_ipv4(*start),
                                       format_ipv4(*end), cidr.text()),
                           "OverlappingAllocationPools"};
        }
        before.emplace_back(*start, *end);
    }
}

/// All host addresses but the gateway's.
json::array default_pools(const Cidr& cidr, const std::optional<std::uint32_t>& gateway) {
    const std::uint32_t first = cidr.network + 1;
    const std::uint32_t last = cidr.broadcast() - 1;
    json::array pools;
    const auto add = [&](std::uint32_t from, std::uint32_t to) {
        if (from <= to) pools.push_back(json::object{{"start", format_ipv4(from)}, {"end", format_ipv4(to)}});
    };
    if (gateway && *gateway >= first && *gateway <= last) {
        add(first, *gateway - 1);
        add(*gateway + 1, last);
    } else {
        add(first, last);
    }
    return pools;
}

void check_gateway(const Document& subnet, const Cidr& cidr) {
    if (member(subnet, "gateway_ip") == nullptr) return;
    const auto gateway = parse_ipv4(text(subnet, "gateway_ip"));
    if (!gateway)
        throw bad_attribute("gateway_ip",
                            "'" + to_text(subnet.at("gateway_ip")) + "' is not a valid IP address.");
    // One outside of the subnet is allowed: a route may lead there.
    if (cidr.prefix_length < 31 && (*gateway == cidr.network || *gateway == cidr.broadcast())) {
        throw ApiError{400, "Gateway is not valid on subnet", "InvalidInput"};
    }
}

void create(Transaction& transaction, const Call& call, Document& subnet) {
    check_forms(subnet);
    const std::string network_id = text(subnet, "network_id");
    const Document& network = require(network_resource(), transaction, call.caller, network_id);
    if (!call.caller.is_admin() && text(network, "project_id") != call.caller.project_id) {
        throw forbidden_by_policy("rule:create_subnet");
    }
    subnet["project_id"] = text(network, "project_id");
    subnet["tenant_id"] = text(network, "project_id");
    if (member(subnet, "subnetpool_id") != nullptr) {
        throw ApiError{501, "The embedded cloud does not know subnet pools: give a cidr."};
    }
    const std::int64_t version = integer(subnet, "ip_version");
    if (version != 4 && version != 6)
        throw bad_attribute("ip_version", std::to_string(version) + " is not in valid_values.");
    if (version == 6 && Cidr::parse(text(subnet, "cidr"))) {
        throw invalid_input("cidr '" + text(subnet, "cidr") + "' does not match the ip_version '6'.");
    }
    if (version != 4) {
        throw ApiError{501, "The embedded cloud does not know IPv6 subnets yet."};
    }
    if (member(subnet, "cidr") == nullptr)
        throw bad_subnet("a subnetpool must be specified in the absence of a cidr.");
    const std::string cidr_text = text(subnet, "cidr");
    const auto cidr = Cidr::parse(cidr_text);
    if (!cidr || cidr_text.find('/') == std::string::npos)
        throw invalid_input(cidr_text + " is not in a CIDR format.");
    if (cidr->prefix_length > 30 || cidr->prefix_length < 8) {
        throw invalid_input(cidr_text + " is no size for a subnet: use a prefix length from 8 to 30.");
    }
    subnet["cidr"] = cidr->text();
    for (const Document* other : transaction.with(Kind::subnet, "network_id", network_id)) {
        if (Cidr::parse(text(*other, "cidr")).value_or(Cidr{}).overlaps(*cidr)) {
            throw invalid_input("Requested subnet with cidr: " + cidr->text() +
                                " for network: " + network_id + " overlaps with another subnet.");
        }
    }
    if (subnet["gateway_ip"].is_bool()) subnet["gateway_ip"] = format_ipv4(cidr->network + 1);
    check_gateway(subnet, *cidr);
    if (member(subnet, "allocation_pools") == nullptr) {
        subnet["allocation_pools"] = default_pools(*cidr, parse_ipv4(text(subnet, "gateway_ip")));
    }
    check_pools(subnet, *cidr);
    subnet["revision_number"] = 0;
    transaction.put(Kind::subnet, text(subnet, "id"), subnet);
    if (boolean(subnet, "enable_dhcp") && !boolean(network, "router:external"))
        add_dhcp_address(transaction, subnet);
}

void update(Transaction& transaction, const Call& /*call*/, Document& subnet, const Document& changes) {
    const auto cidr = Cidr::parse(text(subnet, "cidr"));
    const std::string old_gateway = text(subnet, "gateway_ip");
    for (const auto& change : changes)
        subnet[change.key()] = change.value();
    check_forms(subnet);
    if (changes.contains("gateway_ip") && text(subnet, "gateway_ip") != old_gateway) {
        for (const Document* port :
             transaction.with(Kind::port, "device_owner", "network:router_interface")) {
            if (has_address(*port, text(subnet, "id"))) {
                throw ApiError{409,
                               "Current gateway ip " + old_gateway + " already in use by port " +
                                   text(*port, "id") + ". Unable to update.",
                               "GatewayIpInUse"};
            }
        }
    }
    check_gateway(subnet, *cidr);
    if (changes.contains("allocation_pools") || changes.contains("gateway_ip")) check_pools(subnet, *cidr);
}

void remove(Transaction& transaction, const Call& /*call*/, const Document& subnet) {
    const std::string id = text(subnet, "id");
    std::string dhcp_port;
    for (const Document* port : transaction.with(Kind::port, "network_id", text(subnet, "network_id"))) {
        if (!has_address(*port, id)) continue;
        if (text(*port, "device_owner") == "network:dhcp") {
            dhcp_port = text(*port, "id");
            continue;
        }
        throw ApiError{409,
                       "Unable to complete operation on subnet " + id +
                           ": One or more ports have an IP allocation from this subnet.",
                       "SubnetInUse"};
    }
    if (dhcp_port.empty()) return;
    Document& port = transaction.edit(Kind::port, dhcp_port);
    json::array kept;
    for (const json::value& fixed : array(port, "fixed_ips")) {
        if (text(fixed.as_object(), "subnet_id") != id) kept.push_back(fixed);
    }
    if (kept.empty()) {
        transaction.erase(Kind::port, dhcp_port);
    } else {
        port["fixed_ips"] = std::move(kept);
    }
}

bool shared(const state::View& view, const Caller& /*caller*/, const Document& subnet) {
    const Document* network = view.find(Kind::network, text(subnet, "network_id"));
    return network != nullptr && boolean(*network, "shared");
}

}  // namespace

const Resource& subnet_resource() {
    static const Resource resource{.kind = Kind::subnet,
                                   .singular = "subnet",
                                   .collection = "subnets",
                                   .path = "subnets",
                                   .missing_type = "SubnetNotFound",
                                   .missing_text = "Subnet {} could not be found.",
                                   .attributes = attributes,
                                   .create = create,
                                   .update = update,
                                   .remove = remove,
                                   .shared = shared};
    return resource;
}

}  // namespace localcloud::api::network
