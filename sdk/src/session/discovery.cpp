#include "sdk/src/session/discovery.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <set>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/http/text.hpp"
#include "sdk/src/http/url.hpp"
#include "sdk/src/session/json.hpp"

namespace openstack::session {
namespace {

namespace json = boost::json;

std::string without_final_slashes(std::string text) {
    while (text.ends_with('/'))
        text.pop_back();
    return text;
}

/// "http://h/volume/v3/<project>" → {"http://h/volume", "v3", "/<project>"}.
struct Parts {
    std::string base;
    std::string version;
    std::string rest;
};

Parts take_apart(const std::string& url) {
    const auto parsed = http::Url::parse(url);
    if (!parsed) return {.base = url};
    const auto origin_size = url.size() - parsed->path.size();
    const std::string origin = url.substr(0, origin_size);
    std::string_view path = parsed->path;
    std::string rest;
    for (int segments = 0; segments < 2; ++segments) {
        const auto slash = path.rfind('/');
        if (slash == std::string_view::npos) break;
        const auto segment = path.substr(slash + 1);
        path = path.substr(0, slash);
        if (version_segment(segment)) return {origin + std::string(path), std::string(segment), rest};
        rest = "/" + std::string(segment) + rest;
    }
    return {.base = url};
}

std::string text_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

ApiVersion api_version(const json::object& entry) {
    ApiVersion out{.id = text_at(entry, "id"), .status = text_at(entry, "status")};
    if (const auto* links = entry.if_contains("links"); links != nullptr && links->is_array()) {
        for (const auto& link : links->as_array()) {
            const auto* object = link.if_object();
            if (object != nullptr && text_at(*object, "rel") == "self") out.href = text_at(*object, "href");
        }
    }
    auto newest = text_at(entry, "max_version");
    if (newest.empty()) newest = text_at(entry, "version");
    const auto minimum = Microversion::parse(text_at(entry, "min_version"));
    const auto maximum = Microversion::parse(newest);
    if (minimum && maximum) out.microversions = {{*minimum, *maximum}};
    return out;
}

Delivery get_document(const std::string& url, const ServiceType& service, Sender& sender,
                      const CallOptions& options) {
    return sender.send(Outgoing{.method = "GET",
                                .url = url,
                                .headers = {{"Accept", "application/json"}},
                                .repeatable = true,
                                .service_type = std::string(service.type)},
                       options);
}

bool is_version_answer(const Response& response) {
    return response.status == 200 || response.status == 300;
}

/// Of the entries with the wanted major version the exact one, else the newest that is not deprecated.
const ApiVersion* choose(const std::vector<ApiVersion>& versions, std::string_view wanted) {
    const auto target = version_segment(wanted);
    const ApiVersion* best = nullptr;
    for (const auto& version : versions) {
        const auto number = version_segment(version.id);
        if (!number || !target || number->major != target->major) continue;
        if (version.id == wanted) return &version;
        const bool better = best == nullptr ||
                            (best->status == "DEPRECATED" && version.status != "DEPRECATED") ||
                            (*version_segment(best->id) < *number && version.status != "DEPRECATED");
        if (better) best = &version;
    }
    return best;
}

/// Version documents often name a host (or leave out a prefix) that only the service itself knows, behind a proxy.
/// The catalog's address is the one that works, so only the version's own segment is taken.
std::string follow(const std::string& base, const ApiVersion& version, std::string_view wanted) {
    const auto target = http::resolve(base + "/", version.href.empty() ? std::string(wanted) : version.href);
    std::string segment(wanted);
    if (target) {
        const auto parts = take_apart(without_final_slashes(*target));
        if (!parts.version.empty()) segment = parts.version;
    }
    return base + "/" + segment;
}

bool wants_project_in_path(std::string_view type) {
    return type == "block-storage" || type == "orchestration";
}

}  // namespace

std::optional<Microversion> Microversion::parse(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    Microversion out;
    const auto number = [](std::string_view digits, int& value) {
        if (digits.empty() || digits.front() < '0' || digits.front() > '9') return false;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return error == std::errc{} && end == digits.data() + digits.size();
    };
    if (!number(text.substr(0, dot), out.major) || !number(text.substr(dot + 1), out.minor))
        return std::nullopt;
    return out;
}

std::optional<Microversion> version_segment(std::string_view segment) {
    if (!segment.starts_with('v')) return std::nullopt;
    segment.remove_prefix(1);
    if (segment.find('.') == std::string_view::npos) return Microversion::parse(std::string(segment) + ".0");
    return Microversion::parse(segment);
}

std::vector<ApiVersion> parse_version_document(std::string_view body) {
    std::vector<ApiVersion> out;
    const auto document = parse_json(body);
    const auto* root = document ? document->if_object() : nullptr;
    if (root == nullptr) return out;
    if (const auto* version = root->if_contains("version"); version != nullptr && version->is_object()) {
        out.push_back(api_version(version->as_object()));
        return out;
    }
    const auto* versions = root->if_contains("versions");
    if (versions != nullptr && versions->is_object()) versions = versions->as_object().if_contains("values");
    if (versions == nullptr || !versions->is_array()) return out;
    for (const auto& entry : versions->as_array()) {
        if (const auto* object = entry.if_object()) out.push_back(api_version(*object));
    }
    return out;
}

std::string find_in_catalog(const Access& access, const ServiceType& service,
                            const std::vector<std::string>& interfaces, std::string_view region,
                            std::string_view service_name) {
    std::vector<std::string_view> types{service.type};
    types.insert(types.end(), service.aliases.begin(), service.aliases.end());
    std::set<std::string> others;
    for (const auto type : types) {
        for (const auto& interface : interfaces) {
            for (const auto& candidate : access.catalog) {
                if (candidate.type != type || (!service_name.empty() && candidate.name != service_name))
                    continue;
                for (const auto& endpoint : candidate.endpoints) {
                    const bool here = region.empty() || endpoint.region_id == region;
                    // Older catalogs write "publicURL".
                    if (here &&
                        (endpoint.interface == interface || endpoint.interface == interface + "URL") &&
                        !endpoint.url.empty()) {
                        return endpoint.url;
                    }
                    others.insert(endpoint.interface + " in " + endpoint.region_id);
                }
            }
        }
    }
    std::string text = "the cloud has no ";
    for (const auto& interface : interfaces)
        text += (&interface == interfaces.data() ? "" : " or ") + interface;
    text += " endpoint for the service \"" + std::string(service.type) + "\"";
    if (!region.empty()) text += " in region " + std::string(region);
    std::string have;
    if (!others.empty()) {
        for (const auto& other : others)
            have += (have.empty() ? "" : ", ") + other;
        text += "; this service has: " + have;
    } else {
        std::set<std::string_view> known;
        for (const auto& candidate : access.catalog)
            known.insert(candidate.type);
        for (const auto& type : known)
            have += (have.empty() ? "" : ", ") + std::string(type);
        text += have.empty() ? "; its catalog is empty, as it is for a token without a scope"
                             : "; its catalog has: " + have;
    }
    throw EndpointNotFound(text, {.service_type = std::string(service.type)});
}

Endpoint versioned_endpoint(const std::string& url, const ServiceType& service, std::string_view project_id,
                            Sender& sender, const CallOptions& options) {
    const auto given = without_final_slashes(url);
    if (service.version.empty()) return {.url = given, .version_url = given};
    auto [base, version, rest] = take_apart(given);
    const auto wanted = version_segment(service.version);
    if (!version.empty()) {
        const auto found = version_segment(version);
        if (found->major == wanted->major) return {.url = given, .version_url = base + "/" + version};
    } else if (service.append_version) {
        const auto full = given + "/" + std::string(service.version);
        return {.url = full, .version_url = full};
    }
    if (rest.empty() && wants_project_in_path(service.type) && !project_id.empty())
        rest = "/" + std::string(project_id);

    const auto [response, attempts, unsure] = get_document(base + "/", service, sender, options);
    const auto versions =
        is_version_answer(response) ? parse_version_document(response.body) : std::vector<ApiVersion>{};
    if (versions
            .empty()) {  // a service that hides its versions, or a proxy: its usual place is the best guess
        const auto guess = base + "/" + std::string(service.version);
        return {.url = guess + rest, .version_url = guess};
    }
    const auto* chosen = choose(versions, service.version);
    if (chosen == nullptr) {
        std::string have;
        for (const auto& known : versions)
            have += (have.empty() ? "" : ", ") + known.id;
        throw EndpointNotFound("the service \"" + std::string(service.type) + "\" at " +
                                   http::without_secrets(base) + " speaks " + have + ", but not " +
                                   std::string(service.version),
                               {.url = http::without_secrets(base),
                                .service_type = std::string(service.type),
                                .attempts = attempts});
    }
    const auto full = follow(base, *chosen, service.version);
    return {.url = full + rest, .version_url = full, .microversions = chosen->microversions};
}

std::optional<ApiVersion> find_version(std::string_view document, const Endpoint& endpoint,
                                       const ServiceType& service) {
    auto versions = parse_version_document(document);
    if (versions.size() == 1) return std::move(versions.front());
    const auto segment = take_apart(endpoint.version_url).version;
    const auto* chosen = choose(versions, segment.empty() ? service.version : std::string_view(segment));
    return chosen != nullptr ? std::optional(*chosen) : std::nullopt;
}

}  // namespace openstack::session
