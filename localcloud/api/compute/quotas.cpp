// Limits, quota sets, availability zones.
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "localcloud/api/compute/compute_service.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

struct Limit {
    std::string_view name;
    std::int64_t otherwise;
    int until;  ///< the last microversion that has it
};
constexpr int forever = latest_microversion;
constexpr std::array limits{
    Limit{"cores", -1, forever},
    Limit{"fixed_ips", -1, 35},
    Limit{"floating_ips", -1, 35},
    Limit{"injected_file_content_bytes", 10240, 56},
    Limit{"injected_file_path_bytes", 255, 56},
    Limit{"injected_files", 5, 56},
    Limit{"instances", -1, forever},
    Limit{"key_pairs", -1, forever},
    Limit{"metadata_items", 128, forever},
    Limit{"ram", -1, forever},
    Limit{"security_group_rules", -1, 35},
    Limit{"security_groups", -1, 35},
    Limit{"server_group_members", 10, forever},
    Limit{"server_groups", 10, forever},
};

Document quota_set(const state::View& view, const std::string& project, int microversion, bool with_id) {
    Document body;
    if (with_id) body.emplace("id", project);
    for (const Limit& limit : limits) {
        if (microversion <= limit.until) body.emplace(limit.name, quota_limit(view, project, limit.name));
    }
    return body;
}

void require_own_project(const Call& call) {
    if (call.param("project") != call.caller.project_id && !call.caller.is_admin()) {
        throw forbidden_by_policy("os_compute_api:os-quota-sets:show");
    }
}

struct Usage {
    std::int64_t instances = 0, cores = 0, ram = 0;

    [[nodiscard]] std::int64_t of(std::string_view limit) const {
        if (limit == "instances") return instances;
        if (limit == "cores") return cores;
        return limit == "ram" ? ram : 0;
    }
};

Usage usage_of(const state::View& view, const std::string& project) {
    Usage usage;
    for (const Document* server : view.all(Kind::server)) {
        if (text(*server, "project_id") != project) continue;
        ++usage.instances;
        usage.cores += integer(object(*server, "flavor"), "vcpus");
        usage.ram += integer(object(*server, "flavor"), "ram");
    }
    return usage;
}

/// A number, or one in a text; -1 is none.
std::int64_t read_limit(std::string_view name, const json::value& value) {
    const std::string digits = to_text(value);
    std::int64_t limit = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
    if (error != std::errc{} || end != digits.data() + digits.size())
        throw invalid_field(name, value, python_repr(value) + " is not of type 'integer', 'string'");
    if (limit < -1) throw invalid_field(name, value, digits + " is less than the minimum of -1");
    return limit;
}

}  // namespace

std::int64_t quota_limit(const state::View& view, std::string_view project_id, std::string_view name) {
    std::int64_t otherwise = -1;
    for (const Limit& limit : limits) {
        if (limit.name == name) otherwise = limit.otherwise;
    }
    const Document* stored = view.find(Kind::quota, "compute|" + std::string{project_id});
    return stored == nullptr ? otherwise : integer(*stored, name, otherwise);
}

void ComputeService::add_quota_routes() {
    route("GET", "/v2.1/limits", [this](const Call& call) {
        const auto view = cloud_.store.read();
        const std::string project =
            call.has_query("tenant_id") ? call.query("tenant_id") : call.caller.project_id;
        if (project != call.caller.project_id && !call.caller.is_admin())
            throw forbidden_by_policy("os_compute_api:limits:other_project");
        const Usage usage = usage_of(view, project);
        const auto limit = [&](std::string_view name) { return quota_limit(view, project, name); };
        Document absolute{{"maxTotalInstances", limit("instances")},
                          {"maxTotalCores", limit("cores")},
                          {"maxTotalRAMSize", limit("ram")},
                          {"maxServerMeta", limit("metadata_items")}};
        if (call.microversion < 39) absolute.emplace("maxImageMeta", limit("metadata_items"));
        if (call.microversion < 57) {
            absolute.emplace("maxPersonality", limit("injected_files"));
            absolute.emplace("maxPersonalitySize", limit("injected_file_content_bytes"));
        }
        absolute.emplace("maxTotalKeypairs", limit("key_pairs"));
        absolute.emplace("maxServerGroups", limit("server_groups"));
        absolute.emplace("maxServerGroupMembers", limit("server_group_members"));
        if (call.microversion < 36) {
            for (const char* name : {"maxTotalFloatingIps", "maxSecurityGroups", "maxSecurityGroupRules"}) {
                absolute.emplace(name, -1);
            }
        }
        absolute.emplace("totalRAMUsed", usage.ram);
        absolute.emplace("totalCoresUsed", usage.cores);
        absolute.emplace("totalInstancesUsed", usage.instances);
        if (call.microversion < 36) {
            absolute.emplace("totalFloatingIpsUsed", 0);
            absolute.emplace("totalSecurityGroupsUsed", 0);
        }
        absolute.emplace("totalServerGroupsUsed", 0);
        return json_response(200, {{"limits", {{"rate", json::array{}}, {"absolute", absolute}}}});
    });
    route("GET", "/v2.1/os-quota-sets/{project}", [this](const Call& call) {
        require_own_project(call);
        const auto view = cloud_.store.read();
        return json_response(
            200, {{"quota_set", quota_set(view, call.param("project"), call.microversion, true)}});
    });
    route("GET", "/v2.1/os-quota-sets/{project}/defaults", [](const Call& call) {
        Document body{{"id", call.param("project")}};
        for (const Limit& limit : limits) {
            if (call.microversion <= limit.until) body.emplace(limit.name, limit.otherwise);
        }
        return json_response(200, {{"quota_set", body}});
    });
    route("GET", "/v2.1/os-quota-sets/{project}/detail", [this](const Call& call) {
        require_own_project(call);
        const auto view = cloud_.store.read();
        const Usage usage = usage_of(view, call.param("project"));
        Document body{{"id", call.param("project")}};
        for (const Limit& limit : limits) {
            if (call.microversion > limit.until) continue;
            body.emplace(limit.name,
                         json::object{{"reserved", 0},
                                      {"limit", quota_limit(view, call.param("project"), limit.name)},
                                      {"in_use", usage.of(limit.name)}});
        }
        return json_response(200, {{"quota_set", body}});
    });
    route("PUT", "/v2.1/os-quota-sets/{project}", [this](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-quota-sets:update");
        const json::value request_body = read_body(call);
        auto transaction = cloud_.store.write();
        const std::string key = "compute|" + call.param("project");
        Document stored;
        if (const Document* old = transaction.find(Kind::quota, key)) stored = *old;
        const Document& wanted = object(request_body.get_object(), "quota_set");
        const Usage usage = usage_of(transaction, call.param("project"));
        for (const auto& field : wanted) {
            if (field.key() == "force" || field.key() == "tenant_id") continue;
            bool known = false;
            for (const Limit& limit : limits)
                known = known || limit.name == field.key();
            if (!known) {
                throw invalid_field("quota_set", wanted,
                                    "Additional properties are not allowed ('" + std::string{field.key()} +
                                        "' was unexpected)");
            }
            const std::int64_t limit = read_limit(field.key(), field.value());
            if (const auto used = usage.of(field.key());
                limit >= 0 && limit < used && !boolean(wanted, "force")) {
                throw bad_request(
                    fmt::format("Quota limit {} for {} must be greater than or equal to already "
                                "used and reserved {}.",
                                limit, std::string_view{field.key()}, used));
            }
            stored[field.key()] = limit;
        }
        transaction.put(Kind::quota, key, std::move(stored));
        transaction.commit();
        return json_response(
            200, {{"quota_set", quota_set(transaction, call.param("project"), call.microversion, false)}});
    });
    route("DELETE", "/v2.1/os-quota-sets/{project}", [this](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-quota-sets:delete");
        auto transaction = cloud_.store.write();
        transaction.erase(Kind::quota, "compute|" + call.param("project"));
        transaction.commit();
        return empty_response(202, "application/json");
    });
    route("GET", "/v2.1/os-availability-zone/detail", [](const Call& call) -> Response {
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-availability-zone:detail");
        throw ApiError{501, "The embedded cloud has no hosts to tell of: ask for the zones without detail."};
    });
    route("GET", "/v2.1/os-availability-zone", [](const Call&) {
        return json_response(
            200, {{"availabilityZoneInfo",
                   json::array{json::object{
                       {"zoneName", "nova"}, {"zoneState", {{"available", true}}}, {"hosts", nullptr}}}}});
    });
}

}  // namespace localcloud::api::compute
