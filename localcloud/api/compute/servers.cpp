// Lists of servers; one server shown, changed, deleted.
#include <algorithm>
#include <array>
#include <ranges>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/compute/paging.hpp"
#include "localcloud/api/compute/server_filters.hpp"
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

}  // namespace

Response ComputeService::list_servers(const Call& call, bool detail) const {
    const auto view = cloud_.store.read();
    std::vector<const Document*> servers = filtered_servers(view, call);
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
