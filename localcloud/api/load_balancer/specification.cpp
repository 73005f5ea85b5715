// From documents to what a balancer is to be, and from its members' health to the statuses of the whole tree.
#include <algorithm>

#include "localcloud/api/load_balancer/provisioning.hpp"
#include "localcloud/api/load_balancer/resource.hpp"
#include "localcloud/api/network/addresses.hpp"

namespace localcloud::api::load_balancer {

namespace {

bool going(const Document& document) {
    return text(document, "provisioning_status") == "PENDING_DELETE";
}

int number(const Document& document, std::string_view key, int otherwise = 0) {
    return static_cast<int>(integer(document, key, otherwise));
}

balancer::Monitor monitor(const Document& document) {
    return {.type = text(document, "type"),
            .delay = number(document, "delay", 5),
            .timeout = number(document, "timeout", 5),
            .max_retries = number(document, "max_retries", 3),
            .max_retries_down = number(document, "max_retries_down", 3),
            .http_method = text(document, "http_method", "GET"),
            .url_path = text(document, "url_path", "/"),
            .expected_codes = text(document, "expected_codes", "200"),
            .domain_name = text(document, "domain_name"),
            .http_version = member(document, "http_version") == nullptr
                                ? std::string{}
                                : to_text(document.at("http_version"))};
}

balancer::Pool pool(const state::View& view, const Document& document) {
    const std::string id = text(document, "id");
    const Document& persistence = object(document, "session_persistence");
    balancer::Pool result{.id = id,
                          .protocol = text(document, "protocol"),
                          .algorithm = text(document, "lb_algorithm"),
                          .enabled = boolean(document, "admin_state_up", true),
                          .persistence = text(persistence, "type"),
                          .cookie_name = text(persistence, "cookie_name"),
                          .monitor = std::nullopt,
                          .members = {}};
    const Document* watched = monitor_of(view, id);
    if (watched != nullptr && !going(*watched) && boolean(*watched, "admin_state_up", true))
        result.monitor = monitor(*watched);
    for (const Document* one : members_of(view, id)) {
        if (going(*one)) continue;
        result.members.push_back({.id = text(*one, "id"),
                                  .address = text(*one, "address"),
                                  .port = number(*one, "protocol_port"),
                                  .weight = number(*one, "weight", 1),
                                  .backup = boolean(*one, "backup"),
                                  .enabled = boolean(*one, "admin_state_up", true),
                                  .monitor_address = text(*one, "monitor_address"),
                                  .monitor_port = number(*one, "monitor_port")});
    }
    return result;
}

/// As the worst of its members: all down is ERROR, some down is DEGRADED.
std::string pool_status(const state::View& view, const Document& document) {
    if (!boolean(document, "admin_state_up", true)) return "OFFLINE";
    bool some_down = false;
    bool some_up = false;
    for (const Document* one : members_of(view, text(document, "id"))) {
        const std::string status = text(*one, "operating_status");
        some_down = some_down || status == "ERROR";
        some_up = some_up || status == "ONLINE" || status == "NO_MONITOR" || status == "DRAINING";
    }
    if (!some_down) return "ONLINE";
    return some_up ? "DEGRADED" : "ERROR";
}

int badness(const std::string& status) {
    return status == "ERROR" ? 2 : (status == "DEGRADED" ? 1 : 0);
}

}  // namespace

balancer::Specification specification(const state::View& view, const Document& load_balancer) {
    const std::string id = text(load_balancer, "id");
    balancer::Specification result{.id = id, .interface = {}, .listeners = {}, .pools = {}};
    const Document* port = view.find(Kind::port, text(load_balancer, "vip_port_id"));
    if (port == nullptr)
        throw std::runtime_error("the port " + text(load_balancer, "vip_port_id") +
                                 " of its VIP is gone; delete the load balancer and make it anew");
    const Document* network = view.find(Kind::network, text(*port, "network_id"));
    const Document* subnet = view.find(Kind::subnet, text(load_balancer, "vip_subnet_id"));
    if (network == nullptr || subnet == nullptr)
        throw std::runtime_error("the network of its VIP is gone; delete the load balancer and make it anew");
    result.interface = {
        .port_id = text(*port, "id"),
        .network_id = text(*network, "id"),
        .mac_address = text(*port, "mac_address"),
        .ip_address = text(load_balancer, "vip_address"),
        .prefix_length = network::Cidr::parse(text(*subnet, "cidr")).value_or(network::Cidr{}).prefix_length,
        .gateway = text(*subnet, "gateway_ip"),
        .mtu = number(*network, "mtu", 1500)};
    const bool enabled = boolean(load_balancer, "admin_state_up", true);
    for (const Document* one : of_load_balancer(view, Kind::listener, id)) {
        if (going(*one) || !enabled || !boolean(*one, "admin_state_up", true)) continue;
        balancer::Listener listener{.id = text(*one, "id"),
                                    .protocol = text(*one, "protocol"),
                                    .port = number(*one, "protocol_port"),
                                    .connection_limit = number(*one, "connection_limit", -1),
                                    .pool_id = text(*one, "default_pool_id"),
                                    .insert_headers = {},
                                    .timeout_client_data = number(*one, "timeout_client_data", 50'000),
                                    .timeout_member_connect = number(*one, "timeout_member_connect", 5'000),
                                    .timeout_member_data = number(*one, "timeout_member_data", 50'000)};
        for (const auto& header : object(*one, "insert_headers")) {
            if (to_text(header.value()) == "true") listener.insert_headers.emplace_back(header.key());
        }
        result.listeners.push_back(std::move(listener));
    }
    for (const Document* one : of_load_balancer(view, Kind::pool, id)) {
        if (!going(*one)) result.pools.push_back(pool(view, *one));
    }
    return result;
}

void settle_operating_statuses(Transaction& transaction, const std::string& load_balancer_id) {
    const auto set = [&](Kind kind, const std::string& id, const std::string& status) {
        if (text(*transaction.find(kind, id), "operating_status") != status)
            transaction.edit(kind, id)["operating_status"] = status;
    };
    const auto enabled = [](const Document& document) { return boolean(document, "admin_state_up", true); };
    for (const Document* one : of_load_balancer(transaction, Kind::member, load_balancer_id)) {
        const Document* watched = monitor_of(transaction, text(*one, "_pool_id"));
        const bool monitored = watched != nullptr && enabled(*watched) && !going(*watched);
        std::string status = text(*one, "operating_status");
        if (!enabled(*one)) {
            status = "OFFLINE";
        } else if (!monitored) {
            status = "NO_MONITOR";
        } else if (status == "NO_MONITOR" || status == "OFFLINE") {
            status = "ONLINE";  // until the balancer has looked
        }
        set(Kind::member, text(*one, "id"), status);
    }
    for (const Document* one : of_load_balancer(transaction, Kind::health_monitor, load_balancer_id))
        set(Kind::health_monitor, text(*one, "id"), enabled(*one) ? "ONLINE" : "OFFLINE");
    std::string worst = "ONLINE";
    for (const Document* one : of_load_balancer(transaction, Kind::pool, load_balancer_id)) {
        const std::string status = pool_status(transaction, *one);
        set(Kind::pool, text(*one, "id"), status);
        if (badness(status) > badness(worst)) worst = status;
    }
    const Document& load_balancer = *transaction.find(Kind::load_balancer, load_balancer_id);
    const bool up = enabled(load_balancer);
    for (const Document* one : of_load_balancer(transaction, Kind::listener, load_balancer_id))
        set(Kind::listener, text(*one, "id"), up && enabled(*one) ? "ONLINE" : "OFFLINE");
    set(Kind::load_balancer, load_balancer_id, up ? worst : "OFFLINE");
}

}  // namespace localcloud::api::load_balancer
