#include "deploy/plan/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <openstack/compute.hpp>
#include <openstack/network.hpp>
#include <set>
#include <stdexcept>

#include "deploy/balance/plan.hpp"
#include "deploy/plan/belonging.hpp"
#include "deploy/plan/ineffective.hpp"
#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

using openstack::compute::Server;
using openstack::compute::ServerStatus;

std::string in_words(const IngressRule& rule) {
    return fmt::format("{} {}{}", rule.protocol, rule.port,
                       rule.from_group.empty() ? "" : " from " + rule.from_group);
}

std::string in_words(const std::vector<IngressRule>& rules) {
    std::vector<std::string> words;
    words.reserve(rules.size());
    for (const auto& rule : rules)
        words.push_back(in_words(rule));
    return fmt::format("{}", fmt::join(words, ", "));
}

/// The IDs of things with the same name.
template <class Found, class GetId>
void require_one(const Found& found, const std::string& kind, const std::string& name, GetId id_of) {
    const auto [begin, end] = found.equal_range(name);
    if (std::distance(begin, end) < 2) return;
    std::vector<std::string> ids;
    for (auto it = begin; it != end; ++it)
        ids.push_back(id_of(it->second));
    throw openstack::DuplicateResource(
        fmt::format("there are {} {}s '{}': {}. Delete all but one of them, then run this again", ids.size(),
                    kind, name, fmt::join(ids, ", ")));
}

PlannedItem plan_group(const GroupSpec& spec, const Context& context, const Observed& observed) {
    require_one(observed.groups, "security group", spec.name, [](const auto& group) { return group.id; });
    const auto found = observed.groups.find(spec.name);
    if (found == observed.groups.end())
        return {"security group", spec.name, Action::create, "lets in " + in_words(spec.ingress)};
    const auto& group = found->second;
    const auto missing = missing_rules(spec, group, observed.groups);
    const bool ours = is_ours(group, context.topology.deployment);
    if (missing.empty())
        return {"security group", spec.name, Action::keep, ours ? "" : "was there before this deployment",
                group.id};
    if (ours)
        return {"security group", spec.name, Action::change, "does not let in " + in_words(missing),
                group.id};
    throw openstack::Conflict(fmt::format(
        "the security group '{}' ({}) was not made by this deployment and does not let in {}. Add the rules "
        "to it, or choose another name with {}",
        spec.name, group.id, in_words(missing), spec.option));
}

/// What opens instances that are made now; those that there are have theirs in them.
PlannedItem plan_keypair(const Context& context, const Observed& observed, bool is_needed) {
    const auto& name = context.options.keypair;
    if (!observed.keypair && !is_needed)
        return {"keypair", name, Action::keep, "no instance is made that needs it"};
    if (!observed.keypair)
        return {"keypair", name, Action::create,
                context.options.public_key.empty() ? "for logging in"
                                                   : "imported from " + context.options.public_key.string()};
    return {"keypair", name, Action::keep,
            is_ours(*observed.keypair, context.topology.deployment) ? "" : "was there before this deployment",
            observed.keypair->name};
}

/// Whether a new instance would have been given other passwords; then this one does nothing any more.
bool has_old_passwords(const InstanceSpec& spec, const Server& server, const Recorded& recorded) {
    return uses_secrets(spec.install) && !spec.runs_services &&
           (!recorded.secrets || metadata_of(server, secrets_key) != recorded.secrets->fingerprint());
}

/// Why its results should go elsewhere from now on; empty when they need not.
std::string wrong_way(const InstanceSpec& spec, const Server& server, const Topology& topology) {
    // One that was chosen earlier is as good as the one that would be chosen now, while it is there.
    const auto endpoint = metadata_of(server, endpoint_key);
    if (endpoint.empty() || spec.endpoint_instance.empty()) return {};
    if (!topology.has(endpoint)) return "its results go to " + endpoint + ", which is to go";
    if (topology.balancer && spec.endpoint_instance == topology.balancer->name &&
        endpoint != spec.endpoint_instance)
        return "its results go to " + endpoint + " and not through the load balancer";
    return {};
}

PlannedItem plan_server(const InstanceSpec& spec, const Topology& topology, const Observed& observed,
                        const Recorded& recorded) {
    require_one(observed.instances, "server", spec.name,
                [](const auto& instance) { return instance.server.id; });
    const auto* found = observed.instance(spec.name);
    if (found == nullptr) return {"server", spec.name, Action::create, "there is none"};
    const auto& server = found->server;
    const auto item = [&](Action action, std::string why) {
        return PlannedItem{"server", spec.name, action, std::move(why), server.id};
    };
    if (server.status == ServerStatus::error)
        return item(Action::replace,
                    server.fault ? "it is in ERROR: " + server.fault->message : "it is in ERROR");
    if (server.task_state == "deleting") return item(Action::replace, "it is being deleted");
    if (!found->failure.empty()) return item(Action::replace, "its installation failed: " + found->failure);
    if (has_old_passwords(spec, server, recorded))
        return item(Action::replace, "its passwords are not those of " + topology.services()->name);
    if (auto why = wrong_way(spec, server, topology); !why.empty()) {
        auto replaced = item(Action::replace, std::move(why));
        replaced.one_by_one = true;
        return replaced;
    }
    if (server.status == ServerStatus::shutoff) return item(Action::change, "it is shut off");
    return item(Action::keep, "");
}

/// A server that was made without a port of ours keeps the one that Nova gave it.
std::optional<PlannedItem> plan_port(const InstanceSpec& spec, const Topology& topology,
                                     const Observed& observed, const PlannedItem& server) {
    if (!topology.needs_port(spec)) return std::nullopt;
    if (const auto* port = observed.port(spec.name))
        return PlannedItem{"port", spec.name, Action::keep, ipv4_of(*port), port->id};
    if (server.action == Action::keep || server.action == Action::change) return std::nullopt;
    return PlannedItem{"port", spec.name, Action::create, "its address is known before it runs"};
}

/// Chooses among floating IPs, each of which only one instance can have.
class AddressPlanner {
  public:
    AddressPlanner(const Context& context, const Target& target, const Observed& observed)
        : context_(context), target_(target), observed_(observed) {}

    PlannedItem plan(const InstanceSpec& spec, const PlannedItem& server) {
        const auto item = [&](Action action, std::string why, std::string address = {}) {
            taken_.insert(address);
            return PlannedItem{"floating IP", spec.name, action, std::move(why), std::move(address)};
        };
        if (spec.name == context_.topology.front()) require_known(context_.options.floating_ip);
        const auto* port = observed_.port(spec.name);
        if (port != nullptr)
            for (const auto& ip : observed_.floating_ips)
                if (ip.port_id == port->id) return item(Action::keep, "", ip.floating_ip_address);
        const auto* instance = observed_.instance(spec.name);
        if (port == nullptr && instance != nullptr && !instance->floating_address.empty())
            return server.action == Action::replace
                       ? item(Action::change, "goes to the new server", instance->floating_address)
                       : item(Action::keep, "", instance->floating_address);
        if (const auto reserved = observed_.addresses.find(spec.name); reserved != observed_.addresses.end())
            return item(Action::change, "is not attached yet", reserved->second.floating_ip_address);
        if (const auto& wanted = context_.options.floating_ip;
            !wanted.empty() && spec.name == context_.topology.front()) {
            const auto known =
                std::ranges::find(observed_.floating_ips, wanted, &FloatingIP::floating_ip_address);
            if (!known->port_id.empty())
                throw openstack::Conflict("the floating IP " + wanted + " is in use by port " +
                                          known->port_id + "; free it or choose another with --floating-ip");
            return item(Action::change, "is to be attached", wanted);
        }
        for (const auto& ip : observed_.floating_ips)
            if (is_free(ip)) return item(Action::change, "is the project's and free", ip.floating_ip_address);
        return item(Action::create, "to be reached at");
    }

  private:
    using FloatingIP = openstack::network::FloatingIP;

    void require_known(const std::string& wanted) const {
        if (!wanted.empty() &&
            std::ranges::find(observed_.floating_ips, wanted, &FloatingIP::floating_ip_address) ==
                observed_.floating_ips.end())
            throw openstack::NotFound("the project has no floating IP " + wanted +
                                      "; leave --floating-ip out, or name one of its own");
    }

    bool is_free(const FloatingIP& ip) const {
        return target_.external_network && ip.floating_network_id == target_.external_network->id &&
               ip.port_id.empty() && ip.port_forwardings.empty() && !is_any_mark(ip.description) &&
               !taken_.contains(ip.floating_ip_address) &&
               ip.floating_ip_address != context_.options.floating_ip;
    }

    const Context& context_;
    const Target& target_;
    const Observed& observed_;
    std::set<std::string> taken_;
};

std::string several(int count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string in_words(const std::optional<Counts>& counts) {
    return counts ? several(counts->apis, "API") + " and " + several(counts->workers, "worker") : "none";
}

std::string in_words(const Balance& balance) {
    return std::string(to_string(balance.method)) + (balance.zone.empty() ? "" : " in " + balance.zone);
}

/// What shall be is written down first, so that a run that is interrupted is taken up in the same sense.
std::optional<PlannedItem> plan_counts(const Topology& topology, const Recorded& recorded) {
    if (!topology.counts || recorded.server_id.empty() || recorded.counts == topology.counts)
        return std::nullopt;
    return PlannedItem{"counts", topology.deployment, Action::change,
                       in_words(recorded.counts) + " → " + in_words(topology.counts), recorded.server_id};
}

std::optional<PlannedItem> plan_balance_choice(const Topology& topology, const Recorded& recorded) {
    const auto before = recorded.balance.value_or(Balance());
    if (!topology.counts || recorded.server_id.empty() || before == topology.balance) return std::nullopt;
    return PlannedItem{"balance", topology.deployment, Action::change,
                       in_words(before) + " → " + in_words(topology.balance), recorded.server_id};
}

/// Without it nobody knows the passwords any more, and a new instance would be without the data of this one.
void require_seed(const Topology& topology, const Observed& observed, const Recorded& recorded) {
    const auto* services = topology.services();
    const auto* instance = services != nullptr ? observed.instance(services->name) : nullptr;
    if (instance != nullptr && !recorded.secrets)
        throw openstack::Conflict(
            fmt::format("the server '{}' ({}) has lost '{}' from its metadata, which all passwords of this "
                        "deployment are made "
                        "of. Put it back, or destroy the deployment and deploy it again",
                        services->name, instance->server.id, seed_key));
}

/// Why an instance goes, and how.
std::string farewell(const openstack::compute::Server& server, const std::optional<Counts>& counts) {
    const auto role = metadata_of(server, role_key);
    if (counts && role == to_string(Role::worker))
        return "there shall be " + several(counts->workers, "worker") +
               "; it ends or hands back what it draws first";
    if (counts && role == to_string(Role::api))
        return "there shall be " + several(counts->apis, "API") + "; it ends its requests first";
    return "no part of the deployment any more";
}

void plan_removals(const Context& context, const Observed& observed, Plan& plan) {
    const auto superfluous = [&](const std::string& name) { return !context.topology.has(name); };
    for (const auto& [name, instance] : observed.instances)
        if (superfluous(name))
            plan.items.push_back({"server", name, Action::remove,
                                  farewell(instance.server, context.topology.counts), instance.server.id});
    for (const auto& [name, ip] : observed.addresses)
        if (superfluous(name))
            plan.items.push_back(
                {"floating IP", name, Action::remove, "goes with its instance", ip.floating_ip_address});
    for (const auto& [name, port] : observed.ports)
        if (superfluous(name))
            plan.items.push_back({"port", name, Action::remove, "goes with its instance", port.id});
}

/// A version and the beginning of its sum say which package it is; the whole sum is in the metadata.
std::string shortened(const std::string& mark) {
    constexpr std::size_t shown_of_sum = 12;
    const auto sum = mark.rfind(' ') + 1;
    return mark.size() - sum <= shown_of_sum ? mark : mark.substr(0, sum + shown_of_sum) + "…";
}

/// The package is needed as long as an instance has still to fetch it.
PlannedItem plan_package(const Context& context, const Observed& observed, const Plan& so_far) {
    const auto installed = installed_package(context.options, context.topology, observed.instances);
    const auto& url = installed ? installed->url : context.options.package_url;
    const auto name = url.empty() ? package_container(context.topology.deployment) : url;
    if (!so_far.makes_servers()) return {"package", name, Action::keep, "nobody fetches it now"};
    const auto which =
        installed ? "the one that is installed, " + shortened(installed->mark) + ": " : std::string();
    if (!url.empty()) return {"package", name, Action::keep, which + "fetched from there"};
    return {"package", name, Action::create, which + "instances fetch it from the cloud's object storage"};
}

bool brings_services(const Options& options) {
    return !options.services_packages.empty() || !options.services_packages_url.empty();
}

/// The distribution's packages of database and broker, where they are brought along.
std::optional<PlannedItem> plan_services_packages(const Context& context, const Plan& so_far) {
    const auto* services = context.topology.services();
    if (services == nullptr || !brings_services(context.options)) return std::nullopt;
    const auto& url = context.options.services_packages_url;
    const auto name = url.empty() ? context.options.services_packages.filename().string() : url;
    const auto server = so_far.item("server", services->name).action;
    if (server != Action::create && server != Action::replace)
        return PlannedItem{"services packages", name, Action::keep, "nobody fetches it now"};
    if (!url.empty())
        return PlannedItem{"services packages", name, Action::keep,
                           services->name + " fetches it from there"};
    return PlannedItem{"services packages", name, Action::create,
                       services->name + " fetches it from the cloud's object storage"};
}

}  // namespace

std::vector<IngressRule> missing_rules(
    const GroupSpec& spec, const openstack::network::SecurityGroup& group,
    const std::multimap<std::string, openstack::network::SecurityGroup>& groups) {
    const auto serves = [&](const openstack::network::SecurityGroupRule& rule, const IngressRule& wanted) {
        if (rule.direction != "ingress" || rule.ether_type == "IPv6") return false;
        if (!rule.protocol.empty() && rule.protocol != wanted.protocol) return false;
        if (rule.port_range_min &&
            (*rule.port_range_min > wanted.port || rule.port_range_max.value_or(0) < wanted.port))
            return false;
        const bool from_anywhere = rule.remote_group_id.empty() && rule.remote_address_group_id.empty() &&
                                   (rule.remote_ip_prefix.empty() || rule.remote_ip_prefix == "0.0.0.0/0");
        if (wanted.from_group.empty()) return from_anywhere;
        const auto remote = groups.find(wanted.from_group);
        return remote != groups.end() && rule.remote_group_id == remote->second.id;
    };
    std::vector<IngressRule> missing;
    for (const auto& wanted : spec.ingress) {
        if (std::ranges::none_of(group.security_group_rules,
                                 [&](const auto& rule) { return serves(rule, wanted); }))
            missing.push_back(wanted);
    }
    return missing;
}

std::string_view to_string(Action action) {
    switch (action) {
        case Action::keep:
            return "keep";
        case Action::create:
            return "create";
        case Action::change:
            return "change";
        case Action::replace:
            return "replace";
        case Action::remove:
            return "remove";
    }
    return "";
}

bool Plan::changes_nothing() const {
    return std::ranges::all_of(items, [](const auto& item) { return item.action == Action::keep; });
}

const PlannedItem& Plan::item(std::string_view kind, std::string_view name) const {
    const auto found = std::ranges::find_if(
        items, [&](const PlannedItem& item) { return item.kind == kind && item.name == name; });
    if (found == items.end())
        throw std::out_of_range("the plan has no " + std::string(kind) + " " + std::string(name));
    return *found;
}

std::optional<Action> Plan::action(std::string_view kind, std::string_view name) const {
    const auto found = std::ranges::find_if(
        items, [&](const PlannedItem& item) { return item.kind == kind && item.name == name; });
    return found == items.end() ? std::nullopt : std::optional(found->action);
}

bool Plan::makes_servers() const {
    return std::ranges::any_of(items, [](const PlannedItem& item) {
        return item.kind == "server" && (item.action == Action::create || item.action == Action::replace);
    });
}

Plan make_plan(const Context& context, const Target& target, const Observed& observed) {
    const auto& topology = context.topology;
    require_belonging(context, observed.instances);
    const auto recorded = recorded_in(observed.instances);
    require_seed(topology, observed, recorded);
    Plan plan;
    for (const auto& group : topology.groups)
        plan.items.push_back(plan_group(group, context, observed));
    if (auto counts = plan_counts(topology, recorded)) plan.items.push_back(std::move(*counts));
    if (auto balance = plan_balance_choice(topology, recorded)) plan.items.push_back(std::move(*balance));
    AddressPlanner addresses(context, target, observed);
    for (const auto& instance : topology.instances) {
        auto server = plan_server(instance, topology, observed, recorded);
        if (instance.runs_services && server.action == Action::create)
            server.why +=
                has_services(target.services_image)
                    ? "; from " + target.services_image.name + ", which has database and broker in it"
                : brings_services(context.options)
                    ? "; it will install database and broker from packages that are brought along"
                : !context.options.services_image.empty()
                    ? "; from " + target.services_image.name +
                          ": what that lacks of database and broker it will "
                          "install from its distribution, which takes minutes"
                    : "; it will install database and broker from its distribution, which takes minutes";
        if (auto port = plan_port(instance, topology, observed, server))
            plan.items.push_back(std::move(*port));
        std::optional<PlannedItem> address;
        if (instance.floating_ip) address = addresses.plan(instance, server);
        plan.items.push_back(std::move(server));
        if (address) plan.items.push_back(std::move(*address));
    }
    if (topology.balancer) {
        const PlannedItem anew{
            .kind = "load balancer", .name = topology.balancer->name, .action = Action::create};
        if (auto port = plan_port(*topology.balancer, topology, observed, anew))
            plan.items.push_back(std::move(*port));
        plan.items.push_back(addresses.plan(*topology.balancer, anew));
    }
    // Known only now; shown with what else is made once.
    plan.items.insert(plan.items.begin() + static_cast<std::ptrdiff_t>(topology.groups.size()),
                      plan_keypair(context, observed, plan.makes_servers()));
    plan_balance(context, observed, plan);
    plan_removals(context, observed, plan);
    plan.items.push_back(plan_package(context, observed, plan));
    if (auto services = plan_services_packages(context, plan)) plan.items.push_back(std::move(*services));
    plan.warnings = ineffective_options(context, target, observed, plan);
    if (!plan.changes_nothing()) plan.quotas = quota_needs(context, target, observed, plan);
    return plan;
}

}  // namespace deploy
