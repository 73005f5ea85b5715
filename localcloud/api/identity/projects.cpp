// Domains and projects.
#include <map>
#include <ranges>

#include "localcloud/api/identity/identity.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::identity {

using state::Kind;

namespace {

void check_name(const Document& body, std::string_view schema) {
    if (member(body, "name") == nullptr) {
        throw ApiError{400, "'name' is a required property\n\nFailed validating 'required' in schema: " +
                                std::string{schema}};
    }
    const std::string name = text(body, "name");
    if (name.empty() || name.size() > 64) {
        throw ApiError{400, "Invalid input for field 'name': '" + name.substr(0, 80) + "' is too " +
                                (name.empty() ? "short" : "long")};
    }
}

/// `id` is that of the project that wants the name, also where it is not made yet.
void check_project_name_is_free(const state::View& view, const std::string& id, const std::string& name,
                                const std::string& domain_id) {
    for (const Document* project : view.all(Kind::project)) {
        if (text(*project, "name") == name && text(*project, "domain_id") == domain_id) {
            throw ApiError{
                409,
                "Conflict occurred attempting to store project - it is not permitted to have two projects "
                "with either the same name or same id in the same domain: name is " +
                    name + ", project id " + id + "."};
        }
    }
}

using Children = std::map<std::string, std::vector<std::string>>;  // of a project

json::value subtree_below(const Children& children, const std::string& id) {
    const auto found = children.find(id);
    if (found == children.end()) return {};
    json::object subtree;
    for (const std::string& child : found->second)
        subtree.emplace(child, subtree_below(children, child));
    return subtree;
}

/// {"child": {"grandchild": null}}, or null.
json::value subtree_of(const state::View& view, const std::string& id) {
    Children children;
    for (const Document* project : view.all(Kind::project))
        children[text(*project, "parent_id")].push_back(text(*project, "id"));
    return subtree_below(children, id);
}

/// From the parent up to the domain.
std::vector<std::string> parent_ids(const state::View& view, const Document* project) {
    std::vector<std::string> ids;
    while (project != nullptr && member(*project, "parent_id") != nullptr) {
        ids.push_back(text(*project, "parent_id"));
        project = view.find(Kind::project, ids.back());
    }
    return ids;
}

/// {"parent": {"domain": null}}
json::value parents_of(const state::View& view, const Document* project) {
    json::value parents;
    const std::vector<std::string> ids = parent_ids(view, project);
    for (const std::string& id : ids | std::views::reverse)
        parents = json::object{{id, parents}};
    return parents;
}

/// The parent that a new project wants, its domain if none.
std::string checked_parent(const state::View& view, const Document& body, const std::string& domain_id) {
    const json::value* wanted = member(body, "parent_id");
    if (wanted == nullptr) return domain_id;
    const std::string id = text(body, "parent_id");
    if (id.empty()) {
        throw ApiError{400, "Invalid input for field 'parent_id': " + python_repr(*wanted) +
                                " is not the ID of a project"};
    }
    if (id == domain_id) return id;
    const Document* parent = view.find(Kind::project, id);
    if (parent == nullptr) throw not_found("project", id);
    static constexpr std::size_t most_levels = 5;  // Keystone's max_project_tree_depth
    if (parent_ids(view, parent).size() >= most_levels)
        throw ApiError{403, "Max hierarchy depth reached for " + id + " branch."};
    return id;
}

void check_relatives(const Call& call, const std::string& which) {
    if (call.has_query(which + "_as_list") && call.has_query(which + "_as_ids")) {
        throw ApiError{
            400, "Cannot use " + which + "_as_list and " + which + "_as_ids query params at the same time."};
    }
}

}  // namespace

json::array Identity::shown_relatives(const state::View& view, const Call& call,
                                      const json::value& tree) const {
    json::array list;
    if (!tree.is_object()) return list;
    for (const auto& [key, below] : tree.get_object()) {
        const std::string id{key};
        const Document* project = view.find(Kind::project, id);
        if (project != nullptr && !role_ids(view, call.caller.user_id, id).empty())
            list.push_back(json::object{{"project", shown(*project, "projects")}});
        for (const json::value& relative : shown_relatives(view, call, below))
            list.push_back(relative);
    }
    return list;
}

void Identity::add_project_routes() {
    route("GET", "/v3/domains", [this](const Call& call) {
        require_admin(call, "list_domains");
        const auto view = cloud_.store.read();
        return list(call, "domains", view.all(Kind::domain), {"name", "enabled"});
    });
    route("GET", "/v3/domains/{id}", [this](const Call& call) {
        const auto view = cloud_.store.read();
        const Document* domain = view.find(Kind::domain, call.param("id"));
        if (domain == nullptr) throw not_found("domain", call.param("id"));
        return json_response(200, {{"domain", shown(*domain, "domains")}});
    });
    route("GET", "/v3/projects", [this](const Call& call) {
        require_admin(call, "list_projects");
        const auto view = cloud_.store.read();
        return list(call, "projects", view.all(Kind::project),
                    {"name", "domain_id", "enabled", "parent_id", "is_domain"});
    });
    route("POST", "/v3/projects", [this](const Call& call) {
        require_admin(call, "create_project");
        const Document body = wrapped(call, "project");
        check_name(body, "project");
        auto transaction = cloud_.store.write();
        const std::string domain_id = text(body, "domain_id", "default");
        if (transaction.find(Kind::domain, domain_id) == nullptr) throw not_found("domain", domain_id);
        const std::string parent_id = checked_parent(transaction, body, domain_id);
        const std::string id = state::hex_id();
        check_project_name_is_free(transaction, id, text(body, "name"), domain_id);
        Document project{{"id", id},
                         {"name", text(body, "name")},
                         {"domain_id", domain_id},
                         {"description", text(body, "description")},
                         {"enabled", boolean(body, "enabled", true)},
                         {"parent_id", parent_id},
                         {"is_domain", false},
                         {"tags", array(body, "tags")},
                         {"options", object(body, "options")}};
        transaction.put(Kind::project, id, project);
        transaction.commit();
        return json_response(201, {{"project", shown(project, "projects")}});
    });
    route("GET", "/v3/projects/{id}", [this](const Call& call) {
        const auto view = cloud_.store.read();
        const std::string& id = call.param("id");
        const Document* project = view.find(Kind::project, id);
        if (id != call.caller.project_id) {
            if (project == nullptr && call.caller.is_admin()) throw not_found("project", id);
            require_admin(call, "get_project");
        }
        if (project == nullptr) throw not_found("project", id);
        Document body = shown(*project, "projects");
        check_relatives(call, "parents");
        check_relatives(call, "subtree");
        if (call.has_query("parents_as_ids")) body.emplace("parents", parents_of(view, project));
        if (call.has_query("parents_as_list"))
            body.emplace("parents", shown_relatives(view, call, parents_of(view, project)));
        if (call.has_query("subtree_as_ids")) body.emplace("subtree", subtree_of(view, id));
        if (call.has_query("subtree_as_list"))
            body.emplace("subtree", shown_relatives(view, call, subtree_of(view, id)));
        return json_response(200, {{"project", body}});
    });
    route("PATCH", "/v3/projects/{id}", [this](const Call& call) {
        require_admin(call, "update_project");
        const Document body = wrapped(call, "project");
        const std::string& id = call.param("id");
        auto transaction = cloud_.store.write();
        if (transaction.find(Kind::project, id) == nullptr) throw not_found("project", id);
        Document& project = transaction.edit(Kind::project, id);
        if (body.contains("name") && text(body, "name") != text(project, "name")) {
            check_name(body, "project");
            check_project_name_is_free(transaction, id, text(body, "name"), text(project, "domain_id"));
        }
        for (const char* field : {"name", "description", "enabled", "tags", "options"}) {
            if (const json::value* value = body.if_contains(field)) project[field] = *value;
        }
        Document answer = shown(project, "projects");
        answer.emplace("extra", json::object{});
        transaction.commit();
        return json_response(200, {{"project", answer}});
    });
    route("DELETE", "/v3/projects/{id}", [this](const Call& call) {
        require_admin(call, "delete_project");
        const std::string& id = call.param("id");
        auto transaction = cloud_.store.write();
        if (transaction.find(Kind::project, id) == nullptr) throw not_found("project", id);
        if (transaction.find_by(Kind::project, "parent_id", id) != nullptr) {
            throw ApiError{403, "Cannot delete the project " + id +
                                    " since it is not a leaf in the hierarchy. Use the cascade option if "
                                    "you want to delete a whole subtree."};
        }
        std::vector<std::string> granted;
        for (const auto& [key, assignment] : transaction.range(Kind::assignment, "")) {
            if (text(*assignment, "project_id") == id) granted.emplace_back(key);
        }
        for (const std::string& key : granted)
            transaction.erase(Kind::assignment, key);
        transaction.erase(Kind::project, id);
        transaction.commit();
        return empty_response(204);
    });
}

}  // namespace localcloud::api::identity
