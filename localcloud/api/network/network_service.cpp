#include "localcloud/api/network/network_service.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "localcloud/api/network/security_groups.hpp"
#include "localcloud/api/network/topology.hpp"

namespace localcloud::api::network {

using state::Kind;

NetworkService::NetworkService(Cloud& cloud, const Authenticator& authenticator)
    : Service("/network", authenticator), cloud_(cloud) {
    const auto versions = [this](const Call&) {
        return json_response(
            200, {{"versions",
                   json::array{json::object{
                       {"id", "v2.0"},
                       {"status", "CURRENT"},
                       {"links", json::array{json::object{{"rel", "self"}, {"href", base() + "/"}}}}}}}});
    };
    route("GET", "", versions, Access::anyone);
    route("GET", "/", versions, Access::anyone);
    const auto resources = [this](const Call&) {
        json::array list;
        for (const Resource* resource : {&network_resource(), &subnet_resource(), &port_resource()}) {
            list.push_back(json::object{
                {"name", resource->singular},
                {"collection", resource->collection},
                {"links", json::array{json::object{{"rel", "self"},
                                                   {"href", base() + "/" + std::string{resource->path}}}}}});
        }
        return json_response(200, {{"resources", std::move(list)}});
    };
    route("GET", "/v2.0/", resources);
    for (const Resource* resource :
         {&network_resource(), &subnet_resource(), &port_resource(), &router_resource(),
          &floating_ip_resource(), &security_group_resource(), &security_group_rule_resource()}) {
        add_resource(*resource);
        add_tag_routes(*resource);
    }
    add_router_interface_routes();
    add_extra_route_routes();
    add_quota_routes();
    add_extension_routes();
}

Response NetworkService::render(const ApiError& error, const Call& /*call*/) const {
    if (error.status == 401) {
        return json_response(
            401, {{"error", {{"code", 401}, {"title", "Unauthorized"}, {"message", error.what()}}}});
    }
    if (error.type == "html") {
        return json_response(error.status, {{"message", "The resource could not be found.<br /><br />\n" +
                                                            std::string{error.what()} + "\n\n"},
                                            {"code", "404 Not Found"},
                                            {"title", "Not Found"}});
    }
    std::string type = error.type;
    if (type.empty()) {
        // As Neutron's web library names its exceptions: "HTTPConflict".
        type = "HTTP" + std::string{common::httpd::reason_phrase(error.status)};
        std::erase(type, ' ');
    }
    return json_response(error.status,
                         {{"NeutronError", {{"type", type}, {"message", error.what()}, {"detail", ""}}}});
}

ApiError NetworkService::unauthorized() const {
    ApiError error{401, "The request you have made requires authentication."};
    error.headers.set("Www-Authenticate", "Keystone uri=\"" + cloud_.endpoint + "/identity\"");
    return error;
}

ApiError NetworkService::no_such_path(const Request& /*request*/) const {
    return {404, "The resource could not be found.", "HTTPNotFound"};
}

ApiError NetworkService::no_such_method(const Request& /*request*/) const {
    return {
        405,
        "The server could not comply with the request since it is either malformed or otherwise incorrect.",
        "HTTPMethodNotAllowed"};
}

void NetworkService::prepare(Call& call) const {
    const std::string accept = call.request.headers.get("Accept");
    const bool is_api = call.request.path.size() > prefix().size() + 1;
    const bool json_is_good = !is_api || accept.empty() || accept.find("json") != std::string::npos ||
                              accept.find("*/*") != std::string::npos ||
                              accept.find("application/*") != std::string::npos;
    if (json_is_good) return;
    throw ApiError{
        406,
        "The server could not comply with the request since it is either malformed or otherwise incorrect.",
        "HTTPNotAcceptable"};
}

void NetworkService::finish(const Call& call, Response& response) const {
    // What answers the list of versions is not Neutron's API yet.
    if (call.request.path.size() > prefix().size() + 1) Service::finish(call, response);
}

json::value NetworkService::body(const Call& call) const {
    if (call.request.body.size() == 0) return json::object{};
    try {
        json::value value = json_body(call.request);
        return value.is_object() ? value : json::object{};
    } catch (const std::invalid_argument&) {
        throw ApiError{400, "Malformed request body: Cannot understand JSON.", "MalformedRequestBody"};
    }
}

namespace {

/// Neutron's own resources are read by another library than those of its extensions.
bool is_core(const Resource& resource) {
    return resource.kind == Kind::network || resource.kind == Kind::subnet || resource.kind == Kind::port;
}

}  // namespace

json::value NetworkService::body_for(const Resource& resource, const Call& call) const {
    if (!is_core(resource) || call.request.body.size() == 0) return body(call);
    try {
        json::value value = json_body(call.request);
        if (value.is_object()) return value;
    } catch (const std::invalid_argument&) {
    }
    throw bad_request("Body contains invalid data");
}

void NetworkService::changed() {
    try {
        apply_topology(cloud_);
    } catch (const std::exception& error) {
        spdlog::error("the networks could not be changed: {}; the next change tries again", error.what());
    }
}

const Document& require(const Resource& resource, const state::View& view, const Caller& caller,
                        std::string_view id) {
    const Document* document = view.find(resource.kind, id);
    if (document == nullptr || !visible(resource, view, caller, *document)) throw missing(resource, id);
    return *document;
}

Document& require_own(const Resource& resource, Transaction& transaction, const Call& call,
                      std::string_view id, std::string_view action) {
    const Document& document = require(resource, transaction, call.caller, id);
    if (!call.caller.is_admin() && text(document, "project_id") != call.caller.project_id) {
        throw forbidden_by_policy(fmt::format("rule:{}_{}", action, resource.singular));
    }
    return transaction.edit(resource.kind, id);
}

namespace {

/// "If-Match: revision_number=2" guards against changes in between.
void check_revision(const Call& call, const Document& document) {
    const std::string condition = call.request.headers.get("If-Match");
    static constexpr std::string_view prefix = "revision_number=";
    if (!condition.starts_with(prefix)) return;
    const std::string wanted = condition.substr(prefix.size());
    if (wanted.empty() ||
        !std::all_of(wanted.begin(), wanted.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) {
        throw ApiError{400,
                       "Bad if-match request: Revision number etag must be in the format of "
                       "revision_number=<int>.",
                       "BadRequest"};
    }
    if (wanted != std::to_string(integer(document, "revision_number"))) {
        throw ApiError{412,
                       fmt::format("Constrained to {}, but current revision is {}", wanted,
                                   integer(document, "revision_number")),
                       "RevisionNumberConstraintFailed"};
    }
}

Document trimmed(const Call& call, Document document) {
    std::vector<std::string> fields;
    for (const auto& [key, value] : call.request.query) {
        if (key == "fields") fields.push_back(value);
    }
    if (fields.empty()) return document;
    Document out;
    for (const auto& field : document) {
        if (std::find(fields.begin(), fields.end(), field.key()) != fields.end()) {
            out.emplace(field.key(), field.value());
        }
    }
    return out;
}

}  // namespace

void NetworkService::add_resource(const Resource& resource) {
    const std::string collection = "/v2.0/" + std::string{resource.path};
    const std::string one = collection + "/{id}";
    const std::string url = base() + "/" + std::string{resource.path};

    const auto list = [this, &resource, url](const Call& call) {
        if (resource.kind == Kind::security_group)
            ensure_default_security_group(cloud_, call.caller.project_id);
        return list_response(resource, cloud_.store.read(), call, url);
    };
    for (const std::string& path : {collection, one}) {
        route("HEAD", path, [this](const Call& call) -> Response { throw no_such_method(call.request); });
    }

    const auto create = [this, &resource](const Call& call) {
        const json::value request_body = body_for(resource, call);
        const Document& wrapper = request_body.get_object();
        if (!is_core(resource) && wrapper.empty()) throw bad_request("Resource body required");
        const bool bulk = wrapper.contains(resource.collection);
        json::array requested;
        if (bulk && wrapper.at(resource.collection).is_array()) {
            requested = wrapper.at(resource.collection).get_array();
        } else if (member(wrapper, resource.singular) != nullptr) {
            requested.push_back(wrapper.at(resource.singular));
        } else {
            throw bad_request("Unable to find '" + std::string{resource.singular} + "' in request body");
        }
        if (resource.kind == Kind::port) ensure_default_security_group(cloud_, call.caller.project_id);
        json::array created;
        {
            auto transaction = cloud_.store.write();
            for (const json::value& item : requested) {
                if (!item.is_object())
                    throw bad_request("Object '" + std::string{resource.singular} +
                                      "' contains invalid data");
                const Document checked = checked_body(resource, call, item.get_object(), true);
                Document document = new_document(resource, checked, call.caller.project_id);
                check_quota(transaction, resource, text(document, "project_id"), 1);
                resource.create(transaction, call, document);
                const std::string id = text(document, "id");
                transaction.put(resource.kind, id, std::move(document));
                created.emplace_back(
                    shown(resource, transaction, call, *transaction.find(resource.kind, id)));
                // What exists only at birth: Neutron answers it to the one who creates, and never again.
                if (resource.kind == Kind::network || resource.kind == Kind::router)
                    created.back().get_object()["availability_zones"] = json::array{};
                if (resource.kind == Kind::network && !created.back().get_object().contains("is_default")) {
                    created.back().get_object().emplace("is_default", false);
                }
            }
            transaction.commit();
        }
        changed();
        if (bulk) return json_response(201, {{resource.collection, std::move(created)}});
        return json_response(201, {{resource.singular, std::move(created.front())}});
    };
    // Neutron's older clients write a suffix or a slash.
    for (const char* tail : {"", "/", ".json"}) {
        route("GET", collection + tail, list);
        route("POST", collection + tail, create);
    }

    route("GET", one, [this, &resource](const Call& call) {
        const auto view = cloud_.store.read();
        const Document& document = require(resource, view, call.caller, call.param("id"));
        return json_response(200,
                             {{resource.singular, trimmed(call, shown(resource, view, call, document))}});
    });

    route("PUT", one, [this, &resource](const Call& call) {
        const json::value request_body = body_for(resource, call);
        if (!request_body.get_object().contains(resource.singular) ||
            !request_body.get_object().at(resource.singular).is_object()) {
            throw bad_request("Unable to find '" + std::string{resource.singular} + "' in request body");
        }
        const Document& requested = request_body.get_object().at(resource.singular).get_object();
        Document answer;
        {
            auto transaction = cloud_.store.write();
            const Document changes = checked_body(resource, call, requested, false);
            Document& document = require_own(resource, transaction, call, call.param("id"), "update");
            check_revision(call, document);
            resource.update(transaction, call, document, changes);
            if (!changes.empty()) touch(document);
            answer = shown(resource, transaction, call, document);
            transaction.commit();
        }
        changed();
        return json_response(200, {{resource.singular, std::move(answer)}});
    });

    route("DELETE", one, [this, &resource](const Call& call) {
        {
            auto transaction = cloud_.store.write();
            const Document document = require_own(resource, transaction, call, call.param("id"), "delete");
            check_revision(call, document);
            resource.remove(transaction, call, document);
            transaction.erase(resource.kind, call.param("id"));
            transaction.commit();
        }
        changed();
        return empty_response(204);
    });
}

namespace {

void check_tag(const std::string& tag) {
    constexpr std::size_t longest_tag = 60;
    if (tag.size() > longest_tag)
        throw invalid_input(fmt::format("'{}' exceeds maximum length of {}.", tag, longest_tag));
}

std::vector<std::string> checked_tags(const Document& body) {
    const json::value* tags = member(body, "tags");
    if (tags == nullptr) throw invalid_input("Invalid tags body.");
    if (!tags->is_array()) throw invalid_input(python_repr(*tags) + " is not a list.");
    std::vector<std::string> checked;
    for (const json::value& tag : tags->get_array()) {
        if (!tag.is_string()) throw invalid_input("'" + to_text(tag) + "' is not a valid string.");
        check_tag(to_text(tag));
        if (std::find(checked.begin(), checked.end(), to_text(tag)) == checked.end())
            checked.push_back(to_text(tag));
    }
    return checked;
}

}  // namespace

void NetworkService::add_tag_routes(const Resource& resource) {
    const std::string all = "/v2.0/" + std::string{resource.path} + "/{id}/tags";
    const std::string one = all + "/{tag}";
    const auto no_tag = [](const Call& call) {
        return ApiError{404, "Tag " + call.param("tag") + " could not be found.", "TagNotFound"};
    };
    const auto place_of = [](json::array& tags, const std::string& tag) {
        return std::find_if(tags.begin(), tags.end(),
                            [&](const json::value& value) { return to_text(value) == tag; });
    };
    route("GET", all, [this, &resource](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(
            200, {{"tags", array(require(resource, view, call.caller, call.param("id")), "tags")}});
    });
    route("PUT", all, [this, &resource](const Call& call) {
        const json::value request_body = body(call);
        const std::vector<std::string> tags = checked_tags(request_body.get_object());
        auto transaction = cloud_.store.write();
        Document& document = require_own(resource, transaction, call, call.param("id"), "update");
        document["tags"] = to_array(tags);
        touch(document);
        transaction.commit();
        return json_response(200, {{"tags", array(document, "tags")}});
    });
    route("DELETE", all, [this, &resource](const Call& call) {
        auto transaction = cloud_.store.write();
        Document& document = require_own(resource, transaction, call, call.param("id"), "update");
        document["tags"] = json::array{};
        touch(document);
        transaction.commit();
        return empty_response(204);
    });
    route("GET", one, [this, &resource, no_tag](const Call& call) {
        const auto view = cloud_.store.read();
        const auto tags = texts(require(resource, view, call.caller, call.param("id")), "tags");
        if (std::find(tags.begin(), tags.end(), call.param("tag")) == tags.end()) throw no_tag(call);
        return empty_response(204);
    });
    route("PUT", one, [this, &resource, place_of](const Call& call) {
        check_tag(call.param("tag"));
        auto transaction = cloud_.store.write();
        Document& document = require_own(resource, transaction, call, call.param("id"), "update");
        json::array& tags = document["tags"].as_array();
        if (place_of(tags, call.param("tag")) == tags.end()) tags.emplace_back(call.param("tag"));
        touch(document);
        transaction.commit();
        return empty_response(201, "application/json");
    });
    route("DELETE", one, [this, &resource, no_tag, place_of](const Call& call) {
        auto transaction = cloud_.store.write();
        Document& document = require_own(resource, transaction, call, call.param("id"), "update");
        json::array& tags = document["tags"].as_array();
        const auto place = place_of(tags, call.param("tag"));
        if (place == tags.end()) throw no_tag(call);
        tags.erase(place);
        touch(document);
        transaction.commit();
        return empty_response(204);
    });
}

}  // namespace localcloud::api::network
