// Record sets of zones.
#include <fmt/format.h>

#include <algorithm>

#include "localcloud/api/dns/dns_service.hpp"
#include "localcloud/api/dns/records.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::dns {

using state::Kind;

namespace {

const std::vector<std::string> sort_keys{"created_at", "id",   "updated_at", "zone_id",
                                         "tenant_id",  "name", "type",       "ttl"};
const std::vector<std::string> record_filters{"name", "type", "ttl", "data", "status", "description"};

ApiError wrong_place(const std::string& message) {
    return {400, message, "invalid_recordset_location"};
}

void check_records(const state::View& view, const Document& zone, std::string_view type, const Document& body,
                   std::string_view own_id) {
    if (!body.contains("records")) return;
    const json::value* records = member(body, "records");
    if (records == nullptr || !records->is_array())
        throw schema_error({"records"}, python_repr(body.at("records")) + " is not a valid list of records",
                           "type", json::array{"list"});
    std::size_t place = 0;
    for (const json::value& record : records->get_array()) {
        if (!record.is_string() || !is_record(type, to_text(record)))
            throw schema_error({"records", place},
                               fmt::format("{} is not a '{}' Record", python_repr(record), type), "format",
                               json::array{type});
        ++place;
    }
    const std::string project = text(zone, "project_id");
    check_quota(view, project, "recordset_records", place);
    std::size_t others = 0;
    for (const Document* other : record_sets_of(view, text(zone, "id"))) {
        if (text(*other, "id") != own_id && !boolean(*other, "_managed"))
            others += array(*other, "records").size();
    }
    check_quota(view, project, "zone_records", others + place);
}

void check_place(const state::View& view, const Document& zone, const std::string& name,
                 const std::string& type) {
    if (!is_within(name, text(zone, "name")))
        throw wrong_place("RecordSet is not contained within it's parent zone");
    if (type == "CNAME" && name == text(zone, "name"))
        throw wrong_place("CNAME recordsets may not be created at the zone apex");
    for (const Document* other : record_sets_of(view, text(zone, "id"))) {
        if (text(*other, "name") != name) continue;
        if (text(*other, "type") == type) throw ApiError{409, "Duplicate RecordSet", "duplicate_recordset"};
        if (type == "CNAME" || text(*other, "type") == "CNAME")
            throw wrong_place("CNAME recordsets may not share a name with any other records");
    }
    for (const Document* other : view.all(Kind::zone)) {
        const std::string below = text(*other, "name");
        if (below != text(zone, "name") && is_within(below, text(zone, "name")) && is_within(name, below))
            throw wrong_place("RecordSet belongs in a child zone");
    }
}

const Document& require_record_set(const state::View& view, const Call& call) {
    const Document& zone = require_zone(view, call);
    const std::string& id = call.param("id");
    if (!state::is_uuid(id)) throw ApiError{400, "Invalid UUID recordset_id: " + id, "invalid_uuid"};
    const Document* found = view.find(Kind::record_set, id);
    if (found == nullptr || text(*found, "zone_id") != text(zone, "id"))
        throw ApiError{404, "Could not find RecordSet", "recordset_not_found"};
    return *found;
}

}  // namespace

Response DnsService::create_record_set(const Call& call) {
    const Document body = body_of(call);
    Document record_set;
    bool empty = false;
    {
        auto transaction = cloud_.store.write();
        const Document& zone = require_zone(transaction, call);
        const std::string zone_id = text(zone, "id");
        check_keys(body, {"name", "type", "ttl", "description", "records"}, "recordset");
        if (text(zone, "action") == "DELETE")
            throw ApiError{400, "Can not create recordset in a zone being deleted", "bad_request"};
        const std::string type = text(body, "type");
        const std::string name = lower_case(text(body, "name"));
        if (!is_record_type(type))
            throw schema_error(
                {"recordset", "type"},
                fmt::format("'{}' is not a valid record type",
                            member(body, "type") == nullptr ? "None" : type),
                "value", json::array{member(body, "type") == nullptr ? json::value{} : json::value(type)});
        if (!name.ends_with('.'))
            throw invalid_object(
                "Provided object is not valid. Got a ValueError error with message Host name " + name +
                " does not end with a dot");
        if (!is_domain_name(name))
            throw invalid_object("Provided object is not valid. Got a ValueError error with message Host " +
                                 name + " is not valid");
        check_ttl(body);
        check_description(body);
        check_records(transaction, zone, type, body, {});
        check_place(transaction, zone, name, type);
        check_quota(transaction, text(zone, "project_id"), "zone_recordsets",
                    record_sets_of(transaction, zone_id).size() + 1);
        empty = array(body, "records").empty();
        record_set = {{"id", state::uuid()},
                      {"zone_id", zone_id},
                      {"project_id", text(zone, "project_id")},
                      {"name", name},
                      {"zone_name", text(zone, "name")},
                      {"type", type},
                      {"records", array(body, "records")},
                      {"description", body.contains("description") ? body.at("description") : json::value{}},
                      {"ttl", body.contains("ttl") ? body.at("ttl") : json::value{}},
                      // There is nothing to serve without records.
                      {"status", empty ? "ACTIVE" : "PENDING"},
                      {"action", empty ? "NONE" : "CREATE"},
                      {"version", 1},
                      {"created_at", state::iso_whole_microseconds(state::now())},
                      {"updated_at", nullptr}};
        transaction.put(Kind::record_set, text(record_set, "id"), record_set);
        if (!empty) change_zone(transaction, zone_id);
        transaction.commit();
    }
    if (!empty) publisher_.submit();
    Response response = json_response(empty ? 201 : 202, shown(record_set));
    response.headers.set("Location", url_of(record_set));
    return response;
}

Response DnsService::update_record_set(const Call& call) {
    Document answer;
    {
        auto transaction = cloud_.store.write();
        const Document& existing = require_record_set(transaction, call);
        const std::string id = text(existing, "id");
        const std::string zone_id = text(existing, "zone_id");
        if (boolean(existing, "_managed"))
            throw ApiError{400, "Managed records may not be updated", "bad_request"};
        const Document body = body_of(call);
        check_keys(body, {"ttl", "description", "records"}, "recordset");
        check_ttl(body);
        check_description(body);
        if (body.contains("records"))
            check_records(transaction, *transaction.find(Kind::zone, zone_id), text(existing, "type"), body,
                          id);
        Document& record_set = transaction.edit(Kind::record_set, id);
        for (const char* key : {"ttl", "description", "records"}) {
            if (body.contains(key)) record_set[key] = body.at(key);
        }
        record_set["status"] = "PENDING";
        if (text(record_set, "action") != "CREATE") record_set["action"] = "UPDATE";
        record_set["version"] = integer(record_set, "version") + 1;
        record_set["updated_at"] = state::iso_whole_microseconds(state::now());
        change_zone(transaction, zone_id);
        answer = shown(record_set);
        transaction.commit();
    }
    publisher_.submit();
    return json_response(202, answer);
}

Response DnsService::delete_record_set(const Call& call) {
    Document answer;
    {
        auto transaction = cloud_.store.write();
        const Document& existing = require_record_set(transaction, call);
        const std::string id = text(existing, "id");
        const std::string zone_id = text(existing, "zone_id");
        if (boolean(existing, "_managed"))
            throw ApiError{400, fmt::format("Deleting a {} recordset is not allowed", text(existing, "type")),
                           "bad_request"};
        // It is gone at once, as Designate's are: only its zone says when the name servers know.
        Document record_set = existing;
        record_set["status"] = "PENDING";
        record_set["action"] = "DELETE";
        record_set["version"] = integer(record_set, "version") + 1;
        record_set["updated_at"] = state::iso_whole_microseconds(state::now());
        answer = shown(record_set);
        transaction.erase(Kind::record_set, id);
        change_zone(transaction, zone_id);
        transaction.commit();
    }
    publisher_.submit();
    return json_response(202, answer);
}

void DnsService::add_record_set_routes() {
    const std::string all = "/v2/zones/{zone}/recordsets";
    const std::string one = all + "/{id}";
    route("POST", all, [this](const Call& call) { return create_record_set(call); });
    route("GET", all, [this](const Call& call) {
        const auto view = cloud_.store.read();
        const std::string zone_id = text(require_zone(view, call), "id");
        return list(call, "recordsets", base() + "/zones/" + zone_id + "/recordsets",
                    record_sets_of(view, zone_id), record_filters, sort_keys);
    });
    route("GET", one, [this](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(200, shown(require_record_set(view, call)));
    });
    route("PUT", one, [this](const Call& call) { return update_record_set(call); });
    route("DELETE", one, [this](const Call& call) { return delete_record_set(call); });
    route("GET", "/v2/recordsets", [this](const Call& call) {
        const Scope scope = scope_of(call);
        const auto view = cloud_.store.read();
        return list(
            call, "recordsets", base() + "/recordsets",
            view.select(Kind::record_set, [&](const Document& record_set) { return scope.has(record_set); }),
            record_filters, sort_keys);
    });
    route("GET", "/v2/recordsets/{id}", [this](const Call& call) {
        const Scope scope = scope_of(call);
        const auto view = cloud_.store.read();
        const Document* found = view.find(Kind::record_set, call.param("id"));
        if (found == nullptr || !scope.has(*found))
            throw ApiError{404, "Could not find RecordSet", "recordset_not_found"};
        Response response =
            json_response(301, {{"code", 301}, {"title", "Moved Permanently"}, {"description", nullptr}});
        response.headers.set("Location", url_of(*found));
        return response;
    });
}

}  // namespace localcloud::api::dns
