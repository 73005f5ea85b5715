// Octavia v2 at /load-balancer: load balancers, listeners, pools, members, health monitors, quotas.
#pragma once

#include <string>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/load_balancer/provisioning.hpp"
#include "localcloud/api/load_balancer/resource.hpp"
#include "localcloud/api/service.hpp"

namespace localcloud::api::load_balancer {

class LoadBalancerService : public Service {
  public:
    LoadBalancerService(Cloud& cloud, const Authenticator& authenticator);

    /// Continues what an earlier process began, and starts or adopts the balancers.
    void resume() { provisioning_.resume(); }
    /// Lets running work end.
    void stop() { provisioning_.stop(); }

  protected:
    [[nodiscard]] Response render(const ApiError& error, const Call& call) const override;
    [[nodiscard]] ApiError unauthorized() const override;
    [[nodiscard]] ApiError no_such_path(const Request& request) const override;
    [[nodiscard]] ApiError no_such_method(const Request& request) const override;
    [[nodiscard]] bool token_first() const override { return true; }
    [[nodiscard]] std::string allow(std::string methods) const override;
    void finish(const Call& call, Response& response) const override;

  private:
    /// Under /v2/lbaas and /v2.0/lbaas.
    void add(std::string_view method, const std::string& path, const Handler& handler);
    void add_version_routes();
    void add_load_balancer_routes();
    void add_listener_routes();
    void add_pool_routes();
    void add_member_routes();
    void add_health_monitor_routes();
    void add_status_routes();
    void add_quota_routes();
    /// Listing and showing.
    void add_reading(const Resource& resource);
    /// PUT and DELETE of what is below a load balancer.
    void add_changing(const Resource& resource);
    [[nodiscard]] Response create_load_balancer(const Call& call);
    [[nodiscard]] Response replace_members(const Call& call);
    Response update_child(const Resource& resource, const Call& call, const std::string& id);
    Response delete_child(const Resource& resource, const Call& call, const std::string& id);

    /// "http://…/load-balancer/v2/lbaas/pools"
    [[nodiscard]] std::string url(const std::string& path) const {
        return cloud_.endpoint + prefix() + "/v2/lbaas/" + path;
    }

    Cloud& cloud_;
    Provisioning provisioning_;
};

/// The load balancer that a change is about: the caller's, and not PENDING.
void require_mutable(Transaction& transaction, const Call& call, const std::string& load_balancer_id);

/// Each puts one new document into the transaction and returns its ID; `body` is what a client sent.
std::string create_listener(Transaction& transaction, const Document& body, const Document& load_balancer);
std::string create_pool(Transaction& transaction, const Document& body, const Document& load_balancer,
                        const std::string& listener_id);
std::string create_member(Transaction& transaction, const Document& body, const std::string& pool_id);
std::string create_health_monitor(Transaction& transaction, const Document& body, const std::string& pool_id);

/// What of a change Octavia would refuse; throws.
void check_listener(const state::View& view, const Document& listener);
void check_pool(const Document& pool);
void check_member(const state::View& view, const Document& member);
void check_health_monitor(Document& monitor);

/// Throws 403 when the project has as many as it may.
void check_quota(const state::View& view, const Resource& resource, const std::string& project_id);

}  // namespace localcloud::api::load_balancer
