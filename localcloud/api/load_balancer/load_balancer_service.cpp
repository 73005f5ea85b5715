#include "localcloud/api/load_balancer/load_balancer_service.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace localcloud::api::load_balancer {

namespace {

/// Octavia's minor versions and when they came.
constexpr std::array versions{
    std::pair{"v2.0", "2016-12-11"},  std::pair{"v2.1", "2018-04-20"},  std::pair{"v2.2", "2018-07-31"},
    std::pair{"v2.3", "2018-12-18"},  std::pair{"v2.4", "2018-12-19"},  std::pair{"v2.5", "2019-01-21"},
    std::pair{"v2.6", "2019-01-25"},  std::pair{"v2.7", "2018-01-25"},  std::pair{"v2.8", "2019-02-12"},
    std::pair{"v2.9", "2019-03-04"},  std::pair{"v2.10", "2019-03-05"}, std::pair{"v2.11", "2019-06-24"},
    std::pair{"v2.12", "2019-09-11"}, std::pair{"v2.13", "2019-09-13"}, std::pair{"v2.14", "2019-11-10"},
    std::pair{"v2.15", "2020-03-10"}, std::pair{"v2.16", "2020-03-15"}, std::pair{"v2.17", "2020-04-29"},
    std::pair{"v2.18", "2020-04-29"}, std::pair{"v2.19", "2020-05-12"}, std::pair{"v2.20", "2020-08-02"},
    std::pair{"v2.21", "2020-08-03"}, std::pair{"v2.22", "2020-09-04"}, std::pair{"v2.23", "2020-09-07"},
    std::pair{"v2.24", "2020-10-15"}, std::pair{"v2.25", "2021-10-02"}, std::pair{"v2.26", "2022-08-29"}};

}  // namespace

LoadBalancerService::LoadBalancerService(Cloud& cloud, const Authenticator& authenticator)
    : Service("/load-balancer", authenticator), cloud_(cloud), provisioning_(cloud) {
    add_version_routes();
    for (const Resource* resource :
         {&load_balancer_resource(), &listener_resource(), &pool_resource(), &health_monitor_resource()})
        add_reading(*resource);
    for (const Resource* resource : {&listener_resource(), &pool_resource(), &health_monitor_resource()})
        add_changing(*resource);
    add_load_balancer_routes();
    add_listener_routes();
    add_pool_routes();
    add_member_routes();
    add_health_monitor_routes();
    add_status_routes();
    add_quota_routes();
}

void LoadBalancerService::add(std::string_view method, const std::string& path, const Handler& handler) {
    for (const char* version : {"/v2", "/v2.0"})
        route(method, std::string{version} + "/lbaas/" + path, handler);
}

void LoadBalancerService::add_version_routes() {
    const auto answer = [this](const Call&) {
        json::array list;
        for (const auto& [version, updated] : versions) {
            list.push_back(json::object{
                {"id", version},
                {"status", std::string_view{version} == versions.back().first ? "CURRENT" : "SUPPORTED"},
                {"updated",
                 std::string{updated} + (std::string_view{version} == "v2.7" ? "T12:00:00Z" : "T00:00:00Z")},
                {"links",
                 json::array{json::object{{"href", cloud_.endpoint + prefix() + "/v2"}, {"rel", "self"}}}}});
        }
        return json_response(200, {{"versions", std::move(list)}});
    };
    route("GET", "", answer, Access::anyone);
    route("GET", "/", answer, Access::anyone);

    add("GET", "providers", [](const Call&) {
        return json_response(
            200, {{"providers",
                   json::array{
                       json::object{{"name", "amphora"}, {"description", "The Octavia Amphora driver."}},
                       json::object{{"name", "octavia"},
                                    {"description", "Deprecated alias of the Octavia Amphora driver."}}}}});
    });
    for (const auto& [path, key] :
         {std::pair{"flavors", "flavors"}, std::pair{"flavorprofiles", "flavorprofiles"},
          std::pair{"availabilityzones", "availability_zones"},
          std::pair{"availabilityzoneprofiles", "availability_zone_profiles"}}) {
        add("GET", path, [key = std::string{key}](const Call&) {
            return json_response(200, {{key, json::array{}}, {key + "_links", json::array{}}});
        });
    }
    const auto absent = [](std::string sentence) {
        return [sentence = std::move(sentence)](const Call&) -> Response { throw ApiError{501, sentence}; };
    };
    for (const char* method : {"GET", "POST"})
        add(method, "l7policies",
            absent("L7 policies are not there in this cloud; a listener has its default pool."));
    for (const char* method : {"GET", "PUT", "DELETE", "POST"})
        add(method, "l7policies/{rest...}",
            absent("L7 policies are not there in this cloud; a listener has its default pool."));
    for (const char* version : {"/v2", "/v2.0"})
        route("GET", std::string{version} + "/octavia/amphorae",
              absent("There are no amphorae in this cloud: a load balancer is a process of the host."));
}

Response LoadBalancerService::render(const ApiError& error, const Call& /*call*/) const {
    if (error.status == 401)
        return json_response(
            401, {{"error", {{"code", 401}, {"title", "Unauthorized"}, {"message", error.what()}}}});
    if (error.type == "path")
        return json_response(error.status,
                             {{"code", error.status}, {"title", error.what()}, {"description", ""}});
    if (error.type == unread)
        return json_response(
            error.status, {{"code", error.status}, {"title", "Bad Request"}, {"description", error.what()}});
    return json_response(error.status, {{"faultcode", error.status < 500 ? "Client" : "Server"},
                                        {"faultstring", error.what()},
                                        {"debuginfo", nullptr}});
}

ApiError LoadBalancerService::unauthorized() const {
    ApiError error{401, "The request you have made requires authentication."};
    error.headers.set("WWW-Authenticate", "Keystone uri=\"" + cloud_.endpoint + "/identity\"");
    return error;
}

ApiError LoadBalancerService::no_such_path(const Request& /*request*/) const {
    return {404, "Not Found", "path"};
}

ApiError LoadBalancerService::no_such_method(const Request& /*request*/) const {
    return {405, "Method Not Allowed", "path"};
}

std::string LoadBalancerService::allow(std::string methods) const {
    // The real one does not know what its library does with HEAD.
    static constexpr std::string_view head = ", HEAD";
    if (const std::size_t at = methods.find(head); at != std::string::npos) methods.erase(at, head.size());
    return methods;
}

void LoadBalancerService::finish(const Call& call, Response& response) const {
    // Who is not let in has not come as far as Octavia, which is what names requests.
    if (response.status != 401) Service::finish(call, response);
}

void LoadBalancerService::add_reading(const Resource& resource) {
    const std::string collection{resource.collection};
    add("GET", collection, [this, &resource, collection](const Call& call) {
        return list(resource, cloud_.store.read(), call, url(collection));
    });
    for (const char* method : {"PUT", "DELETE"})
        add(method, collection,
            [](const Call&) -> Response { throw ApiError{400, "Missing argument: \"id\""}; });
    add("GET", collection + "/{id}", [this, &resource](const Call& call) {
        const auto view = cloud_.store.read();
        const Document& document = require(resource, view, call, call.param("id"));
        return json_response(200, {{resource.singular, resource.shown(view, document)}});
    });
}

void LoadBalancerService::add_changing(const Resource& resource) {
    const std::string one = std::string{resource.collection} + "/{id}";
    add("PUT", one,
        [this, &resource](const Call& call) { return update_child(resource, call, call.param("id")); });
    add("DELETE", one,
        [this, &resource](const Call& call) { return delete_child(resource, call, call.param("id")); });
}

namespace {

/// What of the tree Octavia shows as PENDING_UPDATE with a child of it: the pool and its listeners.
void mark_ancestors(Transaction& transaction, const Document& child) {
    const std::string pool_id = text(child, "_pool_id");
    if (pool_id.empty()) return;
    mark_changed(transaction.edit(Kind::pool, pool_id));
    for (const Document* listener : listeners_of_pool(transaction, pool_id))
        mark_changed(transaction.edit(Kind::listener, text(*listener, "id")));
}

void check_change(const state::View& view, const Resource& resource, Document& document) {
    if (resource.kind == Kind::listener) check_listener(view, document);
    if (resource.kind == Kind::pool) check_pool(document);
    if (resource.kind == Kind::member) check_member(view, document);
    if (resource.kind == Kind::health_monitor) check_health_monitor(document);
}

}  // namespace

Response LoadBalancerService::update_child(const Resource& resource, const Call& call,
                                           const std::string& id) {
    Document answer;
    std::string load_balancer_id;
    {
        auto transaction = cloud_.store.write();
        load_balancer_id = text(require(resource, transaction, call, id), "_loadbalancer_id");
        const Document changes = checked(resource, body_object(call, resource.singular), false);
        begin_change(transaction, load_balancer_id);
        Document& document = transaction.edit(resource.kind, id);
        for (const auto& change : changes)
            document[change.key()] = change.value();
        check_change(transaction, resource, document);
        mark_changed(document);
        mark_ancestors(transaction, document);
        answer = resource.shown(transaction, document);
        transaction.commit();
    }
    provisioning_.submit(load_balancer_id);
    return json_response(200, {{resource.singular, std::move(answer)}});
}

Response LoadBalancerService::delete_child(const Resource& resource, const Call& call,
                                           const std::string& id) {
    std::string load_balancer_id;
    {
        auto transaction = cloud_.store.write();
        const Document& document = require(resource, transaction, call, id);
        load_balancer_id = text(document, "_loadbalancer_id");
        begin_change(transaction, load_balancer_id);
        mark_ancestors(transaction, document);
        const auto leave = [&](Kind kind, const std::string& what) {
            Document& leaving = transaction.edit(kind, what);
            leaving["provisioning_status"] = "PENDING_DELETE";
            touch(leaving);
        };
        leave(resource.kind, id);
        if (resource.kind == Kind::pool) {
            // With all that is in it; its listeners have no default pool any more.
            for (const Document* member : members_of(transaction, id))
                leave(Kind::member, text(*member, "id"));
            if (const Document* monitor = monitor_of(transaction, id))
                leave(Kind::health_monitor, text(*monitor, "id"));
            for (const Document* listener : listeners_of_pool(transaction, id)) {
                Document& changed = transaction.edit(Kind::listener, text(*listener, "id"));
                changed["default_pool_id"] = nullptr;
                mark_changed(changed);
            }
        }
        transaction.commit();
    }
    provisioning_.submit(load_balancer_id);
    return empty_response(204);
}

}  // namespace localcloud::api::load_balancer
