// Networking (Neutron): networks, ports, routers, floating IPs, security groups.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "openstack/adapter.hpp"
#include "openstack/call_options.hpp"
#include "openstack/field.hpp"
#include "openstack/network/extension.hpp"
#include "openstack/network/network.hpp"
#include "openstack/network/port.hpp"
#include "openstack/network/router.hpp"
#include "openstack/network/security_group.hpp"
#include "openstack/paged.hpp"
#include "openstack/wait.hpp"

namespace openstack {

/// Cheap to copy, thread-safe. A `find_…` takes a name or an ID and throws NotFound (which lists what there is) or
/// DuplicateResource (which lists the IDs); `find_…_or_null` returns nothing instead of NotFound. A `delete_…`
/// returns false when there was nothing to delete.
class NetworkService {
  public:
    explicit NetworkService(Adapter adapter) : adapter_(std::move(adapter)) {}
    /// For what is not modelled here.
    [[nodiscard]] const Adapter& adapter() const { return adapter_; }

    // Networks
    [[nodiscard]] Paged<network::Network> networks(const network::NetworkQuery& query = {},
                                                   const CallOptions& options = {}) const;
    [[nodiscard]] network::Network get_network(const Id& network, const CallOptions& options = {}) const;
    [[nodiscard]] network::Network find_network(std::string_view name_or_id,
                                                const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<network::Network> find_network_or_null(std::string_view name_or_id,
                                                                       const CallOptions& options = {}) const;
    network::Network create_network(const network::NetworkCreate& network,
                                    const CallOptions& options = {}) const;
    network::Network update_network(const Id& network, const network::NetworkUpdate& changes,
                                    const CallOptions& options = {}) const;
    bool delete_network(const Id& network, const CallOptions& options = {}) const;

    // Subnets
    [[nodiscard]] Paged<network::Subnet> subnets(const network::SubnetQuery& query = {},
                                                 const CallOptions& options = {}) const;
    [[nodiscard]] network::Subnet get_subnet(const Id& subnet, const CallOptions& options = {}) const;
    [[nodiscard]] network::Subnet find_subnet(std::string_view name_or_id,
                                              const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<network::Subnet> find_subnet_or_null(std::string_view name_or_id,
                                                                     const CallOptions& options = {}) const;
    network::Subnet create_subnet(const network::SubnetCreate& subnet, const CallOptions& options = {}) const;
    network::Subnet update_subnet(const Id& subnet, const network::SubnetUpdate& changes,
                                  const CallOptions& options = {}) const;
    bool delete_subnet(const Id& subnet, const CallOptions& options = {}) const;

    // Ports
    [[nodiscard]] Paged<network::Port> ports(const network::PortQuery& query = {},
                                             const CallOptions& options = {}) const;
    [[nodiscard]] network::Port get_port(const Id& port, const CallOptions& options = {}) const;
    [[nodiscard]] network::Port find_port(std::string_view name_or_id, const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<network::Port> find_port_or_null(std::string_view name_or_id,
                                                                 const CallOptions& options = {}) const;
    network::Port create_port(const network::PortCreate& port, const CallOptions& options = {}) const;
    network::Port update_port(const Id& port, const network::PortUpdate& changes,
                              const CallOptions& options = {}) const;
    bool delete_port(const Id& port, const CallOptions& options = {}) const;
    /// Until it has the status; ERROR fails.
    network::Port wait_for_port(const Id& port, std::string_view status, const WaitOptions& wait = {}) const;

    // Routers
    [[nodiscard]] Paged<network::Router> routers(const network::RouterQuery& query = {},
                                                 const CallOptions& options = {}) const;
    [[nodiscard]] network::Router get_router(const Id& router, const CallOptions& options = {}) const;
    [[nodiscard]] network::Router find_router(std::string_view name_or_id,
                                              const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<network::Router> find_router_or_null(std::string_view name_or_id,
                                                                     const CallOptions& options = {}) const;
    network::Router create_router(const network::RouterCreate& router, const CallOptions& options = {}) const;
    network::Router update_router(const Id& router, const network::RouterUpdate& changes,
                                  const CallOptions& options = {}) const;
    bool delete_router(const Id& router, const CallOptions& options = {}) const;
    /// Neither is sent a second time when its answer is lost: TransportError says that it may have taken effect.
    network::RouterInterface add_interface_to_router(const Id& router,
                                                     const network::RouterInterfaceRequest& what,
                                                     const CallOptions& options = {}) const;
    /// False when it was not plugged in.
    bool remove_interface_from_router(const Id& router, const network::RouterInterfaceRequest& what,
                                      const CallOptions& options = {}) const;

    // Floating IPs
    [[nodiscard]] Paged<network::FloatingIP> ips(const network::FloatingIPQuery& query = {},
                                                 const CallOptions& options = {}) const;
    [[nodiscard]] network::FloatingIP get_ip(const Id& ip, const CallOptions& options = {}) const;
    /// By address or ID.
    [[nodiscard]] network::FloatingIP find_ip(std::string_view address_or_id,
                                              const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<network::FloatingIP> find_ip_or_null(std::string_view address_or_id,
                                                                     const CallOptions& options = {}) const;
    /// One of the project's that no port uses and, if it is given, of that external network.
    [[nodiscard]] std::optional<network::FloatingIP> find_available_ip(
        std::string_view external_network_id = {}, const CallOptions& options = {}) const;
    network::FloatingIP create_ip(const network::FloatingIPCreate& ip, const CallOptions& options = {}) const;
    network::FloatingIP update_ip(const Id& ip, const network::FloatingIPUpdate& changes,
                                  const CallOptions& options = {}) const;
    bool delete_ip(const Id& ip, const CallOptions& options = {}) const;
    /// Gives the address to the port of the server that a router joins to the address's network, which is found
    /// among its ports; throws Error naming them when more than one would do. Nothing happens if it is there.
    network::FloatingIP add_ip_to_server(const Id& ip, const Id& server,
                                         const CallOptions& options = {}) const;
    /// Frees the address.
    network::FloatingIP remove_ip_from_server(const Id& ip, const CallOptions& options = {}) const;

    // Security groups
    [[nodiscard]] Paged<network::SecurityGroup> security_groups(const network::SecurityGroupQuery& query = {},
                                                                const CallOptions& options = {}) const;
    [[nodiscard]] network::SecurityGroup get_security_group(const Id& group,
                                                            const CallOptions& options = {}) const;
    /// Among those of the token's project, where an administrator sees the others', too.
    [[nodiscard]] network::SecurityGroup find_security_group(std::string_view name_or_id,
                                                             const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<network::SecurityGroup> find_security_group_or_null(
        std::string_view name_or_id, const CallOptions& options = {}) const;
    network::SecurityGroup create_security_group(const network::SecurityGroupCreate& group,
                                                 const CallOptions& options = {}) const;
    network::SecurityGroup update_security_group(const Id& group, const network::SecurityGroupUpdate& changes,
                                                 const CallOptions& options = {}) const;
    bool delete_security_group(const Id& group, const CallOptions& options = {}) const;

    [[nodiscard]] Paged<network::SecurityGroupRule> security_group_rules(
        const network::SecurityGroupRuleQuery& query = {}, const CallOptions& options = {}) const;
    [[nodiscard]] network::SecurityGroupRule get_security_group_rule(const Id& rule,
                                                                     const CallOptions& options = {}) const;
    /// Throws Conflict when the group has the rule.
    network::SecurityGroupRule create_security_group_rule(const network::SecurityGroupRuleCreate& rule,
                                                          const CallOptions& options = {}) const;
    /// The rule that the group has, or a new one.
    network::SecurityGroupRule ensure_security_group_rule(const network::SecurityGroupRuleCreate& rule,
                                                          const CallOptions& options = {}) const;
    bool delete_security_group_rule(const Id& rule, const CallOptions& options = {}) const;

    // Tags: replaces all of them
    void set_tags(const network::Network& network, const std::vector<std::string>& tags,
                  const CallOptions& options = {}) const;
    void set_tags(const network::Subnet& subnet, const std::vector<std::string>& tags,
                  const CallOptions& options = {}) const;
    void set_tags(const network::Port& port, const std::vector<std::string>& tags,
                  const CallOptions& options = {}) const;
    void set_tags(const network::Router& router, const std::vector<std::string>& tags,
                  const CallOptions& options = {}) const;
    void set_tags(const network::FloatingIP& ip, const std::vector<std::string>& tags,
                  const CallOptions& options = {}) const;
    void set_tags(const network::SecurityGroup& group, const std::vector<std::string>& tags,
                  const CallOptions& options = {}) const;

    // What this Neutron can do
    [[nodiscard]] Paged<network::Extension> extensions(const CallOptions& options = {}) const;
    [[nodiscard]] std::optional<network::Extension> find_extension(std::string_view alias,
                                                                   const CallOptions& options = {}) const;
    [[nodiscard]] Paged<network::AvailabilityZone> availability_zones(const CallOptions& options = {}) const;
    /// Of the token's project when `project` is empty; `usage` asks for what is used, too.
    [[nodiscard]] network::Quota get_quota(std::string_view project = {}, bool usage = false,
                                           const CallOptions& options = {}) const;
    /// What a project has that nobody gave another quota; the token's when `project` is empty.
    [[nodiscard]] network::Quota get_quota_default(std::string_view project = {},
                                                   const CallOptions& options = {}) const;
    network::Quota update_quota(const Id& project, const network::QuotaUpdate& quotas,
                                const CallOptions& options = {}) const;
    /// Back to the defaults.
    bool delete_quota(const Id& project, const CallOptions& options = {}) const;

  private:
    Adapter adapter_;
};

}  // namespace openstack
