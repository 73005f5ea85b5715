#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <mutex>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/auth/authenticator.hpp"
#include "sdk/src/http/url.hpp"
#include "sdk/src/session/discovery.hpp"
#include "sdk/src/session/failure.hpp"
#include "sdk/src/session/json.hpp"
#include "sdk/src/session/redaction.hpp"

namespace openstack::auth {
namespace {

namespace json = boost::json;

/// The auth section of a cloud, and errors that say where it is.
class Settings {
  public:
    explicit Settings(CloudConfig config) : config_(std::move(config)) {}

    [[nodiscard]] std::string get(const char* key) const {
        return config_.get(std::string("auth.") + key).value_or("");
    }
    [[nodiscard]] bool has(const char* key) const { return !get(key).empty(); }
    [[nodiscard]] std::string need(const char* key, const char* example) const {
        auto value = get(key);
        if (value.empty())
            fail(std::string("has no auth.") + key,
                 std::string("write `") + key + ": " + example + "` under auth");
        return value;
    }
    [[noreturn]] void fail(const std::string& what, const std::string& remedy) const {
        auto where = config_.origin("auth.auth_url");
        if (where.empty()) where = config_.origin("auth_type");
        throw ConfigError((where.empty() ? "" : where + ": ") + "the cloud \"" + config_.name() + "\" " +
                          what + "; " + remedy);
    }
    [[nodiscard]] const CloudConfig& config() const { return config_; }

  private:
    CloudConfig config_;
};

/// {"id": …} or {"name": …} of the domain that `prefix` belongs to.
json::object domain(const Settings& settings, const std::string& prefix) {
    if (const auto id = settings.get((prefix + "_domain_id").c_str()); !id.empty()) return {{"id", id}};
    if (const auto name = settings.get((prefix + "_domain_name").c_str()); !name.empty())
        return {{"name", name}};
    if (const auto id = settings.get("default_domain_id"); !id.empty()) return {{"id", id}};
    if (const auto name = settings.get("default_domain_name"); !name.empty()) return {{"name", name}};
    return {};
}

json::object user(const Settings& settings) {
    if (settings.has("user_id")) return {{"id", settings.get("user_id")}};
    json::object out{{"name", settings.need("username", "<your user name>")}};
    auto of = domain(settings, "user");
    if (of.empty()) {
        // As keystoneauth: the domain of a domain scope is the user's too, unless it is named.
        if (settings.has("domain_id")) of = {{"id", settings.get("domain_id")}};
        if (of.empty() && settings.has("domain_name")) of = {{"name", settings.get("domain_name")}};
    }
    if (of.empty()) {
        settings.fail("does not say in which domain the user \"" + settings.get("username") + "\" is",
                      "write `user_domain_name: Default` under auth (or whatever the domain is called)");
    }
    out["domain"] = std::move(of);
    return out;
}

json::value scope(const Settings& settings) {
    const bool project = settings.has("project_id") || settings.has("project_name");
    const bool domain_scope = settings.has("domain_id") || settings.has("domain_name");
    const bool system = settings.has("system_scope");
    const bool trust = settings.has("trust_id");
    if (system && settings.get("system_scope") != "all") {
        settings.fail("has system_scope \"" + settings.get("system_scope") + "\"",
                      "the only value that there is is \"all\"");
    }
    if (static_cast<int>(project) + static_cast<int>(system) + static_cast<int>(trust) > 1) {
        settings.fail("asks for several scopes at once", "keep one of project, system_scope and trust_id");
    }
    if (trust) return json::object{{"OS-TRUST:trust", json::object{{"id", settings.get("trust_id")}}}};
    if (system) return json::object{{"system", json::object{{"all", true}}}};
    if (settings.has("project_id"))
        return json::object{{"project", json::object{{"id", settings.get("project_id")}}}};
    if (project) {
        auto of = domain(settings, "project");
        if (of.empty()) of = domain(settings, "user");
        if (of.empty() && settings.has("domain_id")) of = {{"id", settings.get("domain_id")}};
        if (of.empty() && settings.has("domain_name")) of = {{"name", settings.get("domain_name")}};
        if (of.empty()) {
            settings.fail(
                "does not say in which domain the project \"" + settings.get("project_name") + "\" is",
                "write `project_domain_name: Default` under auth (or whatever the domain is called)");
        }
        return json::object{
            {"project", json::object{{"name", settings.get("project_name")}, {"domain", std::move(of)}}}};
    }
    if (domain_scope) {
        json::object of;
        if (settings.has("domain_id")) {
            of["id"] = settings.get("domain_id");
        } else {
            of["name"] = settings.get("domain_name");
        }
        return json::object{{"domain", std::move(of)}};
    }
    const auto unscoped = settings.get("unscoped");
    if (unscoped == "true" || unscoped == "True" || unscoped == "yes") return "unscoped";
    return nullptr;
}

struct Identity {
    json::object identity;
    bool scoped = true;  ///< an application credential has its project in itself
    std::string who;     ///< for error texts
};

Identity password(const Settings& settings) {
    auto of = user(settings);
    const auto who = "user " + (settings.has("user_id") ? settings.get("user_id") : settings.get("username"));
    of["password"] = settings.need("password", "<your password>");
    return {.identity = {{"methods", json::array{"password"}},
                         {"password", json::object{{"user", std::move(of)}}}},
            .who = who};
}

Identity token(const Settings& settings) {
    return {.identity = {{"methods", json::array{"token"}},
                         {"token", json::object{{"id", settings.need("token", "<a token>")}}}},
            .who = "the holder of the configured token"};
}

Identity application_credential(const Settings& settings) {
    json::object credential;
    std::string who;
    if (settings.has("application_credential_id")) {
        credential["id"] = settings.get("application_credential_id");
        who = "application credential " + settings.get("application_credential_id");
    } else if (settings.has("application_credential_name")) {
        credential["name"] = settings.get("application_credential_name");
        who = "application credential \"" + settings.get("application_credential_name") + "\"";
        credential["user"] = user(settings);
    } else {
        settings.fail("has no auth.application_credential_id",
                      "write `application_credential_id: <its ID>` under auth");
    }
    credential["secret"] = settings.need("application_credential_secret", "<its secret>");
    return {.identity = {{"methods", json::array{"application_credential"}},
                         {"application_credential", std::move(credential)}},
            .scoped = false,
            .who = who};
}

class Keystone final : public Authenticator {
  public:
    Keystone(const Settings& settings, Identity identity)
        : auth_url_(settings.need("auth_url", "https://<your cloud>:5000/v3")),
          who_(std::move(identity.who)) {
        const auto url = http::Url::parse(auth_url_);
        if (!url)
            settings.fail("has auth_url \"" + http::without_secrets(auth_url_) + "\", which is not a URL",
                          "write it like https://<host>:5000/v3");
        if (url->path.ends_with("/v2.0") || url->path.ends_with("/v2.0/")) {
            settings.fail("has an auth_url of the Identity API v2.0, which no cloud offers any more",
                          "write /v3 instead of /v2.0");
        }
        json::object auth{{"identity", std::move(identity.identity)}};
        if (identity.scoped) {
            if (auto of = scope(settings); !of.is_null()) auth["scope"] = std::move(of);
        }
        body_ = json::serialize(json::object{{"auth", std::move(auth)}});
    }

    SignedIn sign_in(session::Sender& sender, const CallOptions& options, Effort effort) override {
        session::Outgoing outgoing{
            .method = "POST",
            .url = identity_v3(sender, options) + "/auth/tokens",
            .headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}},
            .body = body_,
            .repeatable = true,  // at worst there is one token more
            .carries_credentials = true,
            .service_type = "identity"};
        if (effort == Effort::once) outgoing.connect_retries = outgoing.status_retries = 0;
        const auto secrets = session::secret_values(outgoing.headers, outgoing.body, {});
        const auto [response, attempts, unsure] = sender.send(std::move(outgoing), options);
        if (response.status / 100 == 2) return parse_token_answer(response);

        auto details = session::details_of("POST", response, "identity", attempts);
        details.service_message = session::masked(details.service_message, secrets);
        auto text = "cannot sign in at " + details.url + " as " + who_ + ": ";
        if (response.status == 401 && response.headers.find("Openstack-Auth-Receipt")) {
            text += "the cloud asks for a further factor, which is not supported yet";
            throw Unauthorized(text, std::move(details));
        }
        if (response.status == 401) {
            text += details.service_message + " Check the name, the secret, the domains and the project" +
                    request(details);
            throw Unauthorized(text, std::move(details));
        }
        if (response.status / 100 == 4 && response.status != 429) {
            text +=
                std::to_string(response.status) + " " + std::string(session::reason_phrase(response.status));
            if (!details.service_message.empty()) text += ": " + details.service_message;
            if (response.status == 404) text += " Does auth_url point at the Identity service?";
            text += request(details);
            session::raise_status(text, std::move(details));
        }
        session::raise_answer(std::move(details));
    }

    std::string identity_endpoint() const override {
        const std::lock_guard lock(mutex_);
        return identity_v3_;
    }

  private:
    static std::string request(const ErrorDetails& details) {
        return details.request_id.empty() ? "" : " (request " + details.request_id + ")";
    }

    /// Where /auth/tokens is; found once.
    std::string identity_v3(session::Sender& sender, const CallOptions& options) {
        {
            const std::lock_guard lock(mutex_);
            if (!identity_v3_.empty()) return identity_v3_;
        }
        auto found = session::versioned_endpoint(auth_url_, session::service_type_info("identity"), "",
                                                 sender, options)
                         .url;
        const std::lock_guard lock(mutex_);
        identity_v3_ = found;
        return found;
    }

    const std::string auth_url_;
    const std::string who_;
    std::string body_;
    mutable std::mutex mutex_;
    std::string identity_v3_;
};

/// No sign-in at all: a token (or none) and one endpoint are given.
class Fixed final : public Authenticator {
  public:
    Fixed(std::string token, std::string endpoint)
        : token_(std::move(token)), endpoint_(std::move(endpoint)) {}
    SignedIn sign_in(session::Sender& /*sender*/, const CallOptions& /*options*/,
                     Effort /*effort*/) override {
        return {.token = token_, .access = std::make_shared<Access>()};
    }
    std::string fixed_endpoint() const override { return endpoint_; }

  private:
    std::string token_;
    std::string endpoint_;
};

constexpr std::array later = {"v3multifactor",
                              "v3totp",
                              "v3oidcpassword",
                              "v3oidcauthcode",
                              "v3oidcclientcredentials",
                              "v3oidcaccesstoken",
                              "v3oidcdeviceauthz",
                              "v3samlpassword",
                              "v3adfspassword",
                              "v3kerberos",
                              "v3fedkerb",
                              "v3tokenlessauth",
                              "v3oauth1",
                              "v3oauth2clientcredential",
                              "v3oauth2mtlsclientcredential",
                              "http_basic",
                              "v3websso",
                              "k2k"};

}  // namespace

std::unique_ptr<Authenticator> make_authenticator(const CloudConfig& config) {
    const Settings settings(config);
    const auto type = config.auth_type();
    if (type == "password" || type == "v3password")
        return std::make_unique<Keystone>(settings, password(settings));
    if (type == "token" || type == "v3token") return std::make_unique<Keystone>(settings, token(settings));
    if (type == "v3applicationcredential")
        return std::make_unique<Keystone>(settings, application_credential(settings));
    if (type == "none") return std::make_unique<Fixed>("", settings.get("endpoint"));
    if (type == "admin_token") {
        return std::make_unique<Fixed>(settings.need("token", "<the token>"),
                                       settings.need("endpoint", "<the service's URL>"));
    }
    const auto* const remedy = "use password, token or v3applicationcredential";
    if (type == "v2password" || type == "v2token") {
        settings.fail(
            "has auth_type \"" + type + "\", which is of the Identity API v2.0 that no cloud offers any more",
            remedy);
    }
    if (std::ranges::find(later, type) != later.end()) {
        settings.fail("has auth_type \"" + type + "\", which is not supported yet", remedy);
    }
    settings.fail("has the unknown auth_type \"" + type + "\"", remedy);
}

}  // namespace openstack::auth
