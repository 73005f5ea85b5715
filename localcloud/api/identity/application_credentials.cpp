// Application credentials of a user in a project.
#include <algorithm>
#include <array>

#include "localcloud/api/identity/identity.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::identity {

using state::Kind;

namespace {

ApiError credential_not_found(const std::string& id) {
    return not_found("Application Credential", id);
}

void require_unrestricted(const Call& call) {
    if (call.caller.unrestricted) return;
    throw ApiError{403,
                   "You are not authorized to perform the requested action: Using method "
                   "'application_credential' is not "
                   "allowed for managing additional application credentials.."};
}

void check_name(const Document& body) {
    static constexpr std::size_t longest = 255;
    if (!body.contains("name")) throw ApiError{400, "'name' is a required property"};
    const json::value& name = body.at("name");
    const auto refuse = [&](const std::string& why) {
        throw ApiError{400, "Invalid input for field 'name': " + python_repr(name) + why};
    };
    if (!name.is_string()) refuse(" is not of type 'string'");
    if (name.get_string().empty()) refuse(" is too short");
    if (name.get_string().size() > longest) refuse(" is too long");
    static constexpr std::array known{"name",       "description",  "roles",        "secret",  "expires_at",
                                      "project_id", "unrestricted", "access_rules", "user_id", "id"};
    for (const auto& field : body) {
        if (std::find(known.begin(), known.end(), field.key()) == known.end()) {
            throw ApiError{400, "'" + std::string{field.key()} +
                                    "' is an invalid keyword argument for ApplicationCredentialModel"};
        }
    }
}

json::array requested_roles(const state::View& view, const Call& call, const Document& body) {
    // Those of the token, which an application credential may have narrowed.
    std::vector<std::string> held = role_ids(view, call.caller.user_id, call.caller.project_id);
    std::erase_if(held, [&](const std::string& id) {
        const Document* role = view.find(Kind::role, id);
        return role == nullptr || !call.caller.has_role(text(*role, "name"));
    });
    std::vector<std::string> wanted = held;
    if (member(body, "roles") != nullptr && !array(body, "roles").empty()) {
        wanted.clear();
        for (const json::value& role : array(body, "roles")) {
            if (!role.is_object()) throw ApiError{400, "Invalid input for field 'roles'"};
            std::string id = text(role.get_object(), "id");
            if (id.empty()) {
                const Document* named = view.find_by(Kind::role, "name", text(role.get_object(), "name"));
                if (named == nullptr)
                    throw ApiError{404, "Role " + text(role.get_object(), "name") + " is not defined"};
                id = text(*named, "id");
            }
            if (std::find(held.begin(), held.end(), id) == held.end()) {
                throw ApiError{400,
                               "Invalid application credential: Cannot create an application credential with "
                               "unassigned role"};
            }
            wanted.push_back(id);
        }
    }
    json::array roles;
    for (const std::string& id : wanted) {
        if (const Document* role = view.find(Kind::role, id)) roles.emplace_back(*role);
    }
    return roles;
}

}  // namespace

void Identity::add_application_credential_routes() {
    static constexpr std::string_view collection = "application_credentials";
    const auto require_self = [](const Call& call, std::string_view action) {
        if (call.param("user") != call.caller.user_id) require_admin(call, action);
    };
    route("POST", "/v3/users/{user}/application_credentials", [this](const Call& call) {
        require_unrestricted(call);
        if (call.param("user") != call.caller.user_id || call.caller.project_id.empty()) {
            throw ApiError{403,
                           "You are not authorized to perform the requested action: "
                           "identity:create_application_credential."};
        }
        const Document body = wrapped(call, "application_credential");
        check_name(body);
        if (member(body, "access_rules") != nullptr) {
            throw ApiError{501, "The embedded cloud does not know access rules of application credentials."};
        }
        json::value expires = nullptr;
        if (member(body, "expires_at") != nullptr) {
            state::Time time;
            if (!state::parse_iso(text(body, "expires_at"), time)) {
                throw malformed("Timestamp not in expected format.");
            }
            if (time <= state::now()) throw malformed("The 'expires_at' must not be before now.");
            expires = state::iso_whole_microseconds(time);
        }
        auto transaction = cloud_.store.write();
        const std::string name = text(body, "name");
        for (const Document* other : transaction.all(Kind::application_credential)) {
            if (text(*other, "name") == name && text(*other, "user_id") == call.caller.user_id) {
                throw ApiError{
                    409,
                    "Conflict occurred attempting to store application_credential - Duplicate entry found "
                    "with name " +
                        name + "."};
            }
        }
        const std::string secret = text(body, "secret", state::secret(64));
        const std::string id = state::hex_id();
        const json::value* description = member(body, "description");
        const json::value* unrestricted = member(body, "unrestricted");
        Document credential{{"id", id},
                            {"name", name},
                            {"description", description == nullptr ? json::value{} : *description},
                            {"user_id", call.caller.user_id},
                            {"project_id", call.caller.project_id},
                            {"system", nullptr},
                            {"expires_at", expires},
                            {"unrestricted", unrestricted == nullptr ? json::value{} : *unrestricted},
                            {"roles", requested_roles(transaction, call, body)},
                            {"_secret", state::hash_password(secret)}};
        transaction.put(Kind::application_credential, id, credential);
        transaction.commit();
        Document answer = shown(credential, collection);
        answer.emplace("secret", secret);
        return json_response(201, {{"application_credential", answer}});
    });
    route("GET", "/v3/users/{user}/application_credentials", [this, require_self](const Call& call) {
        require_self(call, "list_application_credentials");
        const auto view = cloud_.store.read();
        return list(call, collection,
                    view.select(Kind::application_credential,
                                [&](const Document& credential) {
                                    return text(credential, "user_id") == call.param("user");
                                }),
                    {"name"});
    });
    route("GET", "/v3/users/{user}/application_credentials/{id}", [this, require_self](const Call& call) {
        require_self(call, "get_application_credential");
        const auto view = cloud_.store.read();
        const Document* credential = view.find(Kind::application_credential, call.param("id"));
        if (credential == nullptr || text(*credential, "user_id") != call.param("user")) {
            throw credential_not_found(call.param("id"));
        }
        return json_response(200, {{"application_credential", shown(*credential, collection)}});
    });
    route("DELETE", "/v3/users/{user}/application_credentials/{id}", [this, require_self](const Call& call) {
        require_self(call, "delete_application_credential");
        require_unrestricted(call);
        auto transaction = cloud_.store.write();
        const std::string& id = call.param("id");
        const Document* credential = transaction.find(Kind::application_credential, id);
        if (credential == nullptr || text(*credential, "user_id") != call.param("user"))
            throw credential_not_found(id);
        // Its tokens end with it; they stay because Keystone names what they were made with.
        transaction.erase(Kind::application_credential, id);
        transaction.commit();
        return empty_response(204);
    });
}

}  // namespace localcloud::api::identity
