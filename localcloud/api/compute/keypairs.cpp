// Keypairs: a user's, kept as "user|name".
#include <algorithm>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/compute/paging.hpp"
#include "localcloud/api/compute/ssh_keys.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

constexpr std::string_view name_letters = "_- 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

void check_name(const json::value* value, int microversion) {
    if (value == nullptr || !value->is_string())
        throw bad_request("Keypair data is invalid: name is a required property");
    if (!value->is_string())
        throw invalid_field("name", *value, python_repr(*value) + " is not of type 'string'");
    const std::string name = to_text(*value);
    if (name != " " && (name.starts_with(' ') || name.ends_with(' '))) throw invalid_name();
    if (name.empty() || name.size() > 255) {
        throw invalid_field("name", *value, "'" + name + "' is too " + (name.empty() ? "short" : "long"));
    }
    const std::string allowed = std::string{name_letters} + (microversion >= 92 ? "@." : "");
    if (name.find_first_not_of(allowed) != std::string::npos) {
        throw bad_request(
            "An invalid 'name' value was provided. The name must be: Only expected characters: [" + allowed +
            "]");
    }
}

void check_members(const Document& body, int microversion) {
    for (const auto& field : body) {
        const std::string_view name = field.key();
        const bool known = name == "name" || name == "public_key" || (name == "type" && microversion >= 2) ||
                           (name == "user_id" && microversion >= 10);
        if (!known) {
            throw invalid_field(
                "keypair", body,
                "Additional properties are not allowed ('" + std::string{name} + "' was unexpected)");
        }
    }
    if (!body.contains("name")) throw invalid_field("keypair", body, "'name' is a required property");
}

Document summary(const Document& keypair, int microversion) {
    Document body{{"name", text(keypair, "name")},
                  {"public_key", text(keypair, "public_key")},
                  {"fingerprint", text(keypair, "fingerprint")}};
    if (microversion >= 2) body.emplace("type", "ssh");
    return body;
}

/// Administrators may name another user since 2.10.
std::string user_of(const Call& call) {
    std::string user = call.query("user_id");
    if (user.empty() || user == call.caller.user_id) return call.caller.user_id;
    if (call.microversion < 10 || !call.caller.is_admin()) {
        throw forbidden_by_policy("os_compute_api:os-keypairs:index");
    }
    return user;
}

}  // namespace

void ComputeService::add_keypair_routes() {
    route("POST", "/v2.1/os-keypairs", [this](const Call& call) {
        const json::value request_body = read_body(call);
        const Document& body = wrapped(request_body, "keypair");
        check_members(body, call.microversion);
        check_name(body.if_contains("name"), call.microversion);
        const std::string name = text(body, "name");
        const std::string type = text(body, "type", "ssh");
        if (type != "ssh" && type != "x509")
            throw invalid_field("type", body.at("type"), "'" + type + "' is not one of ['ssh', 'x509']");
        if (type != "ssh") {
            throw ApiError{501, "The embedded cloud knows keypairs of type ssh only."};
        }
        SshKeyPair pair;
        if (const json::value* given = member(body, "public_key")) {
            pair.public_key = to_text(*given);
        } else if (call.microversion >= 92) {
            throw invalid_field("keypair", body, "'public_key' is a required property");
        } else {
            pair = generate_ssh_key("Generated-by-Nova");
        }
        const auto fingerprint = ssh_fingerprint(pair.public_key);
        if (!fingerprint) throw bad_request("Keypair data is invalid: failed to generate fingerprint");
        const std::string user = text(body, "user_id", call.caller.user_id);
        if (user != call.caller.user_id && !call.caller.is_admin()) {
            throw forbidden_by_policy("os_compute_api:os-keypairs:create");
        }
        auto transaction = cloud_.store.write();
        const std::string key = user + "|" + name;
        if (transaction.find(Kind::keypair, key) != nullptr) {
            throw ApiError{409, "Key pair '" + name + "' already exists."};
        }
        const auto owned = static_cast<std::int64_t>(transaction.range(Kind::keypair, user + "|").size());
        if (const auto limit = quota_limit(transaction, call.caller.project_id, "key_pairs");
            limit >= 0 && owned >= limit) {
            throw ApiError{403, "Quota exceeded, too many key pairs."};
        }
        Document counter;
        if (const Document* stored = transaction.find(Kind::setting, "keypair_id")) counter = *stored;
        const std::int64_t number = integer(counter, "value") + 1;
        transaction.put(Kind::setting, "keypair_id", {{"value", number}});
        transaction.put(Kind::keypair, key,
                        {{"name", name},
                         {"public_key", pair.public_key},
                         {"fingerprint", *fingerprint},
                         {"user_id", user},
                         {"created_at", state::iso_whole_microseconds(state::now())},
                         {"id", number}});
        transaction.commit();
        Document answer;
        if (!pair.private_key.empty()) answer.emplace("private_key", pair.private_key);
        if (call.microversion >= 2) answer.emplace("type", "ssh");
        answer.emplace("name", name);
        answer.emplace("public_key", pair.public_key);
        answer.emplace("fingerprint", *fingerprint);
        answer.emplace("user_id", user);
        return json_response(call.microversion >= 2 ? 201 : 200, {{"keypair", answer}});
    });
    route("GET", "/v2.1/os-keypairs", [this](const Call& call) {
        check_query(call, 75, {"user_id", "limit", "marker"});
        const auto view = cloud_.store.read();
        std::vector<const Document*> keypairs;
        for (const auto& [id, keypair] : view.range(Kind::keypair, user_of(call) + "|"))
            keypairs.push_back(keypair);
        Page page{.documents = keypairs, .links = {}};
        if (call.microversion >= 35)
            page =
                take_page(keypairs, call, "name", base() + "/os-keypairs", "Marker {} could not be found.");
        json::array items;
        for (const Document* keypair : page.documents) {
            items.push_back(json::object{{"keypair", summary(*keypair, call.microversion)}});
        }
        Document body{{"keypairs", std::move(items)}};
        if (!page.links.empty()) body.emplace("keypairs_links", page.links);
        return json_response(200, body);
    });
    const auto missing = [](const Call& call) {
        return ApiError{404, "Keypair " + call.param("name") + " not found for user " + user_of(call)};
    };
    route("GET", "/v2.1/os-keypairs/{name}", [this, missing](const Call& call) {
        const auto view = cloud_.store.read();
        const Document* keypair = view.find(Kind::keypair, user_of(call) + "|" + call.param("name"));
        if (keypair == nullptr) throw missing(call);
        Document body{{"name", text(*keypair, "name")},
                      {"public_key", text(*keypair, "public_key")},
                      {"fingerprint", text(*keypair, "fingerprint")},
                      {"user_id", text(*keypair, "user_id")},
                      {"created_at", text(*keypair, "created_at")},
                      {"deleted", false},
                      {"deleted_at", nullptr},
                      {"id", integer(*keypair, "id")},
                      {"updated_at", nullptr}};
        if (call.microversion >= 2) body.emplace("type", "ssh");
        return json_response(200, {{"keypair", body}});
    });
    route("DELETE", "/v2.1/os-keypairs/{name}", [this, missing](const Call& call) {
        auto transaction = cloud_.store.write();
        const std::string key = user_of(call) + "|" + call.param("name");
        if (transaction.find(Kind::keypair, key) == nullptr) throw missing(call);
        transaction.erase(Kind::keypair, key);
        transaction.commit();
        return empty_response(call.microversion >= 2 ? 204 : 202, "application/json");
    });
}

}  // namespace localcloud::api::compute
