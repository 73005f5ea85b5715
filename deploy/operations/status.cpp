#include "deploy/operations/status.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "deploy/apply/probe.hpp"

namespace deploy {
namespace {

constexpr auto patience = std::chrono::seconds(5);

InstanceStatus status_of(const InstanceSpec& spec, const Context& context, const Observed& observed) {
    InstanceStatus result{.name = spec.name, .state = "missing"};
    const auto found = observed.instances.find(spec.name);
    if (found == observed.instances.end()) return result;
    const auto& instance = found->second;
    result.id = instance.server.id;
    result.state = instance.server.status.text();
    result.fixed_address = instance.fixed_address;
    result.floating_address = instance.floating_address;
    result.healthy = instance.server.status == openstack::compute::ServerStatus::active;
    if (spec.health_port == 0 || !spec.floating_ip) return result;
    if (instance.floating_address.empty()) {
        result.healthy = false;
        result.health = "has no floating IP";
        return result;
    }
    const auto answer =
        probe(entrance_url(context.cloud, instance.floating_address, spec.health_port) + spec.health_path,
              patience, context.stop);
    result.healthy = answer.ok();
    result.health = answer.ok()          ? "answers"
                    : answer.status != 0 ? "answers with status " + std::to_string(answer.status)
                                         : "does not answer: " + answer.reason;
    return result;
}

}  // namespace

bool Status::healthy() const {
    return !instances.empty() && std::ranges::all_of(instances, &InstanceStatus::healthy);
}

std::optional<std::int64_t> count_fractals(const std::string& url, std::stop_token stop) {
    const auto answer = probe(url + "/v1/fractal?results_per_page=1", patience, std::move(stop));
    if (!answer.ok()) return std::nullopt;
    boost::system::error_code error;
    const auto document = boost::json::parse(answer.body, error);
    if (error || !document.is_object()) return std::nullopt;
    const auto* count = document.as_object().if_contains("num_results");
    return count != nullptr && count->is_int64() ? std::optional(count->as_int64()) : std::nullopt;
}

Status status(const Context& context) {
    const auto observed = observe(context);
    Status result{.deployment = context.topology.deployment};
    for (const auto& spec : context.topology.instances) {
        result.instances.push_back(status_of(spec, context, observed));
        const auto& instance = result.instances.back();
        if (spec.name == context.topology.entrance && !instance.floating_address.empty())
            result.url = entrance_url(context.cloud, instance.floating_address, spec.health_port);
    }
    if (!result.url.empty()) result.fractals = count_fractals(result.url, context.stop);
    return result;
}

}  // namespace deploy
