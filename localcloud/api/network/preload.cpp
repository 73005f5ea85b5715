#include "localcloud/api/network/preload.hpp"

#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/api/network/ports.hpp"
#include "localcloud/api/network/security_groups.hpp"

namespace localcloud::api::network {

using state::Kind;

namespace {

/// As an administrator working for a project.
Call call_for(const std::string& project_id) {
    static const Request none;
    Call call{.request = none, .caller = {}, .request_id = {}};
    call.caller.project_id = project_id;
    call.caller.roles = {"admin"};
    return call;
}

std::string make(Transaction& transaction, const Resource& resource, const Call& call, const Document& body) {
    Document document =
        new_document(resource, checked_body(resource, call, body, true), call.caller.project_id);
    resource.create(transaction, call, document);
    const std::string id = text(document, "id");
    transaction.put(resource.kind, id, std::move(document));
    return id;
}

}  // namespace

void preload(Cloud& cloud) {
    auto transaction = cloud.store.write();
    if (transaction.find(Kind::setting, "networks") != nullptr) return;
    transaction.put(Kind::setting, "networks", {{"preloaded", true}});
    const auto project_of = [&](std::string_view name) {
        const Document* project = transaction.find_by(Kind::project, "name", name);
        return project == nullptr ? std::string{} : text(*project, "id");
    };
    const Cidr pool = Cidr::parse(cloud.floating_range).value_or(Cidr{});
    const Call admin = call_for(project_of("admin"));
    const std::string external = make(transaction, network_resource(), admin,
                                      {{"name", "public"},
                                       {"router:external", true},
                                       {"is_default", true},
                                       {"description", "Floating IPs: addresses of the host itself"}});
    // The first addresses are kept free: the cloud's own endpoint answers at .1.
    make(transaction, subnet_resource(), admin,
         {{"name", "public-subnet"},
          {"network_id", external},
          {"ip_version", 4},
          {"cidr", pool.text()},
          {"gateway_ip", format_ipv4(pool.network + 1)},
          {"enable_dhcp", false},
          {"allocation_pools", json::array{json::object{{"start", format_ipv4(pool.network + 10)},
                                                        {"end", format_ipv4(pool.broadcast() - 1)}}}}});

    const Call demo = call_for(project_of("demo"));
    const std::string network = make(transaction, network_resource(), demo, {{"name", "private"}});
    const std::string subnet = make(
        transaction, subnet_resource(), demo,
        {{"name", "private-subnet"}, {"network_id", network}, {"ip_version", 4}, {"cidr", "10.0.0.0/24"}});
    const std::string router =
        make(transaction, router_resource(), demo,
             {{"name", "router"}, {"external_gateway_info", json::object{{"network_id", external}}}});
    create_port(transaction,
                {.network_id = network,
                 .project_id = demo.caller.project_id,
                 .device_id = router,
                 .device_owner = "network:router_interface",
                 .port_security = false,
                 .status = "ACTIVE",
                 .fixed_ips = json::array{json::object{{"subnet_id", subnet}, {"ip_address", "10.0.0.1"}}}});
    default_security_group(transaction, demo.caller.project_id);
    transaction.commit();
}

}  // namespace localcloud::api::network
