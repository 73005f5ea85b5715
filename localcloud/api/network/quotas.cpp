// Quotas: what a project may have of each resource, and what it has.
#include <array>

#include "localcloud/api/network/network_service.hpp"

namespace localcloud::api::network {

using state::Kind;

namespace {

struct Limit {
    std::string_view name;
    std::int64_t otherwise;
    Kind kind;  ///< what it counts; Kind::count for what this cloud does not have
};
constexpr std::array limits{
    Limit{"network", -1, Kind::network},
    Limit{"subnet", -1, Kind::subnet},
    Limit{"subnetpool", -1, Kind::count},
    Limit{"port", -1, Kind::port},
    Limit{"router", -1, Kind::router},
    Limit{"floatingip", -1, Kind::floating_ip},
    Limit{"rbac_policy", 10, Kind::count},
    Limit{"security_group", -1, Kind::security_group},
    Limit{"security_group_rule", -1, Kind::security_group_rule},
    Limit{"trunk", -1, Kind::count},
};

const Limit* find_limit(std::string_view name) {
    for (const Limit& limit : limits) {
        if (limit.name == name) return &limit;
    }
    return nullptr;
}

std::string key_of(std::string_view project) {
    return "network|" + std::string{project};
}

std::int64_t limit_of(const state::View& view, std::string_view project, const Limit& limit) {
    const Document* stored = view.find(Kind::quota, key_of(project));
    return stored == nullptr ? limit.otherwise : integer(*stored, limit.name, limit.otherwise);
}

std::size_t used(const state::View& view, std::string_view project, Kind kind) {
    if (kind == Kind::count) return 0;
    return view.with(kind, "project_id", project).size();
}

/// {"quota": …} with a value for each limit.
template <class Value>
Response quota_response(const Value& value) {
    Document quota;
    for (const Limit& limit : limits)
        quota.emplace(limit.name, value(limit));
    return json_response(200, {{"quota", std::move(quota)}});
}

const std::string& own_project(const Call& call) {
    const std::string& project = call.param("project");
    if (project != call.caller.project_id && !call.caller.is_admin())
        throw forbidden_by_policy("rule:get_quota");
    return project;
}

const std::string& project_to_change(const Call& call, const std::string& rule) {
    if (!call.caller.is_admin()) throw forbidden_by_policy(rule);
    return call.param("project");
}

/// The limits that a request sets.
Document checked_limits(const Document& request) {
    Document wanted;
    for (const auto& field : request) {
        if (find_limit(field.key()) == nullptr)
            throw bad_request("Unrecognized attribute(s) '" + std::string{field.key()} + "'");
        if (!field.value().is_int64() || field.value().get_int64() < -1)
            throw invalid_input("Invalid input for " + std::string{field.key()} + ". Reason: " +
                                python_repr(field.value()) + " is not an integer of at least -1.");
        wanted[field.key()] = field.value();
    }
    return wanted;
}

}  // namespace

std::int64_t quota_limit(const state::View& view, std::string_view project_id, std::string_view name) {
    const Limit* limit = find_limit(name);
    return limit == nullptr ? -1 : limit_of(view, project_id, *limit);
}

bool quota_allows(const state::View& view, const Resource& resource, std::string_view project_id,
                  std::size_t count) {
    const std::int64_t limit =
        quota_limit(view, project_id, resource.quota.empty() ? resource.singular : resource.quota);
    return limit < 0 || used(view, project_id, resource.kind) + count <= static_cast<std::size_t>(limit);
}

void check_quota(const state::View& view, const Resource& resource, const std::string& project_id,
                 std::size_t count) {
    if (quota_allows(view, resource, project_id, count)) return;
    const std::string name{resource.quota.empty() ? resource.singular : resource.quota};
    throw ApiError{409, "Quota exceeded for resources: ['" + name + "'].", "OverQuota"};
}

void NetworkService::add_quota_routes() {
    const std::string one = "/v2.0/quotas/{project}";
    route("GET", one, [this](const Call& call) {
        const auto view = cloud_.store.read();
        return quota_response(
            [&, project = own_project(call)](const Limit& limit) { return limit_of(view, project, limit); });
    });
    for (const char* details : {"/details", "/details.json"}) {
        route("GET", one + details, [this](const Call& call) {
            const auto view = cloud_.store.read();
            return quota_response([&, project = own_project(call)](const Limit& limit) {
                return json::object{{"limit", limit_of(view, project, limit)},
                                    {"used", used(view, project, limit.kind)},
                                    {"reserved", 0}};
            });
        });
    }
    for (const char* defaults : {"/default", "/default.json"}) {
        route("GET", one + defaults,
              [](const Call&) { return quota_response([](const Limit& limit) { return limit.otherwise; }); });
    }
    route("PUT", one, [this](const Call& call) {
        const std::string& project = project_to_change(call, "rule:update_quota");
        const json::value request_body = body(call);
        const Document wanted = checked_limits(object(request_body.get_object(), "quota"));
        auto transaction = cloud_.store.write();
        Document stored;
        if (const Document* old = transaction.find(Kind::quota, key_of(project))) stored = *old;
        for (const auto& field : wanted)
            stored[field.key()] = field.value();
        transaction.put(Kind::quota, key_of(project), std::move(stored));
        transaction.commit();
        return quota_response([&](const Limit& limit) { return limit_of(transaction, project, limit); });
    });
    route("DELETE", one, [this](const Call& call) {
        const std::string& project = project_to_change(call, "rule:delete_quota");
        auto transaction = cloud_.store.write();
        transaction.erase(Kind::quota, key_of(project));
        transaction.commit();
        return empty_response(204);
    });
}

}  // namespace localcloud::api::network
