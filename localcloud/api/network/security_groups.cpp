#include "localcloud/api/network/security_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "localcloud/api/network/addresses.hpp"
#include "localcloud/api/network/network_service.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::network {

using state::Kind;

namespace {

constexpr std::array group_attributes{
    Attribute{"name", Form::text, allow::both, R"("")"},
    Attribute{"stateful", Form::boolean, allow::both, "true"},
    Attribute{"description", Form::text, allow::both, R"("")"},
    Attribute{"shared", Form::boolean, 0, "false"},
    Attribute{"security_group_rules", Form::list, allow::no_filter, "[]"},
};

constexpr std::array rule_attributes{
    Attribute{"security_group_id", Form::id, allow::create | allow::required},
    Attribute{"ethertype", Form::text_or_null, allow::create, R"("IPv4")"},
    Attribute{"direction", Form::text, allow::create | allow::required},
    Attribute{"protocol", Form::any, allow::create},
    Attribute{"port_range_min", Form::any, allow::create},
    Attribute{"port_range_max", Form::any, allow::create},
    Attribute{"remote_ip_prefix", Form::text_or_null, allow::create},
    Attribute{"remote_address_group_id", Form::text_or_null, allow::create},
    Attribute{"normalized_cidr", Form::text_or_null},
    Attribute{"remote_group_id", Form::id_or_null, allow::create},
    Attribute{"standard_attr_id", Form::integer, allow::no_filter, "0"},
    Attribute{"description", Form::text_or_null, allow::create, R"("")"},
};

constexpr std::array<std::string_view, 25> protocols{
    "ah",   "dccp",       "egp",       "esp",       "gre",    "hopopt",     "icmp",      "igmp",       "ip",
    "ipip", "ipv6-encap", "ipv6-frag", "ipv6-icmp", "icmpv6", "ipv6-nonxt", "ipv6-opts", "ipv6-route", "ospf",
    "pgm",  "rsvp",       "sctp",      "tcp",       "udp",    "udplite",    "vrrp"};

std::int64_t next_attribute_number(Transaction& transaction) {
    Document counter;
    if (const Document* stored = transaction.find(Kind::setting, "standard_attr_id")) counter = *stored;
    const std::int64_t number = integer(counter, "value") + 1;
    transaction.put(Kind::setting, "standard_attr_id", {{"value", number}});
    return number;
}

void add_rule(Transaction& transaction, const Document& group, std::string_view direction,
              std::string_view ethertype, const std::string& remote_group) {
    Document rule = new_document(security_group_rule_resource(),
                                 {{"security_group_id", text(group, "id")},
                                  {"direction", direction},
                                  {"ethertype", ethertype},
                                  {"description", nullptr}},
                                 text(group, "project_id"));
    if (!remote_group.empty()) rule["remote_group_id"] = remote_group;
    rule["standard_attr_id"] = next_attribute_number(transaction);
    rule["revision_number"] = 0;
    const std::string id = text(rule, "id");
    transaction.put(Kind::security_group_rule, id, std::move(rule));
}

std::vector<const Document*> rules_of(const state::View& view, const std::string& group_id) {
    return view.select(Kind::security_group_rule,
                       [&](const Document& rule) { return text(rule, "security_group_id") == group_id; });
}

void create_group(Transaction& transaction, const Call& /*call*/, Document& group) {
    if (text(group, "name") == "default") {
        throw ApiError{409, "Default security group already exists.", "SecurityGroupDefaultAlreadyExists"};
    }
    add_rule(transaction, group, "egress", "IPv4", {});
    add_rule(transaction, group, "egress", "IPv6", {});
}

void update_group(Transaction& /*transaction*/, const Call& /*call*/, Document& group,
                  const Document& changes) {
    if (changes.contains("name") && text(group, "name") == "default" && text(changes, "name") != "default") {
        throw ApiError{409, "Updating default security group not allowed.",
                       "SecurityGroupCannotUpdateDefault"};
    }
    for (const auto& change : changes)
        group[change.key()] = change.value();
}

void remove_group(Transaction& transaction, const Call& call, const Document& group) {
    const std::string id = text(group, "id");
    for (const Document* port : transaction.all(Kind::port)) {
        const auto groups = texts(*port, "security_groups");
        if (std::find(groups.begin(), groups.end(), id) != groups.end()) {
            throw ApiError{409, "Security Group " + id + " in use.", "SecurityGroupInUse"};
        }
    }
    if (text(group, "name") == "default" && !call.caller.is_admin()) {
        throw ApiError{409, "Insufficient rights for removing default security group.",
                       "SecurityGroupCannotRemoveDefault"};
    }
    std::vector<std::string> gone;
    for (const Document* rule : transaction.all(Kind::security_group_rule)) {
        if (text(*rule, "security_group_id") == id || text(*rule, "remote_group_id") == id) {
            gone.push_back(text(*rule, "id"));
        }
    }
    for (const std::string& rule : gone)
        transaction.erase(Kind::security_group_rule, rule);
}

void complete_group(const state::View& view, const Call& /*call*/, Document& group) {
    json::array rules;
    for (const Document* rule : rules_of(view, text(group, "id")))
        rules.emplace_back(*rule);
    group["security_group_rules"] = std::move(rules);
}

/// A protocol by name or number, in the form in which it is kept: text, lower case, or nothing for any.
json::value checked_protocol(const json::value& value) {
    if (value.is_null()) return nullptr;
    std::string protocol = to_text(value);
    std::transform(protocol.begin(), protocol.end(), protocol.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (protocol == "any" || protocol == "0" || protocol.empty()) return nullptr;
    const bool number =
        protocol.size() <= 3 &&
        std::all_of(protocol.begin(), protocol.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (number && std::stoi(protocol) <= 255) return json::value(protocol);
    if (std::find(protocols.begin(), protocols.end(), protocol) == protocols.end()) {
        std::string names = "None";
        for (const std::string_view name : protocols)
            names += fmt::format(", '{}'", name);
        throw ApiError{
            400,
            fmt::format("Security group rule protocol {} not supported. Only protocol values [{}] and "
                        "integer representations [0 to 255] are supported.",
                        protocol, names),
            "SecurityGroupRuleInvalidProtocol"};
    }
    return json::value(protocol);
}

/// A port, or an ICMP type or code, by number or as text.
json::value checked_port(const json::value& value) {
    if (value.is_null() || value.is_int64()) return value;
    const std::string digits = to_text(value);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size())
        throw ApiError{400, "Invalid value for port " + digits, "SecurityGroupInvalidPortValue"};
    return number;
}

void check_ports(const Document& rule) {
    const json::value* from = member(rule, "port_range_min");
    const json::value* to = member(rule, "port_range_max");
    if (from == nullptr && to == nullptr) return;
    const std::string protocol = text(rule, "protocol");
    if (protocol.empty()) {
        throw ApiError{400, "Must also specify protocol if port range is given.",
                       "SecurityGroupProtocolRequiredWithPorts"};
    }
    if (protocol == "icmp" || protocol == "1" || protocol.find("icmp") != std::string::npos) {
        for (const auto& [name, value] :
             {std::pair{"port_range_min", from}, std::pair{"port_range_max", to}}) {
            if (value != nullptr && (value->get_int64() < 0 || value->get_int64() > 255)) {
                throw ApiError{400,
                               fmt::format("Invalid value for ICMP {} ({}) {}. It must be 0 to 255.",
                                           name == std::string_view{"port_range_min"} ? "type" : "code", name,
                                           value->get_int64()),
                               "SecurityGroupInvalidIcmpValue"};
            }
        }
        if (from == nullptr) {
            throw ApiError{400,
                           fmt::format("ICMP code (port-range-max) {} is provided but ICMP type "
                                       "(port-range-min) is missing.",
                                       to->get_int64()),
                           "SecurityGroupMissingIcmpType"};
        }
        return;
    }
    if (from == nullptr || to == nullptr || from->get_int64() > to->get_int64()) {
        throw ApiError{400, "For TCP/UDP protocols, port_range_min must be <= port_range_max",
                       "SecurityGroupInvalidPortRange"};
    }
    for (const json::value* port : {from, to}) {
        if (port->get_int64() < 1 || port->get_int64() > 65535) {
            throw ApiError{400, fmt::format("Invalid value for port {}", port->get_int64()),
                           "SecurityGroupInvalidPortValue"};
        }
    }
}

/// What the rule is for; all addresses are none in particular.
std::string remote_prefix(const Document& rule) {
    std::string prefix = text(rule, "normalized_cidr");
    return prefix == "0.0.0.0/0" || prefix == "::/0" ? std::string{} : prefix;
}

void create_rule(Transaction& transaction, const Call& call, Document& rule) {
    const Document& group =
        require(security_group_resource(), transaction, call.caller, text(rule, "security_group_id"));
    rule["project_id"] = text(group, "project_id");
    rule["tenant_id"] = text(group, "project_id");
    const std::string direction = text(rule, "direction");
    if (direction != "ingress" && direction != "egress") {
        throw bad_attribute("direction", direction + " is not in valid_values.");
    }
    if (rule["ethertype"].is_null()) rule["ethertype"] = "IPv4";
    const std::string ethertype = text(rule, "ethertype");
    if (ethertype != "IPv4" && ethertype != "IPv6") {
        throw ApiError{400,
                       "Security group rule for ethertype '" + ethertype +
                           "' not supported. Allowed values are ['IPv4', 'IPv6'].",
                       "SecurityGroupRuleInvalidEtherType"};
    }
    rule["protocol"] = checked_protocol(rule["protocol"]);
    for (const char* port : {"port_range_min", "port_range_max"})
        rule[port] = checked_port(rule[port]);
    check_ports(rule);
    if (member(rule, "remote_address_group_id") != nullptr) {
        throw ApiError{501, "The embedded cloud does not know address groups."};
    }
    if (member(rule, "remote_group_id") != nullptr) {
        if (member(rule, "remote_ip_prefix") != nullptr) {
            throw ApiError{
                400,
                "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.",
                "SecurityGroupMultipleRemoteEntites"};
        }
        (void)require(security_group_resource(), transaction, call.caller, text(rule, "remote_group_id"));
    }
    if (member(rule, "remote_ip_prefix") != nullptr && ethertype == "IPv4") {
        const std::string prefix = text(rule, "remote_ip_prefix");
        const auto cidr = Cidr::parse(prefix);
        if (!cidr && prefix.find(':') != std::string::npos)
            throw ApiError{400, "Conflicting value ethertype IPv4 for CIDR " + prefix,
                           "SecurityGroupRuleParameterConflict"};
        if (!cidr) throw ApiError{400, "Invalid CIDR " + prefix + " given as IP prefix.", "InvalidCIDR"};
        if (prefix.find('/') == std::string::npos) rule["remote_ip_prefix"] = prefix + "/32";
        rule["normalized_cidr"] = cidr->text();
    } else if (member(rule, "remote_ip_prefix") != nullptr) {
        rule["normalized_cidr"] = text(rule, "remote_ip_prefix");
    }
    for (const Document* other : rules_of(transaction, text(rule, "security_group_id"))) {
        const bool same = [&] {
            for (const char* field : {"direction", "ethertype", "protocol", "port_range_min",
                                      "port_range_max", "remote_group_id"}) {
                if (other->at(field) != rule.at(field)) return false;
            }
            return remote_prefix(*other) == remote_prefix(rule);
        }();
        if (same) {
            throw ApiError{409, "Security group rule already exists. Rule id is " + text(*other, "id") + ".",
                           "SecurityGroupRuleExists"};
        }
    }
    rule["standard_attr_id"] = next_attribute_number(transaction);
    rule["revision_number"] = 0;
}

void complete_rule(const state::View& /*view*/, const Call& /*call*/, Document& rule) {
    // Within its group a rule says these two, alone it does not.
    rule.erase("standard_attr_id");
    rule.erase("tags");
}

}  // namespace

const Resource& security_group_resource() {
    static const Resource resource{.kind = Kind::security_group,
                                   .singular = "security_group",
                                   .collection = "security_groups",
                                   .path = "security-groups",
                                   .missing_type = "SecurityGroupNotFound",
                                   .missing_text = "Security group {} does not exist",
                                   .attributes = group_attributes,
                                   .create = create_group,
                                   .update = update_group,
                                   .remove = remove_group,
                                   .complete = complete_group};
    return resource;
}

const Resource& security_group_rule_resource() {
    static const Resource resource{.kind = Kind::security_group_rule,
                                   .singular = "security_group_rule",
                                   .collection = "security_group_rules",
                                   .path = "security-group-rules",
                                   .missing_type = "SecurityGroupRuleNotFound",
                                   .missing_text = "Security group rule {} does not exist",
                                   .attributes = rule_attributes,
                                   .create = create_rule,
                                   .update = [](Transaction&, const Call&, Document&, const Document&) {},
                                   .remove = [](Transaction&, const Call&, const Document&) {},
                                   .complete = complete_rule};
    return resource;
}

std::string default_security_group(Transaction& transaction, const std::string& project_id) {
    for (const Document* group : transaction.all(Kind::security_group)) {
        if (text(*group, "project_id") == project_id && text(*group, "name") == "default")
            return text(*group, "id");
    }
    Document group =
        new_document(security_group_resource(),
                     {{"name", "default"}, {"description", "Default security group"}}, project_id);
    const std::string id = text(group, "id");
    add_rule(transaction, group, "ingress", "IPv4", id);
    add_rule(transaction, group, "egress", "IPv4", {});
    add_rule(transaction, group, "ingress", "IPv6", id);
    add_rule(transaction, group, "egress", "IPv6", {});
    transaction.put(Kind::security_group, id, std::move(group));
    return id;
}

void ensure_default_security_group(Cloud& cloud, const std::string& project_id) {
    if (project_id.empty()) return;
    {
        const auto view = cloud.store.read();
        for (const Document* group : view.all(Kind::security_group)) {
            if (text(*group, "project_id") == project_id && text(*group, "name") == "default") return;
        }
    }
    auto transaction = cloud.store.write();
    default_security_group(transaction, project_id);
    transaction.commit();
}

}  // namespace localcloud::api::network
