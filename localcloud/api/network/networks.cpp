// Networks.
#include <fmt/format.h>

#include <array>

#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/network/ports.hpp"

namespace localcloud::api::network {

using state::Kind;

namespace {

constexpr std::array attributes{
    Attribute{"name", Form::text, allow::both, R"("")"},
    Attribute{"admin_state_up", Form::boolean, allow::both, "true"},
    Attribute{"mtu", Form::integer, allow::both, "1500"},
    Attribute{"status", Form::text, 0, R"("ACTIVE")"},
    Attribute{"subnets", Form::list, allow::no_filter, "[]"},
    Attribute{"shared", Form::boolean, allow::both | allow::admin, "false"},
    Attribute{"availability_zone_hints", Form::list, allow::create, "[]"},
    Attribute{"availability_zones", Form::list, 0, "[]"},
    Attribute{"ipv4_address_scope", Form::text_or_null, 0},
    Attribute{"ipv6_address_scope", Form::text_or_null, 0},
    Attribute{"router:external", Form::boolean, allow::both | allow::admin, "false"},
    Attribute{"is_default", Form::boolean, allow::both | allow::admin, "false"},
    Attribute{"description", Form::text, allow::both, R"("")"},
    Attribute{"port_security_enabled", Form::boolean, allow::both, "true"},
    Attribute{"dns_domain", Form::text, allow::both, R"("")"},
    Attribute{"qos_policy_id", Form::qos_policy, allow::both},
    Attribute{"l2_adjacency", Form::boolean, 0, "true"},
    Attribute{"provider:network_type", Form::text_or_null, allow::create | allow::admin | allow::hidden,
              R"("local")"},
    Attribute{"provider:physical_network", Form::text_or_null, allow::create | allow::admin | allow::hidden},
    Attribute{"provider:segmentation_id", Form::integer, allow::create | allow::admin | allow::hidden},
};

void check_mtu(const Document& document) {
    const std::int64_t mtu = integer(document, "mtu", 1500);
    if (mtu != 0 && (mtu < 68 || mtu > 65535)) {
        throw invalid_input(fmt::format("Requested MTU {} is not between 68 and 65535.", mtu));
    }
}

void create(Transaction& /*transaction*/, const Call& /*call*/, Document& network) {
    if (integer(network, "mtu") == 0) network["mtu"] = 1500;
    check_mtu(network);
}

void update(Transaction& /*transaction*/, const Call& /*call*/, Document& network, const Document& changes) {
    check_mtu(changes);
    for (const auto& change : changes)
        network[change.key()] = change.value();
}

void remove(Transaction& transaction, const Call& /*call*/, const Document& network) {
    const std::string id = text(network, "id");
    std::string in_use;
    std::vector<std::string> own_ports;
    for (const Document* port : transaction.with(Kind::port, "network_id", id)) {
        if (text(*port, "device_owner") == "network:dhcp") {
            own_ports.push_back(text(*port, "id"));
        } else {
            in_use += (in_use.empty() ? "" : ",") + text(*port, "id");
        }
    }
    if (!in_use.empty()) {
        throw ApiError{
            409,
            "Unable to complete operation on network " + id +
                ". There are one or more ports still in use on the network, id for these ports is: " +
                in_use + ".",
            "NetworkInUse"};
    }
    for (const Document* floating_ip : transaction.all(Kind::floating_ip)) {
        if (text(*floating_ip, "floating_network_id") == id) {
            throw ApiError{
                409,
                "Unable to complete operation on network " + id +
                    ". There are one or more ports still in use on the network, id for these ports is: " +
                    text(*floating_ip, "id") + ".",
                "NetworkInUse"};
        }
    }
    for (const std::string& port : own_ports)
        transaction.erase(Kind::port, port);
    std::vector<std::string> subnets;
    for (const Document* subnet : transaction.with(Kind::subnet, "network_id", id))
        subnets.push_back(text(*subnet, "id"));
    for (const std::string& subnet : subnets)
        transaction.erase(Kind::subnet, subnet);
}

void complete(const state::View& view, const Call& /*call*/, Document& network) {
    json::array subnets;
    for (const Document* subnet : view.with(Kind::subnet, "network_id", text(network, "id")))
        subnets.emplace_back(text(*subnet, "id"));
    if (!subnets.empty()) network["availability_zones"] = json::array{"nova"};
    network["subnets"] = std::move(subnets);
    // Neutron tells of is_default for external networks only.
    if (!boolean(network, "router:external")) network.erase("is_default");
}

bool shared(const state::View& /*view*/, const Caller& /*caller*/, const Document& network) {
    return boolean(network, "shared") || boolean(network, "router:external");
}

}  // namespace

const Resource& network_resource() {
    static const Resource resource{.kind = Kind::network,
                                   .singular = "network",
                                   .collection = "networks",
                                   .path = "networks",
                                   .missing_type = "NetworkNotFound",
                                   .missing_text = "Network {} could not be found.",
                                   .attributes = attributes,
                                   .create = create,
                                   .update = update,
                                   .remove = remove,
                                   .complete = complete,
                                   .shared = shared};
    return resource;
}

}  // namespace localcloud::api::network
