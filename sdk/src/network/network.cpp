#include "openstack/network/network.hpp"

#include "sdk/src/network/tables.hpp"

namespace openstack::resource {

using namespace network;

template <>
const Fields& fields_of<Network>() {
    static const Fields fields = table<Network>({
        {"id", &Network::id},
        {"name", &Network::name},
        {"status", &Network::status},
        {"project_id", &Network::project_id},
        {"tenant_id", &Network::project_id},
        {"description", &Network::description},
        {"admin_state_up", &Network::is_admin_state_up},
        {"router:external", &Network::is_router_external},
        {"shared", &Network::is_shared},
        {"is_default", &Network::is_default},
        {"subnets", &Network::subnet_ids},
        {"mtu", &Network::mtu},
        {"port_security_enabled", &Network::is_port_security_enabled},
        {"dns_domain", &Network::dns_domain},
        {"availability_zones", &Network::availability_zones},
        {"availability_zone_hints", &Network::availability_zone_hints},
        {"ipv4_address_scope", &Network::ipv4_address_scope_id},
        {"ipv6_address_scope", &Network::ipv6_address_scope_id},
        {"qos_policy_id", &Network::qos_policy_id},
        {"l2_adjacency", &Network::is_l2_adjacent},
        {"vlan_transparent", &Network::is_vlan_transparent},
        {"provider:network_type", &Network::provider_network_type},
        {"provider:physical_network", &Network::provider_physical_network},
        {"provider:segmentation_id", &Network::provider_segmentation_id},
        {"tags", &Network::tags},
        {"created_at", &Network::created_at},
        {"updated_at", &Network::updated_at},
        {"revision_number", &Network::revision_number},
    });
    return fields;
}

template <>
const Fields& fields_of<NetworkCreate>() {
    static const Fields fields = table<NetworkCreate>({
        {"name", &NetworkCreate::name},
        {"description", &NetworkCreate::description},
        {"admin_state_up", &NetworkCreate::is_admin_state_up},
        {"router:external", &NetworkCreate::is_router_external},
        {"shared", &NetworkCreate::is_shared},
        {"mtu", &NetworkCreate::mtu},
        {"port_security_enabled", &NetworkCreate::is_port_security_enabled},
        {"dns_domain", &NetworkCreate::dns_domain},
        {"availability_zone_hints", &NetworkCreate::availability_zone_hints},
        {"qos_policy_id", &NetworkCreate::qos_policy_id},
        {"project_id", &NetworkCreate::project_id},
        {"provider:network_type", &NetworkCreate::provider_network_type},
        {"provider:physical_network", &NetworkCreate::provider_physical_network},
        {"provider:segmentation_id", &NetworkCreate::provider_segmentation_id},
    });
    return fields;
}

template <>
const Fields& fields_of<NetworkUpdate>() {
    static const Fields fields = table<NetworkUpdate>({
        {"name", &NetworkUpdate::name},
        {"description", &NetworkUpdate::description},
        {"admin_state_up", &NetworkUpdate::is_admin_state_up},
        {"router:external", &NetworkUpdate::is_router_external},
        {"shared", &NetworkUpdate::is_shared},
        {"mtu", &NetworkUpdate::mtu},
        {"port_security_enabled", &NetworkUpdate::is_port_security_enabled},
        {"dns_domain", &NetworkUpdate::dns_domain},
        {"qos_policy_id", &NetworkUpdate::qos_policy_id},
    });
    return fields;
}

template <>
const Fields& fields_of<NetworkQuery>() {
    static const Fields fields = table<NetworkQuery>({
        {"name", &NetworkQuery::name},
        {"status", &NetworkQuery::status},
        {"project_id", &NetworkQuery::project_id},
        {"router:external", &NetworkQuery::is_router_external},
        {"shared", &NetworkQuery::is_shared},
        {"admin_state_up", &NetworkQuery::is_admin_state_up},
        {"description", &NetworkQuery::description},
        {"tags", &NetworkQuery::tags},
        {"tags-any", &NetworkQuery::tags_any},
        {"not-tags", &NetworkQuery::not_tags},
        {"sort_key", &NetworkQuery::sort_key},
        {"sort_dir", &NetworkQuery::sort_dir},
        {"limit", &NetworkQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Network>() {
    static const Definition definition{.noun = "network",
                                       .path = "/networks",
                                       .key = "network",
                                       .list_key = "networks",
                                       .paging = Paging::key_links};
    return definition;
}

template <>
const Fields& fields_of<AllocationPool>() {
    static const Fields fields = table<AllocationPool>({
        {"start", &AllocationPool::start},
        {"end", &AllocationPool::end},
    });
    return fields;
}

template <>
const Fields& fields_of<Route>() {
    static const Fields fields = table<Route>({
        {"destination", &Route::destination},
        {"nexthop", &Route::nexthop},
    });
    return fields;
}

template <>
const Fields& fields_of<Subnet>() {
    static const Fields fields = table<Subnet>({
        {"id", &Subnet::id},
        {"name", &Subnet::name},
        {"network_id", &Subnet::network_id},
        {"project_id", &Subnet::project_id},
        {"tenant_id", &Subnet::project_id},
        {"description", &Subnet::description},
        {"ip_version", &Subnet::ip_version},
        {"cidr", &Subnet::cidr},
        {"gateway_ip", &Subnet::gateway_ip},
        {"enable_dhcp", &Subnet::is_dhcp_enabled},
        {"dns_nameservers", &Subnet::dns_nameservers},
        {"allocation_pools", &Subnet::allocation_pools},
        {"host_routes", &Subnet::host_routes},
        {"ipv6_ra_mode", &Subnet::ipv6_ra_mode},
        {"ipv6_address_mode", &Subnet::ipv6_address_mode},
        {"subnetpool_id", &Subnet::subnet_pool_id},
        {"segment_id", &Subnet::segment_id},
        {"service_types", &Subnet::service_types},
        {"dns_publish_fixed_ip", &Subnet::is_dns_publish_fixed_ip},
        {"tags", &Subnet::tags},
        {"created_at", &Subnet::created_at},
        {"updated_at", &Subnet::updated_at},
        {"revision_number", &Subnet::revision_number},
    });
    return fields;
}

template <>
const Fields& fields_of<SubnetCreate>() {
    static const Fields fields = table<SubnetCreate>({
        {"name", &SubnetCreate::name},
        {"network_id", &SubnetCreate::network_id},
        {"cidr", &SubnetCreate::cidr},
        {"ip_version", &SubnetCreate::ip_version},
        {"gateway_ip", &SubnetCreate::gateway_ip},
        {"enable_dhcp", &SubnetCreate::is_dhcp_enabled},
        {"dns_nameservers", &SubnetCreate::dns_nameservers},
        {"allocation_pools", &SubnetCreate::allocation_pools},
        {"host_routes", &SubnetCreate::host_routes},
        {"description", &SubnetCreate::description},
        {"ipv6_ra_mode", &SubnetCreate::ipv6_ra_mode},
        {"ipv6_address_mode", &SubnetCreate::ipv6_address_mode},
        {"subnetpool_id", &SubnetCreate::subnet_pool_id},
        {"prefixlen", &SubnetCreate::prefix_length},
        {"project_id", &SubnetCreate::project_id},
    });
    return fields;
}

template <>
const Fields& fields_of<SubnetUpdate>() {
    static const Fields fields = table<SubnetUpdate>({
        {"name", &SubnetUpdate::name},
        {"description", &SubnetUpdate::description},
        {"gateway_ip", &SubnetUpdate::gateway_ip},
        {"enable_dhcp", &SubnetUpdate::is_dhcp_enabled},
        {"dns_nameservers", &SubnetUpdate::dns_nameservers},
        {"allocation_pools", &SubnetUpdate::allocation_pools},
        {"host_routes", &SubnetUpdate::host_routes},
    });
    return fields;
}

template <>
const Fields& fields_of<SubnetQuery>() {
    static const Fields fields = table<SubnetQuery>({
        {"name", &SubnetQuery::name},
        {"network_id", &SubnetQuery::network_id},
        {"cidr", &SubnetQuery::cidr},
        {"ip_version", &SubnetQuery::ip_version},
        {"gateway_ip", &SubnetQuery::gateway_ip},
        {"project_id", &SubnetQuery::project_id},
        {"tags", &SubnetQuery::tags},
        {"tags-any", &SubnetQuery::tags_any},
        {"sort_key", &SubnetQuery::sort_key},
        {"sort_dir", &SubnetQuery::sort_dir},
        {"limit", &SubnetQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Subnet>() {
    static const Definition definition{.noun = "subnet",
                                       .path = "/subnets",
                                       .key = "subnet",
                                       .list_key = "subnets",
                                       .paging = Paging::key_links};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using network::Network;

Paged<Network> NetworkService::networks(const network::NetworkQuery& query,
                                        const CallOptions& options) const {
    return resource::list<Network>(adapter_, query, options);
}
Network NetworkService::get_network(const Id& network, const CallOptions& options) const {
    return resource::get<Network>(adapter_, network, options);
}
Network NetworkService::find_network(std::string_view name_or_id, const CallOptions& options) const {
    return resource::find<Network>(adapter_, name_or_id, options);
}
std::optional<Network> NetworkService::find_network_or_null(std::string_view name_or_id,
                                                            const CallOptions& options) const {
    return resource::find_or_null<Network>(adapter_, name_or_id, options);
}
Network NetworkService::create_network(const network::NetworkCreate& network,
                                       const CallOptions& options) const {
    return resource::create<Network>(adapter_, network, options);
}
Network NetworkService::update_network(const Id& network, const network::NetworkUpdate& changes,
                                       const CallOptions& options) const {
    return resource::update<Network>(adapter_, network, changes, options);
}
bool NetworkService::delete_network(const Id& network, const CallOptions& options) const {
    return resource::remove<Network>(adapter_, network, options);
}

using network::Subnet;

Paged<Subnet> NetworkService::subnets(const network::SubnetQuery& query, const CallOptions& options) const {
    return resource::list<Subnet>(adapter_, query, options);
}
Subnet NetworkService::get_subnet(const Id& subnet, const CallOptions& options) const {
    return resource::get<Subnet>(adapter_, subnet, options);
}
Subnet NetworkService::find_subnet(std::string_view name_or_id, const CallOptions& options) const {
    return resource::find<Subnet>(adapter_, name_or_id, options);
}
std::optional<Subnet> NetworkService::find_subnet_or_null(std::string_view name_or_id,
                                                          const CallOptions& options) const {
    return resource::find_or_null<Subnet>(adapter_, name_or_id, options);
}
Subnet NetworkService::create_subnet(const network::SubnetCreate& subnet, const CallOptions& options) const {
    return resource::create<Subnet>(adapter_, subnet, options);
}
Subnet NetworkService::update_subnet(const Id& subnet, const network::SubnetUpdate& changes,
                                     const CallOptions& options) const {
    return resource::update<Subnet>(adapter_, subnet, changes, options);
}
bool NetworkService::delete_subnet(const Id& subnet, const CallOptions& options) const {
    return resource::remove<Subnet>(adapter_, subnet, options);
}

}  // namespace openstack
