#include "deploy/apply/deployment.hpp"

#include <algorithm>
#include <openstack/compute.hpp>
#include <openstack/network.hpp>

#include "common/process/process.hpp"
#include "deploy/apply/application.hpp"
#include "deploy/apply/board.hpp"
#include "deploy/apply/installed_package.hpp"
#include "deploy/apply/keypair.hpp"
#include "deploy/apply/lingering.hpp"
#include "deploy/apply/network.hpp"
#include "deploy/apply/package.hpp"
#include "deploy/apply/server.hpp"
#include "deploy/apply/steps.hpp"
#include "deploy/balance/apply.hpp"
#include "deploy/plan/marks.hpp"

namespace deploy {
namespace {

/// Enough for every instance to boot at the same time; threads that wait cost nothing.
constexpr std::size_t most_steps_at_once = 64;
constexpr auto longest_installation = std::chrono::hours(1);

/// Builds the list of steps. References outlive it: everything belongs to apply().
class Builder {
  public:
    explicit Builder(const Work& work) : work_(work), topology_(work.context.topology) {}

    /// What makes things comes before what waits for them, so that nothing waits for its turn.
    std::vector<Step> build() {
        for (const auto& group : topology_.groups)
            add_group(group);
        keypair_ = add("keypair " + work_.context.options.keypair, {},
                       [this](auto&, auto stop) { return keypair(stop); });
        if (work_.plan.makes_servers())
            package_ = add("package", {}, [this](auto&, auto stop) { return package(stop); });
        add_zone();
        if (work_.plan.action("counts", topology_.deployment) ||
            work_.plan.action("balance", topology_.deployment)) {
            std::vector<std::size_t> after;
            add_if(after, balance_);
            recorded_ = add("what shall be", after, [this](auto&, auto stop) { return record(stop); });
        }
        for (const auto* addressed : topology_.addressed())
            add_port(*addressed);
        // The one with the secrets first: a later run finds them there, so nobody may have them before it.
        if (const auto* services = topology_.services()) add_server(*services);
        for (const auto& instance : topology_.instances)
            if (!instance.runs_services && !waits_its_turn(instance)) add_server(instance);
        add_balance();
        for (const auto* addressed : topology_.addressed())
            if (addressed->floating_ip && !waits_its_turn(*addressed)) add_address(*addressed);
        for (const auto& instance : topology_.instances)
            if (!waits_its_turn(instance)) add_running(instance);
        settle_balance();
        add_one_by_one();
        if (work_.context.options.wait_for_application) add_fractals();
        add_removals();
        return std::move(steps_);
    }

  private:
    using Run = std::function<StepResult(const StepReport&, std::stop_token)>;
    using Numbers = std::map<std::string, std::size_t>;

    std::size_t add(std::string title, std::vector<std::size_t> after, Run run) {
        steps_.push_back({.title = std::move(title), .after = std::move(after), .run = std::move(run)});
        return steps_.size() - 1;
    }

    static void add_if(std::vector<std::size_t>& after, const Numbers& steps, const std::string& name) {
        if (const auto step = steps.find(name); step != steps.end()) after.push_back(step->second);
    }
    static void add_if(std::vector<std::size_t>& after, const std::optional<std::size_t>& step) {
        if (step) after.push_back(*step);
    }

    void add_group(const GroupSpec& spec) {
        std::vector<std::size_t> after;
        for (const auto& rule : spec.ingress)
            add_if(after, groups_, rule.from_group);
        groups_[spec.name] = add("security group " + spec.name, after,
                                 [this, &spec](auto&, auto stop) { return make_group(work_, spec, stop); });
    }

    void add_port(const InstanceSpec& spec) {
        if (work_.plan.action("port", spec.name) != Action::create) return;
        std::vector<std::size_t> after;
        for (const auto& group : spec.groups)
            add_if(after, groups_, group);
        ports_[spec.name] = add("port of " + spec.name, after,
                                [this, &spec](auto&, auto stop) { return make_port(work_, spec, stop); });
    }

    bool waits_its_turn(const InstanceSpec& spec) const {
        return topology_.find(spec.name) != nullptr && work_.plan.item("server", spec.name).one_by_one;
    }

    /// Each when all before it are at work: what its results go to from now on is there already, and the others draw
    /// meanwhile.
    void add_one_by_one() {
        for (const auto& instance : topology_.instances) {
            if (!waits_its_turn(instance)) continue;
            add_server(instance, running_);
            if (instance.floating_ip) add_address(instance);
            add_running(instance);
        }
    }

    void add_server(const InstanceSpec& spec, std::vector<std::size_t> after = {}) {
        after.push_back(keypair_);
        add_if(after, package_);
        add_if(after, recorded_);
        add_if(after, ports_, spec.name);
        for (const auto& group : spec.groups)
            add_if(after, groups_, group);
        for (const auto& other : addresses_in(spec.install))
            add_if(after, ports_, other);
        if (spec.runs_services) add_if(after, balance_);
        if (uses_secrets(spec.install) && !spec.runs_services)
            add_if(after, servers_, topology_.services()->name);
        servers_[spec.name] = add("server " + spec.name, after, [this, &spec](auto& report, auto stop) {
            return start_instance(work_, spec, report, stop);
        });
    }

    /// Before it is recorded, with the instance that keeps the records or in it: a zone that the service refuses must not
    /// be what every later run means.
    void add_zone() {
        if (topology_.balance.method == BalanceMethod::dns)
            balance_ = add("zone " + topology_.balance.zone, {},
                           [this](auto&, auto stop) { return make_zone(work_, stop); });
    }

    /// After the instance with the records: a later run finds there that there may be something.
    void add_balance() {
        if (!topology_.balancer) return;
        std::vector<std::size_t> after;
        add_if(after, servers_, topology_.services() != nullptr ? topology_.services()->name : "");
        add_if(after, recorded_);
        const auto& name = topology_.balancer->name;
        add_if(after, ports_, name);
        for (const auto* api : topology_.apis())
            add_if(after, ports_, api->name);
        balance_ = add("load balancer " + name, after,
                       [this](auto& report, auto stop) { return make_balancer(work_, report, stop); });
    }

    /// Only when the APIs answer: what is in front of them must not send anybody to one that does not.
    void settle_balance() {
        if (!balance_) return;
        auto after = running_;
        after.push_back(*balance_);
        for (const auto& [name, step] : addresses_)
            after.push_back(step);
        if (topology_.balancer)
            running_.push_back(
                add(topology_.balancer->name + " serves", after,
                    [this](auto& report, auto stop) { return settle_balancer(work_, report, stop); }));
        else
            running_.push_back(
                add("name " + balanced_name(topology_.deployment, topology_.balance.zone), after,
                    [this](auto& report, auto stop) { return publish_name(work_, report, stop); }));
    }

    void add_address(const InstanceSpec& spec) {
        std::vector<std::size_t> after;
        add_if(after, ports_, spec.name);
        // Without a port of ours the address goes to one that Nova has made.
        if (!work_.plan.action("port", spec.name)) add_if(after, servers_, spec.name);
        addresses_[spec.name] =
            add("floating IP of " + spec.name, after,
                [this, &spec](auto& report, auto stop) { return make_address(work_, spec, report, stop); });
    }

    void add_running(const InstanceSpec& spec) {
        auto active = servers_.at(spec.name);
        if (!was_running(spec))
            active = add(spec.name + " boots", {active}, [this, &spec](auto& report, auto stop) {
                return await_instance(work_, spec, report, stop);
            });
        running_.push_back(active);
        if (!work_.context.options.wait_for_application) return;
        std::vector<std::size_t> after{active};
        if (spec.health_port != 0 && spec.floating_ip) {
            after.push_back(addresses_.at(spec.name));
            running_.push_back(
                add("application on " + spec.name, after,
                    [this, &spec](auto& report, auto stop) { return application(spec, report, stop); }));
        } else if (may_be_installing(spec)) {
            running_.push_back(add("software on " + spec.name, after, [this, &spec](auto& report, auto stop) {
                const auto id =
                    work_.board.with([&](Board& board) { return board.server_ids.at(spec.name); });
                const auto waited = remembering_failure(
                    id, [&] { return wait_for_installation(work_.context, id, report, stop); });
                return StepResult{.changed = waited, .detail = "installed"};
            }));
        }
    }

    /// What was ACTIVE a moment ago need not be waited for.
    bool was_running(const InstanceSpec& spec) const {
        return work_.plan.item("server", spec.name).action == Action::keep &&
               work_.observed.instance(spec.name)->server.status == openstack::compute::ServerStatus::active;
    }

    /// An earlier run may have been interrupted while it waited for this; a console of long ago says nothing any more.
    bool may_be_installing(const InstanceSpec& spec) const {
        if (work_.plan.item("server", spec.name).action != Action::keep) return true;
        const auto& created = work_.observed.instance(spec.name)->server.created_at;
        return created && std::chrono::system_clock::now() - *created < longest_installation;
    }

    /// Where API and workers are apart, only a fractal that arrives says that they have found each other.
    void add_fractals() {
        const bool has_workers = std::ranges::any_of(
            topology_.instances, [](const InstanceSpec& spec) { return spec.role == Role::worker; });
        if (!has_workers) return;
        running_.push_back(add("fractals", running_, [this](auto& report, auto stop) {
            const auto url = work_.board.with([](Board& board) { return board.api_url; });
            return StepResult{.changed = false,
                              .detail = wait_for_fractals(work_.context, url, report, stop)};
        }));
    }

    /// Only when what stays is at work.
    void add_removals() {
        // Workers hand their last results to APIs, so those go later.
        auto after_workers = running_;
        for (const bool workers : {true, false}) {
            const auto after = workers ? running_ : after_workers;
            for (const auto& item : work_.plan.items) {
                if (item.action != Action::remove || item.kind != "server") continue;
                const auto& server = work_.observed.instance(item.name)->server;
                if ((metadata_of(server, role_key) == to_string(Role::worker)) != workers) continue;
                servers_[item.name] =
                    add("server " + item.name, after, [this, &server](auto& report, auto stop) {
                        retire_server(work_.context, server, report, stop);
                        return StepResult{.detail = "gone"};
                    });
                if (workers) after_workers.push_back(servers_[item.name]);
            }
        }
        add_balance_removals();
        for (const auto& item : work_.plan.items) {
            if (item.action != Action::remove || (item.kind != "port" && item.kind != "floating IP"))
                continue;
            auto after = running_;
            add_if(after, servers_, item.name);
            add(item.kind + " of " + item.name, after, [this, &item](auto& report, auto stop) {
                while_in_use(work_.context, "the " + item.kind + " of '" + item.name + "'", report, stop,
                             Refusals::all, [&] { remove(item, stop); });
                return StepResult{.detail = "gone"};
            });
        }
    }

    void add_balance_removals() {
        const auto remove = [this](const PlannedItem& item, std::vector<std::size_t> after, auto work) {
            return add(item.kind + " " + item.name, std::move(after), [work](auto&, auto stop) {
                work(stop);
                return StepResult{.detail = "gone"};
            });
        };
        auto after_names = running_;
        const auto& context = work_.context;
        const auto& observed = work_.observed.balance;
        for (const auto& item : work_.plan.items) {
            if (item.action != Action::remove) continue;
            if (item.kind == "load balancer")
                servers_[item.name] = remove(item, running_, [&context, &item](const auto& stop) {
                    remove_balancer(context, item.id, stop);
                });
            if (item.kind != "recordset") continue;
            const auto recordset =
                std::ranges::find(observed.recordsets, item.id, &openstack::dns::Recordset::id);
            after_names.push_back(remove(item, running_, [&context, recordset](const auto& stop) {
                remove_recordset(context, *recordset, stop);
            }));
        }
        for (const auto& item : work_.plan.items)
            if (item.action == Action::remove && item.kind == "zone")
                remove(item, after_names,
                       [&context, &item](const auto& stop) { remove_zone(context, item.id, stop); });
    }

    void remove(const PlannedItem& item, std::stop_token stop) {
        const auto network = work_.context.cloud.network();
        if (item.kind == "port") network.delete_port(item.id, work_.context.call(stop));
        if (item.kind == "floating IP")
            network.delete_ip(work_.observed.addresses.find(item.name)->second, work_.context.call(stop));
    }

    StepResult keypair(std::stop_token stop) {
        const auto& item = work_.plan.item("keypair", work_.context.options.keypair);
        if (item.action == Action::keep) return {.changed = false, .detail = item.why};
        const auto path = create_keypair(work_.context, stop);
        if (!path) return {.detail = "imported"};
        work_.board.with([&](Board& board) { board.result.private_key = path; });
        return {.detail = "private key in " + path->string()};
    }

    StepResult package(std::stop_token stop) {
        const common::process::TemporaryDirectory folder("fractals-package");
        auto context = work_.context;
        context.options = with_installed_package(work_.context, work_.observed, folder.path(), stop);
        auto source = publish_package(context, stop);
        const auto detail = "SHA-256 " + source.sha256.substr(0, 16) + "…";
        work_.board.with([&](Board& board) {
            board.package = std::move(source);
            board.package_url = context.options.package_url;
        });
        return {.changed = context.options.package_url.empty(), .detail = detail};
    }

    /// Before anything is made or removed, so that an interrupted run is taken up in the same sense.
    StepResult record(std::stop_token stop) {
        std::map<std::string, std::string> metadata;
        StepResult result;
        for (const auto* kind : {"counts", "balance"}) {
            if (!work_.plan.action(kind, topology_.deployment)) continue;
            const auto& item = work_.plan.item(kind, topology_.deployment);
            metadata.merge(item.kind == "counts" ? to_metadata(*topology_.counts)
                                                 : to_metadata(topology_.balance));
            result.detail += (result.detail.empty() ? "" : "; ") + item.why;
        }
        work_.context.cloud.compute().set_server_metadata(recorded_in(work_.observed.instances).server_id,
                                                          metadata, work_.context.call(stop));
        return result;
    }

    StepResult application(const InstanceSpec& spec, const StepReport& report, std::stop_token stop) {
        const auto [server_id, address] = work_.board.with([&](Board& board) {
            return std::pair(board.server_ids.at(spec.name), board.result.floating_addresses.at(spec.name));
        });
        const auto url = entrance_url(work_.context.cloud, address, spec.health_port);
        const auto waited = remembering_failure(server_id, [&] {
            return wait_for_application(work_.context, server_id, url, spec.health_path, report, stop);
        });
        // The first fractals are asked for after that, and only then one can say whether there are any.
        const auto& roles = spec.install.roles;
        try {
            if (std::ranges::find(roles, "demo") != roles.end() && may_be_installing(spec))
                wait_for_installation(work_.context, server_id, report, stop);
        } catch (const InstallationFailed& failure) {
            // The application is at work, and may have fractals of users by now.
            return {.changed = waited,
                    .detail = "answers, but its first fractals were not asked for: " + failure.reason()};
        }
        return {.changed = waited, .detail = "answers"};
    }

    /// Plans, `status` and the next run see it then, though nobody waits for the instance.
    template <class Wait>
    bool remembering_failure(const std::string& server_id, const Wait& wait) {
        try {
            return wait();
        } catch (const InstallationFailed& failure) {
            try {
                // Not stopped with the other steps: this is what their end is about.
                work_.context.cloud.compute().set_server_metadata(
                    server_id, failure_metadata(failure.reason()), work_.context.call(std::stop_token()));
            } catch (const openstack::Error&) {
                // The next run reads the console again.
            }
            throw;
        }
    }

    const Work& work_;
    const Topology& topology_;
    std::vector<Step> steps_;
    Numbers groups_, ports_, servers_, addresses_;
    std::vector<std::size_t> running_;
    std::size_t keypair_ = 0;
    std::optional<std::size_t> package_, recorded_, balance_;
};

/// What is known before the first step.
void prepare(Board& board, const Context& context, const Observed& observed, const Plan& plan) {
    for (const auto* addressed : context.topology.addressed()) {
        const auto& spec = *addressed;
        if (const auto* port = observed.port(spec.name); port != nullptr && plan.action("port", spec.name)) {
            board.port_ids[spec.name] = port->id;
            board.result.fixed_addresses[spec.name] = ipv4_of(*port);
        } else if (const auto* instance = observed.instance(spec.name); instance != nullptr &&
                                                                        !instance->fixed_address.empty() &&
                                                                        !plan.action("port", spec.name)) {
            board.result.fixed_addresses[spec.name] = instance->fixed_address;
        }
    }
    for (const auto& group : context.topology.groups)
        board.group_ids[group.name] = plan.item("security group", group.name).id;
    if (context.topology.services() == nullptr) return;
    board.secrets = recorded_in(observed.instances).secrets;
    if (!board.secrets) board.secrets = Secrets::make();
}

}  // namespace

Deployed apply(const Context& context, const Target& target, const Observed& observed, const Plan& plan,
               common::tty::Progress& progress) {
    require_quota(plan);
    Board board;
    prepare(board, context, observed, plan);
    ServerWatch watch(context);
    const Work work{
        context, target, observed, plan, board, watch, [&](const auto& line) { progress.note(line); }};
    Builder builder(work);
    run_steps(builder.build(), progress, context.stop, most_steps_at_once);
    return std::move(board.result);
}

}  // namespace deploy
