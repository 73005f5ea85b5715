#include "deploy/operations/upgrade.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <openstack/compute.hpp>

#include "common/process/process.hpp"
#include "deploy/apply/application.hpp"
#include "deploy/apply/package.hpp"
#include "deploy/apply/steps.hpp"
#include "deploy/balance/apply.hpp"
#include "deploy/operations/access.hpp"
#include "deploy/plan/belonging.hpp"
#include "deploy/plan/invocation.hpp"
#include "deploy/plan/marks.hpp"
#include "deploy/plan/recorded.hpp"
#include "deploy/topology/placeholders.hpp"
#include "deploy/topology/user_data.hpp"

namespace deploy {
namespace {

using std::chrono::steady_clock;

constexpr auto longest_installation = std::chrono::minutes(15);

/// The script comes on standard input, as it has secrets in it, and is a file while it runs, since what it starts may read
/// from standard input, too.
constexpr std::string_view run_script =
    "umask 077; f=$(mktemp) || exit 1; cat >\"$f\"; "
    "if [ \"$(id -u)\" = 0 ]; then sh \"$f\" </dev/null; else sudo -n sh \"$f\" </dev/null; fi; "
    "s=$?; rm -f \"$f\"; exit $s";

/// What installs the package on an instance that runs: as at its first boot, but without asking for fractals again, and
/// with the API that its results go to.
std::string script_for(InstanceSpec spec, const Topology& topology, const Observed& observed,
                       const PackageSource& package) {
    std::erase(spec.install.roles, "demo");
    const auto endpoint = metadata_of(observed.instance(spec.name)->server, endpoint_key);
    if (!endpoint.empty() && topology.has(endpoint))
        spec.install.endpoint_url = "http://" + address_of(endpoint);
    std::map<std::string, std::string> addresses;
    for (const auto* other : topology.addressed()) {
        const auto* port = observed.port(other->name);
        const auto* instance = observed.instance(other->name);
        const auto address = port != nullptr       ? ipv4_of(*port)
                             : instance != nullptr ? instance->fixed_address
                                                   : std::string();
        if (!address.empty()) addresses.emplace(other->name, address);
    }
    return user_data(spec, package, addresses, recorded_in(observed.instances).secrets);
}

/// What the script said when it failed, or what ssh did.
std::string reason_in(const common::process::Result& result) {
    if (const auto at = result.output.rfind(console_failed); at != std::string::npos) {
        const auto begin = at + console_failed.size() + 1;
        return common::tty::printable(result.output.substr(std::min(begin, result.output.size()),
                                                           result.output.find('\n', at) - begin));
    }
    if (result.timed_out) return "it took too long";
    auto words = result.error;
    while (!words.empty() && words.back() == '\n')
        words.pop_back();
    words = words.substr(words.rfind('\n') + 1);
    return words.empty() ? fmt::format("ssh ended with status {}", result.exit_status)
                         : common::tty::printable(words);
}

class Upgrade {
  public:
    Upgrade(const Context& context, const Observed& observed) : context_(context), observed_(observed) {}

    Upgraded run(common::tty::Progress& progress) {
        std::vector<Step> steps;
        steps.push_back({.title = "package", .run = [this](const auto&, auto stop) -> StepResult {
                             package_ = publish_package(context_, stop);
                             return {.detail = package_mark(package_.version, package_.sha256)};
                         }});
        for (const auto& name : upgrade_order(context_.topology))
            steps.push_back({.title = name,
                             .after = {steps.size() - 1},
                             .run = [this, name](const auto& report, auto stop) {
                                 return upgrade_one(*context_.topology.find(name), report, stop);
                             }});
        run_steps(steps, progress, context_.stop, 1);
        return {.package = package_mark(package_.version, package_.sha256), .instances = done_};
    }

  private:
    StepResult upgrade_one(const InstanceSpec& spec, const StepReport& report, const std::stop_token& stop) {
        const auto& instance = *observed_.instance(spec.name);
        if (is_of_package(metadata_of(instance.server, package_key), package_.sha256)) {
            // An earlier run may have been interrupted at the very last.
            const bool waits = spec.role == Role::api && !is_serving(context_, observed_.balance, instance);
            if (waits) set_serving(spec, instance, true, report, stop);
            return {.changed = waits, .detail = waits ? "is given requests again" : "has it"};
        }
        try {
            set_serving(spec, instance, false, report, stop);
            report("installing");
            install(spec);
            verify(spec, instance, report, stop);
            remember(instance.server, stop);
            set_serving(spec, instance, true, report, stop);
        } catch (const openstack::Cancelled&) {
            throw;
        } catch (const std::exception& error) {
            throw openstack::ResourceFailed(fmt::format(
                "'{}' could not be upgraded: {}\n{}Nothing was done to those after it. After "
                "mending the cause "
                "({} logs in there), run {} again: it goes on here",
                spec.name, error.what(),
                spec.role == Role::api && context_.topology.balance.method != BalanceMethod::none
                    ? "It is given no requests until then. "
                    : "",
                invocation(context_.options, "ssh " + spec.name), invocation(context_.options, "upgrade")));
        }
        done_.push_back(spec.name);
        return {.detail = "upgraded"};
    }

    /// So that what is made later gets the same package. First the old place goes: a sum and the place of another package
    /// would be worse than a sum alone.
    void remember(const openstack::compute::Server& server, const std::stop_token& stop) const {
        const auto compute = context_.cloud.compute();
        auto metadata = url_metadata(context_.options.package_url);
        if (metadata.empty() && !metadata_of(server, package_url_key).empty())
            compute.delete_server_metadata(server.id, {std::string(package_url_key)}, context_.call(stop));
        if (!metadata_of(server, failed_key).empty())
            compute.delete_server_metadata(server.id, {std::string(failed_key)}, context_.call(stop));
        metadata.emplace(package_key, package_mark(package_.version, package_.sha256));
        compute.set_server_metadata(server.id, metadata, context_.call(stop));
    }

    void set_serving(const InstanceSpec& spec, const ObservedInstance& instance, bool serving,
                     const StepReport& report, const std::stop_token& stop) {
        if (spec.role == Role::api)
            deploy::set_serving(context_, observed_.balance, instance, serving, report, stop);
    }

    void install(const InstanceSpec& spec) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(context_.deadline - steady_clock::now());
        const auto login = batch_ssh_login(context_, observed_, spec.name, std::string(run_script));
        const auto result =
            common::process::run({.arguments = login.words,
                                  .input = script_for(spec, context_.topology, observed_, package_),
                                  .timeout = std::clamp<std::chrono::milliseconds>(
                                      left, std::chrono::milliseconds(1), longest_installation)});
        if (!result.ok())
            throw openstack::ResourceFailed(reason_in(result) +
                                            (login.missing_key.empty() ? "" : ". " + login.missing_key));
    }

    void verify(const InstanceSpec& spec, const ObservedInstance& instance, const StepReport& report,
                const std::stop_token& stop) {
        if (!context_.options.wait_for_application || spec.health_port == 0) return;
        if (instance.floating_address.empty()) return;
        report("waiting for its answer");
        wait_for_answer(context_, entrance_url(context_.cloud, instance.floating_address, spec.health_port),
                        spec.health_path, report, stop);
    }

    const Context& context_;
    const Observed& observed_;
    PackageSource package_;
    std::vector<std::string> done_;
};

}  // namespace

std::vector<std::string> upgrade_order(const Topology& topology) {
    std::vector<std::string> order;
    const auto add = [&](auto belongs) {
        for (const auto& instance : topology.instances)
            if (belongs(instance)) order.push_back(instance.name);
    };
    const auto is_services = [](const auto& one) { return one.runs_services; };
    const auto is_worker = [](const auto& one) { return one.role == Role::worker; };
    add(is_services);
    add([&](const auto& one) { return !is_services(one) && !is_worker(one); });
    add(is_worker);
    return order;
}

void require_upgradable(const Context& context, const Observed& observed) {
    if (observed.instances.empty())
        throw openstack::NotFound(fmt::format("there is no deployment '{}' here to upgrade; {} makes it",
                                              context.topology.deployment,
                                              invocation(context.options, "deploy")));
    require_belonging(context, observed.instances);
    for (const auto& spec : context.topology.instances) {
        const auto* instance = observed.instance(spec.name);
        if (instance != nullptr && instance->server.status == openstack::compute::ServerStatus::active)
            continue;
        throw openstack::Conflict(
            fmt::format("'{}' {}; nothing was upgraded. {} brings everything up, then upgrade", spec.name,
                        instance == nullptr ? "does not exist" : "is " + instance->server.status.text(),
                        invocation(context.options, "deploy")));
    }
}

Upgraded upgrade(const Context& context, const Observed& observed, common::tty::Progress& progress) {
    return Upgrade(context, observed).run(progress);
}

}  // namespace deploy
