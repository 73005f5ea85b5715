// Zones, with the SOA and NS record sets that every zone has.
#include <fmt/format.h>

#include <algorithm>

#include "localcloud/api/dns/dns_service.hpp"
#include "localcloud/api/dns/records.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::dns {

using state::Kind;

namespace {

constexpr std::int64_t usual_ttl = 3600;
constexpr int least_refresh = 3500;
constexpr int refresh_spread = 100;

ApiError value_error(const std::string& problem) {
    return invalid_object("Provided object is not valid. Got a ValueError error with message " + problem);
}

std::int64_t seconds_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(state::now().time_since_epoch()).count();
}

std::string soa_record(const Document& zone) {
    return fmt::format("{} {} {} {} 600 86400 3600", name_server, mailbox_name(text(zone, "email")),
                       integer(zone, "serial"), integer(zone, "_refresh"));
}

void add_managed(Transaction& transaction, const Document& zone, std::string_view type,
                 const std::string& record) {
    const std::string id = state::uuid();
    transaction.put(Kind::record_set, id,
                    {{"id", id},
                     {"zone_id", text(zone, "id")},
                     {"project_id", text(zone, "project_id")},
                     {"name", text(zone, "name")},
                     {"zone_name", text(zone, "name")},
                     {"type", type},
                     {"records", json::array{json::string{record}}},
                     {"description", nullptr},
                     {"ttl", nullptr},
                     {"status", "PENDING"},
                     {"action", "CREATE"},
                     {"version", 1},
                     {"created_at", text(zone, "created_at")},
                     {"updated_at", nullptr},
                     {"_managed", true}});
}

void check_email(const Document& body) {
    const json::value* email = member(body, "email");
    if (email != nullptr && (!email->is_string() || !is_email(email->get_string())))
        throw value_error(to_text(*email) + " is not an email");
}

/// Whether the name is taken, or another project's zone is above or below it.
void check_place(const state::View& view, const std::string& name, const std::string& project_id) {
    for (const Document* other : view.all(Kind::zone)) {
        const std::string existing = text(*other, "name");
        const bool own = text(*other, "project_id") == project_id;
        if (existing == name)
            throw ApiError{409, own ? "Duplicate Zone" : "Zone already exists, owned by a different tenant",
                           "duplicate_zone"};
        if (own) continue;
        if (is_within(name, existing))
            throw ApiError{403, "Unable to create subzone in another tenants zone", "illegal_child"};
        if (is_within(existing, name))
            throw ApiError{403, "Unable to create zone because another tenant owns a subzone of the zone",
                           "illegal_parent"};
    }
}

}  // namespace

const Document& require_zone(const state::View& view, const Call& call) {
    const std::string& id = call.param("zone");
    if (!state::is_uuid(id)) throw ApiError{400, "Invalid UUID zone_id: " + id, "invalid_uuid"};
    const Document* zone = view.find(Kind::zone, id);
    if (zone == nullptr || !scope_of(call).has(*zone))
        throw ApiError{404, "Could not find Zone", "zone_not_found"};
    return *zone;
}

std::vector<const Document*> record_sets_of(const state::View& view, std::string_view zone_id) {
    return view.select(Kind::record_set,
                       [&](const Document& document) { return text(document, "zone_id") == zone_id; });
}

void change_zone(Transaction& transaction, const std::string& zone_id, std::string_view action) {
    Document& zone = transaction.edit(Kind::zone, zone_id);
    const std::string now = state::iso_whole_microseconds(state::now());
    // Of a zone that is still to be created, this is what will be created.
    if (text(zone, "action") != "CREATE" || action == "DELETE") zone["action"] = action;
    zone["status"] = "PENDING";
    zone["serial"] = std::max(integer(zone, "serial") + 1, seconds_now());
    zone["version"] = integer(zone, "version") + 1;
    zone["updated_at"] = now;
    for (const Document* record_set : record_sets_of(transaction, zone_id)) {
        if (text(*record_set, "type") != "SOA") continue;
        Document& soa = transaction.edit(Kind::record_set, text(*record_set, "id"));
        soa["records"] = json::array{json::string{soa_record(zone)}};
        soa["version"] = integer(soa, "version") + 1;
        soa["updated_at"] = now;
        soa["status"] = "PENDING";
        if (text(soa, "action") != "CREATE") soa["action"] = "UPDATE";
    }
}

Response DnsService::create_zone(const Call& call) {
    const Document body = body_of(call);
    check_keys(body, {"name", "email", "ttl", "description", "type", "masters", "attributes"}, "zone");
    const Scope scope = scope_of(call);
    const std::string type = text(body, "type", "PRIMARY");
    if (type == "SECONDARY")
        throw ApiError{501, "SECONDARY zones are not there in this cloud.", "not_implemented"};
    if (type != "PRIMARY") throw value_error("Field value " + type + " is invalid");
    if (member(body, "email") == nullptr)
        throw schema_error({"type", "email"}, "'email' is a required property", "required", "email");
    if (member(body, "name") == nullptr)
        throw schema_error({"records", 0, "name"}, "'name' is a required property", "required",
                           json::array{"name"});
    const std::string name = lower_case(text(body, "name"));
    if (!name.ends_with('.')) throw value_error("Domain " + name + " does not end with a dot");
    if (!is_domain_name(name) || name.starts_with('*')) throw value_error("Domain " + name + " is invalid");
    check_email(body);
    check_ttl(body);
    check_description(body);
    if (name.find('.') + 1 == name.size())
        throw ApiError{400, "More than one label is required", "invalid_zone_name"};
    const std::int64_t serial = seconds_now();
    Document zone{{"id", state::uuid()},
                  {"pool_id", pool_id},
                  {"project_id", scope.project_id},
                  {"name", name},
                  {"email", text(body, "email")},
                  {"description", body.contains("description") ? body.at("description") : json::value{}},
                  {"ttl", integer(body, "ttl", usual_ttl)},
                  {"serial", serial},
                  {"status", "PENDING"},
                  {"action", "CREATE"},
                  {"version", 1},
                  {"attributes", object(body, "attributes")},
                  {"type", "PRIMARY"},
                  {"masters", json::array{}},
                  {"created_at", state::iso_whole_microseconds(state::now())},
                  {"updated_at", nullptr},
                  {"transferred_at", nullptr},
                  {"_refresh", least_refresh + serial % refresh_spread}};
    {
        auto transaction = cloud_.store.write();
        check_place(transaction, name, scope.project_id);
        check_quota(transaction, scope.project_id, "zones",
                    transaction
                            .select(Kind::zone,
                                    [&](const Document& other) {
                                        return text(other, "project_id") == scope.project_id;
                                    })
                            .size() +
                        1);
        transaction.put(Kind::zone, text(zone, "id"), zone);
        add_managed(transaction, zone, "SOA", soa_record(zone));
        add_managed(transaction, zone, "NS", std::string{name_server});
        transaction.commit();
    }
    publisher_.submit();
    Response response = json_response(202, shown(zone));
    response.headers.set("Location", url_of(zone));
    return response;
}

Response DnsService::update_zone(const Call& call) {
    Document answer;
    {
        auto transaction = cloud_.store.write();
        const std::string id = text(require_zone(transaction, call), "id");
        const Document body = body_of(call);
        check_keys(body, {"email", "ttl", "description", "masters", "attributes"}, "zone");
        check_email(body);
        check_ttl(body);
        check_description(body);
        Document& zone = transaction.edit(Kind::zone, id);
        if (text(zone, "action") == "DELETE")
            throw ApiError{400, "Can not update a deleting zone", "bad_request"};
        for (const char* key : {"email", "ttl", "description", "attributes"}) {
            if (!body.contains(key)) continue;
            if (body.at(key).is_null() && std::string_view{key} != "description") continue;
            zone[key] = body.at(key);
        }
        change_zone(transaction, id);
        answer = shown(zone);
        transaction.commit();
    }
    publisher_.submit();
    return json_response(202, answer);
}

void DnsService::add_zone_routes() {
    route("POST", "/v2/zones", [this](const Call& call) { return create_zone(call); });
    route("GET", "/v2/zones", [this](const Call& call) {
        const Scope scope = scope_of(call);
        const auto view = cloud_.store.read();
        return list(call, "zones", base() + "/zones",
                    view.select(Kind::zone, [&](const Document& zone) { return scope.has(zone); }),
                    {"name", "type", "email", "status", "description", "ttl"},
                    {"created_at", "id", "updated_at", "name", "tenant_id", "serial", "ttl", "status"});
    });
    route("GET", "/v2/zones/{zone}", [this](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(200, shown(require_zone(view, call)));
    });
    route("PATCH", "/v2/zones/{zone}", [this](const Call& call) { return update_zone(call); });
    route("DELETE", "/v2/zones/{zone}", [this](const Call& call) {
        Document answer;
        {
            auto transaction = cloud_.store.write();
            const Document& zone = require_zone(transaction, call);
            const std::string id = text(zone, "id");
            const std::string name = text(zone, "name");
            const auto below = transaction.select(Kind::zone, [&](const Document& other) {
                return text(other, "name") != name && is_within(text(other, "name"), name);
            });
            if (!below.empty())
                throw ApiError{400, "Please delete any subzones before deleting this zone",
                               "zone_has_sub_zone"};
            change_zone(transaction, id, "DELETE");
            answer = shown(*transaction.find(Kind::zone, id));
            transaction.commit();
        }
        publisher_.submit();
        return json_response(202, answer);
    });
    route("GET", "/v2/zones/{zone}/nameservers", [this](const Call& call) {
        const auto view = cloud_.store.read();
        (void)require_zone(view, call);
        return json_response(
            200, {{"nameservers", json::array{json::object{{"priority", 1}, {"hostname", name_server}}}}});
    });
    route("POST", "/v2/zones/{zone}/tasks/{rest...}", [](const Call&) -> Response {
        throw ApiError{501, "Tasks of zones are not there in this cloud.", "not_implemented"};
    });
}

}  // namespace localcloud::api::dns
