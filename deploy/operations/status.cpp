#include "deploy/operations/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "deploy/apply/application.hpp"
#include "deploy/apply/probe.hpp"
#include "deploy/plan/belonging.hpp"
#include "deploy/plan/marks.hpp"
#include "deploy/topology/services.hpp"

namespace deploy {
namespace {

constexpr auto answer_time = std::chrono::seconds(5);

/// What anybody outside can see of it.
void ask_instance(const InstanceSpec& spec, const Context& context, InstanceStatus& result) {
    if (spec.health_port == 0 || !spec.floating_ip || !result.healthy) return;
    if (result.floating_address.empty()) {
        result.healthy = false;
        result.health = "has no floating IP";
        return;
    }
    const auto answer =
        probe(entrance_url(context.cloud, result.floating_address, spec.health_port) + spec.health_path,
              answer_time, context.stop);
    result.healthy = answer.ok();
    result.health = answer.ok()          ? "answers"
                    : answer.status != 0 ? "answers with status " + std::to_string(answer.status)
                                         : "does not answer: " + answer.reason;
}

/// What the cloud says of it.
InstanceStatus status_of(const std::string& name, std::string_view role, const ObservedInstance* instance) {
    InstanceStatus result{.name = name, .state = "missing", .role = std::string(role)};
    if (instance == nullptr) return result;
    result.id = instance->server.id;
    result.state = instance->server.status.text();
    result.fixed_address = instance->fixed_address;
    result.floating_address = instance->floating_address;
    result.package = metadata_of(instance->server, package_key);
    result.healthy = instance->server.status == openstack::compute::ServerStatus::active;
    if (result.healthy && !instance->failure.empty()) {
        result.healthy = false;
        result.health = "its installation failed: " + instance->failure;
        return result;
    }
    // Nova's reason, or what it is at just now.
    if (!result.healthy)
        result.health =
            instance->server.fault ? instance->server.fault->message : instance->server.task_state;
    return result;
}

/// Of instances that nobody outside can ask: what the APIs know of them.
void judge_from_inside(Status& status) {
    const auto is_api = [](const InstanceStatus& instance) {
        return instance.role == to_string(Role::api) || instance.role == to_string(Role::controller);
    };
    const bool ready = std::ranges::any_of(status.instances, [&](const InstanceStatus& instance) {
        return is_api(instance) && instance.healthy;
    });
    for (auto& instance : status.instances) {
        if (!instance.healthy || !instance.health.empty()) continue;
        if (instance.role == to_string(Role::services)) {
            // An API is ready when its database and its broker are.
            const auto trouble = status.application ? status.application->queue_trouble : std::string();
            instance.healthy = ready && trouble.empty();
            instance.health = !ready ? "no API says that it serves" : trouble.empty() ? "serves" : trouble;
        } else if (instance.role == to_string(Role::worker) && status.application) {
            const auto drawn = status.application->drawn_by.find(instance.name);
            instance.health = drawn != status.application->drawn_by.end()
                                  ? fmt::format("drew {}", drawn->second)
                                  : "has drawn nothing yet";
        }
    }
}

/// Empty while it has no address.
std::string url_of(const Context& context, const BalanceStatus& balance) {
    if (balance.method == BalanceMethod::octavia)
        return balance.address.empty() ? "" : entrance_url(context.cloud, balance.address, web_port);
    return balance.members.empty()
               ? ""
               : entrance_url(context.cloud, balance.name.substr(0, balance.name.size() - 1), web_port);
}

}  // namespace

bool Status::healthy() const {
    return !instances.empty() && (!balance || balance->healthy) &&
           std::ranges::all_of(instances, &InstanceStatus::healthy);
}

Status status(const Context& context) {
    const auto observed = observe(context);
    const auto& topology = context.topology;
    Status result{.deployment = topology.deployment};
    for (const auto& spec : topology.instances)
        result.instances.push_back(status_of(spec.name, to_string(spec.role), observed.instance(spec.name)));
    {
        std::vector<std::future<void>> asked;
        for (std::size_t i = 0; i < topology.instances.size(); ++i)
            if (!result.instances[i].id.empty())
                asked.push_back(std::async(std::launch::async, [&, i] {
                    ask_instance(topology.instances[i], context, result.instances[i]);
                }));
        for (auto& one : asked)
            one.get();
    }
    for (std::size_t i = 0; i < topology.instances.size(); ++i) {
        const auto& instance = result.instances[i];
        if (instance.floating_address.empty() || topology.instances[i].health_port == 0) continue;
        const auto url =
            entrance_url(context.cloud, instance.floating_address, topology.instances[i].health_port);
        if (instance.name == topology.entrance) result.url = url;
        // Any API knows it all.
        if (instance.healthy && !result.application)
            result.application = application_status(url, context.stop);
    }
    judge_from_inside(result);
    result.balance = balance_status(context, observed);
    if (result.balance) {
        if (result.balance->method == BalanceMethod::dns) result.direct_url = result.url;
        result.url = url_of(context, *result.balance);
    }
    for (const auto& [name, instance] : observed.instances)
        if (topology.find(name) == nullptr) {
            result.instances.push_back(status_of(name, metadata_of(instance.server, role_key), &instance));
            auto& health = result.instances.back().health;
            const auto& role = result.instances.back().role;
            health = has_role(topology, role) ? "no part of the deployment any more"
                                              : fmt::format("made by {}", program_of(role));
        }
    return result;
}

void explain_silence(const Context& context, Status& status) {
    for (auto& instance : status.instances) {
        const auto* spec = context.topology.find(instance.name);
        const bool is_silent = spec != nullptr && spec->health_port != 0 && !instance.healthy &&
                               instance.state == openstack::compute::ServerStatus::active;
        const auto failure = is_silent ? failure_on_console(context, instance.id, context.stop) : "";
        if (!failure.empty()) instance.health = "its installation failed: " + failure;
    }
}

}  // namespace deploy
