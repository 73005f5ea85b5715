#include "deploy/cli/output.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "deploy/plan/invocation.hpp"

namespace deploy {
namespace {

namespace json = boost::json;

std::string line(const json::object& object) {
    return json::serialize(object) + "\n";
}

json::array items_of(const Plan& plan) {
    json::array items;
    for (const auto& item : plan.items)
        items.push_back(json::object{{"kind", item.kind},
                                     {"name", item.name},
                                     {"action", to_string(item.action)},
                                     {"why", item.why},
                                     {"id", item.id}});
    return items;
}

json::value number(const std::optional<std::int64_t>& value) {
    return value ? json::value(*value) : json::value();
}

/// Null where no API says it.
json::value backlog_of(const Status& status) {
    if (!status.application || !status.application->backlog()) return nullptr;
    const auto& application = *status.application;
    return json::object{{"queued", number(application.queued)},
                        {"drawing", number(application.drawing)},
                        {"done", number(application.done)},
                        {"failed", number(application.failed)},
                        {"queue", application.queue_trouble.empty() ? "ok" : application.queue_trouble}};
}

json::value drawn_by(const Status& status) {
    if (!status.application) return nullptr;
    json::object workers;
    for (const auto& [name, count] : status.application->drawn_by)
        workers[name] = count;
    return workers;
}

json::value balance_of(const std::optional<BalanceStatus>& balance) {
    if (!balance) return nullptr;
    json::array members;
    for (const auto& member : balance->members)
        members.push_back(
            json::object{{"name", member.name}, {"address", member.address}, {"health", member.health}});
    return json::object{
        {"method", to_string(balance->method)},
        {"name", balance->name},
        {"state", balance->state},
        {"address", balance->address},
        {"members", members},
        {"name_servers", json::array(balance->name_servers.begin(), balance->name_servers.end())},
        {"healthy", balance->healthy}};
}

json::object object_of(const Status& status) {
    json::array instances;
    for (const auto& instance : status.instances)
        instances.push_back(json::object{{"name", instance.name},
                                         {"role", instance.role},
                                         {"id", instance.id},
                                         {"state", instance.state},
                                         {"fixed_address", instance.fixed_address},
                                         {"floating_address", instance.floating_address},
                                         {"health", instance.health},
                                         {"package", instance.package},
                                         {"healthy", instance.healthy}});
    return {{"deployment", status.deployment},
            {"healthy", status.healthy()},
            {"url", status.url},
            {"direct_url", status.direct_url},
            {"fractals", status.application ? json::value(status.application->fractals) : json::value()},
            {"backlog", backlog_of(status)},
            {"drawn_by", drawn_by(status)},
            {"balance", balance_of(status.balance)},
            {"instances", instances}};
}

/// "Load balancer app-balancer: ACTIVE, 203.0.113.9 → app-api-1 (10.0.0.3, ONLINE), app-api-2 (10.0.0.4, ERROR)"
std::string in_words(const BalanceStatus& balance) {
    std::vector<std::string> members;
    for (const auto& member : balance.members)
        members.push_back(fmt::format(
            "{} ({}{}{})", common::tty::printable(member.name), common::tty::printable(member.address),
            member.health.empty() ? "" : ", ", common::tty::printable(member.health)));
    auto text = fmt::format(
        "{} {}: {}{}{} → {}\n", balance.method == BalanceMethod::octavia ? "Load balancer" : "Name",
        balance.name, common::tty::printable(balance.state), balance.address.empty() ? "" : ", ",
        balance.address, members.empty() ? "nothing" : fmt::format("{}", fmt::join(members, ", ")));
    if (!balance.name_servers.empty())
        text += fmt::format("Name servers of its zone: {}\n",
                            common::tty::printable(fmt::format("{}", fmt::join(balance.name_servers, ", "))));
    return text;
}

/// "12 waiting, 3 being drawn, 40 done, 0 failed · drawn by app-worker-1: 20, app-worker-2: 20"
std::string in_words(const ApplicationStatus& application) {
    if (!application.backlog()) return {};
    auto text = fmt::format("{} waiting, {} being drawn, {} done, {} failed", application.queued.value_or(0),
                            application.drawing.value_or(0), application.done.value_or(0),
                            application.failed.value_or(0));
    std::vector<std::string> workers;
    for (const auto& [name, count] : application.drawn_by)
        workers.push_back(fmt::format("{}: {}", common::tty::printable(name), count));
    if (!workers.empty()) text += fmt::format(" · drawn by {}", fmt::join(workers, ", "));
    if (!application.queue_trouble.empty())
        text += "\nThe queue: " + common::tty::printable(application.queue_trouble);
    return text + "\n";
}

/// A broker's error is long, and said once.
bool is_told_below(const Status& status, const InstanceStatus& instance) {
    return status.application && !status.application->queue_trouble.empty() &&
           instance.health == status.application->queue_trouble;
}

}  // namespace

std::string to_text(const Plan& plan) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : plan.items)
        rows.push_back(
            {std::string(to_string(item.action)), item.kind, item.name, common::tty::printable(item.why)});
    auto text = common::tty::table({{"Action"}, {"What"}, {"Name"}, {"Why"}}, rows,
                                   common::tty::terminal_columns(stdout));
    for (const auto& quota : plan.quotas)
        text += fmt::format("{} of {}: {} needed, {}\n", quota.enough() ? "quota" : "NOT ENOUGH quota",
                            quota.resource, quota.needed,
                            quota.left == unlimited ? "no limit" : fmt::format("{} left", quota.left));
    if (plan.changes_nothing()) text += "Nothing to do.\n";
    for (const auto& warning : plan.warnings)
        text += "Note: " + common::tty::printable(warning) + ".\n";
    return text;
}

std::string to_text(const Status& status, const Options& options) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& instance : status.instances)
        rows.push_back({instance.name, instance.state, instance.fixed_address, instance.floating_address,
                        is_told_below(status, instance) ? "the queue is in trouble, see below"
                                                        : common::tty::printable(instance.health)});
    auto text = common::tty::table({{"Instance"}, {"State"}, {"Fixed IP"}, {"Floating IP"}, {"Health"}}, rows,
                                   common::tty::terminal_columns(stdout));
    if (std::ranges::all_of(status.instances, [](const auto& instance) { return instance.id.empty(); }))
        text += fmt::format("There is no instance of the deployment '{}' in this project; {} makes them.\n",
                            status.deployment, invocation(options, "deploy"));
    if (status.balance) text += in_words(*status.balance);
    if (status.application) text += in_words(*status.application);
    if (!status.url.empty())
        text += status.application
                    ? fmt::format("Fractals is at {} ({} fractals so far)\n", status.url,
                                  status.application->fractals)
                    : fmt::format("Fractals should be at {}, but it does not answer\n", status.url);
    if (!status.direct_url.empty())
        text += fmt::format("Where no resolver knows that name yet, one of its APIs is at {}\n",
                            status.direct_url);
    return text;
}

std::string to_json(const Plan& plan) {
    json::array quotas;
    for (const auto& quota : plan.quotas)
        quotas.push_back(json::object{{"resource", quota.resource},
                                      {"needed", quota.needed},
                                      {"left", quota.left},
                                      {"enough", quota.enough()}});
    return line({{"changes", !plan.changes_nothing()},
                 {"items", items_of(plan)},
                 {"quotas", quotas},
                 {"warnings", json::array(plan.warnings.begin(), plan.warnings.end())}});
}

std::string to_json(const Status& status) {
    return line(object_of(status));
}

std::string to_json(const Deployed& deployed, const Plan& plan, const Status& status, double seconds) {
    auto object = object_of(status);
    object["changed"] = !plan.changes_nothing();
    object["seconds"] = seconds;
    object["items"] = items_of(plan);
    object["warnings"] = json::array(plan.warnings.begin(), plan.warnings.end());
    object["private_key"] =
        deployed.private_key ? json::value(deployed.private_key->string()) : json::value();
    return line(object);
}

std::string to_json(const std::vector<Removed>& removed) {
    json::array list;
    for (const auto& item : removed)
        list.push_back(json::object{{"kind", item.kind}, {"name", item.name}});
    json::array keys;
    for (const auto& key : private_keys_of(removed))
        keys.push_back(json::value(key.string()));
    return line({{"removed", list}, {"private_keys", keys}});
}

std::string to_json(const Console& console) {
    return line({{"instance", console.instance}, {"console", common::tty::valid_utf8(console.text)}});
}

std::string to_json(const common::process::Result& result) {
    return line({{"exit_status", result.exit_status},
                 {"output", common::tty::valid_utf8(result.output)},
                 {"error", common::tty::valid_utf8(result.error)}});
}

std::string url_to_json(const std::string& url) {
    return line({{"url", url}});
}

std::string to_json(const Upgraded& upgraded) {
    return line({{"package", upgraded.package},
                 {"upgraded", json::array(upgraded.instances.begin(), upgraded.instances.end())}});
}

std::string error_to_json(const std::exception& error) {
    json::object object{{"message", error.what()}};
    if (const auto* rich = dynamic_cast<const openstack::Error*>(&error)) {
        object["status"] = rich->status();
        object["request_id"] = rich->details().request_id;
        object["retryable"] = rich->details().retryable;
    }
    return line({{"error", object}});
}

}  // namespace deploy
