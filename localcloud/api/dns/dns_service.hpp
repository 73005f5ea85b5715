// Designate v2 at /dns: zones, their record sets and name servers, limits and quotas.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/dns/publisher.hpp"
#include "localcloud/api/service.hpp"

namespace localcloud::api::dns {

using Transaction = state::Store::Transaction;

class DnsService : public Service {
  public:
    DnsService(Cloud& cloud, const Authenticator& authenticator);

    /// Publishes what an earlier process did not.
    void resume() { publisher_.submit(); }
    void stop() { publisher_.stop(); }

  protected:
    [[nodiscard]] Response render(const ApiError& error, const Call& call) const override;
    [[nodiscard]] ApiError unauthorized() const override;
    [[nodiscard]] ApiError no_such_path(const Request& request) const override;
    [[nodiscard]] ApiError no_such_method(const Request& request) const override;
    [[nodiscard]] bool token_first() const override { return true; }
    [[nodiscard]] std::string allow(std::string /*methods*/) const override { return {}; }
    void finish(const Call& call, Response& response) const override;

  private:
    void add_general_routes();
    void add_quota_routes();
    void add_zone_routes();
    void add_record_set_routes();
    [[nodiscard]] Response create_zone(const Call& call);
    [[nodiscard]] Response update_zone(const Call& call);
    [[nodiscard]] Response create_record_set(const Call& call);
    [[nodiscard]] Response update_record_set(const Call& call);
    [[nodiscard]] Response delete_record_set(const Call& call);

    /// "http://…/dns/v2"
    [[nodiscard]] std::string base() const { return cloud_.endpoint + prefix() + "/v2"; }
    [[nodiscard]] std::string url_of(const Document& document) const;
    [[nodiscard]] Document shown(const Document& document) const;
    /// With links and the total, filtered, sorted and cut into pages.
    [[nodiscard]] Response list(const Call& call, std::string_view key, const std::string& url,
                                const std::vector<const Document*>& documents,
                                const std::vector<std::string>& filters,
                                const std::vector<std::string>& sort_keys) const;

    Cloud& cloud_;
    Publisher publisher_;
};

/// Whose zones the caller works on: his project's, or another one's where an administrator says so.
struct Scope {
    std::string project_id;
    bool all = false;  ///< of all projects

    [[nodiscard]] bool has(const Document& document) const;
};
/// Throws 403 when a member asks for all projects.
[[nodiscard]] Scope scope_of(const Call& call);

[[nodiscard]] Document body_of(const Call& call);
[[nodiscard]] ApiError invalid_object(const std::string& message);
/// 400 with errors.errors[], as the schema of Designate's objects words it.
[[nodiscard]] ApiError schema_error(json::array path, const std::string& message, std::string_view validator,
                                    json::value validator_value);
/// Throws 400 for members that are none of `known`.
void check_keys(const Document& body, const std::vector<std::string>& known, std::string_view what);
/// Throws 400 unless it is absent, null or a number from 0 to 2^31-1.
void check_ttl(const Document& body);
/// Throws 400 unless it is absent, null or a text that is short enough.
void check_description(const Document& body);

/// The zone in the path; throws 400 or 404.
[[nodiscard]] const Document& require_zone(const state::View& view, const Call& call);
[[nodiscard]] std::vector<const Document*> record_sets_of(const state::View& view, std::string_view zone_id);
[[nodiscard]] std::int64_t quota_of(const state::View& view, std::string_view project_id,
                                    std::string_view name);
void check_quota(const state::View& view, const std::string& project_id, std::string_view name,
                 std::size_t wanted);
/// A new serial, in the SOA record, too; the zone is PENDING until it is served.
void change_zone(Transaction& transaction, const std::string& zone_id, std::string_view action = "UPDATE");
/// Of the zones of every cloud.
inline constexpr std::string_view name_server = "ns1.localcloud.internal.";
/// The one pool that there is; the ID is that of every Designate's default pool.
inline constexpr std::string_view pool_id = "794ccc2c-d751-44fe-b57f-8894c9f5c842";

}  // namespace localcloud::api::dns
