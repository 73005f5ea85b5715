// Nova v2.1 at /compute, microversions 2.1 to 2.93: servers and their actions, flavors, keypairs, limits.
#pragma once

#include <string>
#include <vector>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/compute/lifecycle.hpp"
#include "localcloud/api/service.hpp"

namespace localcloud::api::compute {

inline constexpr int latest_microversion = 93;

class ComputeService : public Service {
  public:
    ComputeService(Cloud& cloud, const Authenticator& authenticator);

    /// Continues what an earlier process began, and follows instances that ended meanwhile.
    void resume() { lifecycle_.resume(); }
    /// Lets running work end.
    void stop() { lifecycle_.stop(); }

  protected:
    [[nodiscard]] Response render(const ApiError& error, const Call& call) const override;
    [[nodiscard]] ApiError unauthorized() const override;
    [[nodiscard]] ApiError no_such_path(const Request& request) const override;
    [[nodiscard]] bool token_first() const override { return true; }
    [[nodiscard]] std::string allow(std::string /*methods*/) const override { return {}; }
    void prepare(Call& call) const override;
    void finish(const Call& call, Response& response) const override;

  private:
    void add_version_routes();
    void add_flavor_routes();
    void add_flavor_access_routes();
    void add_keypair_routes();
    void add_quota_routes();
    void add_server_routes();
    void add_server_action_routes();
    void add_server_metadata_routes();
    void add_server_detail_routes();

    [[nodiscard]] Response create_server(const Call& call);
    [[nodiscard]] Response list_servers(const Call& call, bool detail) const;
    [[nodiscard]] Response update_server(const Call& call);
    [[nodiscard]] Response delete_server(const Call& call);
    [[nodiscard]] Response act_on_server(const Call& call);
    [[nodiscard]] Response rebuild_server(const Call& call, const Document& request);
    [[nodiscard]] Response console_output(const Call& call, const Document& request) const;
    [[nodiscard]] Response reset_state(const Call& call, const Document& request);
    void change_security_group(const Call& call, const std::string& name, bool add);
    void add_floating_ip(const Call& call, const Document& request);
    void remove_floating_ip(const Call& call, const Document& request);

    /// "http://…/compute/v2.1"
    [[nodiscard]] std::string base() const { return cloud_.endpoint + prefix() + "/v2.1"; }
    /// [self, bookmark] of "servers/1234"
    [[nodiscard]] json::array links(const std::string& path) const;
    [[nodiscard]] json::value bookmark(const std::string& path) const;

    [[nodiscard]] Document flavor_body(const Document& flavor, int microversion) const;
    /// How a server looks at a microversion; see server_view.cpp.
    enum class Shape { show, list, change };
    [[nodiscard]] Document server_body(const state::View& view, const Call& call, const Document& server,
                                       Shape shape) const;

    Cloud& cloud_;
    Lifecycle lifecycle_;
};

/// ACTIVE, BUILD, SHUTOFF …
[[nodiscard]] std::string_view status_of(const Document& server);
/// The host as others than administrators see it; empty before there is one.
[[nodiscard]] std::string host_id_of(const Document& server);
/// {"private": [{"addr": …}]}
[[nodiscard]] Document addresses_of(const state::View& view, const Document& server, bool extended);
[[nodiscard]] std::vector<const Document*> ports_of(const state::View& view, std::string_view server_id);
/// Names of the security groups of a server's ports.
[[nodiscard]] json::array security_groups_of(const state::View& view, const Document& server);
/// The server that the caller may see; throws 404 in Nova's words.
[[nodiscard]] const Document& require_server(const state::View& view, const Call& call);
/// The same in the words of those requests for which Nova asks in which cell the server is.
[[nodiscard]] const Document& require_mapped_server(const state::View& view, const Call& call);
/// The object in {"server": {…}}; throws 400.
[[nodiscard]] json::value read_body(const Call& call);
[[nodiscard]] ApiError bad_request(const std::string& message);
[[nodiscard]] ApiError invalid_field(std::string_view field, const json::value& value,
                                     const std::string& problem);
/// The same of a key in the query.
[[nodiscard]] ApiError invalid_query(std::string_view key, const std::string& value,
                                     const std::string& problem);
/// The object of that name in a body; throws 400.
[[nodiscard]] const Document& wrapped(const json::value& body, std::string_view name);
[[nodiscard]] ApiError invalid_name();
/// Throws 400 for any other key in the query, from this microversion on.
void check_query(const Call& call, int since, std::initializer_list<std::string_view> known);
/// Throws 400 unless it is "asc" or "desc".
void check_direction(const std::string& direction);
/// Each tag once; throws 400 unless these are tags that a server may have.
[[nodiscard]] json::array checked_tags(const json::value& tags);
[[nodiscard]] ApiError forbidden_by_policy(std::string_view rule);
/// The limit of a project, -1 for none.
[[nodiscard]] std::int64_t quota_limit(const state::View& view, std::string_view project_id,
                                       std::string_view name);
/// With the event that does the work of it, where there is some.
void remember_action(state::Store::Transaction& transaction, const Call& call, const std::string& server_id,
                     std::string_view action);

/// A flavor that is public, or for the caller's project.
[[nodiscard]] bool may_use(const Document& flavor, const Caller& caller);
/// The flavors of a new cloud; nothing when there are some.
void preload(Cloud& cloud);

}  // namespace localcloud::api::compute
