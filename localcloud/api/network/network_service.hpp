// Neutron v2.0 at /network: networks, subnets, ports, routers, floating IPs, security groups, quotas, tags.
#pragma once

#include <mutex>

#include "localcloud/api/network/resource.hpp"

namespace localcloud::api::network {

/// The tables and rules of each resource, each in its own file.
[[nodiscard]] const Resource& network_resource();
[[nodiscard]] const Resource& subnet_resource();
[[nodiscard]] const Resource& port_resource();
[[nodiscard]] const Resource& router_resource();
[[nodiscard]] const Resource& floating_ip_resource();
[[nodiscard]] const Resource& security_group_resource();
[[nodiscard]] const Resource& security_group_rule_resource();

class NetworkService : public Service {
  public:
    NetworkService(Cloud& cloud, const Authenticator& authenticator);

  protected:
    [[nodiscard]] Response render(const ApiError& error, const Call& call) const override;
    [[nodiscard]] ApiError unauthorized() const override;
    [[nodiscard]] ApiError no_such_path(const Request& request) const override;
    [[nodiscard]] ApiError no_such_method(const Request& request) const override;
    [[nodiscard]] bool token_first() const override { return true; }
    [[nodiscard]] std::string allow(std::string /*methods*/) const override { return {}; }
    void prepare(Call& call) const override;
    void finish(const Call& call, Response& response) const override;

  private:
    /// List, create (one or many), show, update, delete, and tags.
    void add_resource(const Resource& resource);
    void add_tag_routes(const Resource& resource);
    void add_router_interface_routes();
    void add_extra_route_routes();
    void add_quota_routes();
    void add_extension_routes();

    /// The object in {"network": {…}}; throws 400 in Neutron's words.
    [[nodiscard]] json::value body(const Call& call) const;
    /// The same in the words that the resource has for a body that is none.
    [[nodiscard]] json::value body_for(const Resource& resource, const Call& call) const;
    /// Makes the networks of the host follow; a failure is logged and repaired with the next change.
    void changed();
    [[nodiscard]] std::string base() const { return cloud_.endpoint + prefix() + "/v2.0"; }

    Cloud& cloud_;
};

/// The document with this ID that the caller may see; throws 404.
[[nodiscard]] const Document& require(const Resource& resource, const state::View& view, const Caller& caller,
                                      std::string_view id);
/// The same of the caller's own; throws 403 or 404 otherwise.
[[nodiscard]] Document& require_own(const Resource& resource, Transaction& transaction, const Call& call,
                                    std::string_view id, std::string_view action);

}  // namespace localcloud::api::network
