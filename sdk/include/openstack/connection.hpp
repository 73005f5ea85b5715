// The way in: connect() to a cloud, and its services.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "openstack/adapter.hpp"
#include "openstack/config.hpp"
#include "openstack/session.hpp"

namespace openstack {

// Each is complete in the service's own header (<openstack/compute.hpp>); <openstack/openstack.hpp> has them all.
class ComputeService;
class DnsService;
class IdentityService;
class ImageService;
class LoadBalancerService;
class NetworkService;
class ObjectStoreService;

struct ConnectOptions {
    /// The cloud's name in clouds.yaml; empty: as in ConfigOptions.
    std::string cloud;
    std::string region_name;
    /// Explicit settings, above all else ("auth_url", "username", "auth.password" …).
    std::vector<std::pair<std::string, std::string>> settings;
    /// Everything else about where configuration comes from; `cloud`, `region_name` and `settings` above add to it.
    ConfigOptions config;
    SessionOptions session;
};

/// One cloud, one identity, one region. Thread-safe, cheap to copy; copies share token and connections.
class Connection {
  public:
    /// For a configuration or a session of one's own; most programs call connect().
    explicit Connection(CloudConfig config, SessionOptions options = {});
    explicit Connection(std::shared_ptr<Session> session) : session_(std::move(session)) {}

    [[nodiscard]] ComputeService compute() const;
    [[nodiscard]] NetworkService network() const;
    [[nodiscard]] ImageService image() const;
    [[nodiscard]] ObjectStoreService object_store() const;
    [[nodiscard]] IdentityService identity() const;
    [[nodiscard]] LoadBalancerService load_balancer() const;
    [[nodiscard]] DnsService dns() const;

    [[nodiscard]] const CloudConfig& config() const;
    [[nodiscard]] const std::shared_ptr<Session>& session() const { return session_; }
    /// Any service by its type ("compute") or an alias, for calls that no resource type models yet.
    [[nodiscard]] Adapter adapter(std::string service_type) const;

  private:
    std::shared_ptr<Session> session_;
};

/// Reads the configuration; the first call that needs the cloud signs in. Throws ConfigError.
[[nodiscard]] Connection connect(const ConnectOptions& options = {});

}  // namespace openstack
