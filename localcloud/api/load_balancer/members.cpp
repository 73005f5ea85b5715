// Members and health monitors of pools.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "localcloud/api/load_balancer/load_balancer_service.hpp"
#include "localcloud/api/network/addresses.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::load_balancer {

namespace {

using Place = std::pair<std::string, std::int64_t>;  // address and port

Place place_of(const Document& member) {
    return {text(member, "address"), integer(member, "protocol_port")};
}

/// Marks a pool and its listeners as changed with what is in them.
void mark_pool(Transaction& transaction, const std::string& pool_id) {
    mark_changed(transaction.edit(Kind::pool, pool_id));
    for (const Document* listener : listeners_of_pool(transaction, pool_id))
        mark_changed(transaction.edit(Kind::listener, text(*listener, "id")));
}

/// The pool that a path of members is about.
const Document& require_pool(const state::View& view, const Call& call) {
    const std::string& id = call.param("pool");
    // Octavia looks for it while it still reads the path.
    if (view.find(Kind::pool, id) == nullptr) throw ApiError{404, not_found("Pool", id).what(), unread};
    return require(pool_resource(), view, call, id);
}

/// Printable and without what has a meaning in the balancer's configuration.
bool is_plain(std::string_view text, std::string_view also) {
    return std::ranges::all_of(text, [&](unsigned char c) {
        return std::isalnum(c) != 0 || also.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

/// "200", "200,202" or "200-204".
bool are_codes(std::string_view text) {
    const auto is_code = [](std::string_view code) {
        return code.size() == 3 && code[0] >= '1' && code[0] <= '5' &&
               std::ranges::all_of(code, [](unsigned char c) { return std::isdigit(c) != 0; });
    };
    if (const auto dash = text.find('-'); dash != std::string_view::npos)
        return is_code(text.substr(0, dash)) && is_code(text.substr(dash + 1));
    while (true) {
        const auto comma = std::min(text.find(','), text.size());
        std::string_view code = text.substr(0, comma);
        while (code.starts_with(' '))
            code.remove_prefix(1);
        if (!is_code(code)) return false;
        if (comma == text.size()) return true;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

void check_member(const state::View& view, const Document& document) {
    for (const char* key : {"address", "monitor_address"}) {
        const std::string address = text(document, key);
        if (!address.empty() && !network::parse_ipv4(address))
            throw invalid(key, json::string{address}, "Value should be IPv4 or IPv6 format");
    }
    const std::string subnet_id = text(document, "subnet_id");
    if (!subnet_id.empty() && view.find(Kind::subnet, subnet_id) == nullptr)
        throw ApiError{400, fmt::format("Subnet {} not found.", subnet_id)};
}

void check_health_monitor(Document& monitor) {
    const std::string type = text(monitor, "type");
    if (type == "SCTP" || type == "UDP-CONNECT")
        throw ApiError{501, fmt::format("Health monitors of type {} are not there in this cloud.", type)};
    const bool http = type == "HTTP" || type == "HTTPS";
    for (const char* key : {"http_method", "url_path", "expected_codes"}) {
        if (!http && member(monitor, key) != nullptr)
            throw validation_failure(
                fmt::format("{} is not a valid option for health monitors of type {}", key, type));
    }
    if (!http) return;
    if (member(monitor, "http_method") == nullptr) monitor["http_method"] = "GET";
    if (member(monitor, "url_path") == nullptr) monitor["url_path"] = "/";
    if (member(monitor, "expected_codes") == nullptr) monitor["expected_codes"] = "200";
    const std::string path = text(monitor, "url_path");
    if (!path.starts_with('/') || !is_plain(path, "/-_.~%!$&'()*+,;=:@?"))
        throw invalid("url_path", json::string{path}, "URL path should start with a '/' and be a valid path");
    if (!are_codes(text(monitor, "expected_codes")))
        throw invalid("expected_codes", monitor["expected_codes"],
                      "Value should be a code, a list of codes or a range of codes");
    if (!is_plain(text(monitor, "domain_name"), "-."))
        throw invalid("domain_name", monitor["domain_name"], "Value should be a domain name");
    if (const json::value* version = member(monitor, "http_version")) {
        const std::string number =
            version->is_double() ? fmt::format("{:.1f}", version->get_double()) : to_text(*version);
        if (number != "1.0" && number != "1.1")
            throw invalid("http_version", *version, "Value should be one of: 1.0, 1.1");
        monitor["http_version"] = number == "1.0" ? 1.0 : 1.1;
    }
}

std::string create_member(Transaction& transaction, const Document& body, const std::string& pool_id) {
    const Document accepted = checked(member_resource(), body, true);
    const Document& pool = *transaction.find(Kind::pool, pool_id);
    const std::string project_id = text(pool, "project_id");
    check_quota(transaction, member_resource(), project_id);
    Document document = new_document(member_resource(), accepted, project_id,
                                     monitor_of(transaction, pool_id) == nullptr ? "NO_MONITOR" : "OFFLINE");
    document["_pool_id"] = pool_id;
    document["_loadbalancer_id"] = text(pool, "_loadbalancer_id");
    check_member(transaction, document);
    for (const Document* other : members_of(transaction, pool_id)) {
        if (place_of(*other) == place_of(document))
            throw ApiError{
                409, fmt::format("Another member on this pool is already using ip {} on protocol_port {}",
                                 text(document, "address"), integer(document, "protocol_port"))};
    }
    const std::string id = text(document, "id");
    transaction.put(Kind::member, id, std::move(document));
    return id;
}

std::string create_health_monitor(Transaction& transaction, const Document& body,
                                  const std::string& pool_id) {
    const Document accepted = checked(health_monitor_resource(), body, true);
    const Document& pool = *transaction.find(Kind::pool, pool_id);
    const std::string project_id = text(pool, "project_id");
    check_quota(transaction, health_monitor_resource(), project_id);
    if (monitor_of(transaction, pool_id) != nullptr)
        throw ApiError{409, "This pool already has a health monitor"};
    Document document = new_document(health_monitor_resource(), accepted, project_id, "OFFLINE");
    document.erase("pool_id");
    document["_pool_id"] = pool_id;
    document["_loadbalancer_id"] = text(pool, "_loadbalancer_id");
    check_health_monitor(document);
    const std::string id = text(document, "id");
    transaction.put(Kind::health_monitor, id, std::move(document));
    return id;
}

/// PUT of a pool's members: these and no others, or with additive_only these as well.
Response LoadBalancerService::replace_members(const Call& call) {
    const std::string& pool_id = call.param("pool");
    json::value body;
    try {
        body = json_body(call.request);
    } catch (const std::invalid_argument&) {
        throw ApiError{400, "Request is not in valid JSON format"};
    }
    const json::value* wanted = body.is_object() ? body.get_object().if_contains("members") : nullptr;
    if (wanted == nullptr || !wanted->is_array())
        throw invalid("members", nullptr, "Mandatory field missing.");
    const std::string additive = call.query("additive_only");
    const bool keep = additive == "true" || additive == "True" || additive == "1";
    std::string load_balancer_id;
    {
        auto transaction = cloud_.store.write();
        load_balancer_id = text(require_pool(transaction, call), "_loadbalancer_id");
        begin_change(transaction, load_balancer_id);
        mark_pool(transaction, pool_id);
        std::map<Place, std::string> existing;
        for (const Document* member : members_of(transaction, pool_id))
            existing.emplace(place_of(*member), text(*member, "id"));
        std::map<Place, bool> seen;
        for (const json::value& item : wanted->get_array()) {
            if (!item.is_object()) throw invalid("members", item, "Value should be an object");
            const Document accepted = checked(member_resource(), item.get_object(), true);
            const Place place = place_of(accepted);
            if (!seen.emplace(place, true).second)
                throw ApiError{409, fmt::format("Another member on this pool is already using ip {} on "
                                                "protocol_port {}",
                                                place.first, place.second)};
            const auto found = existing.find(place);
            if (found == existing.end()) {
                create_member(transaction, item.get_object(), pool_id);
                continue;
            }
            Document& member = transaction.edit(Kind::member, found->second);
            for (const auto& change : accepted) {
                if (change.key() != "project_id") member[change.key()] = change.value();
            }
            check_member(transaction, member);
            mark_changed(member);
        }
        for (const auto& [place, id] : existing) {
            if (keep || seen.contains(place)) continue;
            Document& leaving = transaction.edit(Kind::member, id);
            leaving["provisioning_status"] = "PENDING_DELETE";
            touch(leaving);
        }
        transaction.commit();
    }
    provisioning_.submit(load_balancer_id);
    return empty_response(202);
}

void LoadBalancerService::add_member_routes() {
    const std::string all = "pools/{pool}/members";
    const auto id_in_pool = [this](const Call& call) {
        const auto view = cloud_.store.read();
        (void)require_pool(view, call);
        const Document* found = view.find(Kind::member, call.param("id"));
        if (found == nullptr || text(*found, "_pool_id") != call.param("pool"))
            throw not_found("Member", call.param("id"));
        return call.param("id");
    };
    add("GET", all, [this](const Call& call) {
        const auto view = cloud_.store.read();
        const std::string& pool_id = call.param("pool");
        (void)require_pool(view, call);
        return list(member_resource(), view, call, url("pools/" + pool_id + "/members"),
                    [&](const Document& member) { return text(member, "_pool_id") == pool_id; });
    });
    add("POST", all, [this](const Call& call) {
        const std::string& pool_id = call.param("pool");
        const Document body = body_object(call, "member");
        Document answer;
        std::string load_balancer_id;
        {
            auto transaction = cloud_.store.write();
            load_balancer_id = text(require_pool(transaction, call), "_loadbalancer_id");
            const Document accepted = checked(member_resource(), body, true);
            check_member(transaction, accepted);
            begin_change(transaction, load_balancer_id);
            mark_pool(transaction, pool_id);
            const std::string id = create_member(transaction, body, pool_id);
            answer = member_resource().shown(transaction, *transaction.find(Kind::member, id));
            transaction.commit();
        }
        provisioning_.submit(load_balancer_id);
        return json_response(201, {{"member", std::move(answer)}});
    });
    add("PUT", all, [this](const Call& call) { return replace_members(call); });
    add("GET", all + "/{id}", [this, id_in_pool](const Call& call) {
        const std::string id = id_in_pool(call);
        const auto view = cloud_.store.read();
        return json_response(
            200, {{"member", member_resource().shown(view, require(member_resource(), view, call, id))}});
    });
    add("PUT", all + "/{id}", [this, id_in_pool](const Call& call) {
        return update_child(member_resource(), call, id_in_pool(call));
    });
    add("DELETE", all + "/{id}", [this, id_in_pool](const Call& call) {
        return delete_child(member_resource(), call, id_in_pool(call));
    });
}

void LoadBalancerService::add_health_monitor_routes() {
    add("POST", "healthmonitors", [this](const Call& call) {
        const Document body = body_object(call, "healthmonitor");
        const std::string pool_id = text(checked(health_monitor_resource(), body, true), "pool_id");
        Document answer;
        std::string load_balancer_id;
        {
            auto transaction = cloud_.store.write();
            load_balancer_id = text(require(pool_resource(), transaction, call, pool_id), "_loadbalancer_id");
            begin_change(transaction, load_balancer_id);
            mark_pool(transaction, pool_id);
            const std::string id = create_health_monitor(transaction, body, pool_id);
            answer =
                health_monitor_resource().shown(transaction, *transaction.find(Kind::health_monitor, id));
            transaction.commit();
        }
        provisioning_.submit(load_balancer_id);
        return json_response(201, {{"healthmonitor", std::move(answer)}});
    });
}

}  // namespace localcloud::api::load_balancer
