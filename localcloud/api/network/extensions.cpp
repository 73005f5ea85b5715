// Extensions and availability zones.
#include <array>

#include "localcloud/api/network/network_service.hpp"

namespace localcloud::api::network {

namespace {

struct Extension {
    std::string_view alias, name, description, updated;
};
constexpr std::array extensions{
    Extension{"allowed-address-pairs", "Allowed Address Pairs", "Further addresses that a port may use",
              "2013-07-23T10:00:00-00:00"},
    Extension{"availability_zone", "Availability Zone", "Availability zones of networks and routers",
              "2015-01-01T10:00:00-00:00"},
    Extension{"binding", "Port Binding", "Where a port is attached", "2014-02-03T10:00:00-00:00"},
    Extension{"empty-string-filtering", "Empty String Filtering Extension", "Filters with empty values",
              "2018-05-01T10:00:00-00:00"},
    Extension{"ext-gw-mode", "Neutron L3 Configurable external gateway mode",
              "Source NAT of a router's gateway", "2013-03-28T10:00:00-00:00"},
    Extension{"external-net", "Neutron external network", "Networks that lead out of the cloud",
              "2013-01-14T10:00:00-00:00"},
    Extension{"extra_dhcp_opt", "Neutron Extra DHCP options", "DHCP options of a port",
              "2013-03-17T12:00:00-00:00"},
    Extension{"filter-validation", "Filter parameters validation", "Unknown filters are refused",
              "2018-07-04T10:00:00-00:00"},
    Extension{"fip-port-details", "Floating IP Port Details Extension",
              "The port of a floating IP in its answer", "2018-04-09T10:00:00-00:00"},
    Extension{"ip-substring-filtering", "IP address substring filtering", "Ports by a part of their address",
              "2017-11-28T09:00:00-00:00"},
    Extension{"ip_allocation", "IP Allocation", "When a port gets its addresses",
              "2016-06-10T23:00:00-00:00"},
    Extension{"l2_adjacency", "L2 Adjacency", "Whether a network is one segment",
              "2016-04-12T16:00:00-00:00"},
    Extension{"net-mtu", "Network MTU", "The MTU of a network", "2015-03-25T10:00:00-00:00"},
    Extension{"net-mtu-writable", "Network MTU (writable)", "The MTU of a network can be set",
              "2017-07-12T00:00:00-00:00"},
    Extension{"network_availability_zone", "Network Availability Zone", "Availability zones of networks",
              "2015-01-01T10:00:00-00:00"},
    Extension{"pagination", "Pagination support", "Lists in pages", "2016-06-12T00:00:00-00:00"},
    Extension{"port-security", "Port Security", "Ports without security groups and filters",
              "2012-07-23T10:00:00-00:00"},
    Extension{"port-security-groups-filtering", "Port filtering on security groups",
              "Ports by security group", "2018-01-09T09:00:00-00:00"},
    Extension{"project-id", "project_id field enabled", "project_id besides tenant_id",
              "2016-09-09T09:09:09-09:09"},
    Extension{"provider", "Provider Network", "How a network is made, for administrators",
              "2012-09-07T10:00:00-00:00"},
    Extension{"quota_details", "Quota details management support", "What of a quota is used",
              "2017-02-10T10:00:00-00:00"},
    Extension{"quotas", "Quota management support", "Limits of a project", "2012-07-29T10:00:00-00:00"},
    Extension{"revision-if-match", "If-Match constraints based on revision_number",
              "Changes guarded by If-Match", "2016-12-11T00:00:00-00:00"},
    Extension{"router", "Neutron L3 Router", "Routers and floating IPs", "2012-07-20T10:00:00-00:00"},
    Extension{"router_availability_zone", "Router Availability Zone", "Availability zones of routers",
              "2015-01-01T10:00:00-00:00"},
    Extension{"security-group", "security-group", "Security groups and their rules",
              "2012-10-05T10:00:00-00:00"},
    Extension{"security-groups-normalized-cidr", "Normalized CIDR field for security group rules",
              "The prefix of a rule without host bits", "2020-07-28T10:00:00-00:00"},
    Extension{"sorting", "Sorting support", "Lists in order", "2016-06-12T00:00:00-00:00"},
    Extension{"standard-attr-description", "standard-attr-description", "Descriptions",
              "2016-02-10T10:00:00-00:00"},
    Extension{"standard-attr-revisions", "Resource revision numbers", "Revision numbers",
              "2016-04-11T10:00:00-00:00"},
    Extension{"standard-attr-tag", "Tag support for resources with standard attribute", "Tags",
              "2017-01-01T00:00:00-00:00"},
    Extension{"standard-attr-timestamp", "Resource timestamps", "Times of creation and change",
              "2016-09-12T10:00:00-00:00"},
    Extension{"stateful-security-group", "Stateful security group", "Whether a group follows connections",
              "2019-11-26T09:00:00-00:00"},
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
