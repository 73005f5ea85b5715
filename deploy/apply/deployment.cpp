#include "deploy/apply/deployment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <openstack/compute.hpp>
#include <openstack/network.hpp>
#include <set>

#include "deploy/apply/application.hpp"
#include "deploy/apply/keypair.hpp"
#include "deploy/apply/package.hpp"
#include "deploy/apply/steps.hpp"
#include "deploy/plan/marks.hpp"
#include "deploy/topology/user_data.hpp"

namespace deploy {
namespace {

using openstack::compute::Server;
using openstack::compute::ServerStatus;

/// What steps hand on to one another. A step writes before those that wait for it run, so reading needs the lock only
/// because others write beside it.
struct Board {
    std::mutex mutex;
    std::map<std::string, std::string> group_ids;
    std::map<std::string, std::string> server_ids;
    std::map<std::string, openstack::network::FloatingIP> floating_ips;
    PackageSource package;
    Deployed result;

    template <class Work>
    auto with(Work work) {
        const std::scoped_lock lock(mutex);
        return work(*this);
    }
};

/// Builds the list of steps. References outlive it: everything belongs to apply().
class Builder {
  public:
    Builder(const Context& context, const Target& target, const Observed& observed, const Plan& plan,
            Board& board)
        : context_(context), target_(target), observed_(observed), plan_(plan), board_(board) {}

    std::vector<Step> build() {
        for (const auto& group : context_.topology.groups)
            add_group(group);
        keypair_step_ = add("keypair " + context_.options.keypair, {},
                            [this](auto&, auto stop) { return keypair(stop); });
        if (needs_package())
            package_step_ = add("package", {}, [this](auto&, auto stop) { return package(stop); });
        for (const auto& instance : context_.topology.instances)
            add_instance(instance);
        return std::move(steps_);
    }

  private:
    using Run = std::function<StepResult(const StepReport&, std::stop_token)>;

    std::size_t add(std::string title, std::vector<std::size_t> after, Run run) {
        steps_.push_back({.title = std::move(title), .after = std::move(after), .run = std::move(run)});
        return steps_.size() - 1;
    }

    bool needs_package() const {
        return std::ranges::any_of(plan_.items, [](const PlannedItem& item) {
            return item.kind == "server" && (item.action == Action::create || item.action == Action::replace);
        });
    }

    void add_group(const GroupSpec& spec) {
        std::vector<std::size_t> after;
        for (const auto& rule : spec.ingress)
            if (const auto earlier = group_steps_.find(rule.from_group); earlier != group_steps_.end())
                after.push_back(earlier->second);
        group_steps_[spec.name] = add("security group " + spec.name, after,
                                      [this, &spec](auto&, auto stop) { return group(spec, stop); });
    }

    void add_instance(const InstanceSpec& spec) {
        std::vector<std::size_t> after{keypair_step_};
        if (package_step_) after.push_back(*package_step_);
        for (const auto& group : spec.groups)
            after.push_back(group_steps_.at(group));
        // Addresses of earlier instances may stand in the user data.
        for (const auto& [name, step] : server_steps_)
            if (spec.install.endpoint_url.find("{address:" + name + "}") != std::string::npos)
                after.push_back(step);
        std::optional<std::size_t> reserved;
        if (spec.floating_ip)
            reserved = add("floating IP for " + spec.name, {},
                           [this, &spec](auto&, auto stop) { return reserve_address(spec, stop); });
        const auto running = add("server " + spec.name, after, [this, &spec](auto& report, auto stop) {
            return server(spec, report, stop);
        });
        server_steps_[spec.name] = running;
        auto reachable = running;
        if (reserved)
            reachable = add("address of " + spec.name, {running, *reserved},
                            [this, &spec](auto&, auto stop) { return attach_address(spec, stop); });
        if (spec.health_port != 0 && spec.floating_ip && context_.options.wait_for_application)
            add("application on " + spec.name, {reachable},
                [this, &spec](auto& report, auto stop) { return application(spec, report, stop); });
    }

    StepResult group(const GroupSpec& spec, std::stop_token stop) {
        const auto network = context_.cloud.network();
        const auto call = context_.call(stop);
        const auto& item = plan_.item("security group", spec.name);
        if (item.action == Action::keep) {
            board_.with([&](Board& board) { board.group_ids[spec.name] = item.id; });
            return {.changed = false, .detail = item.why};
        }
        const auto id =
            item.action == Action::change
                ? item.id
                : network
                      .create_security_group(
                          {.name = spec.name, .description = group_mark(context_.topology.deployment)}, call)
                      .id;
        board_.with([&](Board& board) { board.group_ids[spec.name] = id; });
        for (const auto& rule : spec.ingress) {
            openstack::network::SecurityGroupRuleCreate wanted{.security_group_id = id,
                                                               .protocol = rule.protocol,
                                                               .port_range_min = rule.port,
                                                               .port_range_max = rule.port};
            if (!rule.from_group.empty())
                wanted.remote_group_id =
                    board_.with([&](Board& board) { return board.group_ids.at(rule.from_group); });
            network.ensure_security_group_rule(wanted, call);
        }
        return {.detail = item.why};
    }

    StepResult keypair(std::stop_token stop) {
        if (observed_.keypair)
            return {.changed = false, .detail = plan_.item("keypair", context_.options.keypair).why};
        const auto path = create_keypair(context_, stop);
        if (!path) return {.detail = "imported"};
        board_.with([&](Board& board) { board.result.private_key = path; });
        return {.detail = "private key in " + path->string()};
    }

    StepResult package(std::stop_token stop) {
        auto source = publish_package(context_, stop);
        const auto detail = "SHA-256 " + source.sha256.substr(0, 16) + "…";
        board_.with([&](Board& board) { board.package = std::move(source); });
        return {.changed = context_.options.package_url.empty(), .detail = detail};
    }

    StepResult server(const InstanceSpec& spec, const StepReport& report, std::stop_token stop) {
        const auto compute = context_.cloud.compute();
        const auto& item = plan_.item("server", spec.name);
        auto wait = context_.wait(stop);
        wait.progress = [&](std::string_view status, auto) { report(std::string(status)); };

        auto id = item.id;
        if (item.action == Action::replace) {
            report("removing the broken one");
            compute.delete_server(id, context_.call(stop));
            compute.wait_for_delete(id, wait);
        }
        if (item.action == Action::create || item.action == Action::replace) id = create_server(spec, stop);
        if (item.action == Action::change) compute.start_server(id, context_.call(stop));
        const auto running = compute.wait_for_server(id, wait);
        const auto fixed = fixed_address(running);
        board_.with([&](Board& board) {
            board.server_ids[spec.name] = id;
            board.result.fixed_addresses[spec.name] = fixed;
        });
        return {.changed = item.action != Action::keep, .detail = "ACTIVE, " + fixed};
    }

    std::string create_server(const InstanceSpec& spec, std::stop_token stop) {
        std::vector<std::string> groups;
        std::string script;
        std::string package_sha256;
        board_.with([&](Board& board) {
            // IDs, because names of groups need not be unique.
            for (const auto& group : spec.groups)
                groups.push_back(board.group_ids.at(group));
            script = user_data(spec, board.package, board.result.fixed_addresses);
            package_sha256 = board.package.sha256;
        });
        return context_.cloud.compute()
            .create_server({.name = spec.name,
                            .image_id = target_.image.id,
                            .flavor_id = target_.flavor.id,
                            .networks = {{.network_id = target_.network.id}},
                            .user_data = script,
                            .key_name = context_.options.keypair,
                            .security_groups = groups,
                            .metadata = {{std::string(deployment_key), context_.topology.deployment},
                                         {std::string(instance_key), spec.name},
                                         {std::string(package_key), package_sha256}}},
                           context_.call(stop))
            .id;
    }

    static std::string fixed_address(const Server& server) {
        for (const auto& [network, addresses] : server.addresses)
            for (const auto& address : addresses)
                if (address.version == 4 && address.type != "floating") return address.address;
        throw openstack::ResourceFailed(
            "the server '" + server.name + "' (" + server.id +
            ") is ACTIVE but has no IPv4 address; does its network have a subnet?");
    }

    /// Ours from an earlier run, the one the user named, a free one, or a new one.
    StepResult reserve_address(const InstanceSpec& spec, std::stop_token stop) {
        const auto network = context_.cloud.network();
        const auto call = context_.call(stop);
        const auto keep = [&](openstack::network::FloatingIP ip, bool is_new) {
            StepResult result{.changed = is_new, .detail = ip.floating_ip_address};
            board_.with([&](Board& board) { board.floating_ips[spec.name] = std::move(ip); });
            return result;
        };
        const auto instance = observed_.instances.find(spec.name);
        if (instance != observed_.instances.end() && !instance->second.floating_address.empty())
            return keep(network.find_ip(instance->second.floating_address, call), false);
        if (const auto ours = observed_.addresses.find(spec.name); ours != observed_.addresses.end())
            return keep(ours->second, false);
        if (!context_.options.floating_ip.empty()) {
            auto ip = network.find_ip(context_.options.floating_ip, call);
            if (!ip.port_id.empty())
                throw openstack::Conflict("the floating IP " + ip.floating_ip_address +
                                          " is in use by port " + ip.port_id +
                                          "; free it or choose another with --floating-ip");
            return keep(std::move(ip), false);
        }
        for (auto& ip : network.ips({.floating_network_id = target_.external_network->id}, call)) {
            if (ip.port_id.empty() && ip.port_forwardings.empty() && !is_any_mark(ip.description) &&
                claim_free(ip.id))
                return keep(ip, false);
        }
        return keep(network.create_ip({.floating_network_id = target_.external_network->id,
                                       .description = address_mark(context_.topology.deployment, spec.name)},
                                      call),
                    true);
    }

    /// Two instances of one run must not choose the same free address.
    bool claim_free(const std::string& id) {
        return board_.with([&](Board&) { return claimed_.insert(id).second; });
    }

    StepResult attach_address(const InstanceSpec& spec, std::stop_token stop) {
        const auto [server_id, ip] = board_.with([&](Board& board) {
            return std::pair(board.server_ids.at(spec.name), board.floating_ips.at(spec.name));
        });
        const auto attached = context_.cloud.network().add_ip_to_server(ip, server_id, context_.call(stop));
        board_.with([&](Board& board) {
            board.result.floating_addresses[spec.name] = attached.floating_ip_address;
            if (spec.name == context_.topology.entrance)
                board.result.entrance_url =
                    entrance_url(context_.cloud, attached.floating_ip_address, spec.health_port);
        });
        return {.changed = ip.port_id != attached.port_id, .detail = attached.floating_ip_address};
    }

    StepResult application(const InstanceSpec& spec, const StepReport& report, std::stop_token stop) {
        const auto [server_id, address] = board_.with([&](Board& board) {
            return std::pair(board.server_ids.at(spec.name), board.result.floating_addresses.at(spec.name));
        });
        const auto waited =
            wait_for_application(context_, server_id, entrance_url(context_.cloud, address, spec.health_port),
                                 spec.health_path, report, stop);
        return {.changed = waited, .detail = "answers"};
    }

    const Context& context_;
    const Target& target_;
    const Observed& observed_;
    const Plan& plan_;
    Board& board_;
    std::vector<Step> steps_;
    std::map<std::string, std::size_t> group_steps_, server_steps_;
    std::size_t keypair_step_ = 0;
    std::optional<std::size_t> package_step_;
    std::set<std::string> claimed_;
};

}  // namespace

Deployed apply(const Context& context, const Target& target, const Observed& observed, const Plan& plan,
               common::tty::Progress& progress) {
    require_quota(plan);
    Board board;
    Builder builder(context, target, observed, plan, board);
    run_steps(builder.build(), progress, context.stop);
    return std::move(board.result);
}

}  // namespace deploy
