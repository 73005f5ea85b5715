// The status tree, statistics, quotas.
#include <fmt/format.h>

#include <array>

#include "localcloud/api/load_balancer/load_balancer_service.hpp"

namespace localcloud::api::load_balancer {

namespace {

struct Limit {
    std::string_view name;
    Kind kind;  ///< what it counts; Kind::count for what this cloud does not have
};
constexpr std::array limits{Limit{"load_balancer", Kind::load_balancer},
                            Limit{"listener", Kind::listener},
                            Limit{"member", Kind::member},
                            Limit{"pool", Kind::pool},
                            Limit{"health_monitor", Kind::health_monitor},
                            Limit{"l7policy", Kind::count},
                            Limit{"l7rule", Kind::count}};

std::string quota_key(std::string_view project_id) {
    return "load-balancer|" + std::string{project_id};
}

Document quota_of(const state::View& view, std::string_view project_id) {
    const Document* stored = view.find(Kind::quota, quota_key(project_id));
    Document quota;
    for (const Limit& limit : limits)
        quota.emplace(limit.name, stored == nullptr ? -1 : integer(*stored, limit.name, -1));
    return quota;
}

Document status_of(const Document& document) {
    return {{"id", text(document, "id")},
            {"name", text(document, "name")},
            {"operating_status", text(document, "operating_status")},
            {"provisioning_status", text(document, "provisioning_status")}};
}

json::object pool_tree(const state::View& view, const Document& pool) {
    const std::string id = text(pool, "id");
    Document tree = status_of(pool);
    if (const Document* monitor = monitor_of(view, id)) {
        Document status = status_of(*monitor);
        status.emplace("type", text(*monitor, "type"));
        tree.emplace("health_monitor", std::move(status));
    }
    json::array members;
    for (const Document* member : members_of(view, id)) {
        Document status = status_of(*member);
        status.emplace("address", text(*member, "address"));
        status.emplace("protocol_port", integer(*member, "protocol_port"));
        members.emplace_back(std::move(status));
    }
    tree.emplace("members", std::move(members));
    return tree;
}

json::object statistics(const balancer::Statistics& sum) {
    return {{"bytes_in", sum.bytes_in},
            {"bytes_out", sum.bytes_out},
            {"active_connections", sum.active_connections},
            {"total_connections", sum.total_connections},
            {"request_errors", sum.request_errors}};
}

}  // namespace

void check_quota(const state::View& view, const Resource& resource, const std::string& project_id) {
    const Document quota = quota_of(view, project_id);
    for (const Limit& limit : limits) {
        if (limit.kind != resource.kind) continue;
        const std::int64_t most = integer(quota, limit.name, -1);
        const auto used =
            view.select(resource.kind,
                        [&](const Document& document) { return text(document, "project_id") == project_id; })
                .size();
        if (most >= 0 && used >= static_cast<std::size_t>(most))
            throw ApiError{403, fmt::format("Quota has been met for resources: {}", resource.title)};
    }
}

void LoadBalancerService::add_status_routes() {
    const auto tree = [this](const Call& call) {
        const auto view = cloud_.store.read();
        const std::string& id = call.param("id");
        const Document& document = require(load_balancer_resource(), view, call, id);
        Document status = status_of(document);
        json::array listeners;
        for (const Document* listener : of_load_balancer(view, Kind::listener, id)) {
            Document branch = status_of(*listener);
            json::array pools;
            if (const Document* pool = view.find(Kind::pool, text(*listener, "default_pool_id")))
                pools.emplace_back(pool_tree(view, *pool));
            branch.emplace("pools", std::move(pools));
            listeners.emplace_back(std::move(branch));
        }
        status.emplace("listeners", std::move(listeners));
        return json_response(200, {{"statuses", {{"loadbalancer", std::move(status)}}}});
    };
    add("GET", "loadbalancers/{id}/status", tree);
    add("GET", "loadbalancers/{id}/statuses", tree);
    const auto stats = [this](const std::string& load_balancer_id, const std::string& listener_id) {
        balancer::Statistics sum;
        const auto report =
            cloud_.balancers == nullptr ? std::nullopt : cloud_.balancers->report(load_balancer_id);
        if (report) {
            for (const auto& [id, one] : report->listeners) {
                if (!listener_id.empty() && id != listener_id) continue;
                sum.bytes_in += one.bytes_in;
                sum.bytes_out += one.bytes_out;
                sum.active_connections += one.active_connections;
                sum.total_connections += one.total_connections;
                sum.request_errors += one.request_errors;
            }
        }
        return json_response(200, {{"stats", statistics(sum)}});
    };
    add("GET", "loadbalancers/{id}/stats", [this, stats](const Call& call) {
        (void)require(load_balancer_resource(), cloud_.store.read(), call, call.param("id"));
        return stats(call.param("id"), {});
    });
    add("GET", "listeners/{id}/stats", [this, stats](const Call& call) {
        const std::string id = text(require(listener_resource(), cloud_.store.read(), call, call.param("id")),
                                    "_loadbalancer_id");
        return stats(id, call.param("id"));
    });
}

void LoadBalancerService::add_quota_routes() {
    const auto require_admin = [](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden();
    };
    add("GET", "quotas", [this](const Call& call) {
        const auto view = cloud_.store.read();
        json::array list;
        for (const Document* project : view.all(Kind::project)) {
            const std::string id = text(*project, "id");
            if (!call.caller.is_admin() && id != call.caller.project_id) continue;
            if (view.find(Kind::quota, quota_key(id)) == nullptr) continue;
            Document quota = quota_of(view, id);
            quota.emplace("project_id", id);
            quota.emplace("tenant_id", id);
            list.emplace_back(std::move(quota));
        }
        return json_response(200, {{"quotas", std::move(list)}, {"quotas_links", json::array{}}});
    });
    const auto defaults = [this, require_admin](const Call& call) {
        require_admin(call);
        return json_response(200, {{"quota", quota_of(cloud_.store.read(), "")}});
    };
    add("GET", "quotas/defaults", defaults);
    add("GET", "quotas/{project}/default", defaults);
    add("GET", "quotas/{project}", [this](const Call& call) {
        if (call.param("project") != call.caller.project_id && !call.caller.is_admin()) throw forbidden();
        return json_response(200, {{"quota", quota_of(cloud_.store.read(), call.param("project"))}});
    });
    add("PUT", "quotas/{project}", [this, require_admin](const Call& call) {
        require_admin(call);
        const Document wanted = body_object(call, "quota");
        auto transaction = cloud_.store.write();
        Document stored = quota_of(transaction, call.param("project"));
        for (const auto& field : wanted) {
            if (!stored.contains(field.key()))
                throw ApiError{400, fmt::format("Unknown attribute for argument quotas.quota: {}",
                                                std::string_view{field.key()})};
            if (field.value().is_null()) {
                stored[field.key()] = -1;
                continue;
            }
            if (!field.value().is_int64() || field.value().get_int64() < -1)
                throw invalid(field.key(), field.value(), "Value should be greater or equal to -1");
            stored[field.key()] = field.value();
        }
        transaction.put(Kind::quota, quota_key(call.param("project")), stored);
        transaction.commit();
        return json_response(202, {{"quota", std::move(stored)}});
    });
    add("DELETE", "quotas/{project}", [this, require_admin](const Call& call) {
        require_admin(call);
        auto transaction = cloud_.store.write();
        transaction.erase(Kind::quota, quota_key(call.param("project")));
        transaction.commit();
        return empty_response(202);
    });
}

}  // namespace localcloud::api::load_balancer
