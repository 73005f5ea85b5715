// Users and their passwords.
#include "localcloud/api/identity/identity.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::identity {

using state::Kind;

namespace {

/// What Keystone knows by name; everything else of a user is an extra that it keeps as it came.
bool is_known(std::string_view field) {
    return field == "id" || field == "name" || field == "domain_id" || field == "enabled" ||
           field == "password" || field == "default_project_id" || field == "options" ||
           field == "password_expires_at" || field == "links";
}

Document extras(const Document& user) {
    Document out;
    for (const auto& field : user) {
        if (!field.key().starts_with('_') && !is_known(field.key())) out.emplace(field.key(), field.value());
    }
    return out;
}

void check_name_is_free(const state::View& view, const std::string& name, const std::string& domain_id) {
    for (const Document* user : view.all(Kind::user)) {
        if (text(*user, "name") == name && text(*user, "domain_id") == domain_id) {
            throw ApiError{
                409, "Conflict occurred attempting to store user - Duplicate entry found with name " + name +
                         " at domain ID " + domain_id + "."};
        }
    }
}

void require_self_or_admin(const Call& call, std::string_view action) {
    if (call.param("id") != call.caller.user_id) require_admin(call, action);
}

/// Signs out everywhere: after a new password no old token is good.
void revoke_tokens_of(state::Store::Transaction& transaction, const std::string& user_id) {
    std::vector<std::string> tokens;
    for (const auto& [key, token] : transaction.range(Kind::token, "")) {
        if (text(*token, "user_id") == user_id) tokens.emplace_back(key);
    }
    for (const std::string& key : tokens)
        transaction.erase(Kind::token, key);
}

/// Who asks for a second factor has to hear that one is enough here.
void refuse_several_methods(const Document& user) {
    const json::value* enabled = member(object(user, "options"), "multi_factor_auth_enabled");
    if (enabled == nullptr) return;
    if (!enabled->is_bool()) {
        throw ApiError{400, "Invalid input for field 'options/multi_factor_auth_enabled': " +
                                python_repr(*enabled) + " is not of type 'boolean'"};
    }
    if (enabled->get_bool())
        throw ApiError{501, "The embedded cloud does not know users who sign in by several methods."};
}

}  // namespace

void Identity::add_user_routes() {
    route("GET", "/v3/users", [this](const Call& call) {
        require_admin(call, "list_users");
        const auto view = cloud_.store.read();
        return list(call, "users", view.all(Kind::user), {"name", "domain_id", "enabled"});
    });
    route("POST", "/v3/users", [this](const Call& call) {
        require_admin(call, "create_user");
        const Document body = wrapped(call, "user");
        refuse_several_methods(body);
        if (text(body, "name").empty()) throw ApiError{400, "'name' is a required property"};
        auto transaction = cloud_.store.write();
        const std::string domain_id = text(body, "domain_id", "default");
        if (transaction.find(Kind::domain, domain_id) == nullptr) throw not_found("domain", domain_id);
        check_name_is_free(transaction, text(body, "name"), domain_id);
        const std::string id = state::hex_id();
        Document user = extras(body);
        user.emplace("id", id);
        user.emplace("name", text(body, "name"));
        user.emplace("domain_id", domain_id);
        user.emplace("enabled", boolean(body, "enabled", true));
        if (member(body, "default_project_id") != nullptr) {
            user.emplace("default_project_id", text(body, "default_project_id"));
        }
        user.emplace("password_expires_at", nullptr);
        user.emplace("options", object(body, "options"));
        if (member(body, "password") != nullptr) {
            user.emplace("_password", state::hash_password(text(body, "password")));
        }
        transaction.put(Kind::user, id, user);
        transaction.commit();
        return json_response(201, {{"user", shown(user, "users")}});
    });
    route("GET", "/v3/users/{id}", [this](const Call& call) {
        const auto view = cloud_.store.read();
        const Document* user = view.find(Kind::user, call.param("id"));
        if (user == nullptr && call.caller.is_admin()) throw not_found("user", call.param("id"));
        require_self_or_admin(call, "get_user");
        return json_response(200, {{"user", shown(*user, "users")}});
    });
    route("PATCH", "/v3/users/{id}", [this](const Call& call) {
        require_admin(call, "update_user");
        const Document body = wrapped(call, "user");
        refuse_several_methods(body);
        const std::string& id = call.param("id");
        auto transaction = cloud_.store.write();
        if (transaction.find(Kind::user, id) == nullptr) throw not_found("user", id);
        Document& user = transaction.edit(Kind::user, id);
        if (body.contains("name") && text(body, "name") != text(user, "name")) {
            check_name_is_free(transaction, text(body, "name"), text(user, "domain_id"));
        }
        for (const auto& field : body) {
            if (field.key() == "password") {
                user["_password"] = state::hash_password(to_text(field.value()));
                revoke_tokens_of(transaction, id);
            } else if (!field.key().starts_with('_') && field.key() != "id" && field.key() != "domain_id" &&
                       field.key() != "links") {
                user[field.key()] = field.value();
            }
        }
        Document answer = shown(user, "users");
        answer.emplace("extra", extras(user));
        transaction.commit();
        return json_response(200, {{"user", answer}});
    });
    route("DELETE", "/v3/users/{id}", [this](const Call& call) {
        require_admin(call, "delete_user");
        const std::string& id = call.param("id");
        auto transaction = cloud_.store.write();
        if (transaction.find(Kind::user, id) == nullptr) throw not_found("user", id);
        std::vector<std::string> granted;
        for (const auto& [key, assignment] : transaction.range(Kind::assignment, id + "|"))
            granted.emplace_back(key);
        for (const std::string& key : granted)
            transaction.erase(Kind::assignment, key);
        revoke_tokens_of(transaction, id);
        transaction.erase(Kind::user, id);
        transaction.commit();
        return empty_response(204);
    });
    route("POST", "/v3/users/{id}/password", [this](const Call& call) {
        const Document body = wrapped(call, "user");
        const std::string& id = call.param("id");
        auto transaction = cloud_.store.write();
        const Document* user = transaction.find(Kind::user, id);
        if (user == nullptr || id != call.caller.user_id ||
            !state::check_password(text(body, "original_password"), text(*user, "_password"))) {
            throw unauthorized();
        }
        transaction.edit(Kind::user, id)["_password"] = state::hash_password(text(body, "password"));
        revoke_tokens_of(transaction, id);
        transaction.commit();
        return empty_response(204);
    });
    route("GET", "/v3/users/{id}/projects", [this](const Call& call) {
        require_self_or_admin(call, "list_user_projects");
        const auto view = cloud_.store.read();
        if (view.find(Kind::user, call.param("id")) == nullptr) throw not_found("user", call.param("id"));
        return list(call, "projects",
                    view.select(Kind::project,
                                [&](const Document& project) {
                                    return !role_ids(view, call.param("id"), text(project, "id")).empty();
                                }),
                    {"name", "domain_id", "enabled"});
    });
}

}  // namespace localcloud::api::identity
