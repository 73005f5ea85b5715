// Listeners and pools.
#include <fmt/format.h>

#include <algorithm>

#include "localcloud/api/load_balancer/load_balancer_service.hpp"
#include "localcloud/fabric/address.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::load_balancer {

namespace {

/// What pools a listener may lead to.
bool fits(std::string_view listener, std::string_view pool) {
    if (listener == "HTTP") return pool == "HTTP" || pool == "PROXY" || pool == "PROXYV2";
    if (listener == "HTTPS") return pool == "HTTPS" || pool == "PROXY" || pool == "PROXYV2" || pool == "TCP";
    if (listener == "TCP") return pool != "UDP" && pool != "SCTP";
    return false;
}

void check_fit(const Document& listener, const Document& pool) {
    if (!fits(text(listener, "protocol"), text(pool, "protocol")))
        throw validation_failure(
            fmt::format("The pool protocol '{}' is invalid while the listener protocol is '{}'.",
                        text(pool, "protocol"), text(listener, "protocol")));
}

}  // namespace

void check_listener(const state::View& view, const Document& listener) {
    const std::string protocol = text(listener, "protocol");
    if (protocol == "TERMINATED_HTTPS" && text(listener, "default_tls_container_ref").empty() &&
        array(listener, "sni_container_refs").empty())
        throw validation_failure(
            "An SNI or default certificate container reference must be provided for "
            "TERMINATED_HTTPS protocol listeners.");
    if (protocol != "HTTP" && protocol != "HTTPS" && protocol != "TCP")
        throw ApiError{501, fmt::format("Listeners of protocol {} are not there in this cloud; HTTP, HTTPS "
                                        "(passed through) and TCP are.",
                                        protocol)};
    for (const json::value& cidr : array(listener, "allowed_cidrs")) {
        if (!fabric::Prefix::parse(to_text(cidr)))
            throw invalid("allowed_cidrs", cidr, "Value should be an IPv4 or IPv6 CIDR");
    }
    for (const auto& header : object(listener, "insert_headers")) {
        if (header.key() != "X-Forwarded-For" && header.key() != "X-Forwarded-Port" &&
            header.key() != "X-Forwarded-Proto")
            throw ApiError{400, fmt::format("Unknown value for insert_headers: {}. Supported headers: "
                                            "X-Forwarded-For, X-Forwarded-Port, X-Forwarded-Proto.",
                                            std::string_view{header.key()})};
        if (protocol != "HTTP")
            throw validation_failure(
                fmt::format("insert-headers is not valid for the {} protocol.", protocol));
    }
    if (const std::string pool_id = text(listener, "default_pool_id"); !pool_id.empty()) {
        const Document* pool = view.find(Kind::pool, pool_id);
        if (pool == nullptr || text(*pool, "_loadbalancer_id") != text(listener, "_loadbalancer_id"))
            throw not_found("Pool", pool_id);
        check_fit(listener, *pool);
    }
}

void check_pool(const Document& pool) {
    const std::string protocol = text(pool, "protocol");
    if (protocol == "UDP" || protocol == "SCTP")
        throw ApiError{501,
                       fmt::format("Pools of protocol {} are not there in this cloud; TCP is.", protocol)};
    if (text(pool, "lb_algorithm") == "SOURCE_IP_PORT")
        throw ApiError{501,
                       "Provider 'amphora' does not support a requested option: The algorithm "
                       "SOURCE_IP_PORT is not supported for this protocol"};
    if (boolean(pool, "tls_enabled"))
        throw ApiError{501, "TLS between a load balancer and its members is not there in this cloud."};
    const json::value* persistence = member(pool, "session_persistence");
    if (persistence == nullptr) return;
    const Document& wanted = persistence->as_object();
    const std::string type = text(wanted, "type");
    const std::string cookie = text(wanted, "cookie_name");
    if (type != "SOURCE_IP" && type != "HTTP_COOKIE" && type != "APP_COOKIE")
        throw invalid("type", wanted.contains("type") ? wanted.at("type") : json::value{},
                      "Value should be one of: HTTP_COOKIE, APP_COOKIE, SOURCE_IP");
    if (type == "APP_COOKIE" && cookie.empty())
        throw validation_failure(
            "Cookie name needs to be specified for session persistence of type "
            "APP_COOKIE.");
    if (type != "APP_COOKIE" && !cookie.empty())
        throw validation_failure(fmt::format(
            "Field \"cookie_name\" can not be specified for session persistence of type \"{}\".", type));
    // It becomes a word of the balancer's configuration.
    const bool token = std::ranges::all_of(
        cookie, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; });
    if (!token) throw validation_failure("Supplied cookie_name is invalid.");
    if (type != "SOURCE_IP" && protocol != "HTTP")
        throw validation_failure(
            fmt::format("Session persistence type {} is not valid for pool protocol {}.", type, protocol));
}

std::string create_listener(Transaction& transaction, const Document& body, const Document& load_balancer) {
    const Document accepted = checked(listener_resource(), body, true);
    const std::string load_balancer_id = text(load_balancer, "id");
    const std::string project_id = text(load_balancer, "project_id");
    check_quota(transaction, listener_resource(), project_id);
    if (!array(accepted, "l7policies").empty())
        throw ApiError{501, "L7 policies are not there in this cloud; a listener has its default pool."};
    for (const Document* other : of_load_balancer(transaction, Kind::listener, load_balancer_id)) {
        if (integer(*other, "protocol_port") == integer(accepted, "protocol_port"))
            throw ApiError{409,
                           fmt::format("Another Listener on this Load Balancer is already using protocol "
                                       "{} and protocol_port {}",
                                       text(*other, "protocol"), integer(*other, "protocol_port"))};
    }
    Document document = new_document(listener_resource(), accepted, project_id, "OFFLINE");
    document.erase("loadbalancer_id");
    document.erase("default_pool");
    document["_loadbalancer_id"] = load_balancer_id;
    check_listener(transaction, document);
    const std::string id = text(document, "id");
    transaction.put(Kind::listener, id, std::move(document));
    return id;
}

std::string create_pool(Transaction& transaction, const Document& body, const Document& load_balancer,
                        const std::string& listener_id) {
    const Document accepted = checked(pool_resource(), body, true);
    const std::string project_id = text(load_balancer, "project_id");
    check_quota(transaction, pool_resource(), project_id);
    Document document = new_document(pool_resource(), accepted, project_id, "OFFLINE");
    for (const char* reference : {"listener_id", "loadbalancer_id", "members", "healthmonitor"})
        document.erase(reference);
    document["_loadbalancer_id"] = text(load_balancer, "id");
    if (const json::value* persistence = member(document, "session_persistence")) {
        const Document given = persistence->as_object();
        Document complete;
        for (const char* key : {"type", "cookie_name", "persistence_timeout", "persistence_granularity"})
            complete.emplace(key, given.contains(key) ? given.at(key) : json::value{});
        document["session_persistence"] = std::move(complete);
    }
    check_pool(document);
    const std::string id = text(document, "id");
    if (!listener_id.empty()) {
        Document& listener = transaction.edit(Kind::listener, listener_id);
        check_fit(listener, document);
        if (member(listener, "default_pool_id") != nullptr)
            throw ApiError{409, "This listener already has a default pool"};
        listener["default_pool_id"] = id;
        mark_changed(listener);
    }
    transaction.put(Kind::pool, id, std::move(document));
    return id;
}

void LoadBalancerService::add_listener_routes() {
    add("POST", "listeners", [this](const Call& call) {
        const Document body = body_object(call, "listener");
        const std::string load_balancer_id =
            text(checked(listener_resource(), body, true), "loadbalancer_id");
        if (load_balancer_id.empty()) throw invalid("loadbalancer_id", nullptr, "Mandatory field missing.");
        Document answer;
        {
            auto transaction = cloud_.store.write();
            const Document& load_balancer =
                require(load_balancer_resource(), transaction, call, load_balancer_id);
            begin_change(transaction, load_balancer_id);
            Document own = body;
            if (const json::value* pool = member(body, "default_pool")) {
                own["default_pool_id"] = create_pool(transaction, pool->as_object(), load_balancer, {});
                own.erase("default_pool");
            }
            const std::string id = create_listener(transaction, own, load_balancer);
            answer = listener_resource().shown(transaction, *transaction.find(Kind::listener, id));
            transaction.commit();
        }
        provisioning_.submit(load_balancer_id);
        return json_response(201, {{"listener", std::move(answer)}});
    });
}

void LoadBalancerService::add_pool_routes() {
    add("POST", "pools", [this](const Call& call) {
        const Document body = body_object(call, "pool");
        const Document accepted = checked(pool_resource(), body, true);
        const std::string listener_id = text(accepted, "listener_id");
        std::string load_balancer_id = text(accepted, "loadbalancer_id");
        if (listener_id.empty() && load_balancer_id.empty())
            throw validation_failure("Must provide at least one of: loadbalancer_id, listener_id");
        Document answer;
        {
            auto transaction = cloud_.store.write();
            if (!listener_id.empty())
                load_balancer_id =
                    text(require(listener_resource(), transaction, call, listener_id), "_loadbalancer_id");
            const Document& load_balancer =
                require(load_balancer_resource(), transaction, call, load_balancer_id);
            begin_change(transaction, load_balancer_id);
            const std::string id = create_pool(transaction, body, load_balancer, listener_id);
            answer = pool_resource().shown(transaction, *transaction.find(Kind::pool, id));
            transaction.commit();
        }
        provisioning_.submit(load_balancer_id);
        return json_response(201, {{"pool", std::move(answer)}});
    });
}

}  // namespace localcloud::api::load_balancer
