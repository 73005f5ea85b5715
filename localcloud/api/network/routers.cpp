// Routers, their interfaces and their gateways.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/network/ports.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::network {

using state::Kind;

namespace {

constexpr std::array attributes{
    Attribute{"name", Form::text, allow::both, R"("")"},
    Attribute{"admin_state_up", Form::boolean, allow::both, "true"},
    Attribute{"status", Form::text, 0, R"("ACTIVE")"},
    Attribute{"external_gateway_info", Form::object_or_null, allow::both | allow::no_filter},
    Attribute{"description", Form::text, allow::both, R"("")"},
    Attribute{"availability_zones", Form::list, 0, "[]"},
    Attribute{"availability_zone_hints", Form::list, allow::create, "[]"},
    Attribute{"distributed", Form::boolean, allow::both | allow::admin | allow::hidden, "false"},
    Attribute{"ha", Form::boolean, allow::both | allow::admin | allow::hidden, "false"},
    Attribute{"routes", Form::list, allow::update | allow::no_filter, "[]"},
    Attribute{"flavor_id", Form::text_or_null, allow::create},
};

ApiError bad_router(const std::string& message) {
    return {400, "Bad router request: " + message, "BadRequest"};
}

std::vector<const Document*> interfaces_of(const state::View& view, const std::string& router_id) {
    auto ports = view.with(Kind::port, "device_id", router_id);
    std::erase_if(ports, [](const Document* port) {
        return text(*port, "device_owner") != "network:router_interface";
    });
    return ports;
}

const Document* gateway_port(const state::View& view, const std::string& router_id) {
    for (const Document* port : view.with(Kind::port, "device_id", router_id)) {
        // One of a project's that says so is none.
        if (text(*port, "device_owner") == "network:router_gateway" && text(*port, "project_id").empty())
            return port;
    }
    return nullptr;
}

void remove_gateway_port(Transaction& transaction, const std::string& router_id) {
    while (const Document* port = gateway_port(transaction, router_id))
        transaction.erase(Kind::port, text(*port, "id"));
}

void set_gateway(Transaction& transaction, const Call& call, Document& router, const json::value& requested,
                 std::string_view action) {
    const std::string id = text(router, "id");
    const std::string old_network = text(object(router, "external_gateway_info"), "network_id");
    const bool clear = requested.is_null() || requested.get_object().empty();
    const Document wanted = clear ? Document{} : requested.get_object();
    const std::string network_id = text(wanted, "network_id");
    if (!call.caller.is_admin() &&
        (wanted.contains("enable_snat") || wanted.contains("external_fixed_ips"))) {
        throw forbidden_by_policy(
            fmt::format("(rule:{0}_router and (rule:{0}_router:external_gateway_info and "
                        "(rule:{0}_router:external_gateway_info:network_id and "
                        "rule:{0}_router:external_gateway_info:{1})))",
                        action, wanted.contains("enable_snat") ? "enable_snat" : "external_fixed_ips"));
    }
    if (!old_network.empty() && old_network != network_id) {
        for (const Document* floating_ip : transaction.all(Kind::floating_ip)) {
            if (text(*floating_ip, "router_id") == id) {
                throw ApiError{409,
                               "Gateway cannot be updated for router " + id +
                                   ", since a gateway to external network " + old_network +
                                   " is required by one or more floating IPs.",
                               "RouterExternalGatewayInUseByFloatingIp"};
            }
        }
    }
    if (clear) {
        remove_gateway_port(transaction, id);
        router["external_gateway_info"] = nullptr;
        return;
    }
    if (network_id.empty()) throw invalid_input("Invalid external gateway info: network_id is missing.");
    const Document& network = require(network_resource(), transaction, call.caller, network_id);
    if (!boolean(network, "router:external")) {
        throw bad_router("Network " + network_id + " is not an external network.");
    }
    if (network_id == old_network && !wanted.contains("external_fixed_ips")) return;
    remove_gateway_port(transaction, id);
    const json::value* fixed_ips = member(wanted, "external_fixed_ips");
    // It belongs to no project, so that no tenant sees it.
    const std::string port =
        create_port(transaction, {.network_id = network_id,
                                  .project_id = "",
                                  .device_id = id,
                                  .device_owner = "network:router_gateway",
                                  .port_security = false,
                                  .status = "ACTIVE",
                                  .fixed_ips = fixed_ips == nullptr ? json::value{} : *fixed_ips});
    // An agent that has taken a router over keeps it.
    router["availability_zones"] = json::array{"nova"};
    router["external_gateway_info"] =
        json::object{{"network_id", network_id},
                     {"external_fixed_ips", array(*transaction.find(Kind::port, port), "fixed_ips")},
                     {"enable_snat", boolean(wanted, "enable_snat", true)}};
}

/// Whether the router has an interface in a subnet with this address.
bool reaches(const state::View& view, const std::string& router_id, std::uint32_t address,
             const std::string& without_port) {
    for (const Document* port : interfaces_of(view, router_id)) {
        if (text(*port, "id") == without_port) continue;
        for (const json::value& fixed : array(*port, "fixed_ips")) {
            const Document* subnet = view.find(Kind::subnet, text(fixed.as_object(), "subnet_id"));
            if (subnet != nullptr && Cidr::parse(text(*subnet, "cidr")).value_or(Cidr{}).contains(address)) {
                return true;
            }
        }
    }
    return false;
}

void check_routes(const state::View& view, const std::string& router_id, const json::array& routes) {
    static constexpr std::size_t most_routes = 30;  // Neutron's max_routes
    check_routes_form("routes", routes);
    if (routes.size() > most_routes) {
        throw ApiError{400,
                       fmt::format("Unable to complete operation for {}. The number of routes exceeds the "
                                   "maximum {}.",
                                   router_id, most_routes),
                       "RoutesExhausted"};
    }
    for (const json::value& route : routes) {
        const auto next = parse_ipv4(text(route.as_object(), "nexthop"));
        if (next && reaches(view, router_id, *next, {})) continue;
        throw ApiError{400,
                       "Invalid format for routes: " + python_repr(routes) +
                           ", the nexthop is not connected with router",
                       "InvalidRoutes"};
    }
}

/// Nothing but a destination and a next hop, each pair once.
json::array plain_routes(const json::array& routes) {
    json::array plain;
    for (const json::value& route : routes) {
        const json::value one{{"destination", route.at("destination")}, {"nexthop", route.at("nexthop")}};
        if (std::find(plain.begin(), plain.end(), one) == plain.end()) plain.push_back(one);
    }
    return plain;
}

/// What a request adds or removes: {"router": {"routes": […]}}.
json::array requested_routes(const json::value& request_body) {
    const json::value* routes = member(object(request_body.get_object(), "router"), "routes");
    if (routes == nullptr || !routes->is_array())
        throw bad_attribute("routes", "The body has to be a router with a list of routes.");
    check_routes_form("routes", routes->get_array());
    return plain_routes(routes->get_array());
}

void create(Transaction& transaction, const Call& call, Document& router) {
    const json::value gateway = router["external_gateway_info"];
    router["external_gateway_info"] = nullptr;
    if (!gateway.is_null()) set_gateway(transaction, call, router, gateway, "create");
}

void update(Transaction& transaction, const Call& call, Document& router, const Document& changes) {
    for (const auto& change : changes) {
        if (change.key() == "external_gateway_info") {
            set_gateway(transaction, call, router, change.value(), "update");
        } else {
            router[change.key()] = change.value();
            if (change.key() != "routes") continue;
            const json::array& routes = array(changes, "routes");
            check_routes(transaction, text(router, "id"), routes);
            router["routes"] = plain_routes(routes);
        }
    }
}

void remove(Transaction& transaction, const Call& /*call*/, const Document& router) {
    const std::string id = text(router, "id");
    std::string attached;
    for (const Document* port : interfaces_of(transaction, id)) {
        attached += (attached.empty() ? "" : ", ") + text(*port, "id");
    }
    if (!attached.empty()) {
        throw ApiError{409, "Router " + id + " has ports still attached: " + attached, "RouterInUse"};
    }
    remove_gateway_port(transaction, id);
}

void complete(const state::View& view, const Call& /*call*/, Document& router) {
    const bool in_use = member(router, "external_gateway_info") != nullptr ||
                        !interfaces_of(view, text(router, "id")).empty();
    if (in_use) router["availability_zones"] = json::array{"nova"};
}

/// A subnet may join a router only once, and no subnet that overlaps with one that is there.
void check_no_overlap(const state::View& view, const std::string& router_id, const Document& subnet) {
    const Cidr cidr = Cidr::parse(text(subnet, "cidr")).value_or(Cidr{});
    for (const Document* port : interfaces_of(view, router_id)) {
        for (const json::value& fixed : array(*port, "fixed_ips")) {
            const std::string other_id = text(fixed.as_object(), "subnet_id");
            if (other_id == text(subnet, "id"))
                throw bad_router("Router already has a port on subnet " + other_id + ".");
            const Document* other = view.find(Kind::subnet, other_id);
            if (other != nullptr && Cidr::parse(text(*other, "cidr")).value_or(Cidr{}).overlaps(cidr)) {
                throw bad_router(fmt::format("Cidr {} of subnet {} overlaps with cidr {} of subnet {}.",
                                             cidr.text(), text(subnet, "id"), text(*other, "cidr"),
                                             other_id));
            }
        }
    }
}

Document interface_answer(const Document& router, const Document& port) {
    json::array subnets;
    for (const json::value& fixed : array(port, "fixed_ips")) {
        subnets.emplace_back(text(fixed.as_object(), "subnet_id"));
    }
    return {{"id", text(router, "id")},
            {"tenant_id", text(router, "project_id")},
            {"port_id", text(port, "id")},
            {"network_id", text(port, "network_id")},
            {"subnet_id", subnets.empty() ? json::value{} : subnets.front()},
            {"subnet_ids", subnets}};
}

std::string add_by_subnet(Transaction& transaction, const Call& call, const Document& router,
                          const std::string& subnet_id) {
    const Document& subnet = require(subnet_resource(), transaction, call.caller, subnet_id);
    check_no_overlap(transaction, text(router, "id"), subnet);
    const std::string gateway = text(subnet, "gateway_ip");
    if (gateway.empty()) throw bad_router("Subnet for router interface must have a gateway IP.");
    return create_port(
        transaction,
        {.network_id = text(subnet, "network_id"),
         .project_id = text(router, "project_id"),
         .device_id = text(router, "id"),
         .device_owner = "network:router_interface",
         .port_security = false,
         .status = "ACTIVE",
         .fixed_ips = json::array{json::object{{"subnet_id", subnet_id}, {"ip_address", gateway}}}});
}

std::string add_by_port(Transaction& transaction, const Call& call, const Document& router,
                        const std::string& port_id) {
    const Document& port = require(port_resource(), transaction, call.caller, port_id);
    if (!text(port, "device_id").empty()) {
        throw ApiError{
            409,
            fmt::format("Unable to complete operation on port {} for network {}. Port already has an "
                        "attached device {}.",
                        port_id, text(port, "network_id"), text(port, "device_id")),
            "PortInUse"};
    }
    if (array(port, "fixed_ips").empty()) throw bad_router("Router port must have at least one fixed IP");
    for (const json::value& fixed : array(port, "fixed_ips")) {
        if (const Document* subnet = transaction.find(Kind::subnet, text(fixed.as_object(), "subnet_id"))) {
            check_no_overlap(transaction, text(router, "id"), *subnet);
        }
    }
    Document& interface = transaction.edit(Kind::port, port_id);
    interface["device_id"] = text(router, "id");
    interface["device_owner"] = "network:router_interface";
    set_status(interface, true);
    touch(interface);
    return port_id;
}

/// The router's port that the request means; throws 404.
std::string find_interface(const state::View& view, const std::string& router_id, const std::string& port_id,
                           const std::string& subnet_id) {
    for (const Document* port : interfaces_of(view, router_id)) {
        if (!port_id.empty() ? text(*port, "id") == port_id : has_address(*port, subnet_id))
            return text(*port, "id");
    }
    if (!port_id.empty()) {
        throw ApiError{404, "Router " + router_id + " does not have an interface with id " + port_id,
                       "RouterInterfaceNotFound"};
    }
    throw ApiError{404, "Router " + router_id + " has no interface on subnet " + subnet_id,
                   "RouterInterfaceNotFoundForSubnet"};
}

void check_no_route_needs(const state::View& view, const Document& router, const Document& interface) {
    for (const json::value& route : array(router, "routes")) {
        const auto next = parse_ipv4(text(route.as_object(), "nexthop"));
        if (!next || reaches(view, text(router, "id"), *next, text(interface, "id"))) continue;
        const auto& fixed = array(interface, "fixed_ips");
        throw ApiError{409,
                       fmt::format("Router interface for subnet {} on router {} cannot be deleted, as it is "
                                   "required by one or more routes.",
                                   fixed.empty() ? "" : text(fixed.front().as_object(), "subnet_id"),
                                   text(router, "id")),
                       "RouterInterfaceInUseByRoute"};
    }
}

void check_no_floating_ip_needs(const state::View& view, const std::string& router_id,
                                const Document& interface) {
    std::set<std::string> subnets;
    for (const json::value& fixed : array(interface, "fixed_ips")) {
        subnets.insert(text(fixed.as_object(), "subnet_id"));
    }
    for (const Document* floating_ip : view.all(Kind::floating_ip)) {
        const Document* port = view.find(Kind::port, text(*floating_ip, "port_id"));
        if (port == nullptr || text(*floating_ip, "router_id") != router_id) continue;
        for (const std::string& subnet : subnets) {
            if (has_address(*port, subnet)) {
                throw ApiError{409,
                               "Router interface for subnet " + subnet + " on router " + router_id +
                                   " cannot be deleted, as it is required by one or more floating IPs.",
                               "RouterInterfaceInUseByFloatingIP"};
            }
        }
    }
}

}  // namespace

void NetworkService::add_router_interface_routes() {
    route("PUT", "/v2.0/routers/{id}/add_router_interface", [this](const Call& call) {
        const json::value request_body = body(call);
        const std::string subnet_id = text(request_body.get_object(), "subnet_id");
        const std::string port_id = text(request_body.get_object(), "port_id");
        if (subnet_id.empty() == port_id.empty()) {
            throw bad_router(subnet_id.empty() ? "Either subnet_id or port_id must be specified."
                                               : "Cannot specify both subnet-id and port-id.");
        }
        for (const std::string& id : {subnet_id, port_id}) {
            if (!id.empty() && !state::is_uuid(id)) throw bad_router("'" + id + "' is not a valid UUID.");
        }
        Document answer;
        {
            auto transaction = cloud_.store.write();
            Document& router = require_own(router_resource(), transaction, call, call.param("id"), "update");
            const std::string port = subnet_id.empty() ? add_by_port(transaction, call, router, port_id)
                                                       : add_by_subnet(transaction, call, router, subnet_id);
            touch(router);
            router["availability_zones"] = json::array{"nova"};
            answer = interface_answer(router, *transaction.find(Kind::port, port));
            transaction.commit();
        }
        changed();
        return json_response(200, answer);
    });
    route("PUT", "/v2.0/routers/{id}/remove_router_interface", [this](const Call& call) {
        const json::value request_body = body(call);
        const std::string subnet_id = text(request_body.get_object(), "subnet_id");
        const std::string port_id = text(request_body.get_object(), "port_id");
        if (subnet_id.empty() && port_id.empty())
            throw bad_router("Either subnet_id or port_id must be specified.");
        Document answer;
        {
            auto transaction = cloud_.store.write();
            Document& router = require_own(router_resource(), transaction, call, call.param("id"), "update");
            const std::string port = find_interface(transaction, text(router, "id"), port_id, subnet_id);
            check_no_route_needs(transaction, router, *transaction.find(Kind::port, port));
            check_no_floating_ip_needs(transaction, text(router, "id"), *transaction.find(Kind::port, port));
            answer = interface_answer(router, *transaction.find(Kind::port, port));
            transaction.erase(Kind::port, port);
            touch(router);
            transaction.commit();
        }
        changed();
        return json_response(200, answer);
    });
}

void NetworkService::add_extra_route_routes() {
    const auto change = [this](const Call& call, bool add) {
        const json::value request_body = body(call);
        const json::array wanted = requested_routes(request_body);
        Document answer;
        {
            auto transaction = cloud_.store.write();
            Document& router = require_own(router_resource(), transaction, call, call.param("id"), "update");
            json::array routes;
            for (const json::value& route : array(router, "routes")) {
                if (std::find(wanted.begin(), wanted.end(), route) == wanted.end()) routes.push_back(route);
            }
            if (add) {
                routes.insert(routes.begin(), wanted.begin(), wanted.end());
                check_routes(transaction, text(router, "id"), routes);
            }
            router["routes"] = routes;
            touch(router);
            answer = shown(router_resource(), transaction, call, router);
            // Policies do not hide these here.
            const Document* port = gateway_port(transaction, text(router, "id"));
            answer["gw_port_id"] = port == nullptr ? json::value{} : json::value(text(*port, "id"));
            answer["distributed"] = false;
            answer["ha"] = false;
            answer["ha_vr_id"] = 0;
            transaction.commit();
        }
        changed();
        return json_response(200, {{"router", answer}});
    };
    route("PUT", "/v2.0/routers/{id}/add_extraroutes",
          [change](const Call& call) { return change(call, true); });
    route("PUT", "/v2.0/routers/{id}/remove_extraroutes",
          [change](const Call& call) { return change(call, false); });
}

const Resource& router_resource() {
    static const Resource resource{.kind = Kind::router,
                                   .singular = "router",
                                   .collection = "routers",
                                   .path = "routers",
                                   .missing_type = "RouterNotFound",
                                   .missing_text = "Router {} could not be found",
                                   .attributes = attributes,
                                   .create = create,
                                   .update = update,
                                   .remove = remove,
                                   .complete = complete};
    return resource;
}

}  // namespace localcloud::api::network
