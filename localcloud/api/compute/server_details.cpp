// What hangs below a server: metadata, tags, addresses, interfaces, security groups.
#include <algorithm>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/compute/server_values.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

constexpr std::size_t most_tags = 50;
constexpr std::size_t longest_tag = 60;
/// Of answers without a body that Nova's web library makes.
constexpr const char* page_type = "text/html; charset=UTF-8";

Document checked_metadata(const json::value& request_body, std::string_view wrapper) {
    const Document& items = wrapped(request_body, wrapper);
    check_metadata(wrapper, items);
    return items;
}

ApiError no_item() {
    return {404, "Metadata item was not found"};
}

std::string tag_problem(const std::string& tag) {
    if (tag.size() > longest_tag) return "'" + tag + "' is too long";
    if (tag.empty()) return "'' is too short";
    if (tag.find_first_of(",/") != std::string::npos) return "'" + tag + "' does not match '^[^,/]*$'";
    return {};
}

Document interface_body(const Document& port, int microversion) {
    Document body{{"net_id", text(port, "network_id")},
                  {"port_id", text(port, "id")},
                  {"mac_addr", text(port, "mac_address")},
                  {"port_state", text(port, "status")},
                  {"fixed_ips", array(port, "fixed_ips")}};
    if (microversion >= 70) body.emplace("tag", nullptr);
    return body;
}

Document security_group_body(const state::View& view, const Document& group) {
    json::array rules;
    for (const Document* rule : view.all(Kind::security_group_rule)) {
        if (text(*rule, "security_group_id") != text(group, "id") || text(*rule, "direction") != "ingress")
            continue;
        Document other;
        if (const Document* remote = view.find(Kind::security_group, text(*rule, "remote_group_id"))) {
            other = {{"name", text(*remote, "name")}, {"tenant_id", text(*remote, "project_id")}};
        }
        Document range;
        if (member(*rule, "remote_ip_prefix") != nullptr)
            range.emplace("cidr", text(*rule, "remote_ip_prefix"));
        rules.push_back(json::object{{"id", text(*rule, "id")},
                                     {"parent_group_id", text(group, "id")},
                                     {"ip_protocol", rule->at("protocol")},
                                     {"from_port", rule->at("port_range_min")},
                                     {"to_port", rule->at("port_range_max")},
                                     {"group", other},
                                     {"ip_range", range}});
    }
    return {{"id", text(group, "id")},
            {"description", text(group, "description")},
            {"name", text(group, "name")},
            {"tenant_id", text(group, "project_id")},
            {"rules", rules}};
}

}  // namespace

json::array checked_tags(const json::value& tags) {
    if (!tags.is_array()) throw invalid_field("tags", tags, python_repr(tags) + " is not of type 'array'");
    if (tags.get_array().size() > most_tags)
        throw invalid_field("tags", tags, python_repr(tags) + " is too long");
    json::array checked;
    for (std::size_t place = 0; place < tags.get_array().size(); ++place) {
        const json::value& tag = tags.get_array()[place];
        const std::string where = std::to_string(place);
        if (!tag.is_string()) throw invalid_field(where, tag, python_repr(tag) + " is not of type 'string'");
        const std::string problem = tag_problem(to_text(tag));
        if (!problem.empty()) throw invalid_field(where, tag, problem);
        if (std::find(checked.begin(), checked.end(), tag) == checked.end()) checked.push_back(tag);
    }
    return checked;
}

void ComputeService::add_server_metadata_routes() {
    const std::string all = "/v2.1/servers/{id}/metadata";
    const std::string one = all + "/{key}";
    route("GET", all, [this](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(200, {{"metadata", object(require_server(view, call), "metadata")}});
    });
    const auto change = [this](const Call& call, bool replace) {
        const Document items = checked_metadata(read_body(call), "metadata");
        auto transaction = cloud_.store.write();
        (void)require_server(transaction, call);
        Document& server = transaction.edit(Kind::server, call.param("id"));
        if (replace) server["metadata"] = json::object{};
        json::object& metadata = server["metadata"].as_object();
        for (const auto& item : items)
            metadata[item.key()] = item.value();
        check_metadata_count(transaction, call, metadata);
        transaction.commit();
        return json_response(200, {{"metadata", metadata}});
    };
    route("POST", all, [change](const Call& call) { return change(call, false); });
    route("PUT", all, [change](const Call& call) { return change(call, true); });
    route("GET", one, [this](const Call& call) {
        const auto view = cloud_.store.read();
        const Document& metadata = object(require_server(view, call), "metadata");
        if (!metadata.contains(call.param("key"))) throw no_item();
        return json_response(200,
                             {{"meta", json::object{{call.param("key"), metadata.at(call.param("key"))}}}});
    });
    route("PUT", one, [this](const Call& call) {
        const Document item = checked_metadata(read_body(call), "meta");
        if (item.size() != 1 || !item.contains(call.param("key"))) {
            throw bad_request("Request body and URI mismatch");
        }
        auto transaction = cloud_.store.write();
        (void)require_server(transaction, call);
        json::object& metadata = transaction.edit(Kind::server, call.param("id"))["metadata"].as_object();
        metadata[call.param("key")] = item.begin()->value();
        check_metadata_count(transaction, call, metadata);
        transaction.commit();
        return json_response(200, {{"meta", item}});
    });
    route("DELETE", one, [this](const Call& call) {
        auto transaction = cloud_.store.write();
        (void)require_server(transaction, call);
        json::object& metadata = transaction.edit(Kind::server, call.param("id"))["metadata"].as_object();
        if (metadata.erase(call.param("key")) == 0) throw no_item();
        transaction.commit();
        return empty_response(204, "application/json");
    });
}

void ComputeService::add_server_detail_routes() {
    const std::string server = "/v2.1/servers/{id}";
    route("GET", server + "/ips", [this](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(200, {{"addresses", addresses_of(view, require_server(view, call), false)}});
    });
    route("GET", server + "/ips/{network}", [this](const Call& call) {
        const auto view = cloud_.store.read();
        const Document addresses = addresses_of(view, require_server(view, call), false);
        const json::value* found = addresses.if_contains(call.param("network"));
        if (found == nullptr) throw ApiError{404, "Instance is not a member of specified network"};
        return json_response(200, json::object{{call.param("network"), *found}});
    });
    route("GET", server + "/os-security-groups", [this](const Call& call) {
        const auto view = cloud_.store.read();
        std::vector<std::string> ids;
        for (const Document* port : ports_of(view, text(require_server(view, call), "id"))) {
            for (const std::string& id : texts(*port, "security_groups")) {
                if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
            }
        }
        json::array groups;
        for (const std::string& id : ids) {
            if (const Document* group = view.find(Kind::security_group, id)) {
                groups.emplace_back(security_group_body(view, *group));
            }
        }
        return json_response(200, {{"security_groups", std::move(groups)}});
    });
    // The client still asks Nova for groups by name, in the old place.
    const auto old_place = [](const Call& call) {
        if (call.microversion >= 36) throw ApiError{404, "The resource could not be found."};
    };
    route("GET", "/v2.1/os-security-groups", [this, old_place](const Call& call) {
        old_place(call);
        const auto view = cloud_.store.read();
        json::array groups;
        for (const Document* group : view.all(Kind::security_group)) {
            if (text(*group, "project_id") == call.caller.project_id) {
                groups.emplace_back(security_group_body(view, *group));
            }
        }
        return json_response(200, {{"security_groups", std::move(groups)}});
    });
    route("GET", "/v2.1/os-security-groups/{group}", [this, old_place](const Call& call) {
        old_place(call);
        const auto view = cloud_.store.read();
        const Document* group = view.find(Kind::security_group, call.param("group"));
        if (group == nullptr || text(*group, "project_id") != call.caller.project_id) {
            throw ApiError{404, "Security group " + call.param("group") + " not found."};
        }
        return json_response(200, {{"security_group", security_group_body(view, *group)}});
    });
    route("GET", server + "/os-interface", [this](const Call& call) {
        const auto view = cloud_.store.read();
        json::array interfaces;
        for (const Document* port : ports_of(view, text(require_server(view, call), "id"))) {
            interfaces.emplace_back(interface_body(*port, call.microversion));
        }
        return json_response(200, {{"interfaceAttachments", std::move(interfaces)}});
    });
    route("GET", server + "/os-interface/{port}", [this](const Call& call) {
        const auto view = cloud_.store.read();
        for (const Document* port : ports_of(view, text(require_server(view, call), "id"))) {
            if (text(*port, "id") == call.param("port")) {
                return json_response(200,
                                     {{"interfaceAttachment", interface_body(*port, call.microversion)}});
            }
        }
        throw ApiError{404, "Port id " + call.param("port") + " could not be found."};
    });
    const auto no_hot_plug = [](const Call&) -> Response {
        throw ApiError{501, "The embedded cloud cannot change the interfaces of a server that exists."};
    };
    route("POST", server + "/os-interface", no_hot_plug);
    route("DELETE", server + "/os-interface/{port}", no_hot_plug);
    route("GET", server + "/os-volume_attachments", [this](const Call& call) {
        const auto view = cloud_.store.read();
        (void)require_server(view, call);
        return json_response(200, {{"volumeAttachments", json::array{}}});
    });
    const auto tag_version = [](const Call& call) {
        if (call.microversion < 26) throw ApiError{404, "The resource could not be found."};
    };
    route("GET", server + "/tags", [this, tag_version](const Call& call) {
        tag_version(call);
        const auto view = cloud_.store.read();
        return json_response(200, {{"tags", array(require_mapped_server(view, call), "tags")}});
    });
    route("PUT", server + "/tags", [this, tag_version](const Call& call) {
        tag_version(call);
        const json::value request_body = read_body(call);
        if (!request_body.get_object().contains("tags")) throw bad_request("'tags' is a required property");
        const json::array tags = checked_tags(request_body.get_object().at("tags"));
        auto transaction = cloud_.store.write();
        (void)require_mapped_server(transaction, call);
        Document& document = transaction.edit(Kind::server, call.param("id"));
        document["tags"] = tags;
        transaction.commit();
        return json_response(200, {{"tags", array(document, "tags")}});
    });
    route("DELETE", server + "/tags", [this, tag_version](const Call& call) {
        tag_version(call);
        auto transaction = cloud_.store.write();
        (void)require_mapped_server(transaction, call);
        transaction.edit(Kind::server, call.param("id"))["tags"] = json::array{};
        transaction.commit();
        return empty_response(204, "application/json");
    });
    const std::string tag = server + "/tags/{tag}";
    const auto has_tag = [](const Document& document, const std::string& name) {
        const auto tags = texts(document, "tags");
        return std::find(tags.begin(), tags.end(), name) != tags.end();
    };
    const auto no_tag = [](const Call& call) {
        return ApiError{404, "Server " + call.param("id") + " has no tag '" + call.param("tag") + "'"};
    };
    const auto nothing_to_remove = [](const Call& call) {
        return ApiError{404, "Instance " + call.param("id") + " has no tag '" + call.param("tag") + "'"};
    };
    route("GET", tag, [this, tag_version, has_tag, no_tag](const Call& call) {
        tag_version(call);
        const auto view = cloud_.store.read();
        if (!has_tag(require_mapped_server(view, call), call.param("tag"))) throw no_tag(call);
        return empty_response(204, "application/json");
    });
    route("PUT", tag, [this, tag_version, has_tag](const Call& call) {
        tag_version(call);
        const std::string& name = call.param("tag");
        if (const std::string problem = tag_problem(name); !problem.empty()) {
            throw bad_request("Tag '" + name +
                              "' is invalid. It must be a non empty string without characters "
                              "'/' and ','. Validation error message: " +
                              problem);
        }
        auto transaction = cloud_.store.write();
        if (has_tag(require_mapped_server(transaction, call), name)) return empty_response(204, page_type);
        json::array& tags = transaction.edit(Kind::server, call.param("id"))["tags"].as_array();
        if (tags.size() >= most_tags)
            throw bad_request("The number of tags exceeded the per-server limit " +
                              std::to_string(most_tags));
        // As they come from Nova's database.
        tags.insert(std::find_if(tags.begin(), tags.end(),
                                 [&](const json::value& other) { return to_text(other) > name; }),
                    json::value(name));
        transaction.commit();
        Response response = empty_response(201, page_type);
        response.headers.set("Location", base() + "/servers/" + call.param("id") + "/tags/" + name);
        return response;
    });
    route("DELETE", tag, [this, tag_version, has_tag, nothing_to_remove](const Call& call) {
        tag_version(call);
        auto transaction = cloud_.store.write();
        if (!has_tag(require_mapped_server(transaction, call), call.param("tag")))
            throw nothing_to_remove(call);
        auto tags = texts(transaction.edit(Kind::server, call.param("id")), "tags");
        std::erase(tags, call.param("tag"));
        transaction.edit(Kind::server, call.param("id"))["tags"] = to_array(tags);
        transaction.commit();
        return empty_response(204, "application/json");
    });
}

}  // namespace localcloud::api::compute
