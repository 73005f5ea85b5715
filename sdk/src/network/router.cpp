#include "openstack/network/router.hpp"

#include "openstack/error.hpp"
#include "sdk/src/network/tables.hpp"

namespace openstack::resource {

using namespace network;

template <>
const Fields& fields_of<ExternalGateway>() {
    static const Fields fields = table<ExternalGateway>({
        {"network_id", &ExternalGateway::network_id},
        {"enable_snat", &ExternalGateway::enable_snat},
        {"external_fixed_ips", &ExternalGateway::external_fixed_ips},
        {"qos_policy_id", &ExternalGateway::qos_policy_id},
    });
    return fields;
}

template <>
const Fields& fields_of<Router>() {
    static const Fields fields = table<Router>({
        {"id", &Router::id},
        {"name", &Router::name},
        {"status", &Router::status},
        {"project_id", &Router::project_id},
        {"tenant_id", &Router::project_id},
        {"description", &Router::description},
        {"admin_state_up", &Router::is_admin_state_up},
        {"external_gateway_info", &Router::external_gateway_info},
        {"routes", &Router::routes},
        {"gw_port_id", &Router::gateway_port_id},
        {"distributed", &Router::is_distributed},
        {"ha", &Router::is_ha},
        {"ha_vr_id", &Router::ha_vr_id},
        {"flavor_id", &Router::flavor_id},
        {"availability_zones", &Router::availability_zones},
        {"availability_zone_hints", &Router::availability_zone_hints},
        {"tags", &Router::tags},
        {"created_at", &Router::created_at},
        {"updated_at", &Router::updated_at},
        {"revision_number", &Router::revision_number},
    });
    return fields;
}

template <>
const Fields& fields_of<RouterCreate>() {
    static const Fields fields = table<RouterCreate>({
        {"name", &RouterCreate::name},
        {"external_gateway_info", &RouterCreate::external_gateway_info},
        {"description", &RouterCreate::description},
        {"admin_state_up", &RouterCreate::is_admin_state_up},
        {"availability_zone_hints", &RouterCreate::availability_zone_hints},
        {"project_id", &RouterCreate::project_id},
    });
    return fields;
}

template <>
const Fields& fields_of<RouterUpdate>() {
    static const Fields fields = table<RouterUpdate>({
        {"name", &RouterUpdate::name},
        {"description", &RouterUpdate::description},
        {"admin_state_up", &RouterUpdate::is_admin_state_up},
        {"external_gateway_info", &RouterUpdate::external_gateway_info},
        {"routes", &RouterUpdate::routes},
    });
    return fields;
}

template <>
const Fields& fields_of<RouterQuery>() {
    static const Fields fields = table<RouterQuery>({
        {"name", &RouterQuery::name},
        {"status", &RouterQuery::status},
        {"project_id", &RouterQuery::project_id},
        {"admin_state_up", &RouterQuery::is_admin_state_up},
        {"tags", &RouterQuery::tags},
        {"tags-any", &RouterQuery::tags_any},
        {"sort_key", &RouterQuery::sort_key},
        {"sort_dir", &RouterQuery::sort_dir},
        {"limit", &RouterQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Router>() {
    static const Definition definition{.noun = "router",
                                       .path = "/routers",
                                       .key = "router",
                                       .list_key = "routers",
                                       .paging = Paging::key_links};
    return definition;
}

template <>
const Fields& fields_of<RouterInterfaceRequest>() {
    static const Fields fields = table<RouterInterfaceRequest>({
        {"subnet_id", &RouterInterfaceRequest::subnet_id},
        {"port_id", &RouterInterfaceRequest::port_id},
    });
    return fields;
}

template <>
const Fields& fields_of<RouterInterface>() {
    static const Fields fields = table<RouterInterface>({
        {"id", &RouterInterface::router_id},
        {"port_id", &RouterInterface::port_id},
        {"network_id", &RouterInterface::network_id},
        {"subnet_id", &RouterInterface::subnet_id},
        {"subnet_ids", &RouterInterface::subnet_ids},
        {"project_id", &RouterInterface::project_id},
        {"tenant_id", &RouterInterface::project_id},
        {"tags", &RouterInterface::tags},
    });
    return fields;
}

}  // namespace openstack::resource

namespace openstack {

using network::Router;

Paged<Router> NetworkService::routers(const network::RouterQuery& query, const CallOptions& options) const {
    return resource::list<Router>(adapter_, query, options);
}
Router NetworkService::get_router(const Id& router, const CallOptions& options) const {
    return resource::get<Router>(adapter_, router, options);
}
Router NetworkService::find_router(std::string_view name_or_id, const CallOptions& options) const {
    return resource::find<Router>(adapter_, name_or_id, options);
}
std::optional<Router> NetworkService::find_router_or_null(std::string_view name_or_id,
                                                          const CallOptions& options) const {
    return resource::find_or_null<Router>(adapter_, name_or_id, options);
}
Router NetworkService::create_router(const network::RouterCreate& router, const CallOptions& options) const {
    return resource::create<Router>(adapter_, router, options);
}
Router NetworkService::update_router(const Id& router, const network::RouterUpdate& changes,
                                     const CallOptions& options) const {
    return resource::update<Router>(adapter_, router, changes, options);
}
bool NetworkService::delete_router(const Id& router, const CallOptions& options) const {
    return resource::remove<Router>(adapter_, router, options);
}

namespace {

network::RouterInterface change_interface(const Adapter& adapter, const Id& router, std::string_view how,
                                          const network::RouterInterfaceRequest& what,
                                          const CallOptions& options) {
    const Request request{
        .method = "PUT",
        .path = resource::join_path("/routers", router, how),
        .body = resource::encode(resource::fields_of<network::RouterInterfaceRequest>(), &what),
        // Neutron refuses to do either twice: a repetition would hide what became of the first.
        .repeatable = false};
    network::RouterInterface interface;
    resource::decode_response(adapter.request(request, options), request, {},
                              resource::value_type<network::RouterInterface>, &interface);
    return interface;
}

}  // namespace

network::RouterInterface NetworkService::add_interface_to_router(const Id& router,
                                                                 const network::RouterInterfaceRequest& what,
                                                                 const CallOptions& options) const {
    return change_interface(adapter_, router, "/add_router_interface", what, options);
}

bool NetworkService::remove_interface_from_router(const Id& router,
                                                  const network::RouterInterfaceRequest& what,
                                                  const CallOptions& options) const {
    try {
        change_interface(adapter_, router, "/remove_router_interface", what, options);
        return true;
    } catch (const NotFound&) {
        return false;
    }
}

}  // namespace openstack
