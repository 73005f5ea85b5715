// Keystone v3 at /identity: tokens, catalog, projects, users, domains, roles, application credentials.
// One file for each resource; this class is what they share.
#pragma once

#include <string>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/service.hpp"

namespace localcloud::api::identity {

class Identity : public Authenticator, public Service {
  public:
    explicit Identity(Cloud& cloud);

    [[nodiscard]] std::optional<Caller> authenticate(std::string_view token) const override;

  protected:
    [[nodiscard]] Response render(const ApiError& error, const Call& call) const override;
    [[nodiscard]] ApiError unauthorized() const override;
    [[nodiscard]] ApiError unwelcome(const Request& request) const override;
    [[nodiscard]] ApiError no_such_path(const Request& request) const override;
    [[nodiscard]] ApiError no_such_method(const Request& request) const override;
    void finish(const Call& call, Response& response) const override;

  private:
    void add_token_routes();
    void add_catalog_routes();
    void add_project_routes();
    void add_user_routes();
    void add_role_routes();
    void add_application_credential_routes();

    /// "http://…/identity/v3"
    [[nodiscard]] std::string base() const;
    /// The document without what is internal, with its links.
    [[nodiscard]] Document shown(const Document& document, std::string_view collection) const;
    /// Those of a tree's projects where the caller has a role, as Keystone lists relatives.
    [[nodiscard]] json::array shown_relatives(const state::View& view, const Call& call,
                                              const json::value& tree) const;
    /// {"users": […], "links": …} with those documents that the query's filters accept.
    [[nodiscard]] Response list(const Call& call, std::string_view collection,
                                const std::vector<const Document*>& documents,
                                const std::vector<std::string_view>& filters) const;

    [[nodiscard]] Response issue_token(const Call& call);
    [[nodiscard]] Response show_token(const Call& call);
    [[nodiscard]] Response revoke_token(const Call& call);
    [[nodiscard]] Document token_body(const state::View& view, const Document& token,
                                      bool with_catalog) const;
    [[nodiscard]] json::array catalog(const state::View& view, std::string_view project_id) const;

    Cloud& cloud_;
};

/// The names and IDs of the roles that a user has in a scope; `scope` is a project's or domain's ID or "system".
[[nodiscard]] std::vector<std::string> role_ids(const state::View& view, std::string_view user_id,
                                                std::string_view scope);
/// Throws 403 in Keystone's words unless the caller is an administrator.
void require_admin(const Call& call, std::string_view action);
[[nodiscard]] ApiError not_found(std::string_view what, std::string_view id);
[[nodiscard]] ApiError malformed(const std::string& what);
/// The object that a request's body wraps: {"project": {…}}.
[[nodiscard]] Document wrapped(const Call& call, std::string_view name);

/// Domain, projects, users, roles and the catalog of a new cloud; nothing when they are there.
struct Passwords {
    std::string demo, admin;
};
void preload(Cloud& cloud, const Passwords& passwords);
/// Adds services that came after the cloud was made.
void complete_catalog(Cloud& cloud);

}  // namespace localcloud::api::identity
