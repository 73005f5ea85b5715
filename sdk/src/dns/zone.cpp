#include "openstack/dns/zone.hpp"

#include "openstack/error.hpp"
#include "sdk/src/dns/tables.hpp"
#include "sdk/src/resource/waiter.hpp"

namespace openstack::resource {

using namespace dns;

template <>
const Fields& fields_of<Zone>() {
    static const Fields fields = table<Zone>({
        {"id", &Zone::id},
        {"name", &Zone::name},
        {"email", &Zone::email},
        {"description", &Zone::description},
        {"type", &Zone::type},
        {"status", &Zone::status},
        {"action", &Zone::action},
        {"ttl", &Zone::ttl},
        {"serial", &Zone::serial},
        {"version", &Zone::version},
        {"masters", &Zone::masters},
        {"attributes", &Zone::attributes},
        {"pool_id", &Zone::pool_id},
        {"project_id", &Zone::project_id},
        {"shared", &Zone::is_shared},
        {"created_at", &Zone::created_at},
        {"updated_at", &Zone::updated_at},
        {"transferred_at", &Zone::transferred_at},
        {"links", &Zone::links},
    });
    return fields;
}

template <>
const Fields& fields_of<ZoneCreate>() {
    static const Fields fields = table<ZoneCreate>({
        {"name", &ZoneCreate::name},
        {"email", &ZoneCreate::email},
        {"description", &ZoneCreate::description},
        {"ttl", &ZoneCreate::ttl},
        {"type", &ZoneCreate::type},
        {"masters", &ZoneCreate::masters},
        {"attributes", &ZoneCreate::attributes},
    });
    return fields;
}

template <>
const Fields& fields_of<ZoneUpdate>() {
    static const Fields fields = table<ZoneUpdate>({
        {"email", &ZoneUpdate::email},
        {"description", &ZoneUpdate::description},
        {"ttl", &ZoneUpdate::ttl},
        {"masters", &ZoneUpdate::masters},
    });
    return fields;
}

template <>
const Fields& fields_of<ZoneQuery>() {
    static const Fields fields = table<ZoneQuery>({
        {"name", &ZoneQuery::name},
        {"type", &ZoneQuery::type},
        {"email", &ZoneQuery::email},
        {"status", &ZoneQuery::status},
        {"description", &ZoneQuery::description},
        {"ttl", &ZoneQuery::ttl},
        {"sort_key", &ZoneQuery::sort_key},
        {"sort_dir", &ZoneQuery::sort_dir},
        {"limit", &ZoneQuery::limit},
    });
    return fields;
}

template <>
const Fields& fields_of<ZoneNameserver>() {
    static const Fields fields = table<ZoneNameserver>(
        {{"hostname", &ZoneNameserver::hostname}, {"priority", &ZoneNameserver::priority}});
    return fields;
}

template <>
const Definition& definition_of<Zone>() {
    static const Definition definition{.noun = "zone",
                                       .path = "/zones",
                                       .list_key = "zones",
                                       .paging = Paging::links_object,
                                       .update_method = "PATCH"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

namespace dns {

std::string absolute_name(std::string_view name) {
    std::string result(name);
    if (!result.ends_with('.')) {
        result += '.';
    }
    return result;
}

std::string searched_name(std::string_view name_or_id) {
    return resource::looks_like_id(name_or_id) || name_or_id.empty() ? std::string(name_or_id)
                                                                     : absolute_name(name_or_id);
}

}  // namespace dns

using dns::Zone;

DnsService DnsService::all_projects() const {
    return DnsService(adapter_.with_header("X-Auth-All-Projects", "true"));
}
DnsService DnsService::sudo_project(std::string project_id) const {
    return DnsService(adapter_.with_header("X-Auth-Sudo-Project-ID", std::move(project_id)));
}

Paged<Zone> DnsService::zones(const dns::ZoneQuery& query, const CallOptions& options) const {
    return resource::list<Zone>(adapter_, query, options);
}
Zone DnsService::get_zone(const Id& zone, const CallOptions& options) const {
    return resource::get<Zone>(adapter_, zone, options);
}
Zone DnsService::find_zone(std::string_view name_or_id, const CallOptions& options) const {
    return resource::find<Zone>(adapter_, dns::searched_name(name_or_id), options);
}
std::optional<Zone> DnsService::find_zone_or_null(std::string_view name_or_id,
                                                  const CallOptions& options) const {
    return resource::find_or_null<Zone>(adapter_, dns::searched_name(name_or_id), options);
}
Zone DnsService::create_zone(const dns::ZoneCreate& zone, const CallOptions& options) const {
    return resource::create<Zone>(adapter_, zone, options);
}
Zone DnsService::update_zone(const Id& zone, const dns::ZoneUpdate& changes,
                             const CallOptions& options) const {
    return resource::update<Zone>(adapter_, zone, changes, options);
}
bool DnsService::delete_zone(const Id& zone, const CallOptions& options) const {
    return resource::remove<Zone>(adapter_, zone, options);
}

Zone DnsService::wait_for_zone(const Id& zone, std::string_view status, const WaitOptions& wait) const {
    Zone seen;
    resource::wait_until(
        wait, "zone " + zone.text() + " is not " + std::string(status), [&](const CallOptions& options) {
            seen = get_zone(zone, options);
            if (seen.status == dns::Status::error && !resource::same_status(status, dns::Status::error)) {
                throw ResourceFailed("Zone " + seen.name + " (" + seen.id + ") went to ERROR in " +
                                         seen.action + "; the name servers did not take it",
                                     {.service_type = "dns"});
            }
            return resource::Look{.done = resource::same_status(seen.status, status),
                                  .state = seen.status.text() + " (" + seen.action + ")"};
        });
    return seen;
}

void DnsService::wait_for_delete_zone(const Id& zone, const WaitOptions& wait) const {
    resource::wait_until(wait, "zone " + zone.text() + " is not gone", [&](const CallOptions& options) {
        try {
            const Zone seen = get_zone(zone, options);
            if (seen.status == dns::Status::error && seen.action == "DELETE") {
                throw ResourceFailed(
                    "Zone " + seen.name + " (" + seen.id + ") went to ERROR; it could not be deleted",
                    {.service_type = "dns"});
            }
            return resource::Look{.done = seen.status == dns::Status::deleted,
                                  .state = seen.status.text() + " (" + seen.action + ")"};
        } catch (const NotFound&) {
            return resource::Look{.done = true, .state = "gone"};
        }
    });
}

std::vector<dns::ZoneNameserver> DnsService::zone_nameservers(const Id& zone,
                                                              const CallOptions& options) const {
    const Request request{.path = resource::join_path("/zones", zone, "/nameservers")};
    std::vector<dns::ZoneNameserver> servers;
    resource::decode_response(adapter_.request(request, options), request, {.key_path = {"nameservers"}},
                              resource::value_type<std::vector<dns::ZoneNameserver>>, &servers);
    return servers;
}

}  // namespace openstack
