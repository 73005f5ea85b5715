// Roles, and who has which role where. An assignment's ID is "user|scope|role".
#include <algorithm>
#include <functional>

#include "localcloud/api/identity/identity.hpp"

namespace localcloud::api::identity {

using state::Kind;

namespace {

/// Of the user in the project, whatever roles they have: Keystone does not look which one was revoked.
void remove_application_credentials(state::Store::Transaction& transaction, const std::string& user_id,
                                    const std::string& project_id) {
    for (const Document* credential : transaction.all(Kind::application_credential)) {
        if (text(*credential, "user_id") != user_id || text(*credential, "project_id") != project_id)
            continue;
        transaction.erase(Kind::application_credential, text(*credential, "id"));
    }
}

using AssignmentTest = std::function<bool(const Document& assignment)>;

/// "?effective", "?effective=1", and not "?effective=0".
bool asks_for(const Request& request, std::string_view key) {
    const auto value = request.query_value(key);
    return value && *value != "0";
}

/// Whether the project is `root` or below it.
bool is_in_tree(const state::View& view, const std::string& project_id, const std::string& root) {
    const Document* project = view.find(Kind::project, project_id);
    while (project != nullptr && text(*project, "id") != root)
        project = view.find(Kind::project, text(*project, "parent_id"));
    return project != nullptr;
}

/// What the request asks for: each assignment of the list passes all of them. A filter without a value is none.
std::vector<AssignmentTest> read_filters(const state::View& view, const Request& request) {
    const auto value_of = [&](std::string_view key) { return request.query_value(key).value_or(""); };
    const auto refuse_both = [&](std::string_view one, std::string_view other, const char* message) {
        if (!value_of(one).empty() && !value_of(other).empty()) throw ApiError{400, message};
    };
    refuse_both("scope.domain.id", "scope.project.id", "Specify a domain or project, not both");
    refuse_both("scope.domain.id", "scope.system", "Specify system or domain, not both");
    refuse_both("scope.project.id", "scope.system", "Specify system or project, not both");
    refuse_both("user.id", "group.id", "Specify a user or group, not both");
    const bool whole_tree = asks_for(request, "include_subtree");
    if (whole_tree && value_of("scope.project.id").empty()) {
        throw ApiError{400, "scope.project.id must be specified if include_subtree is also specified"};
    }
    if (asks_for(request, "effective") && !value_of("group.id").empty())
        throw ApiError{400, "Combining effective and group filter will always result in an empty list."};

    std::vector<AssignmentTest> filters;
    const auto add = [&](std::string_view key, auto fits) {
        if (std::string value = value_of(key); !value.empty()) {
            filters.emplace_back([fits, value = std::move(value)](const Document& assignment) {
                return fits(assignment, value);
            });
        }
    };
    const auto is = [](const char* name) {
        return [name](const Document& assignment, const std::string& value) {
            return text(assignment, name) == value;
        };
    };
    const auto never = [](const Document& /*assignment*/, const std::string& /*value*/) { return false; };
    add("user.id", is("user_id"));
    add("role.id", is("role_id"));
    add("scope.domain.id", is("domain_id"));
    add("scope.project.id", [&view, whole_tree](const Document& assignment, const std::string& value) {
        const std::string project_id = text(assignment, "project_id");
        return whole_tree ? is_in_tree(view, project_id, value) : project_id == value;
    });
    add("scope.system", [](const Document& assignment, const std::string& /*value*/) {
        return text(assignment, "project_id").empty() && text(assignment, "domain_id").empty();
    });
    // There are neither groups nor inherited roles in this cloud.
    add("group.id", never);
    if (value_of("scope.OS-INHERIT:inherited_to") == "projects") add("scope.OS-INHERIT:inherited_to", never);
    return filters;
}

}  // namespace

void Identity::add_role_routes() {
    route("GET", "/v3/roles", [this](const Call& call) {
        require_admin(call, "list_roles");
        const auto view = cloud_.store.read();
        return list(call, "roles", view.all(Kind::role), {"name", "domain_id"});
    });
    route("GET", "/v3/roles/{id}", [this](const Call& call) {
        require_admin(call, "get_role");
        const auto view = cloud_.store.read();
        const Document* role = view.find(Kind::role, call.param("id"));
        if (role == nullptr) throw not_found("role", call.param("id"));
        return json_response(200, {{"role", shown(*role, "roles")}});
    });

    // Grants to users on projects, domains and the system.
    const auto add_grants = [this](const std::string& pattern, const std::string& scope_member) {
        const auto scope_of = [scope_member](const Call& call) {
            return scope_member == "system" ? std::string{"system"} : call.param("scope");
        };
        const auto key_of = [scope_of](const Call& call) {
            return call.param("user") + "|" + scope_of(call) + "|" + call.param("role");
        };
        const auto check = [scope_member, scope_of](const state::View& view, const Call& call) {
            if (view.find(Kind::user, call.param("user")) == nullptr)
                throw not_found("user", call.param("user"));
            if (scope_member == "project_id" && view.find(Kind::project, scope_of(call)) == nullptr) {
                throw not_found("project", scope_of(call));
            }
            if (scope_member == "domain_id" && view.find(Kind::domain, scope_of(call)) == nullptr) {
                throw not_found("domain", scope_of(call));
            }
        };
        route("GET", pattern, [this, scope_of, check](const Call& call) {
            require_admin(call, "list_grants");
            const auto view = cloud_.store.read();
            check(view, call);
            std::vector<const Document*> roles;
            for (const std::string& id : role_ids(view, call.param("user"), scope_of(call))) {
                if (const Document* role = view.find(Kind::role, id)) roles.push_back(role);
            }
            return list(call, "roles", roles, {"name"});
        });
        route("PUT", pattern + "/{role}", [this, key_of, scope_of, check, scope_member](const Call& call) {
            require_admin(call, "create_grant");
            auto transaction = cloud_.store.write();
            check(transaction, call);
            if (transaction.find(Kind::role, call.param("role")) == nullptr)
                throw not_found("role", call.param("role"));
            transaction.put(Kind::assignment, key_of(call),
                            {{"user_id", call.param("user")},
                             {"role_id", call.param("role")},
                             {scope_member, scope_of(call)}});
            transaction.commit();
            return empty_response(204);
        });
        const auto show = [this, key_of, check](const Call& call) {
            require_admin(call, "check_grant");
            const auto view = cloud_.store.read();
            check(view, call);
            if (view.find(Kind::assignment, key_of(call)) == nullptr) {
                throw not_found("role assignment with role",
                                call.param("role") + ", user or group: " + call.param("user"));
            }
            return empty_response(204);
        };
        route("GET", pattern + "/{role}", show);
        route("HEAD", pattern + "/{role}", show);
        route("DELETE", pattern + "/{role}", [this, key_of, scope_of, check](const Call& call) {
            require_admin(call, "revoke_grant");
            auto transaction = cloud_.store.write();
            check(transaction, call);
            if (transaction.find(Kind::assignment, key_of(call)) == nullptr) {
                throw not_found("role assignment with role", call.param("role"));
            }
            transaction.erase(Kind::assignment, key_of(call));
            remove_application_credentials(transaction, call.param("user"), scope_of(call));
            transaction.commit();
            return empty_response(204);
        });
    };
    add_grants("/v3/projects/{scope}/users/{user}/roles", "project_id");
    add_grants("/v3/domains/{scope}/users/{user}/roles", "domain_id");
    add_grants("/v3/system/users/{user}/roles", "system");

    route("GET", "/v3/role_assignments", [this](const Call& call) {
        const bool own = call.query("user.id") == call.caller.user_id &&
                         call.query("scope.project.id") == call.caller.project_id;
        if (!own) require_admin(call, "list_role_assignments");
        const auto view = cloud_.store.read();
        const std::vector<AssignmentTest> filters = read_filters(view, call.request);
        const bool names = asks_for(call.request, "include_names");
        const auto named = [&](Kind kind, const std::string& id) {
            Document out{{"id", id}};
            const Document* document = view.find(kind, id);
            if (names && document != nullptr) {
                out.emplace("name", text(*document, "name"));
                const std::string domain_id = text(*document, "domain_id");
                const Document* domain = view.find(Kind::domain, domain_id);
                if (kind != Kind::role && kind != Kind::domain && domain != nullptr) {
                    out.emplace("domain", json::object{{"id", domain_id}, {"name", text(*domain, "name")}});
                }
            }
            return out;
        };
        json::array assignments;
        for (const Document* assignment : view.all(Kind::assignment)) {
            const std::string user_id = text(*assignment, "user_id");
            const std::string role_id = text(*assignment, "role_id");
            const std::string project_id = text(*assignment, "project_id");
            const std::string domain_id = text(*assignment, "domain_id");
            if (!std::all_of(filters.begin(), filters.end(),
                             [&](const auto& fits) { return fits(*assignment); }))
                continue;
            std::string place = "/system";
            Document scope{{"system", json::object{{"all", true}}}};
            if (!project_id.empty()) {
                place = "/projects/" + project_id;
                scope = {{"project", named(Kind::project, project_id)}};
            } else if (!domain_id.empty()) {
                place = "/domains/" + domain_id;
                scope = {{"domain", named(Kind::domain, domain_id)}};
            }
            assignments.push_back(json::object{
                {"links", {{"assignment", base() + place + "/users/" + user_id + "/roles/" + role_id}}},
                {"scope", scope},
                {"user", named(Kind::user, user_id)},
                {"role", named(Kind::role, role_id)}});
        }
        return json_response(
            200,
            {{"role_assignments", std::move(assignments)},
             {"links",
              {{"next", nullptr}, {"self", cloud_.endpoint + call.request.target}, {"previous", nullptr}}}});
    });
}

}  // namespace localcloud::api::identity
