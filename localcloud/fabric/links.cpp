#include "localcloud/fabric/links.hpp"

#include <net/if.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <stdexcept>

#include "localcloud/fabric/address.hpp"
#include "localcloud/fabric/announcement.hpp"
#include "localcloud/fabric/netns_command.hpp"
#include "localcloud/host/files.hpp"

namespace localcloud::fabric {
namespace {

constexpr int first_table = 1000;
constexpr std::size_t id_part = 11;  // what fits into an interface's name of 15 characters

std::string short_id(const std::string& id) {
    const bool plain = id.size() >= id_part && std::ranges::all_of(id, [](unsigned char character) {
                           return std::isxdigit(character) != 0 || character == '-';
                       });
    if (!plain)
        throw std::runtime_error("'" + id + "' is not a UUID; the fabric names its links after UUIDs");
    return id.substr(0, id_part);
}

/// The same for the same network after every restart: a bridge would otherwise take its lowest port's.
std::string bridge_mac(const std::string& network_id) {
    std::string digits;
    for (const char character : network_id)
        if (character != '-' && digits.size() < 6) digits += character;
    return "fa:16:3f:" + digits.substr(0, 2) + ":" + digits.substr(2, 2) + ":" + digits.substr(4, 2);
}

std::string with_length(std::uint32_t address, const Prefix& prefix) {
    return to_string(address) + "/" + std::to_string(prefix.length);
}

/// The fabric's own addresses on the subnet's bridge.
std::vector<std::uint32_t> own_addresses(const Subnet& subnet) {
    std::vector<std::uint32_t> addresses;
    if (subnet.routed)
        if (const auto gateway = parse_address(subnet.gateway)) addresses.push_back(*gateway);
    if (const auto service = parse_address(subnet.service_address))
        if (std::ranges::find(addresses, *service) == addresses.end()) addresses.push_back(*service);
    return addresses;
}

const Prefix& valid_prefix(const std::optional<Prefix>& prefix, const Subnet& subnet) {
    if (!prefix)
        throw std::runtime_error("'" + subnet.cidr + "' of subnet " + subnet.id + " is not an IPv4 prefix");
    return *prefix;
}

/// The address may be another instance's next, and the kernel would send to the old one for half a minute.
std::string forget(std::uint32_t address, const std::string& bridge) {
    return "neigh flush to " + to_string(address) + " dev " + bridge + "\n";
}

void set(const std::string& name, const char* value) {
    const std::string file = "/proc/sys/net/" + name;
    if (!host::write_setting(file.c_str(), value)) host::fail("cannot set " + file);
}

}  // namespace

std::string bridge_name(const std::string& network_id) {
    return "br-" + short_id(network_id);
}
std::string tap_name(const std::string& port_id) {
    return "tap" + short_id(port_id);
}
std::string interface_name(std::size_t index) {
    return "eth" + std::to_string(index);
}

std::string address_batch(const Network& network) {
    const std::string bridge = bridge_name(network.id);
    std::string batch;
    for (const auto& subnet : network.subnets) {
        const auto parsed = Prefix::parse(subnet.cidr);
        const auto& prefix = valid_prefix(parsed, subnet);
        for (const auto address : own_addresses(subnet))
            batch += "addr replace " + with_length(address, prefix) + " dev " + bridge + "\n";
    }
    return batch;
}

std::string routing_batch(const Topology& topology) {
    struct Attached {
        const Network* network;
        const Subnet* subnet;
    };
    std::map<std::string, Attached> subnets;
    for (const auto& network : topology.networks)
        for (const auto& subnet : network.subnets)
            subnets.emplace(subnet.id, Attached{.network = &network, .subnet = &subnet});

    std::string batch = "rule flush\nrule add pref 200 lookup local\nrule add pref 300 lookup main\n";
    int table = first_table;
    for (const auto& network : topology.networks) {
        const std::string bridge = bridge_name(network.id);
        const std::string in_table = " table " + std::to_string(++table) + "\n";
        batch += "route flush" + in_table;
        for (const auto& subnet : network.subnets)
            for (const auto address : own_addresses(subnet))
                batch += "route replace local " + to_string(address) + " dev " + bridge + in_table;
        for (const auto& router : topology.routers) {
            const bool here = std::ranges::any_of(router.subnet_ids, [&](const std::string& id) {
                const auto found = subnets.find(id);
                return found != subnets.end() && found->second.network == &network;
            });
            if (!here) continue;
            for (const auto& id : router.subnet_ids) {
                const auto found = subnets.find(id);
                if (found == subnets.end()) continue;
                const auto parsed = Prefix::parse(found->second.subnet->cidr);
                batch += "route replace " + valid_prefix(parsed, *found->second.subnet).text() + " dev " +
                         bridge_name(found->second.network->id) + in_table;
            }
        }
        batch += "route replace unreachable default" + in_table;
        batch += "rule add pref 100 iif " + bridge + " lookup " + std::to_string(table) + "\n";
    }
    return batch;
}

Links::Links(std::shared_ptr<host::Host> host) : host_(std::move(host)) {}

void Links::prepare() {
    host::in_namespace(host_->fabric_namespace(), [] {
        set("ipv4/ip_forward", "1");
        // Frames between ports of one bridge are no business of the routing rules.
        host::write_setting("/proc/sys/net/bridge/bridge-nf-call-iptables", "0");
        host::write_setting("/proc/sys/net/bridge/bridge-nf-call-arptables", "0");
        for (const std::string scope : {"all", "default"}) {
            set("ipv4/conf/" + scope + "/rp_filter", "0");
            set("ipv4/conf/" + scope + "/accept_local", "1");
            set("ipv4/conf/" + scope + "/arp_ignore", "1");
            set("ipv4/conf/" + scope + "/send_redirects", "0");
            host::write_setting(("/proc/sys/net/ipv6/conf/" + scope + "/disable_ipv6").c_str(), "1");
        }
    });
    run_ip(host_->fabric_namespace(), "link set lo up\n");
    // The rule for local addresses normally comes first; here the table of the bridge at which a packet arrives does.
    try_ip(host_->fabric_namespace(), "rule add pref 200 lookup local\nrule del pref 0\n");
    // Instances may ping their gateway, and nothing else of the fabric's.
    run_nft(host_->fabric_namespace(),
            "table inet localcloud\ndelete table inet localcloud\ntable inet localcloud {\n"
            "  chain input {\n    type filter hook input priority filter; policy drop;\n"
            "    iifname lo accept\n    ct state established,related accept\n"
            "    icmp type echo-request accept\n  }\n}\n");
}

std::set<std::string> Links::existing(const std::string& prefix) const {
    std::set<std::string> names;
    host::in_namespace(host_->fabric_namespace(), [&] {
        const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> list(::if_nameindex(),
                                                                                        ::if_freenameindex);
        if (!list) host::fail("cannot list the fabric's links");
        for (const auto* entry = list.get(); entry->if_index != 0; ++entry)
            if (std::string_view(entry->if_name).starts_with(prefix)) names.insert(entry->if_name);
    });
    return names;
}

void Links::apply(const Topology& topology, const std::set<std::string>& keep) {
    const auto present = existing("br-");
    std::set<std::string> wanted = keep;
    for (const auto& network : topology.networks)
        wanted.insert(bridge_name(network.id));
    std::string batch;
    for (const auto& name : present)
        if (!wanted.contains(name)) batch += "link delete " + name + "\n";

    std::map<std::string, std::string> networks;
    for (const auto& network : topology.networks) {
        const std::string name = bridge_name(network.id);
        if (!present.contains(name))
            batch +=
                "link add " + name + " address " + bridge_mac(network.id) + " type bridge forward_delay 0\n";
        auto& own = networks[name];
        own = "link set " + name + " mtu " + std::to_string(network.mtu) + " up\naddr flush dev " + name +
              "\n" + address_batch(network);
        const auto before = networks_.find(name);
        if (!present.contains(name) || before == networks_.end() || before->second != own) batch += own;
    }
    auto routing = routing_batch(topology);
    if (batch.empty() && routing == routing_) return;
    // Until all of it has worked, the next call does it again.
    networks_.clear();
    routing_.clear();
    run_ip(host_->fabric_namespace(), batch + routing);
    networks_ = std::move(networks);
    routing_ = std::move(routing);
}

void Links::attach(const std::string& instance_id, const std::vector<compute::Interface>& interfaces) {
    const auto file = host_->network_namespace(instance_id);
    const auto inside = open_namespace(file);
    const auto taps = existing("tap");
    const auto bridges = existing("br-");
    std::string outer;
    // 169.254.169.254 is the instance's own here: whoever listens on it speaks for the cloud.
    std::string inner = "link set lo up\naddr replace 169.254.169.254/32 dev lo\n";
    std::string default_route;
    for (std::size_t index = 0; index < interfaces.size(); ++index) {
        const auto& interface = interfaces[index];
        const std::string tap = tap_name(interface.port_id);
        const std::string bridge = bridge_name(interface.network_id);
        const std::string name = interface_name(index);
        const auto address = parse_address(interface.ip_address);
        if (!address || interface.prefix_length < 0 || interface.prefix_length > 32)
            throw std::runtime_error("'" + interface.ip_address + "' of port " + interface.port_id +
                                     " is not an IPv4 address");
        if (!is_mac_address(interface.mac_address))
            throw std::runtime_error("'" + interface.mac_address + "' of port " + interface.port_id +
                                     " is not a MAC address");
        const std::string mtu = std::to_string(interface.mtu);
        if (!bridges.contains(bridge) && outer.find("link add " + bridge + " ") == std::string::npos)
            outer += "link add " + bridge + " address " + bridge_mac(interface.network_id) +
                     " type bridge forward_delay 0\nlink set " + bridge + " mtu " + mtu + " up\n";
        if (!taps.contains(tap))
            outer += "link add " + tap + " mtu " + mtu + " type veth peer name " + name + " mtu " + mtu +
                     " address " + interface.mac_address + " netns " + file.string() + "\n";
        outer += "link set " + tap + " master " + bridge + " up\n" + forget(*address, bridge);
        inner += "link set " + name + " up\naddr replace " + to_string(*address) + "/" +
                 std::to_string(interface.prefix_length) + " dev " + name + "\n";
        if (const auto gateway = parse_address(interface.gateway); gateway && default_route.empty())
            default_route = "route replace default via " + to_string(*gateway) + " dev " + name + "\n";
    }
    run_ip(host_->fabric_namespace(), outer);
    run_ip(inside, inner + default_route);
    for (const auto& interface : interfaces)
        announce(host_->fabric_namespace(), bridge_name(interface.network_id),
                 parse_address(interface.ip_address).value_or(0), interface.mac_address);
}

void Links::detach(const std::vector<compute::Interface>& interfaces) {
    const auto taps = existing("tap");
    const auto bridges = existing("br-");
    std::string batch;
    for (const auto& interface : interfaces) {
        if (const auto tap = tap_name(interface.port_id); taps.contains(tap))
            batch += "link delete " + tap + "\n";
        const auto bridge = bridge_name(interface.network_id);
        if (const auto address = parse_address(interface.ip_address); address && bridges.contains(bridge))
            batch += forget(*address, bridge);
    }
    run_ip(host_->fabric_namespace(), batch);
}

}  // namespace localcloud::fabric
