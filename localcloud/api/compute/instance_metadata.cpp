// meta_data.json and its like, as an instance finds them at 169.254.169.254 and on its config drive.
#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/network/addresses.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

Document meta_data(const Document& server) {
    const Document& key = object(server, "key");
    Document data{{"uuid", text(server, "id")},
                  {"name", text(server, "name")},
                  {"hostname", text(server, "hostname") + ".novalocal"},
                  {"launch_index", integer(server, "launch_index")},
                  {"availability_zone", text(server, "availability_zone", "nova")},
                  {"project_id", text(server, "project_id")},
                  {"random_seed", text(server, "random_seed")},
                  {"meta", object(server, "metadata")},
                  {"devices", json::array{}},
                  {"dedicated_cpus", json::array{}}};
    if (!key.empty()) {
        data.emplace("public_keys", json::object{{text(key, "name"), text(key, "public_key")}});
        data.emplace("keys",
                     json::array{json::object{
                         {"name", text(key, "name")}, {"type", "ssh"}, {"data", text(key, "public_key")}}});
    }
    return data;
}

Document network_data(const state::View& view, const Document& server) {
    json::array links;
    json::array networks;
    json::array services;
    bool routed = false;
    for (const Document* port : ports_of(view, text(server, "id"))) {
        const std::string link = "tap" + text(*port, "id").substr(0, 11);
        const Document* network = view.find(Kind::network, text(*port, "network_id"));
        links.push_back(json::object{{"id", link},
                                     {"vif_id", text(*port, "id")},
                                     {"type", "bridge"},
                                     {"mtu", network == nullptr ? 1500 : integer(*network, "mtu", 1500)},
                                     {"ethernet_mac_address", text(*port, "mac_address")}});
        for (const json::value& fixed : array(*port, "fixed_ips")) {
            const Document* subnet = view.find(Kind::subnet, text(fixed.as_object(), "subnet_id"));
            if (subnet == nullptr) continue;
            const network::Cidr cidr = network::Cidr::parse(text(*subnet, "cidr")).value_or(network::Cidr{});
            json::array routes;
            if (const std::string gateway = text(*subnet, "gateway_ip"); !gateway.empty() && !routed) {
                routes.push_back(
                    json::object{{"network", "0.0.0.0"}, {"netmask", "0.0.0.0"}, {"gateway", gateway}});
                routed = true;
            }
            json::array dns;
            for (const std::string& address : texts(*subnet, "dns_nameservers")) {
                dns.push_back(json::object{{"type", "dns"}, {"address", address}});
                services.push_back(json::object{{"type", "dns"}, {"address", address}});
            }
            networks.push_back(json::object{{"id", "network" + std::to_string(networks.size())},
                                            {"type", "ipv4"},
                                            {"link", link},
                                            {"ip_address", text(fixed.as_object(), "ip_address")},
                                            {"netmask", network::format_ipv4(cidr.mask())},
                                            {"routes", routes},
                                            {"network_id", text(*port, "network_id")},
                                            {"services", dns}});
        }
    }
    return {{"links", links}, {"networks", networks}, {"services", services}};
}

}  // namespace

std::map<std::string, std::string> instance_metadata(const state::View& view, const Document& server) {
    std::map<std::string, std::string> files;
    const std::string openstack = "openstack/latest/";
    files[openstack + "meta_data.json"] = json::serialize(meta_data(server));
    files[openstack + "network_data.json"] = json::serialize(network_data(view, server));
    files[openstack + "vendor_data.json"] = "{}";
    files[openstack + "vendor_data2.json"] = "{}";
    std::string user_data;
    if (const std::string encoded = text(server, "user_data"); !encoded.empty()) {
        // What is no Base64 reaches the instance as it came: Nova accepts it too.
        if (!state::base64_decode(encoded, user_data)) user_data = encoded;
        files[openstack + "user_data"] = user_data;
    }
    const std::string ec2 = "ec2/latest/meta-data/";
    const std::string short_id = "i-" + text(server, "id").substr(0, 8);
    std::string address;
    std::string floating;
    for (const Document* port : ports_of(view, text(server, "id"))) {
        for (const json::value& fixed : array(*port, "fixed_ips")) {
            if (address.empty()) address = text(fixed.as_object(), "ip_address");
        }
        if (const Document* floating_ip = view.find_by(Kind::floating_ip, "port_id", text(*port, "id"))) {
            if (floating.empty()) floating = text(*floating_ip, "floating_ip_address");
        }
    }
    files[ec2 + "instance-id"] = short_id;
    files[ec2 + "ami-id"] = "ami-" + text(server, "image_id").substr(0, 8);
    files[ec2 + "ami-launch-index"] = std::to_string(integer(server, "launch_index"));
    files[ec2 + "hostname"] = text(server, "hostname") + ".novalocal";
    files[ec2 + "local-hostname"] = text(server, "hostname") + ".novalocal";
    files[ec2 + "public-hostname"] = text(server, "hostname") + ".novalocal";
    files[ec2 + "instance-type"] = text(object(server, "flavor"), "name");
    files[ec2 + "local-ipv4"] = address;
    files[ec2 + "public-ipv4"] = floating;
    files[ec2 + "reservation-id"] = text(server, "reservation_id");
    files[ec2 + "placement/availability-zone"] = text(server, "availability_zone", "nova");
    std::string groups;
    for (const json::value& group : security_groups_of(view, server)) {
        groups += (groups.empty() ? "" : "\n") + text(group.as_object(), "name");
    }
    files[ec2 + "security-groups"] = groups;
    const Document& key = object(server, "key");
    if (!key.empty()) files[ec2 + "public-keys/0/openssh-key"] = text(key, "public_key");
    if (!user_data.empty()) files["ec2/latest/user-data"] = user_data;
    return files;
}

}  // namespace localcloud::api::compute
