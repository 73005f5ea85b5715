// The catalog and what an administrator sees of it: services, endpoints, regions; /auth/projects and its like.
#include <boost/algorithm/string/replace.hpp>

#include "localcloud/api/identity/identity.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::identity {

using state::Kind;

json::array Identity::catalog(const state::View& view, std::string_view project_id) const {
    json::array services;
    for (const Document* service : view.all(Kind::service)) {
        json::array endpoints;
        for (const Document* endpoint : view.all(Kind::endpoint)) {
            if (text(*endpoint, "service_id") != text(*service, "id")) continue;
            std::string url = cloud_.endpoint + text(*endpoint, "_path");
            // As with Keystone, an endpoint of a project is left out where the token has none.
            if (url.find("%(project_id)s") != std::string::npos) {
                if (project_id.empty()) continue;
                boost::algorithm::replace_all(url, "%(project_id)s", project_id);
            }
            endpoints.push_back(json::object{{"id", text(*endpoint, "id")},
                                             {"interface", text(*endpoint, "interface")},
                                             {"region_id", cloud_.region},
                                             {"url", url},
                                             {"region", cloud_.region}});
        }
        services.push_back(json::object{{"endpoints", std::move(endpoints)},
                                        {"id", text(*service, "id")},
                                        {"type", text(*service, "type")},
                                        {"name", text(*service, "name")}});
    }
    return services;
}

void Identity::add_catalog_routes() {
    const auto with_url = [this](const Document& endpoint) {
        Document out = endpoint;
        out["url"] = cloud_.endpoint + text(endpoint, "_path");
        return out;
    };
    route("GET", "/v3/auth/catalog", [this](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(200, {{"catalog", catalog(view, call.caller.project_id)},
                                   {"links", {{"self", base() + "/auth/catalog"}}}});
    });
    route("GET", "/v3/auth/projects", [this](const Call& call) {
        const auto view = cloud_.store.read();
        return list(call, "projects",
                    view.select(Kind::project,
                                [&](const Document& project) {
                                    return !role_ids(view, call.caller.user_id, text(project, "id")).empty();
                                }),
                    {});
    });
    route("GET", "/v3/auth/domains", [this](const Call& call) {
        const auto view = cloud_.store.read();
        return list(call, "domains",
                    view.select(Kind::domain,
                                [&](const Document& domain) {
                                    return !role_ids(view, call.caller.user_id, text(domain, "id")).empty();
                                }),
                    {});
    });
    route("GET", "/v3/auth/system", [this](const Call& call) {
        const auto view = cloud_.store.read();
        json::array scopes;
        if (!role_ids(view, call.caller.user_id, "system").empty())
            scopes.push_back(json::object{{"all", true}});
        return json_response(200, {{"system", scopes}, {"links", {{"self", base() + "/auth/system"}}}});
    });
    route("GET", "/v3/services", [this](const Call& call) {
        require_admin(call, "list_services");
        const auto view = cloud_.store.read();
        return list(call, "services", view.all(Kind::service), {"name", "type"});
    });
    route("GET", "/v3/services/{id}", [this](const Call& call) {
        require_admin(call, "get_service");
        const auto view = cloud_.store.read();
        const Document* service = view.find(Kind::service, call.param("id"));
        if (service == nullptr) throw not_found("service", call.param("id"));
        return json_response(200, {{"service", shown(*service, "services")}});
    });
    route("GET", "/v3/endpoints", [this, with_url](const Call& call) {
        require_admin(call, "list_endpoints");
        const auto view = cloud_.store.read();
        std::vector<Document> complete;
        for (const Document* endpoint : view.all(Kind::endpoint))
            complete.push_back(with_url(*endpoint));
        std::vector<const Document*> pointers;
        pointers.reserve(complete.size());
        for (const Document& endpoint : complete)
            pointers.push_back(&endpoint);
        return list(call, "endpoints", pointers, {"interface", "service_id", "region_id"});
    });
    route("GET", "/v3/endpoints/{id}", [this, with_url](const Call& call) {
        require_admin(call, "get_endpoint");
        const auto view = cloud_.store.read();
        const Document* endpoint = view.find(Kind::endpoint, call.param("id"));
        if (endpoint == nullptr) throw not_found("endpoint", call.param("id"));
        return json_response(200, {{"endpoint", shown(with_url(*endpoint), "endpoints")}});
    });
    const auto region = [this] {
        return Document{{"id", cloud_.region}, {"description", ""}, {"parent_region_id", nullptr}};
    };
    route("GET", "/v3/regions", [this, region](const Call& call) {
        const Document only = region();
        return list(call, "regions", {&only}, {"parent_region_id"});
    });
    route("GET", "/v3/regions/{id}", [this, region](const Call& call) {
        if (call.param("id") != cloud_.region) throw not_found("region", call.param("id"));
        return json_response(200, {{"region", shown(region(), "regions")}});
    });
}

}  // namespace localcloud::api::identity
