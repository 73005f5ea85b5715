// Flavors.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "localcloud/api/compute/compute_service.hpp"
#include "localcloud/api/compute/paging.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::compute {

using state::Kind;

namespace {

/// The projects that a private flavor is for.
bool has_access(const Document& flavor, const std::string& project_id) {
    const auto projects = texts(flavor, "access");
    return std::find(projects.begin(), projects.end(), project_id) != projects.end();
}

const Document& require_flavor(const state::View& view, const Call& call) {
    const Document* flavor = view.find(Kind::flavor, call.param("id"));
    if (flavor == nullptr || (!may_use(*flavor, call.caller) && !call.caller.is_admin())) {
        throw ApiError{404, "Flavor " + call.param("id") + " could not be found."};
    }
    return *flavor;
}

/// What a flavor must have at least: "minRam=512".
std::int64_t least(const Call& call, const std::string& key) {
    const std::string digits = call.query(key);
    if (digits.empty()) return 0;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size())
        throw bad_request("Invalid " + key + " filter [" + digits + "]");
    return value;
}

std::int64_t number(const Document& body, std::string_view field, std::int64_t otherwise,
                    std::int64_t least) {
    const json::value* value = member(body, field);
    if (value == nullptr) return otherwise;
    std::int64_t result = 0;
    if (value->is_int64()) {
        result = value->get_int64();
    } else {
        const std::string digits = to_text(*value);
        if (!value->is_string() || digits.empty() || digits.size() > 9 ||
            !std::all_of(digits.begin(), digits.end(),
                         [](unsigned char c) { return std::isdigit(c) != 0; })) {
            throw invalid_field(field, *value, python_repr(*value) + " does not match '^[0-9]*$'");
        }
        result = std::stoll(digits);
    }
    if (result < least) {
        throw invalid_field(field, *value,
                            std::to_string(result) + " is less than the minimum of " + std::to_string(least));
    }
    return result;
}

/// Which flavors an administrator asks for: those that are public or his own, private ones, or both (none).
std::optional<bool> wanted_publicity(const Call& call) {
    if (!call.has_query("is_public")) return true;
    const std::string asked = call.query("is_public");
    std::string word = asked;
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
    static constexpr std::array yes{"1", "t", "true", "on", "y", "yes"};
    static constexpr std::array no{"0", "f", "false", "off", "n", "no"};
    if (word == "none") return std::nullopt;
    if (std::find(yes.begin(), yes.end(), word) != yes.end()) return true;
    if (std::find(no.begin(), no.end(), word) != no.end()) return false;
    throw bad_request("Invalid is_public filter [" + asked + "]");
}

void check_extra_specs(const json::object& specs) {
    for (const auto& spec : specs) {
        const std::string key{spec.key()};
        const bool fits =
            !key.empty() && key.size() <= 255 && std::all_of(key.begin(), key.end(), [](unsigned char c) {
                return std::isalnum(c) != 0 ||
                       std::string_view{"-_:. "}.find(static_cast<char>(c)) != std::string_view::npos;
            });
        if (!fits) {
            throw invalid_field(
                "extra_specs", specs,
                python_repr(json::value(key)) + " does not match '^[a-zA-Z0-9-_:. ]{1,255}$'");
        }
        if (!spec.value().is_string())
            throw invalid_field(key, spec.value(), python_repr(spec.value()) + " is not of type 'string'");
        if (spec.value().get_string().size() > 255)
            throw invalid_field(key, spec.value(), python_repr(spec.value()) + " is too long");
    }
}

}  // namespace

bool may_use(const Document& flavor, const Caller& caller) {
    return boolean(flavor, "is_public", true) || has_access(flavor, caller.project_id);
}

Document ComputeService::flavor_body(const Document& flavor, int microversion) const {
    const std::int64_t swap = integer(flavor, "swap");
    Document body{{"id", text(flavor, "id")},
                  {"name", text(flavor, "name")},
                  {"ram", integer(flavor, "ram")},
                  {"disk", integer(flavor, "disk")},
                  {"swap", swap == 0 && microversion < 75 ? json::value("") : json::value(swap)},
                  {"OS-FLV-EXT-DATA:ephemeral", integer(flavor, "ephemeral")},
                  {"OS-FLV-DISABLED:disabled", false},
                  {"vcpus", integer(flavor, "vcpus")},
                  {"os-flavor-access:is_public", boolean(flavor, "is_public", true)},
                  {"rxtx_factor", 1.0},
                  {"links", links("flavors/" + text(flavor, "id"))}};
    if (microversion >= 55) body.emplace("description", flavor.at("description"));
    if (microversion >= 61) body.emplace("extra_specs", object(flavor, "extra_specs"));
    return body;
}

void ComputeService::add_flavor_routes() {
    const auto list = [this](const Call& call, bool detail) {
        const std::int64_t least_ram = least(call, "minRam");
        const std::int64_t least_disk = least(call, "minDisk");
        const std::optional<bool> is_public = call.caller.is_admin() ? wanted_publicity(call) : true;
        const auto view = cloud_.store.read();
        std::vector<const Document*> flavors = view.select(Kind::flavor, [&](const Document& flavor) {
            if (integer(flavor, "ram") < least_ram || integer(flavor, "disk") < least_disk) return false;
            if (!is_public) return true;
            return *is_public ? may_use(flavor, call.caller) : !boolean(flavor, "is_public", true);
        });
        const std::string key = call.query("sort_key").empty() ? "flavorid" : call.query("sort_key");
        static constexpr std::array keys{"created_at", "description", "disabled",    "ephemeral_gb",
                                         "flavorid",   "id",          "is_public",   "memory_mb",
                                         "name",       "root_gb",     "rxtx_factor", "swap",
                                         "updated_at", "vcpu_weight", "vcpus"};
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            std::string known;
            for (const char* one : keys)
                known += (known.empty() ? "'" : ", '") + std::string{one} + "'";
            throw invalid_query("sort_key", key, "'" + key + "' is not one of [" + known + "]");
        }
        if (call.has_query("sort_dir")) check_direction(call.query("sort_dir"));
        sort_documents(flavors, key == "flavorid" ? "id" : (key == "memory_mb" ? "ram" : key),
                       call.query("sort_dir") == "desc");
        const Page page = take_page(flavors, call, "id", base() + (detail ? "/flavors/detail" : "/flavors"));
        json::array items;
        for (const Document* flavor : page.documents) {
            if (detail) {
                items.emplace_back(flavor_body(*flavor, call.microversion));
                continue;
            }
            Document brief{{"id", text(*flavor, "id")}, {"name", text(*flavor, "name")}};
            if (call.microversion >= 55) brief.emplace("description", flavor->at("description"));
            brief.emplace("links", links("flavors/" + text(*flavor, "id")));
            items.emplace_back(std::move(brief));
        }
        Document body{{"flavors", std::move(items)}};
        if (!page.links.empty()) body.emplace("flavors_links", page.links);
        return json_response(200, body);
    };
    route("GET", "/v2.1/flavors", [list](const Call& call) { return list(call, false); });
    route("GET", "/v2.1/flavors/detail", [list](const Call& call) { return list(call, true); });
    route("GET", "/v2.1/flavors/{id}", [this](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(200, {{"flavor", flavor_body(require_flavor(view, call), call.microversion)}});
    });
    route("GET", "/v2.1/flavors/{id}/os-extra_specs", [this](const Call& call) {
        const auto view = cloud_.store.read();
        return json_response(200, {{"extra_specs", object(require_flavor(view, call), "extra_specs")}});
    });
    route("POST", "/v2.1/flavors/{id}/os-extra_specs", [this](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-flavor-extra-specs:create");
        const json::value body = read_body(call);
        const Document& wanted = wrapped(body, "extra_specs");
        check_extra_specs(wanted);
        auto transaction = cloud_.store.write();
        (void)require_flavor(transaction, call);
        json::object& specs = transaction.edit(Kind::flavor, call.param("id"))["extra_specs"].as_object();
        for (const auto& spec : wanted)
            specs[spec.key()] = spec.value();
        transaction.commit();
        return json_response(200, {{"extra_specs", wanted}});
    });
    const auto no_such_spec = [](const Call& call) {
        return ApiError{
            404, "Flavor " + call.param("id") + " has no extra specs with key " + call.param("key") + "."};
    };
    route("GET", "/v2.1/flavors/{id}/os-extra_specs/{key}", [this, no_such_spec](const Call& call) {
        const auto view = cloud_.store.read();
        const json::object& specs = object(require_flavor(view, call), "extra_specs");
        if (!specs.contains(call.param("key"))) throw no_such_spec(call);
        return json_response(200, json::object{{call.param("key"), specs.at(call.param("key"))}});
    });
    route("PUT", "/v2.1/flavors/{id}/os-extra_specs/{key}", [this](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-flavor-extra-specs:update");
        const json::value body = read_body(call);
        if (!body.get_object().contains(call.param("key")))
            throw bad_request("Request body and URI mismatch");
        if (body.get_object().size() > 1) throw bad_request("Request body contains too many items");
        check_extra_specs(body.get_object());
        auto transaction = cloud_.store.write();
        (void)require_flavor(transaction, call);
        transaction.edit(Kind::flavor, call.param("id"))["extra_specs"].as_object()[call.param("key")] =
            body.get_object().at(call.param("key"));
        transaction.commit();
        return json_response(200, body);
    });
    route("DELETE", "/v2.1/flavors/{id}/os-extra_specs/{key}", [this, no_such_spec](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-flavor-extra-specs:delete");
        auto transaction = cloud_.store.write();
        (void)require_flavor(transaction, call);
        json::object& specs = transaction.edit(Kind::flavor, call.param("id"))["extra_specs"].as_object();
        if (specs.erase(call.param("key")) == 0) throw no_such_spec(call);
        transaction.commit();
        return empty_response(200, "application/json");
    });
    route("PUT", "/v2.1/flavors/{id}", [this](const Call& call) {
        if (call.microversion < 55) throw ApiError{404, "The resource could not be found."};
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-flavor-manage:update");
        const json::value request_body = read_body(call);
        const Document& body = object(request_body.get_object(), "flavor");
        const json::value* description = member(body, "description");
        if (!body.contains("description") || body.size() != 1 ||
            (description != nullptr && !description->is_string())) {
            throw invalid_field("flavor", request_body, "'description' is the one property that can change");
        }
        auto transaction = cloud_.store.write();
        (void)require_flavor(transaction, call);
        Document& flavor = transaction.edit(Kind::flavor, call.param("id"));
        flavor["description"] = body.at("description");
        const Document changed = flavor;
        transaction.commit();
        return json_response(200, {{"flavor", flavor_body(changed, call.microversion)}});
    });
    route("POST", "/v2.1/flavors", [this](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-flavor-manage:create");
        const json::value request_body = read_body(call);
        const Document& body = object(request_body.get_object(), "flavor");
        const std::string name = text(body, "name");
        if (name.empty()) throw invalid_field("flavor", request_body, "'name' is a required property");
        const std::string id = text(body, "id", "auto") == "auto" ? state::uuid() : text(body, "id");
        Document flavor{
            {"id", id},
            {"name", name},
            {"ram", number(body, "ram", 0, 1)},
            {"disk", number(body, "disk", 0, 0)},
            {"swap", number(body, "swap", 0, 0)},
            {"ephemeral", number(body, "OS-FLV-EXT-DATA:ephemeral", 0, 0)},
            {"vcpus", number(body, "vcpus", 0, 1)},
            {"is_public", boolean(body, "os-flavor-access:is_public", true)},
            {"description", body.contains("description") ? body.at("description") : json::value{}},
            {"extra_specs", json::object{}}};
        if (integer(flavor, "ram") == 0 || integer(flavor, "vcpus") == 0) {
            throw invalid_field("flavor", request_body, "'ram' and 'vcpus' are required properties");
        }
        auto transaction = cloud_.store.write();
        if (transaction.find_by(Kind::flavor, "name", name) != nullptr) {
            throw ApiError{409, "Flavor with name " + name + " already exists."};
        }
        if (transaction.find(Kind::flavor, id) != nullptr) {
            throw ApiError{409, "Flavor with ID " + id + " already exists."};
        }
        transaction.put(Kind::flavor, id, flavor);
        transaction.commit();
        return json_response(200, {{"flavor", flavor_body(flavor, call.microversion)}});
    });
    route("DELETE", "/v2.1/flavors/{id}", [this](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-flavor-manage:delete");
        auto transaction = cloud_.store.write();
        (void)require_flavor(transaction, call);
        transaction.erase(Kind::flavor, call.param("id"));
        transaction.commit();
        return empty_response(202, "application/json");
    });
    add_flavor_access_routes();
}

void ComputeService::add_flavor_access_routes() {
    const auto access = [](const Document& flavor) {
        json::array list;
        for (const std::string& project : texts(flavor, "access"))
            list.push_back(json::object{{"flavor_id", text(flavor, "id")}, {"tenant_id", project}});
        return json_response(200, {{"flavor_access", std::move(list)}});
    };
    route("GET", "/v2.1/flavors/{id}/os-flavor-access", [this, access](const Call& call) {
        if (!call.caller.is_admin()) throw forbidden_by_policy("os_compute_api:os-flavor-access");
        const auto view = cloud_.store.read();
        const Document& flavor = require_flavor(view, call);
        if (boolean(flavor, "is_public", true))
            throw ApiError{404, "Access list not available for public flavors."};
        return access(flavor);
    });
    route("POST", "/v2.1/flavors/{id}/action", [this, access](const Call& call) {
        const json::value request_body = read_body(call);
        const Document& request = request_body.get_object();
        const bool add = request.contains("addTenantAccess");
        if (request.size() != 1 || (!add && !request.contains("removeTenantAccess")))
            throw bad_request("There is no such action: " +
                              (request.empty() ? std::string{} : std::string{request.begin()->key()}));
        if (!call.caller.is_admin()) {
            throw forbidden_by_policy(add ? "os_compute_api:os-flavor-access:add_tenant_access"
                                          : "os_compute_api:os-flavor-access:remove_tenant_access");
        }
        const std::string project = text(object(request, request.begin()->key()), "tenant");
        const std::string& id = call.param("id");
        auto transaction = cloud_.store.write();
        const Document& found = require_flavor(transaction, call);
        if (boolean(found, "is_public", true) && add && call.microversion >= 7)
            throw ApiError{409, "Can not add access to a public flavor."};
        if (transaction.find(Kind::project, project) == nullptr)
            throw bad_request("Project ID " + project + " is not a valid project.");
        auto projects = texts(found, "access");
        if (add) {
            if (has_access(found, project)) {
                throw ApiError{409, "Flavor access already exists for flavor " + id + " and project " +
                                        project + " combination."};
            }
            projects.push_back(project);
        } else if (std::erase(projects, project) == 0) {
            throw ApiError{404, "Flavor access not found for " + id + " / " + project + " combination."};
        }
        Document& flavor = transaction.edit(Kind::flavor, id);
        flavor["access"] = to_array(projects);
        Response response = access(flavor);
        transaction.commit();
        return response;
    });
}

void preload(Cloud& cloud) {
    struct Size {
        std::string_view name;
        int vcpus, ram, disk;
    };
    static constexpr std::array sizes{Size{"m1.nano", 1, 192, 2}, Size{"m1.tiny", 1, 512, 3},
                                      Size{"m1.small", 1, 1024, 4}, Size{"m1.medium", 2, 2048, 8},
                                      Size{"m1.large", 2, 4096, 20}};
    auto transaction = cloud.store.write();
    if (transaction.find(Kind::setting, "flavors") != nullptr) return;
    transaction.put(Kind::setting, "flavors", {{"preloaded", true}});
    for (const Size& size : sizes) {
        const std::string id = state::uuid();
        transaction.put(Kind::flavor, id,
                        {{"id", id},
                         {"name", size.name},
                         {"ram", size.ram},
                         {"disk", size.disk},
                         {"swap", 0},
                         {"ephemeral", 0},
                         {"vcpus", size.vcpus},
                         {"is_public", true},
                         {"description", nullptr},
                         {"extra_specs", json::object{}}});
    }
    transaction.commit();
}

}  // namespace localcloud::api::compute
