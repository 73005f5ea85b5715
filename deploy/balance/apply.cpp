#include "deploy/balance/apply.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <openstack/dns.hpp>
#include <openstack/load_balancer.hpp>

#include "deploy/apply/application.hpp"
#include "deploy/balance/plan.hpp"
#include "deploy/plan/marks.hpp"
#include "deploy/topology/services.hpp"

namespace deploy {
namespace {

namespace lb = openstack::load_balancer;

lb::HealthMonitorCreate monitor(const std::string& name) {
    return {.name = name,
            .type = "HTTP",
            .delay = monitor_delay,
            .timeout = monitor_timeout,
            .max_retries = monitor_retries,
            .max_retries_down = monitor_retries,
            .http_method = "GET",
            .url_path = monitor_path,
            .expected_codes = "200"};
}

lb::PoolCreate pool(const std::string& name) {
    return {.name = name, .protocol = balancer_protocol, .lb_algorithm = balancer_algorithm};
}

lb::ListenerCreate listener(const std::string& name) {
    return {.name = name,
            .protocol = balancer_protocol,
            .protocol_port = web_port,
            .insert_headers = {{"X-Forwarded-For", "true"}}};
}

/// All APIs, known by their names and on their fixed addresses.
std::vector<lb::MemberCreate> members(const Work& work) {
    std::vector<lb::MemberCreate> list;
    work.board.with([&](Board& board) {
        for (const auto* api : work.context.topology.apis())
            list.push_back({.name = api->name,
                            .address = board.result.fixed_addresses.at(api->name),
                            .protocol_port = web_port,
                            .weight = 1,
                            .is_admin_state_up = true});
    });
    return list;
}

/// Octavia takes one change at a time; the SDK waits for that between these.
void mend(const Work& work, const std::string& id, const openstack::CallOptions& call) {
    const auto service = work.context.cloud.load_balancer();
    const auto& name = work.context.topology.balancer->name;
    auto parts = observe_parts(work.context, id, call);
    if (!parts.listener) {
        auto wanted = listener(name);
        wanted.load_balancer_id = id;
        if (parts.pool) wanted.default_pool_id = parts.pool->id;
        parts.listener = service.create_listener(wanted, call);
    }
    if (!parts.pool) {
        auto wanted = pool(name);
        wanted.listener_id = parts.listener->id;
        parts.pool = service.create_pool(wanted, call);
        parts.listener->default_pool_id = parts.pool->id;
    }
    if (parts.listener->default_pool_id != parts.pool->id)
        service.update_listener(parts.listener->id, {.default_pool_id = parts.pool->id}, call);
    if (!parts.monitor) {
        auto wanted = monitor(name);
        wanted.pool_id = parts.pool->id;
        service.create_health_monitor(wanted, call);
    } else if (parts.monitor->url_path != monitor_path) {
        service.update_health_monitor(parts.monitor->id, {.url_path = monitor_path}, call);
    }
    service.set_members(parts.pool->id, members(work), call);
}

void wait_until_active(const Context& context, const std::string& id, const StepReport& report,
                       const std::stop_token& stop) {
    auto wait = context.wait(stop);
    wait.progress = [&](std::string_view status, auto) { report(std::string(status)); };
    context.cloud.load_balancer().wait_for_load_balancer(id, lb::ProvisioningStatus::active, wait);
}

void pause(std::chrono::seconds duration, const Context& context, const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    const auto end = std::min(context.deadline, std::chrono::steady_clock::now() + duration);
    std::condition_variable_any().wait_until(lock, stop, end, [] { return false; });
    if (stop.stop_requested()) throw openstack::Cancelled("interrupted");
}

/// Where names are remembered, the old answer is given for so long.
void wait_until_forgotten(const Context& context, const StepReport& report, const std::stop_token& stop) {
    if (!context.options.wait_for_application) return;
    report("waiting " + std::to_string(name_ttl) + " s until no resolver remembers what was taken out");
    pause(std::chrono::seconds(name_ttl), context, stop);
}

}  // namespace

StepResult make_balancer(const Work& work, const StepReport& report, const std::stop_token& stop) {
    const auto service = work.context.cloud.load_balancer();
    const auto call = work.context.call(stop);
    const auto& name = work.context.topology.balancer->name;
    const auto& item = work.plan.item("load balancer", name);
    auto id = item.id;
    if (item.action == Action::replace) {
        report("deleting the old one");
        remove_balancer(work.context, id, stop);
    }
    if (item.action == Action::create || item.action == Action::replace) {
        // Alone: where a balancer is asked for with all that belongs to it, some installations (Zed) never say that the
        // pool is ACTIVE, and refuse every later change of it.
        const auto port = work.board.with([&](Board& board) { return board.port_ids.at(name); });
        id = service
                 .create_load_balancer({.name = name,
                                        .description = group_mark(work.context.topology.deployment),
                                        .vip_port_id = port},
                                       call)
                 .id;
    }
    work.board.with([&](Board& board) { board.balancer_id = id; });
    return {.changed = item.action != Action::keep,
            .detail = item.action == Action::replace  ? "replaced"
                      : item.action == Action::change ? "to be mended"
                                                      : item.why};
}

StepResult settle_balancer(const Work& work, const StepReport& report, const std::stop_token& stop) {
    const auto& context = work.context;
    const auto& spec = *context.topology.balancer;
    const auto [id, url] =
        work.board.with([](Board& board) { return std::pair(board.balancer_id, board.result.entrance_url); });
    const auto action = work.plan.item("load balancer", spec.name).action;
    if (action != Action::keep) {
        wait_until_active(context, id, report, stop);
        mend(work, id, context.call(stop));
    }
    wait_until_active(context, id, report, stop);
    if (context.options.wait_for_application) wait_for_answer(context, url, monitor_path, report, stop);
    return {.changed = action != Action::keep, .detail = "ACTIVE"};
}

StepResult make_zone(const Work& work, const std::stop_token& stop) {
    const auto dns = work.context.cloud.dns();
    const auto& name = work.context.topology.balance.zone;
    const auto& item = work.plan.item("zone", name);
    auto id = item.id;
    if (item.action == Action::create)
        id = dns.create_zone({.name = name,
                              .email = "hostmaster@" + name.substr(0, name.size() - 1),
                              .description = group_mark(work.context.topology.deployment)},
                             work.context.call(stop))
                 .id;
    dns.wait_for_zone(id, openstack::dns::Status::active, work.context.wait(stop));
    work.board.with([&](Board& board) { board.zone_id = id; });
    return {.changed = item.action == Action::create,
            .detail = item.action == Action::create ? "ACTIVE" : item.why};
}

StepResult publish_name(const Work& work, const StepReport& report, const std::stop_token& stop) {
    const auto& context = work.context;
    const auto dns = context.cloud.dns();
    const auto call = context.call(stop);
    const auto name = balanced_name(context.topology.deployment, context.topology.balance.zone);
    const auto& item = work.plan.item("recordset", name);
    std::vector<std::string> addresses;
    const auto zone = work.board.with([&](Board& board) {
        for (const auto* api : context.topology.apis())
            addresses.push_back(board.result.floating_addresses.at(api->name));
        board.result.entrance_url = entrance_url(context.cloud, name.substr(0, name.size() - 1), web_port);
        return board.zone_id;
    });
    auto id = item.id;
    if (item.action == Action::create)
        id = dns.create_recordset(zone,
                                  {.name = name,
                                   .type = "A",
                                   .records = addresses,
                                   .ttl = name_ttl,
                                   .description = group_mark(context.topology.deployment)},
                                  call)
                 .id;
    if (item.action == Action::change)
        dns.update_recordset(id, zone, {.records = addresses, .ttl = name_ttl}, call);
    dns.wait_for_recordset(id, zone, openstack::dns::Status::active, context.wait(stop));
    if (item.action == Action::change) {
        const auto& before = work.observed.balance.recordset->records;
        if (std::ranges::any_of(before, [&](const auto& address) {
                return std::ranges::find(addresses, address) == addresses.end();
            }))
            wait_until_forgotten(context, report, stop);
    }
    return {.changed = item.action != Action::keep,
            .detail = std::to_string(addresses.size()) + (addresses.size() == 1 ? " address" : " addresses")};
}

void remove_balancer(const Context& context, const std::string& id, const std::stop_token& stop) {
    const auto service = context.cloud.load_balancer();
    if (service.delete_load_balancer(id, true, context.call(stop)))
        service.wait_for_delete(id, context.wait(stop));
}

void remove_recordset(const Context& context, const openstack::dns::Recordset& recordset,
                      const std::stop_token& stop) {
    context.cloud.dns().delete_recordset(recordset.id, recordset.zone_id, context.call(stop));
}

void remove_zone(const Context& context, const std::string& id, const std::stop_token& stop) {
    const auto dns = context.cloud.dns();
    if (dns.delete_zone(id, context.call(stop))) dns.wait_for_delete_zone(id, context.wait(stop));
}

bool is_serving(const Context& context, const ObservedBalance& observed, const ObservedInstance& instance) {
    if (observed.balancer(context.topology) != nullptr && observed.parts.pool) {
        const auto& members = observed.parts.members;
        const auto member = std::ranges::find(members, instance.fixed_address, &lb::Member::address);
        return member == members.end() || member->weight != 0;
    }
    if (context.topology.balance.method == BalanceMethod::dns && observed.recordset) {
        const auto& records = observed.recordset->records;
        return std::ranges::find(records, instance.floating_address) != records.end();
    }
    return true;
}

void set_serving(const Context& context, const ObservedBalance& observed, const ObservedInstance& instance,
                 bool serving, const StepReport& report, const std::stop_token& stop) {
    const auto call = context.call(stop);
    if (const auto* balancer = observed.balancer(context.topology);
        balancer != nullptr && observed.parts.pool) {
        const auto& known = observed.parts.members;
        const auto member = std::ranges::find(known, instance.fixed_address, &lb::Member::address);
        if (member == known.end()) return;
        report(serving ? "is given requests again" : "is given no new requests");
        context.cloud.load_balancer().update_member(member->id, observed.parts.pool->id,
                                                    {.weight = serving ? 1 : 0}, call);
        wait_until_active(context, balancer->id, report, stop);
    }
    if (context.topology.balance.method == BalanceMethod::dns && observed.recordset) {
        const auto dns = context.cloud.dns();
        // As it is now: others may have left it and come back since.
        const auto recordset = dns.get_recordset(observed.recordset->id, observed.recordset->zone_id, call);
        auto records = recordset.records;
        std::erase(records, instance.floating_address);
        if (serving) records.push_back(instance.floating_address);
        // A name without any address would be worse than one with an address that is away for a moment.
        if (records.empty() || records.size() == recordset.records.size()) return;
        report(serving ? "behind the name again" : "its address leaves " + recordset.name);
        dns.update_recordset(recordset.id, recordset.zone_id, {.records = records}, call);
        dns.wait_for_recordset(recordset.id, recordset.zone_id, openstack::dns::Status::active,
                               context.wait(stop));
        if (!serving) wait_until_forgotten(context, report, stop);
    }
}

}  // namespace deploy
