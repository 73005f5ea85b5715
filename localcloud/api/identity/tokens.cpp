// POST, GET, HEAD and DELETE /auth/tokens: the three ways to sign in and the four scopes.
#include <algorithm>
#include <array>
#include <charconv>

#include "localcloud/api/identity/identity.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::identity {

using state::Kind;

namespace {

constexpr std::chrono::hours token_lifetime{24};

/// What the identity part of a request proved.
struct Proof {
    std::string user_id;
    json::array methods;
    std::optional<Document> application_credential;
    std::optional<Document> token;  ///< the one that is exchanged
};

struct Scope {
    std::string project_id, domain_id;
    bool system = false;
    [[nodiscard]] bool none() const { return project_id.empty() && domain_id.empty() && !system; }
    [[nodiscard]] std::string key() const {
        return system ? "system" : (project_id.empty() ? domain_id : project_id);
    }
};

Scope scope_of(const Document& token) {
    return {.project_id = text(token, "project_id"),
            .domain_id = text(token, "domain_id"),
            .system = boolean(token, "system")};
}

/// The IDs of the roles that a user has in the scope now; an application credential only narrows them.
std::vector<std::string> effective_roles(const state::View& view, std::string_view user_id,
                                         const Scope& scope, const Document* credential) {
    if (scope.none()) return {};
    std::vector<std::string> held = role_ids(view, user_id, scope.key());
    if (credential == nullptr) return held;
    std::vector<std::string> roles;
    for (const json::value& role : array(*credential, "roles")) {
        std::string id = text(role.as_object(), "id");
        if (std::find(held.begin(), held.end(), id) != held.end()) roles.push_back(std::move(id));
    }
    return roles;
}

/// Not what they were when it was issued: a role that was revoked is gone at once.
std::vector<std::string> roles_of(const state::View& view, const Document& token) {
    const Document* credential =
        view.find(Kind::application_credential, text(object(token, "application_credential"), "id"));
    return effective_roles(view, text(token, "user_id"), scope_of(token), credential);
}

std::int64_t unix_seconds(state::Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string token_time(state::Time time) {
    return state::iso_whole_microseconds(time) + "Z";
}

/// The domain that {"id"|"name"} means, or nullptr.
const Document* find_domain(const state::View& view, const Document& reference) {
    if (const json::value* id = member(reference, "id")) return view.find(Kind::domain, to_text(*id));
    return view.find_by(Kind::domain, "name", text(reference, "name"));
}

/// The user that {"id"} or {"name", "domain"} means; nullptr when there is none or it is disabled.
const Document* find_user(const state::View& view, const Document& reference) {
    const Document* user = nullptr;
    if (const json::value* id = member(reference, "id")) {
        user = view.find(Kind::user, to_text(*id));
    } else {
        if (member(reference, "name") == nullptr)
            throw ApiError{400,
                           "Invalid input for field identity/password/user: id or name must be present."};
        if (member(reference, "domain") == nullptr) throw malformed("Expecting to find domain in user.");
        const Document* domain = find_domain(view, object(reference, "domain"));
        if (domain == nullptr) return nullptr;
        const auto matching = view.select(Kind::user, [&](const Document& candidate) {
            return text(candidate, "name") == text(reference, "name") &&
                   text(candidate, "domain_id") == text(*domain, "id");
        });
        user = matching.empty() ? nullptr : matching.front();
    }
    return user != nullptr && boolean(*user, "enabled", true) ? user : nullptr;
}

/// A token is this many random bytes, and so many letters.
constexpr std::size_t token_bytes = 48;
constexpr std::size_t token_letters = token_bytes / 3 * 4;

/// One that was good once looks like one; Keystone tells the two apart, too.
ApiError no_such_token(std::string_view token) {
    return {404,
            token.size() == token_letters ? "Failed to validate token" : "Could not recognize Fernet token"};
}

bool expired(const Document& token) {
    return integer(token, "_expires") <= unix_seconds(state::now());
}

/// A token of a scope where its user has no role any more is none.
bool has_lost_its_roles(const state::View& view, const Document& token) {
    return !scope_of(token).none() && roles_of(view, token).empty();
}

/// The ID of the application credential that the token was made with, if that is gone.
std::string lost_credential(const state::View& view, const Document& token) {
    std::string id = text(object(token, "application_credential"), "id");
    if (id.empty() || view.find(Kind::application_credential, id) != nullptr) return {};
    return id;
}

}  // namespace

void Identity::add_token_routes() {
    route("POST", "/v3/auth/tokens", [this](const Call& call) { return issue_token(call); }, Access::anyone);
    route("GET", "/v3/auth/tokens", [this](const Call& call) { return show_token(call); });
    route("DELETE", "/v3/auth/tokens", [this](const Call& call) { return revoke_token(call); });
}

ApiError Identity::unwelcome(const Request& request) const {
    const std::string token = request.headers.get("X-Auth-Token");
    const auto view = cloud_.store.read();
    const Document* document = view.find(Kind::token, state::hash_hex(state::Hash::sha256, token));
    if (document != nullptr && !expired(*document)) {
        const std::string lost = lost_credential(view, *document);
        if (!lost.empty()) return not_found("Application Credential", lost);
    }
    return unauthorized();
}

std::optional<Caller> Identity::authenticate(std::string_view token) const {
    if (token.empty()) return std::nullopt;
    const std::string key = state::hash_hex(state::Hash::sha256, token);
    const auto view = cloud_.store.read();
    const Document* document = view.find(Kind::token, key);
    if (document == nullptr || expired(*document)) return std::nullopt;
    if (!lost_credential(view, *document).empty() || has_lost_its_roles(view, *document)) return std::nullopt;
    const Document* user = view.find(Kind::user, text(*document, "user_id"));
    if (user == nullptr || !boolean(*user, "enabled", true)) return std::nullopt;
    Caller caller{.user_id = text(*user, "id"),
                  .user_name = text(*user, "name"),
                  .project_id = text(*document, "project_id"),
                  .domain_id = text(*document, "domain_id"),
                  .system = boolean(*document, "system"),
                  .token_id = key,
                  .unrestricted = boolean(*document, "unrestricted", true)};
    if (!caller.project_id.empty()) {
        const Document* project = view.find(Kind::project, caller.project_id);
        if (project == nullptr || !boolean(*project, "enabled", true)) return std::nullopt;
        caller.project_name = text(*project, "name");
    }
    for (const std::string& role_id : roles_of(view, *document)) {
        if (const Document* role = view.find(Kind::role, role_id))
            caller.roles.push_back(text(*role, "name"));
    }
    return caller;
}

Document Identity::token_body(const state::View& view, const Document& token, bool with_catalog) const {
    const auto domain_of = [&](const Document& owner) -> json::value {
        const std::string id = text(owner, "domain_id");
        const Document* domain = view.find(Kind::domain, id);
        return {{"id", id}, {"name", domain == nullptr ? id : text(*domain, "name")}};
    };
    Document body{{"methods", array(token, "methods")}};
    if (const Document* user = view.find(Kind::user, text(token, "user_id"))) {
        body.emplace("user", json::object{{"domain", domain_of(*user)},
                                          {"id", text(*user, "id")},
                                          {"name", text(*user, "name")},
                                          {"password_expires_at", nullptr}});
    }
    body.emplace("audit_ids", array(token, "audit_ids"));
    body.emplace("expires_at", text(token, "expires_at"));
    body.emplace("issued_at", text(token, "issued_at"));
    const std::string project_id = text(token, "project_id");
    const std::string domain_id = text(token, "domain_id");
    if (const Document* project = view.find(Kind::project, project_id)) {
        body.emplace("project", json::object{{"domain", domain_of(*project)},
                                             {"id", project_id},
                                             {"name", text(*project, "name")}});
        body.emplace("is_domain", false);
    } else if (const Document* domain = view.find(Kind::domain, domain_id)) {
        body.emplace("domain", json::object{{"id", domain_id}, {"name", text(*domain, "name")}});
    } else if (!boolean(token, "system")) {
        return body;
    }
    json::array roles;
    for (const std::string& role_id : roles_of(view, token)) {
        if (const Document* role = view.find(Kind::role, role_id)) {
            roles.push_back(json::object{{"id", role_id}, {"name", text(*role, "name")}});
        }
    }
    body.emplace("roles", std::move(roles));
    if (boolean(token, "system")) body.emplace("system", json::object{{"all", true}});
    if (with_catalog) body.emplace("catalog", catalog(view, project_id));
    if (const json::value* credential = member(token, "application_credential")) {
        body.emplace("application_credential", *credential);
    }
    return body;
}

namespace {

Proof prove_by_password(const state::View& view, const Document& identity, const ApiError& refusal) {
    if (member(identity, "password") == nullptr) throw malformed("Expecting to find password in identity.");
    const Document& claim = object(object(identity, "password"), "user");
    const Document* user = find_user(view, claim);
    // A hash is computed for an unknown user too, so that the time it takes does not tell who exists.
    const std::string hashed = user == nullptr ? state::hash_password("nobody") : text(*user, "_password");
    if (!state::check_password(text(claim, "password"), hashed) || user == nullptr) throw refusal;
    return {.user_id = text(*user, "id"), .methods = {"password"}, .application_credential = {}, .token = {}};
}

Proof prove_by_token(const state::View& view, const Document& identity, const Document& requested) {
    if (member(identity, "token") == nullptr) throw malformed("Expecting to find token in identity.");
    const std::string secret = text(object(identity, "token"), "id");
    const std::string key = state::hash_hex(state::Hash::sha256, secret);
    const Document* token = view.find(Kind::token, key);
    if (token == nullptr || expired(*token) || !lost_credential(view, *token).empty() ||
        has_lost_its_roles(view, *token))
        throw no_such_token(secret);
    const auto refuse = [](std::string_view action) {
        throw ApiError{
            403, "You are not authorized to perform the requested action: " + std::string{action} + "."};
    };
    if (boolean(*token, "system") && (requested.contains("project") || requested.contains("domain"))) {
        refuse(
            "Using a system-scoped token to create a project-scoped or domain-scoped token is not allowed.");
    }
    json::array methods = array(*token, "methods");
    const auto has_method = [&](std::string_view method) {
        return std::find(methods.begin(), methods.end(), json::value(method)) != methods.end();
    };
    // Otherwise it could be changed for one with all the roles that its user has.
    if (has_method("application_credential"))
        refuse("Using a delegated token to create another token is not allowed.");
    if (!has_method("token")) methods.emplace_back("token");
    return {.user_id = text(*token, "user_id"),
            .methods = methods,
            .application_credential = {},
            .token = *token};
}

Proof prove_by_application_credential(const state::View& view, const Document& identity,
                                      const ApiError& refusal) {
    if (member(identity, "application_credential") == nullptr) {
        throw malformed("Expecting to find application_credential in identity.");
    }
    const Document& claim = object(identity, "application_credential");
    const Document* credential = nullptr;
    if (const json::value* id = member(claim, "id")) {
        credential = view.find(Kind::application_credential, to_text(*id));
        if (credential == nullptr) throw not_found("Application Credential", to_text(*id));
    } else {
        const Document* user = find_user(view, object(claim, "user"));
        if (user == nullptr) throw refusal;
        const auto matching = view.select(Kind::application_credential, [&](const Document& candidate) {
            return text(candidate, "name") == text(claim, "name") &&
                   text(candidate, "user_id") == text(*user, "id");
        });
        if (!matching.empty()) credential = matching.front();
    }
    if (credential == nullptr ||
        !state::check_password(text(claim, "secret"), text(*credential, "_secret"))) {
        throw refusal;
    }
    state::Time expires;
    if (state::parse_iso(text(*credential, "expires_at"), expires) && expires <= state::now()) throw refusal;
    const Document* user = view.find(Kind::user, text(*credential, "user_id"));
    if (user == nullptr || !boolean(*user, "enabled", true)) throw refusal;
    return {.user_id = text(*credential, "user_id"),
            .methods = {"application_credential"},
            .application_credential = *credential,
            .token = {}};
}

Proof prove(const state::View& view, const Document& auth, const ApiError& refusal) {
    const Document& identity = object(auth, "identity");
    const std::vector<std::string> methods = texts(identity, "methods");
    if (methods.empty()) throw refusal;
    Proof proof;
    for (const std::string& method : methods) {
        Proof next;
        if (method == "password") {
            next = prove_by_password(view, identity, refusal);
        } else if (method == "token") {
            next = prove_by_token(view, identity, object(auth, "scope"));
        } else if (method == "application_credential") {
            next = prove_by_application_credential(view, identity, refusal);
        } else {
            ApiError error{401, "Attempted to authenticate with an unsupported method."};
            error.headers = refusal.headers;
            error.extra.emplace(
                "identity",
                json::object{{"methods", json::array{"password", "token", "application_credential"}}});
            throw error;
        }
        if (!proof.user_id.empty() && proof.user_id != next.user_id) throw refusal;
        proof = std::move(next);
    }
    return proof;
}

Scope read_scope(const state::View& view, const Document& auth, const Proof& proof, const ApiError& refusal) {
    const json::value* requested = member(auth, "scope");
    if (proof.application_credential) {
        if (requested != nullptr) {
            ApiError error{
                401,
                "Error authenticating with application credential: Application credentials cannot request "
                "a scope."};
            error.headers = refusal.headers;
            error.extra.emplace("identity", json::object{});
            throw error;
        }
        return {.project_id = text(*proof.application_credential, "project_id"), .domain_id = {}};
    }
    Scope scope;
    if (requested == nullptr) {
        // Without a scope it is the user's default project, as long as there is a role in it.
        const Document* user = view.find(Kind::user, proof.user_id);
        if (user != nullptr) {
            const std::string project = text(*user, "default_project_id");
            if (!project.empty() && view.find(Kind::project, project) != nullptr &&
                !role_ids(view, proof.user_id, project).empty()) {
                scope.project_id = project;
            }
        }
        return scope;
    }
    if (!requested->is_object()) return scope;  // "unscoped"
    const Document& wanted = requested->get_object();
    static constexpr std::array kinds{"system", "project", "domain", "OS-TRUST:trust", "unscoped"};
    if (std::count_if(kinds.begin(), kinds.end(), [&](const char* kind) { return wanted.contains(kind); }) !=
        1)
        throw malformed("Expecting to find system, project, domain, OS-TRUST:trust or unscoped in scope.");
    if (member(wanted, "project") != nullptr) {
        const Document& reference = object(wanted, "project");
        const Document* project = nullptr;
        if (const json::value* id = member(reference, "id")) {
            project = view.find(Kind::project, to_text(*id));
        } else if (member(reference, "domain") == nullptr) {
            throw malformed("Expecting to find domain in project.");
        } else if (const Document* domain = find_domain(view, object(reference, "domain"))) {
            const auto matching = view.select(Kind::project, [&](const Document& candidate) {
                return text(candidate, "name") == text(reference, "name") &&
                       text(candidate, "domain_id") == text(*domain, "id");
            });
            if (!matching.empty()) project = matching.front();
        }
        if (project == nullptr || !boolean(*project, "enabled", true)) throw refusal;
        scope.project_id = text(*project, "id");
    } else if (member(wanted, "domain") != nullptr) {
        const Document* domain = find_domain(view, object(wanted, "domain"));
        if (domain == nullptr) throw refusal;
        scope.domain_id = text(*domain, "id");
    } else if (member(wanted, "system") != nullptr) {
        scope.system = true;
    }
    return scope;
}

void remove_expired_tokens(state::Store::Transaction& transaction) {
    std::vector<std::string> old;
    for (const auto& [id, token] : transaction.range(Kind::token, "")) {
        if (expired(*token)) old.emplace_back(id);
    }
    for (const std::string& id : old)
        transaction.erase(Kind::token, id);
}

}  // namespace

namespace {

/// What Keystone's schema refuses before it looks at anything else.
void check_forms(const Document& auth) {
    const auto refuse = [](const std::string& where, const json::value& value, std::string_view type) {
        throw ApiError{400, "Invalid input for field '" + where + "': " + python_repr(value) +
                                " is not of type '" + std::string{type} + "'"};
    };
    const Document& identity = object(auth, "identity");
    if (const json::value* methods = identity.if_contains("methods"); methods && !methods->is_array())
        refuse("identity/methods", *methods, "array");
    const Document& user = object(object(identity, "password"), "user");
    for (const char* name : {"id", "name", "password"}) {
        const json::value* value = user.if_contains(name);
        if (value && !value->is_string())
            refuse(std::string{"identity/password/user/"} + name, *value, "string");
    }
    const Document& scope = object(auth, "scope");
    for (const char* name : {"project", "domain", "system"}) {
        const json::value* value = scope.if_contains(name);
        if (value && !value->is_object()) refuse(std::string{"scope/"} + name, *value, "object");
    }
}

}  // namespace

Response Identity::issue_token(const Call& call) {
    const std::string content_type = call.request.headers.get("Content-Type");
    if (!content_type.empty() && !content_type.starts_with("application/json")) {
        throw malformed("Expecting to find application/json in Content-Type header.");
    }
    const Document auth = wrapped(call, "auth");
    if (member(auth, "identity") == nullptr) throw ApiError{400, "'identity' is a required property"};
    check_forms(auth);
    const ApiError refusal = unauthorized();

    const auto prepare_token = [&](const state::View& view) {
        const Proof proof = prove(view, auth, refusal);
        const Scope scope = read_scope(view, auth, proof, refusal);
        const Document* credential = proof.application_credential ? &*proof.application_credential : nullptr;
        if (!scope.none() && effective_roles(view, proof.user_id, scope, credential).empty()) throw refusal;
        const state::Time issued = state::now();
        json::array audit_ids{state::secret(16)};
        Document token{
            {"user_id", proof.user_id}, {"methods", proof.methods}, {"issued_at", token_time(issued)}};
        if (proof.token) {  // what is exchanged does not live longer for it
            if (!array(*proof.token, "audit_ids").empty())
                audit_ids.push_back(array(*proof.token, "audit_ids").back());
            token.emplace("expires_at", text(*proof.token, "expires_at"));
            token.emplace("_expires", integer(*proof.token, "_expires"));
        } else {
            token.emplace("expires_at", token_time(issued + token_lifetime));
            token.emplace("_expires", unix_seconds(issued + token_lifetime));
        }
        token.emplace("audit_ids", std::move(audit_ids));
        if (!scope.project_id.empty()) token.emplace("project_id", scope.project_id);
        if (!scope.domain_id.empty()) token.emplace("domain_id", scope.domain_id);
        if (scope.system) token.emplace("system", true);
        if (credential != nullptr) {
            const bool unrestricted = boolean(*credential, "unrestricted");
            token.emplace("unrestricted", unrestricted);
            token.emplace("application_credential", json::object{{"id", text(*credential, "id")},
                                                                 {"name", text(*credential, "name")},
                                                                 {"restricted", !unrestricted}});
        }
        return token;
    };
    // Checking a password takes milliseconds on purpose: under the lock that others share.
    const Document token = prepare_token(cloud_.store.read());

    const std::string secret = state::secret(token_bytes);
    const std::string key = state::hash_hex(state::Hash::sha256, secret);
    auto transaction = cloud_.store.write();
    if (transaction.count(Kind::token) % 64 == 63) remove_expired_tokens(transaction);
    transaction.put(Kind::token, key, token);
    transaction.commit();
    Response response =
        json_response(201, {{"token", token_body(transaction, token, !call.has_query("nocatalog"))}});
    response.headers.set("X-Subject-Token", secret);
    return response;
}

Response Identity::show_token(const Call& call) {
    const auto subject = call.request.headers.find("X-Subject-Token");
    if (!subject) {
        throw ApiError{403,
                       "You are not authorized to perform the requested action: identity:validate_token."};
    }
    const std::string key = state::hash_hex(state::Hash::sha256, *subject);
    const auto view = cloud_.store.read();
    const Document* token = view.find(Kind::token, key);
    if (token == nullptr || expired(*token)) throw no_such_token(*subject);
    if (const std::string lost = lost_credential(view, *token); !lost.empty())
        throw not_found("Application Credential", lost);
    if (has_lost_its_roles(view, *token)) throw no_such_token(*subject);
    if (text(*token, "user_id") != call.caller.user_id) require_admin(call, "validate_token");
    Response response =
        json_response(200, {{"token", token_body(view, *token, !call.has_query("nocatalog"))}});
    response.headers.set("X-Subject-Token", std::string{*subject});
    return response;
}

Response Identity::revoke_token(const Call& call) {
    const auto subject = call.request.headers.find("X-Subject-Token");
    if (!subject) {
        throw ApiError{403, "You are not authorized to perform the requested action: identity:revoke_token."};
    }
    const std::string key = state::hash_hex(state::Hash::sha256, *subject);
    auto transaction = cloud_.store.write();
    const Document* token = transaction.find(Kind::token, key);
    if (token == nullptr) throw no_such_token(*subject);
    if (text(*token, "user_id") != call.caller.user_id) require_admin(call, "revoke_token");
    transaction.erase(Kind::token, key);
    transaction.commit();
    return empty_response(204);
}

}  // namespace localcloud::api::identity
