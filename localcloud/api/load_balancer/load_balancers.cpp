// Load balancers themselves: their VIPs, whole trees in one request, deleting with or without what is in them.
#include <fmt/format.h>

#include <algorithm>

#include "localcloud/api/load_balancer/load_balancer_service.hpp"
#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/ports.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::load_balancer {

namespace {

bool visible(const Call& call, const Document& document) {
    return call.caller.is_admin() || text(document, "project_id") == call.caller.project_id ||
           boolean(document, "shared") || boolean(document, "router:external");
}

/// The network, subnet, port or whatever it is of that ID; 400 as Octavia says it of a VIP.
const Document& vip_part(const state::View& view, const Call& call, Kind kind, std::string_view title,
                         const std::string& id) {
    const Document* found = view.find(kind, id);
    if (found == nullptr || !visible(call, *found))
        throw ApiError{400, fmt::format("{} {} not found.", title, id)};
    return *found;
}

/// What subnet an address of a network is in; any when none is asked for.
const Document& subnet_for(const state::View& view, const std::string& network_id,
                           const std::string& address) {
    const auto wanted = network::parse_ipv4(address);
    for (const Document* subnet : view.all(Kind::subnet)) {
        if (text(*subnet, "network_id") != network_id) continue;
        const auto cidr = network::Cidr::parse(text(*subnet, "cidr")).value_or(network::Cidr{});
        if (address.empty() || (wanted && cidr.contains(*wanted))) return *subnet;
    }
    throw validation_failure("Supplied network does not contain a subnet for the VIP.");
}

void use_port(Transaction& transaction, const Call& call, Document& load_balancer) {
    const std::string port_id = text(load_balancer, "vip_port_id");
    const Document& port = vip_part(transaction, call, Kind::port, "Port", port_id);
    if (!text(port, "device_id").empty())
        throw validation_failure(
            fmt::format("VIP port {} is in use by {}.", port_id, text(port, "device_id")));
    const json::array& fixed_ips = array(port, "fixed_ips");
    if (fixed_ips.empty()) throw validation_failure("VIP port has no address.");
    const Document& fixed = fixed_ips.front().as_object();
    load_balancer["vip_address"] = text(fixed, "ip_address");
    load_balancer["vip_subnet_id"] = text(fixed, "subnet_id");
    load_balancer["vip_network_id"] = text(port, "network_id");
    Document& taken = transaction.edit(Kind::port, port_id);
    taken["device_id"] = "lb-" + text(load_balancer, "id");
    taken["device_owner"] = "Octavia";
    network::set_status(taken, true);
    network::touch(taken);
}

void make_port(Transaction& transaction, Document& load_balancer) {
    const std::string id = text(load_balancer, "id");
    const std::string port_id = network::create_port(
        transaction,
        {.network_id = text(load_balancer, "vip_network_id"),
         .project_id = text(load_balancer, "project_id"),
         .device_id = "lb-" + id,
         .device_owner = "Octavia",
         .status = "ACTIVE",
         .fixed_ips = json::array{member(load_balancer, "vip_address") == nullptr
                                      ? json::object{{"subnet_id", text(load_balancer, "vip_subnet_id")}}
                                      : json::object{{"subnet_id", text(load_balancer, "vip_subnet_id")},
                                                     {"ip_address", text(load_balancer, "vip_address")}}}});
    Document& port = transaction.edit(Kind::port, port_id);
    port["name"] = "octavia-lb-" + id;
    load_balancer["vip_port_id"] = port_id;
    load_balancer["vip_address"] = network::first_address(port);
    load_balancer["_own_port"] = true;
}

void choose_vip(Transaction& transaction, const Call& call, Document& load_balancer) {
    if (!text(load_balancer, "vip_port_id").empty()) {
        use_port(transaction, call, load_balancer);
        return;
    }
    const std::string address = text(load_balancer, "vip_address");
    if (!address.empty() && !network::parse_ipv4(address))
        throw invalid("vip_address", json::string{address}, "Value should be IPv4 or IPv6 format");
    if (const std::string subnet_id = text(load_balancer, "vip_subnet_id"); !subnet_id.empty()) {
        const Document& subnet = vip_part(transaction, call, Kind::subnet, "Subnet", subnet_id);
        const std::string network_id = text(subnet, "network_id");
        const std::string asked = text(load_balancer, "vip_network_id");
        if (!asked.empty() && asked != network_id)
            throw validation_failure("Supplied VIP subnet is not in the supplied VIP network.");
        (void)vip_part(transaction, call, Kind::network, "Network", network_id);
        load_balancer["vip_network_id"] = network_id;
    } else if (const std::string network_id = text(load_balancer, "vip_network_id"); !network_id.empty()) {
        (void)vip_part(transaction, call, Kind::network, "Network", network_id);
        load_balancer["vip_subnet_id"] = text(subnet_for(transaction, network_id, address), "id");
    } else {
        throw validation_failure("VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id.");
    }
    const Document* network = transaction.find(Kind::network, text(load_balancer, "vip_network_id"));
    if (boolean(*network, "router:external"))
        throw ApiError{501,
                       "A VIP on an external network is not there in this cloud: use a tenant network, and "
                       "associate a floating IP with the VIP's port."};
    make_port(transaction, load_balancer);
}

const json::array& list_member(const Document& document, std::string_view key) {
    const json::value* value = member(document, key);
    if (value != nullptr && !value->is_array()) throw invalid(key, *value, "Value should be a list");
    if (value != nullptr) {
        for (const json::value& item : value->get_array()) {
            if (!item.is_object()) throw invalid(key, item, "Value should be an object");
        }
    }
    return array(document, key);
}

/// A pool of a tree, with its members and its monitor.
std::string create_pool_tree(Transaction& transaction, const Document& body, const Document& load_balancer) {
    Document own = body;
    own.erase("members");
    own.erase("healthmonitor");
    const std::string id = create_pool(transaction, own, load_balancer, {});
    for (const json::value& member : list_member(body, "members"))
        create_member(transaction, member.get_object(), id);
    if (const json::value* monitor = member(body, "healthmonitor")) {
        if (!monitor->is_object()) throw invalid("healthmonitor", *monitor, "Value should be an object");
        Document with_pool = monitor->get_object();
        with_pool["pool_id"] = id;
        create_health_monitor(transaction, with_pool, id);
    }
    return id;
}

void create_tree(Transaction& transaction, const Document& body, const Document& load_balancer) {
    std::map<std::string, std::string> pools;  // by name: listeners of the tree refer to them so
    for (const json::value& item : list_member(body, "pools")) {
        const Document& pool = item.get_object();
        pools[text(pool, "name")] = create_pool_tree(transaction, pool, load_balancer);
    }
    for (const json::value& item : list_member(body, "listeners")) {
        Document listener = item.get_object();
        if (const json::value* pool = member(listener, "default_pool")) {
            if (!pool->is_object()) throw invalid("default_pool", *pool, "Value should be an object");
            const Document& wanted = pool->get_object();
            const auto known = pools.find(text(wanted, "name"));
            const bool reference = wanted.size() == 1 && known != pools.end();
            listener["default_pool_id"] =
                reference ? known->second : create_pool_tree(transaction, wanted, load_balancer);
            listener.erase("default_pool");
        }
        create_listener(transaction, listener, load_balancer);
    }
}

/// What creating answers, which is more than showing does: the whole tree.
Document shown_tree(const state::View& view, const Document& load_balancer) {
    const std::string id = text(load_balancer, "id");
    json::array listeners;
    for (const Document* listener : of_load_balancer(view, Kind::listener, id)) {
        Document shown = listener_resource().shown(view, *listener);
        shown.erase("loadbalancers");
        listeners.emplace_back(std::move(shown));
    }
    json::array pools;
    for (const Document* pool : of_load_balancer(view, Kind::pool, id)) {
        Document shown = pool_resource().shown(view, *pool);
        shown.erase("loadbalancers");
        shown.erase("healthmonitor_id");
        json::array members;
        for (const Document* member : members_of(view, text(*pool, "id")))
            members.emplace_back(member_resource().shown(view, *member));
        shown["members"] = std::move(members);
        const Document* monitor = monitor_of(view, text(*pool, "id"));
        shown["healthmonitor"] =
            monitor == nullptr ? json::value{} : health_monitor_resource().shown(view, *monitor);
        pools.emplace_back(std::move(shown));
    }
    Document out = load_balancer_resource().shown(view, load_balancer);
    out["listeners"] = std::move(listeners);
    out["pools"] = std::move(pools);
    return out;
}

}  // namespace

void require_mutable(Transaction& transaction, const Call& call, const std::string& load_balancer_id) {
    (void)require(load_balancer_resource(), transaction, call, load_balancer_id);
    begin_change(transaction, load_balancer_id);
}

Response LoadBalancerService::create_load_balancer(const Call& call) {
    const Document body = body_object(call, "loadbalancer");
    const Document accepted = checked(load_balancer_resource(), body, true);
    const std::string project_id = text(accepted, "project_id", call.caller.project_id);
    if (project_id != call.caller.project_id && !call.caller.is_admin()) throw forbidden();
    if (project_id.empty()) throw validation_failure("Missing project ID in request where one is required.");
    const std::string provider = text(accepted, "provider", "amphora");
    if (provider != "amphora" && provider != "octavia")
        throw ApiError{400, fmt::format("Provider '{}' is not enabled.", provider)};
    for (const char* absent : {"flavor_id", "availability_zone"}) {
        if (!text(accepted, absent).empty()) throw validation_failure(fmt::format("Invalid {}.", absent));
    }
    Document answer;
    std::string id;
    {
        auto transaction = cloud_.store.write();
        check_quota(transaction, load_balancer_resource(), project_id);
        Document document = new_document(load_balancer_resource(), accepted, project_id, "OFFLINE");
        document.erase("listeners");
        document.erase("pools");
        id = text(document, "id");
        choose_vip(transaction, call, document);
        transaction.put(Kind::load_balancer, id, document);
        create_tree(transaction, body, document);
        answer = shown_tree(transaction, document);
        transaction.commit();
    }
    provisioning_.submit(id);
    return json_response(201, {{"loadbalancer", std::move(answer)}});
}

namespace {

/// What a change of the load balancer itself is answered with, where one of what is below it says "immutable".
ApiError invalid_state(const std::string& status, const std::string& id) {
    return {409, fmt::format("Invalid state {} of loadbalancer resource {}", status, id)};
}

}  // namespace

void LoadBalancerService::add_load_balancer_routes() {
    add("POST", "loadbalancers", [this](const Call& call) { return create_load_balancer(call); });
    add("PUT", "loadbalancers/{id}", [this](const Call& call) {
        const std::string& id = call.param("id");
        Document answer;
        {
            auto transaction = cloud_.store.write();
            const std::string status =
                text(require(load_balancer_resource(), transaction, call, id), "provisioning_status");
            const Document changes =
                checked(load_balancer_resource(), body_object(call, "loadbalancer"), false);
            if (status != "ACTIVE") throw invalid_state(status, id);
            begin_change(transaction, id);
            Document& document = transaction.edit(Kind::load_balancer, id);
            for (const auto& change : changes)
                document[change.key()] = change.value();
            answer = load_balancer_resource().shown(transaction, document);
            transaction.commit();
        }
        provisioning_.submit(id);
        return json_response(200, {{"loadbalancer", std::move(answer)}});
    });
    add("DELETE", "loadbalancers/{id}", [this](const Call& call) {
        const std::string& id = call.param("id");
        const std::string cascade = call.query("cascade");
        {
            auto transaction = cloud_.store.write();
            const Document& document = require(load_balancer_resource(), transaction, call, id);
            const std::string status = text(document, "provisioning_status");
            if (status.starts_with("PENDING_")) throw invalid_state(status, id);
            const bool children = !of_load_balancer(transaction, Kind::listener, id).empty() ||
                                  !of_load_balancer(transaction, Kind::pool, id).empty();
            if (children && cascade != "true" && cascade != "True" && cascade != "1")
                throw validation_failure(fmt::format("Cannot delete Load Balancer {} - it has children", id));
            Document& leaving = transaction.edit(Kind::load_balancer, id);
            leaving["provisioning_status"] = "PENDING_DELETE";
            touch(leaving);
            transaction.commit();
        }
        provisioning_.submit(id);
        return empty_response(204);
    });
    add("PUT", "loadbalancers/{id}/failover", [this](const Call& call) -> Response {
        if (!call.caller.is_admin()) throw forbidden();
        (void)require(load_balancer_resource(), cloud_.store.read(), call, call.param("id"));
        throw ApiError{501,
                       "There is no failover in this cloud: a load balancer is one process, and is "
                       "started again when it ends."};
    });
}

}  // namespace localcloud::api::load_balancer
