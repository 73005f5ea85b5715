// Extensions and availability zones.
#include <array>

#include "localcloud/api/network/network_service.hpp"

namespace localcloud::api::network {

namespace {

struct Extension {
    std::string_view alias, name, description, updated;
};
constexpr std::array extensions{
    Extension{"allowed-address-pairs", "Allowed Address Pairs", "Provides allowed address pairs",
              "2013-07-23T10:00:00-00:00"},
    Extension{"availability_zone", "Availability Zone", "The availability zone extension.",
              "2015-01-01T10:00:00-00:00"},
    Extension{"binding", "Port Binding", "Expose port bindings of a virtual port to external application",
              "2014-02-03T10:00:00-00:00"},
    Extension{"empty-string-filtering", "Empty String Filtering Extension",
              "Allow filtering by attributes with empty string value", "2018-05-01T10:00:00-00:00"},
    Extension{"ext-gw-mode", "Neutron L3 Configurable external gateway mode",
              "Extension of the router abstraction for specifying whether SNAT should occur on the external "
              "gateway",
              "2013-03-28T10:00:00-00:00"},
    Extension{"external-net", "Neutron external network",
              "Adds external network attribute to network resource.", "2013-01-14T10:00:00-00:00"},
    Extension{"extra_dhcp_opt", "Neutron Extra DHCP options",
              "Extra options configuration for DHCP. For example PXE boot options to DHCP clients can be "
              "specified (e.g. tftp-server, server-ip-address, bootfile-name)",
              "2013-03-17T12:00:00-00:00"},
    Extension{"filter-validation", "Filter parameters validation",
              "Provides validation on filter parameters.", "2018-07-04T10:00:00-00:00"},
    Extension{"fip-port-details", "Floating IP Port Details Extension",
              "Add port_details attribute to Floating IP resource", "2018-04-09T10:00:00-00:00"},
    Extension{"ip-substring-filtering", "IP address substring filtering",
              "Provides IP address substring filtering when listing ports", "2017-11-28T09:00:00-00:00"},
    Extension{"ip_allocation", "IP Allocation", "IP allocation extension.", "2016-06-10T23:00:00-00:00"},
    Extension{"l2_adjacency", "L2 Adjacency", "Display L2 Adjacency for Neutron Networks.",
              "2016-04-12T16:00:00-00:00"},
    Extension{"net-mtu", "Network MTU", "Provides MTU attribute for a network resource.",
              "2015-03-25T10:00:00-00:00"},
    Extension{"net-mtu-writable", "Network MTU (writable)",
              "Provides a writable MTU attribute for a network resource.", "2017-07-12T00:00:00-00:00"},
    Extension{"network_availability_zone", "Network Availability Zone",
              "Availability zone support for network.", "2015-01-01T10:00:00-00:00"},
    Extension{"pagination", "Pagination support", "Extension that indicates that pagination is enabled.",
              "2016-06-12T00:00:00-00:00"},
    Extension{"port-security", "Port Security", "Provides port security", "2012-07-23T10:00:00-00:00"},
    Extension{"port-security-groups-filtering", "Port filtering on security groups",
              "Provides security groups filtering when listing ports", "2018-01-09T09:00:00-00:00"},
    Extension{"project-id", "project_id field enabled",
              "Extension that indicates that project_id field is enabled.", "2016-09-09T09:09:09-09:09"},
    Extension{"provider", "Provider Network", "Expose mapping of virtual networks to physical networks",
              "2012-09-07T10:00:00-00:00"},
    Extension{"quota_details", "Quota details management support",
              "Expose functions for quotas usage statistics per project", "2017-02-10T10:00:00-00:00"},
    Extension{"quotas", "Quota management support", "Expose functions for quotas management per project",
              "2012-07-29T10:00:00-00:00"},
    Extension{"revision-if-match", "If-Match constraints based on revision_number",
              "Extension indicating that If-Match based on revision_number is supported.",
              "2016-12-11T00:00:00-00:00"},
    Extension{"router", "Neutron L3 Router",
              "Router abstraction for basic L3 forwarding between L2 Neutron networks and access to external "
              "networks via a NAT gateway.",
              "2012-07-20T10:00:00-00:00"},
    Extension{"router_availability_zone", "Router Availability Zone", "Availability zone support for router.",
              "2015-01-01T10:00:00-00:00"},
    Extension{"security-group", "security-group", "The security groups extension.",
              "2012-10-05T10:00:00-00:00"},
    Extension{"security-groups-normalized-cidr", "Normalized CIDR field for security group rules",
              "Add new field with normalized remote_ip_prefix cidr in SG rule", "2020-07-28T10:00:00-00:00"},
    Extension{"sorting", "Sorting support", "Extension that indicates that sorting is enabled.",
              "2016-06-12T00:00:00-00:00"},
    Extension{"standard-attr-description", "standard-attr-description",
              "Extension to add descriptions to standard attributes", "2016-02-10T10:00:00-00:00"},
    Extension{"standard-attr-revisions", "Resource revision numbers",
              "This extension will display the revision number of neutron resources.",
              "2016-04-11T10:00:00-00:00"},
    Extension{"standard-attr-tag",
              "Tag support for resources with standard attribute: port, subnet, subnetpool, network, "
              "security_group, router, floatingip, policy, trunk, network_segment_range",
              "Enables to set tag on resources with standard attribute.", "2017-01-01T00:00:00-00:00"},
    Extension{"standard-attr-timestamp", "Resource timestamps",
              "Adds created_at and updated_at fields to all Neutron resources that have Neutron standard "
              "attributes.",
              "2016-09-12T10:00:00-00:00"},
    Extension{"stateful-security-group", "Stateful security group",
              "Indicates if the security group is stateful or not", "2019-11-26T09:00:00-00:00"},
};

json::object shown(const Extension& extension) {
    return {{"name", extension.name},
            {"alias", extension.alias},
            {"description", extension.description},
            {"updated", extension.updated},
            {"links", json::array{}}};
}

}  // namespace

void NetworkService::add_extension_routes() {
    route("GET", "/v2.0/extensions", [](const Call&) {
        json::array list;
        for (const Extension& extension : extensions)
            list.push_back(shown(extension));
        return json_response(200, {{"extensions", std::move(list)}});
    });
    route("GET", "/v2.0/extensions/{alias}", [](const Call& call) {
        for (const Extension& extension : extensions) {
            if (extension.alias == call.param("alias"))
                return json_response(200, {{"extension", shown(extension)}});
        }
        throw ApiError{404, "Extension with alias " + call.param("alias") + " does not exist", "html"};
    });
    route("GET", "/v2.0/availability_zones", [](const Call&) {
        json::array zones;
        for (const char* resource : {"network", "router"}) {
            zones.push_back(json::object{{"state", "available"}, {"name", "nova"}, {"resource", resource}});
        }
        return json_response(200, {{"availability_zones", std::move(zones)}});
    });
}

}  // namespace localcloud::api::network
