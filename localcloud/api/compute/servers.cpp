// Lists of servers; one server shown, changed, deleted.
#include <algorithm>
#include <array>
#include <ranges>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/compute/paging.hpp"
#include "localcloud/api/compute/pattern.hpp"
#include "localcloud/api/compute/server_values.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

/// Nova's sort keys and the members that they mean here.
struct SortKey {
    std::string_view key, member;
};
constexpr std::array sort_keys{
    SortKey{"created_at", "created"},
    SortKey{"updated_at", "updated"},
    SortKey{"display_name", "name"},
    SortKey{"uuid", "id"},
    SortKey{"vm_state", "vm_state"},
    SortKey{"task_state", "task_state"},
    SortKey{"power_state", "power_state"},
    SortKey{"host", "host"},
    SortKey{"hostname", "hostname"},
    SortKey{"image_ref", "image_id"},
    SortKey{"key_name", "key_name"},
    SortKey{"user_id", "user_id"},
    SortKey{"project_id", "project_id"},
    SortKey{"launched_at", "launched_at"},
    SortKey{"locked", "locked"},
    SortKey{"availability_zone", "availability_zone"},
    SortKey{"display_description", "description"},
    SortKey{"launch_index", "launch_index"},
    SortKey{"instance_type_id", "created"},
};

Pattern pattern_of(std::string_view key, const std::string& expression) {
    try {
        return Pattern{expression};
    } catch (const std::invalid_argument& error) {
        throw invalid_query(key, expression, "'" + expression + "' is not a 'regex': " + error.what());
    }
}

bool address_matches(const state::View& view, const Document& server, const Pattern& pattern) {
    for (const auto& network : addresses_of(view, server, false)) {
        for (const json::value& address : network.value().as_array()) {
            if (pattern.found_in(text(address.as_object(), "addr"))) return true;
        }
    }
    return false;
}

bool has_all_tags(const Document& server, const std::string& list) {
    const auto tags = texts(server, "tags");
    std::size_t from = 0;
    while (from <= list.size()) {
        const std::size_t comma = std::min(list.find(',', from), list.size());
        if (std::find(tags.begin(), tags.end(), list.substr(from, comma - from)) == tags.end()) return false;
        from = comma + 1;
    }
    return true;
}

bool truth(const std::string& value) {
    return value == "1" || value == "true" || value == "True";
}

bool wants_all_projects(const Call& call) {
    if (!call.has_query("all_tenants")) return false;
    std::string value = call.query("all_tenants");
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    for (const std::string_view yes : {"", "1", "on", "t", "true", "y", "yes"}) {
        if (value == yes) return true;
    }
    for (const std::string_view no : {"0", "f", "false", "n", "no", "off"}) {
        if (value == no) return false;
    }
    throw bad_request("Unrecognized value '" + call.query("all_tenants") +
                      "', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', "
                      "'true', 'y', 'yes'");
}

/// When a list of changes begins or ends; nothing where it is not asked for.
std::optional<state::Time> time_in_query(const Call& call, const char* key) {
    if (!call.has_query(key)) return std::nullopt;
    state::Time time;
    if (!state::parse_iso(call.query(key), time))
        throw invalid_query(key, call.query(key), "'" + call.query(key) + "' is not a 'date-time'");
    return time;
}

/// A time in the form in which Nova compares it with a filter.
std::string as_in_database(std::string time) {
    std::replace(time.begin(), time.end(), 'T', ' ');
    std::erase(time, 'Z');
    return time;
}

/// Those that are there, and those that are gone where the request is for them, in order of creation.
std::vector<const Document*> candidates(const state::View& view, const Call& call) {
    const bool changes =
        call.has_query("changes-since") || (call.microversion >= 66 && call.has_query("changes-before"));
    const bool says = call.caller.is_admin() && call.has_query("deleted");
    std::vector<const Document*> found;
    if (says ? truth(call.query("deleted")) : changes) found = view.all(Kind::deleted_server);
    if (says && truth(call.query("deleted"))) return found;
    const auto present = view.all(Kind::server);
    found.insert(found.end(), present.begin(), present.end());
    std::stable_sort(found.begin(), found.end(), [](const Document* left, const Document* right) {
        return text(*left, "created") < text(*right, "created");
    });
    return found;
}

/// Since 2.75 any other key is refused.
bool known_filter(std::string_view key) {
    static constexpr std::array keys{"access_ip_v4",
                                     "access_ip_v6",
                                     "all_tenants",
                                     "auto_disk_config",
                                     "availability_zone",
                                     "block_device_mapping",
                                     "changes-before",
                                     "changes-since",
                                     "config_drive",
                                     "created_at",
                                     "deleted",
                                     "description",
                                     "display_description",
                                     "display_name",
                                     "flavor",
                                     "host",
                                     "hostname",
                                     "image",
                                     "image_ref",
                                     "info_cache",
                                     "ip",
                                     "ip6",
                                     "kernel_id",
                                     "key_name",
                                     "launch_index",
                                     "launched_at",
                                     "limit",
                                     "locked",
                                     "locked_by",
                                     "marker",
                                     "metadata",
                                     "name",
                                     "node",
                                     "not-tags",
                                     "not-tags-any",
                                     "power_state",
                                     "progress",
                                     "project_id",
                                     "ramdisk_id",
                                     "reservation_id",
                                     "root_device_name",
                                     "soft_deleted",
                                     "sort_dir",
                                     "sort_key",
                                     "status",
                                     "tags",
                                     "tags-any",
                                     "task_state",
                                     "tenant_id",
                                     "terminated_at",
                                     "user_id",
                                     "uuid",
                                     "vm_state"};
    return key.starts_with('_') || std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::vector<const Document*> filtered(const state::View& view, const Call& call) {
    const bool all_projects = wants_all_projects(call);
    if (all_projects && !call.caller.is_admin()) {
        throw forbidden_by_policy("os_compute_api:servers:index:get_all_tenants");
    }
    if (call.microversion >= 75) {
        for (const auto& [key, value] : call.request.query) {
            if (!known_filter(key))
                throw bad_request("'" + key + "' does not match any of the regexes: '^_'");
        }
    }
    std::string project = all_projects ? std::string{} : call.caller.project_id;
    if (all_projects) {
        project = call.query("project_id").empty() ? call.query("tenant_id") : call.query("project_id");
    }
    std::optional<Pattern> name;
    std::optional<Pattern> address;
    if (call.has_query("name")) name = pattern_of("name", call.query("name"));
    if (call.has_query("ip")) address = pattern_of("ip", call.query("ip"));
    const std::optional<state::Time> since = time_in_query(call, "changes-since");
    std::optional<state::Time> before;
    if (call.microversion >= 66) before = time_in_query(call, "changes-before");
    std::vector<std::string> states;
    for (const auto& [key, value] : call.request.query) {
        if (key == "status") {
            states.push_back(value);
            std::transform(states.back().begin(), states.back().end(), states.back().begin(),
                           [](unsigned char c) { return std::toupper(c); });
        }
    }
    const auto equals = [&](std::string_view filter, const std::string& actual) {
        const auto wanted = call.request.query_value(filter);
        return !wanted || wanted->empty() || *wanted == actual ||
               wanted->substr(wanted->rfind('/') + 1) == actual;
    };
    // To others than administrators Nova does not listen here, to some of it since 2.83.
    const bool administrator = call.caller.is_admin();
    const bool more = administrator || call.microversion >= 83;
    const auto wanted = [&](const Document& server) {
        if (!project.empty() && text(server, "project_id") != project) return false;
        if (!states.empty() && std::find(states.begin(), states.end(), status_of(server)) == states.end())
            return false;
        if (name && !name->found_in(text(server, "name"))) return false;
        if (address && !address_matches(view, server, *address)) return false;
        if (!equals("image", text(server, "image_id"))) return false;
        if (!equals("flavor", text(object(server, "flavor"), "id"))) return false;
        if (!equals("uuid", text(server, "id"))) return false;
        if (administrator && !equals("host", text(server, "host"))) return false;
        if (more && !equals("user_id", text(server, "user_id"))) return false;
        if (more && !equals("key_name", text(server, "key_name"))) return false;
        if (more && !equals("availability_zone", text(server, "availability_zone"))) return false;
        if (more && !equals("vm_state", text(server, "vm_state"))) return false;
        for (const auto& [filter, key] :
             {std::pair{"created_at", "created"}, std::pair{"launched_at", "launched_at"},
              std::pair{"terminated_at", "terminated_at"}}) {
            if (more && as_in_database(text(server, key)).find(as_in_database(call.query(filter))) ==
                            std::string::npos)
                return false;
        }
        if (!equals("reservation_id", text(server, "reservation_id"))) return false;
        if (call.has_query("tags") && !has_all_tags(server, call.query("tags"))) return false;
        if (call.has_query("not-tags") && has_all_tags(server, call.query("not-tags"))) return false;
        if (call.has_query("locked") && boolean(server, "locked") != truth(call.query("locked")))
            return false;
        state::Time updated;
        if ((since || before) && !state::parse_iso(text(server, "updated"), updated)) return false;
        return !(since && updated < *since) && !(before && updated > *before);
    };
    std::vector<const Document*> found = candidates(view, call);
    std::erase_if(found, [&](const Document* server) { return !wanted(*server); });
    return found;
}

}  // namespace

Response ComputeService::list_servers(const Call& call, bool detail) const {
    const auto view = cloud_.store.read();
    std::vector<const Document*> servers = filtered(view, call);
    std::reverse(servers.begin(), servers.end());  // the youngest first
    std::vector<std::pair<std::string, bool>> keys;
    for (const auto& [key, value] : call.request.query) {
        if (key != "sort_key") continue;
        const auto found = std::find_if(sort_keys.begin(), sort_keys.end(),
                                        [&](const SortKey& known) { return known.key == value; });
        if (found == sort_keys.end()) {
            throw invalid_field("sort_key", json::value(value),
                                "'" + value + "' is not one of the sort keys");
        }
        if (value == "host" && !call.caller.is_admin())
            throw ApiError{403, "Only administrators can sort servers by " + value};
        keys.emplace_back(found->member, true);
    }
    std::size_t next = 0;
    for (const auto& [key, value] : call.request.query) {
        if (key == "sort_dir") check_direction(value);
        if (key == "sort_dir" && next < keys.size()) keys[next++].second = value != "asc";
    }
    for (const auto& [member, descending] : std::views::reverse(keys))
        sort_documents(servers, member, descending);
    const Page page = take_page(servers, call, "id", base() + (detail ? "/servers/detail" : "/servers"));
    json::array items;
    for (const Document* server : page.documents) {
        if (detail) {
            items.emplace_back(server_body(view, call, *server, Shape::list));
        } else {
            const std::string id = text(*server, "id");
            items.push_back(
                json::object{{"id", id}, {"name", text(*server, "name")}, {"links", links("servers/" + id)}});
        }
    }
    Document body{{"servers", std::move(items)}};
    if (!page.links.empty()) body.emplace("servers_links", page.links);
    return json_response(200, body);
}

Response ComputeService::update_server(const Call& call) {
    const json::value request_body = read_body(call);
    const Document& body = wrapped(request_body, "server");
    static constexpr std::array known{KnownField{"name"},
                                      KnownField{"accessIPv4"},
                                      KnownField{"accessIPv6"},
                                      KnownField{"OS-DCF:diskConfig"},
                                      KnownField{"description", 19},
                                      KnownField{"hostname", 90}};
    check_fields("server", body, call.microversion, known);
    check_values(body);
    auto transaction = cloud_.store.write();
    (void)require_server(transaction, call);
    Document& server = transaction.edit(Kind::server, call.param("id"));
    for (const auto& field : body) {
        server[field.key() == "OS-DCF:diskConfig" ? json::string_view{"disk_config"} : field.key()] =
            field.value();
    }
    server["updated"] = state::iso_seconds(state::now());
    transaction.commit();
    return json_response(200, {{"server", server_body(transaction, call, server, Shape::change)}});
}

Response ComputeService::delete_server(const Call& call) {
    auto transaction = cloud_.store.write();
    const Document& found = require_server(transaction, call);
    if (boolean(found, "locked") && !call.caller.is_admin()) {
        throw ApiError{409, "Instance " + call.param("id") + " is locked"};
    }
    if (text(found, "task_state") != "deleting") {
        Document& server = transaction.edit(Kind::server, call.param("id"));
        server["task_state"] = "deleting";
        server["updated"] = state::iso_seconds(state::now());
        remember_action(transaction, call, call.param("id"), "delete");
        transaction.commit();
        lifecycle_.submit(call.param("id"), call.request_id);
    }
    return empty_response(204, "application/json");
}

void ComputeService::add_server_routes() {
    route("GET", "/v2.1/servers", [this](const Call& call) { return list_servers(call, false); });
    route("GET", "/v2.1/servers/detail", [this](const Call& call) { return list_servers(call, true); });
    route("POST", "/v2.1/servers", [this](const Call& call) { return create_server(call); });
    route("GET", "/v2.1/servers/{id}", [this](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(200,
                             {{"server", server_body(view, call, require_server(view, call), Shape::show)}});
    });
    route("PUT", "/v2.1/servers/{id}", [this](const Call& call) { return update_server(call); });
    route("DELETE", "/v2.1/servers/{id}", [this](const Call& call) { return delete_server(call); });
}

}  // namespace localcloud::api::compute
