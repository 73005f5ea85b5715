#include "localcloud/fabric/security.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "localcloud/fabric/address.hpp"

namespace localcloud::fabric {
namespace {

constexpr int last_port = 65535;

/// Neutron's names for protocols, by number; a number is fine as well.
std::optional<int> protocol_number(const std::string& protocol) {
    static constexpr std::array<std::pair<std::string_view, int>, 14> known{{{"icmp", 1},
                                                                             {"igmp", 2},
                                                                             {"ipip", 4},
                                                                             {"tcp", 6},
                                                                             {"egp", 8},
                                                                             {"udp", 17},
                                                                             {"dccp", 33},
                                                                             {"rsvp", 46},
                                                                             {"gre", 47},
                                                                             {"esp", 50},
                                                                             {"ah", 51},
                                                                             {"ospf", 89},
                                                                             {"vrrp", 112},
                                                                             {"sctp", 132}}};
    for (const auto& [name, number] : known)
        if (protocol == name) return number;
    int number = 0;
    const auto [end, error] = std::from_chars(protocol.data(), protocol.data() + protocol.size(), number);
    if (error != std::errc{} || end != protocol.data() + protocol.size() || number < 0 || number > 255)
        return std::nullopt;
    return number;
}

bool is_number(const std::optional<int>& value, int most) {
    return !value || (*value >= 0 && *value <= most);
}

/// "tcp dport 80-90", or nothing if the rule cannot be written for IPv4.
std::optional<std::string> protocol_match(const SecurityRule& rule) {
    if (rule.protocol.empty() || rule.protocol == "any") return "";
    const auto number = protocol_number(rule.protocol);
    if (!number) return std::nullopt;
    const bool has_ports = *number == 6 || *number == 17 || *number == 33 || *number == 132;
    if (*number == 1) {
        if (!is_number(rule.port_min, 255) || !is_number(rule.port_max, 255)) return std::nullopt;
        std::string match = "meta l4proto icmp ";
        if (rule.port_min) match += "icmp type " + std::to_string(*rule.port_min) + " ";
        if (rule.port_min && rule.port_max) match += "icmp code " + std::to_string(*rule.port_max) + " ";
        return match;
    }
    if (!has_ports || (!rule.port_min && !rule.port_max))
        return "meta l4proto " + std::to_string(*number) + " ";
    if (!is_number(rule.port_min, last_port) || !is_number(rule.port_max, last_port)) return std::nullopt;
    const int first = rule.port_min.value_or(0);
    const int last = rule.port_max.value_or(last_port);
    if (first > last) return std::nullopt;
    return "meta l4proto " + std::to_string(*number) + " th dport " + std::to_string(first) + "-" +
           std::to_string(last) + " ";
}

std::string braced(const std::set<std::string>& items) {
    std::string text = "{ ";
    for (const auto& item : items)
        text += (text.size() > 2 ? ", " : "") + item;
    return text + " }";
}

std::set<std::string> valid_addresses(const std::vector<std::string>& addresses) {
    std::set<std::string> valid;
    for (const auto& address : addresses)
        if (const auto number = parse_address(address)) valid.insert(to_string(*number));
    return valid;
}

std::set<std::string> members(const std::string& group, const Topology& topology) {
    std::set<std::string> addresses;
    for (const auto& port : topology.ports)
        if (std::ranges::find(port.security_group_ids, group) != port.security_group_ids.end())
            addresses.merge(valid_addresses(port.ip_addresses));
    return addresses;
}

/// Writes the rules of one port. Sets of group members are named by number, never by what a client chose.
class PortRules {
  public:
    PortRules(const Topology& topology, std::string& sets) : topology_(topology), sets_(sets) {}

    std::string chain(const Port& port, bool ingress) {
        std::string lines;
        for (const auto& id : port.security_group_ids) {
            const auto group = topology_.security_groups.find(id);
            if (group == topology_.security_groups.end()) continue;
            for (const auto& rule : group->second)
                if (rule.ingress == ingress) lines += line(rule);
        }
        return lines;
    }

  private:
    std::string line(const SecurityRule& rule) {
        const auto protocol = protocol_match(rule);
        if (!protocol) return {};
        const std::string side = rule.ingress ? "ip saddr " : "ip daddr ";
        std::string remote;
        if (!rule.remote_ip_prefix.empty()) {
            const auto prefix = Prefix::parse(rule.remote_ip_prefix);
            if (!prefix) return {};
            if (prefix->length > 0) remote = side + prefix->text() + " ";
        } else if (!rule.remote_group_id.empty()) {
            remote = side + "@" + set_of(rule.remote_group_id) + " ";
        }
        return "    " + remote + *protocol + "accept\n";
    }

    std::string set_of(const std::string& group) {
        const auto [at, added] = names_.try_emplace(group, "group" + std::to_string(names_.size()));
        if (added) {
            const auto addresses = members(group, topology_);
            sets_ += "  set " + at->second + " { type ipv4_addr; " +
                     (addresses.empty() ? "" : "elements = " + braced(addresses) + " ") + "}\n";
        }
        return at->second;
    }

    const Topology& topology_;
    std::string& sets_;
    std::map<std::string, std::string> names_;
};

/// "127.1.2.10 : 10.0.0.5, …"
std::string floating_map(const Topology& topology) {
    std::map<std::string, std::string> pairs;  // by number in the text: one entry for each address
    for (const auto& floating : topology.floating_ips) {
        const auto address = parse_address(floating.address);
        const auto fixed = parse_address(floating.fixed_address);
        if (address && fixed) pairs[to_string(*address)] = to_string(*fixed);
    }
    std::string text;
    for (const auto& [address, fixed] : pairs)
        text += (text.empty() ? "" : ", ") + address + " : " + fixed;
    return text;
}

bool is_interface_name(const std::string& name) {
    return !name.empty() && name.size() < 16 &&
           std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0; });
}

}  // namespace

std::string instance_ruleset(std::span<const PortView> ports, const Topology& topology,
                             std::span<const Redirect> redirects) {
    std::string sets;
    std::string chains;
    std::string input;
    std::string output;
    std::string to_floating;
    std::string own_senders;
    PortRules rules(topology, sets);
    for (const auto& [interface, port, service_addresses] : ports) {
        if (!is_interface_name(interface)) continue;
        const auto own = valid_addresses(port.ip_addresses);
        if (!own.empty())
            own_senders +=
                "    oifname " + interface + " ip saddr 127.0.0.0/8 snat ip to " + *own.begin() + "\n";
        if (!port.port_security) {
            to_floating += "    accept\n";
            input += "    iifname " + interface + " accept\n";
            output += "    oifname " + interface + " accept\n";
            continue;
        }
        if (own.empty()) continue;
        to_floating += "    ip daddr " + braced(own) + " accept\n    jump " + interface + "_out\n";
        if (const auto gateway = valid_addresses(service_addresses); !gateway.empty())
            input +=
                "    iifname " + interface + " ip saddr " + braced(gateway) + " meta l4proto tcp accept\n";
        input += "    iifname " + interface + " jump " + interface + "_in\n";
        // No other sender's address than its own ever leaves a port, not even in answers.
        output += "    oifname " + interface + " ip saddr != " + braced(own) + " drop\n";
        output += "    oifname " + interface + " ct state established,related accept\n";
        output += "    oifname " + interface + " jump " + interface + "_out\n";
        chains += "  chain " + interface + "_in {\n" + rules.chain(port, true) + "  }\n";
        chains += "  chain " + interface + "_out {\n" + rules.chain(port, false) + "  }\n";
    }
    std::string nat;
    std::string leaving;
    if (const auto floating = floating_map(topology); !floating.empty()) {
        // A floating IP is an address of the loopback network. What goes to one is still on its way to lo when it is
        // judged, but has its true destination already.
        chains += "  chain to_floating {\n" + to_floating + "    drop\n  }\n";
        leaving =
            "    oifname lo ct status dnat ip daddr != { 127.0.0.0/8, 169.254.0.0/16 } ct state new jump "
            "to_floating\n";
        nat = "    dnat ip to ip daddr map { " + floating + " }\n";
    }
    for (const auto& redirect : redirects)
        nat += "    ip daddr " + redirect.address + " tcp dport " + std::to_string(redirect.port) +
               " dnat ip to " + redirect.to_address + ":" + std::to_string(redirect.to_port) + "\n";

    // Declared, deleted and made anew in one transaction: no packet ever meets half of it.
    return "table inet localcloud\ndelete table inet localcloud\ntable inet localcloud {\n" + sets + chains +
           "  chain input {\n    type filter hook input priority filter; policy drop;\n"
           "    iifname lo accept\n    meta nfproto ipv6 drop\n    ct state established,related accept\n" +
           input + "  }\n  chain output {\n    type filter hook output priority filter; policy drop;\n" +
           leaving + "    oifname lo accept\n    meta nfproto ipv6 drop\n" + output +
           "  }\n  chain forward {\n    type filter hook forward priority filter; policy drop;\n  }\n"
           "  chain to_the_cloud {\n    type nat hook output priority -100; policy accept;\n" +
           nat +
           // The loopback network is passed on for those packets only; nobody outside reaches into it.
           "  }\n  chain as_its_own {\n    type nat hook postrouting priority 100; policy accept;\n" +
           own_senders +
           "  }\n  chain no_strangers {\n    type filter hook prerouting priority -300; policy accept;\n"
           "    iifname != lo ip daddr 127.0.0.0/8 drop\n    iifname != lo ip saddr 127.0.0.0/8 drop\n  "
           "}\n}\n";
}

std::vector<SecurityRule> outside_tcp_rules(const Port& port, const Topology& topology) {
    if (!port.port_security) return {SecurityRule{.ingress = true}};
    std::vector<SecurityRule> found;
    for (const auto& id : port.security_group_ids) {
        const auto group = topology.security_groups.find(id);
        if (group == topology.security_groups.end()) continue;
        for (const auto& rule : group->second) {
            const bool tcp =
                rule.protocol.empty() || rule.protocol == "any" || protocol_number(rule.protocol) == 6;
            // A client on the host is in no group; a prefix that is not IPv4 matches nobody here.
            if (!rule.ingress || !tcp || !rule.remote_group_id.empty()) continue;
            if (!rule.remote_ip_prefix.empty() && !Prefix::parse(rule.remote_ip_prefix)) continue;
            if (!is_number(rule.port_min, last_port) || !is_number(rule.port_max, last_port)) continue;
            found.push_back(rule);
        }
    }
    return found;
}

std::vector<PortRange> open_tcp_ports(const Port& port, const Topology& topology) {
    std::vector<PortRange> ranges;
    for (const auto& rule : outside_tcp_rules(port, topology))
        ranges.push_back(
            {.first = std::max(1, rule.port_min.value_or(1)), .last = rule.port_max.value_or(last_port)});
    return ranges;
}

bool admits_tcp(std::span<const SecurityRule> rules, std::uint32_t client, int port) {
    return std::ranges::any_of(rules, [&](const SecurityRule& rule) {
        if (port < rule.port_min.value_or(0) || port > rule.port_max.value_or(last_port)) return false;
        if (rule.remote_ip_prefix.empty()) return true;
        const auto prefix = Prefix::parse(rule.remote_ip_prefix);
        return prefix && prefix->contains(client);
    });
}

}  // namespace localcloud::fabric
