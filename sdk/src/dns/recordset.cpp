#include "openstack/dns/recordset.hpp"

#include "openstack/error.hpp"
#include "sdk/src/dns/tables.hpp"
#include "sdk/src/resource/waiter.hpp"

namespace openstack::resource {

using namespace dns;

template <>
const Fields& fields_of<Recordset>() {
    static const Fields fields = table<Recordset>({
        {"id", &Recordset::id},
        {"zone_id", &Recordset::zone_id},
        {"zone_name", &Recordset::zone_name},
        {"name", &Recordset::name},
        {"type", &Recordset::type},
        {"records", &Recordset::records},
        {"ttl", &Recordset::ttl},
        {"description", &Recordset::description},
        {"status", &Recordset::status},
        {"action", &Recordset::action},
        {"version", &Recordset::version},
        {"project_id", &Recordset::project_id},
        {"created_at", &Recordset::created_at},
        {"updated_at", &Recordset::updated_at},
        {"links", &Recordset::links},
    });
    return fields;
}

template <>
const Fields& fields_of<RecordsetCreate>() {
    static const Fields fields = table<RecordsetCreate>({
        {"name", &RecordsetCreate::name},
        {"type", &RecordsetCreate::type},
        {"records", &RecordsetCreate::records},
        {"ttl", &RecordsetCreate::ttl},
        {"description", &RecordsetCreate::description},
    });
    return fields;
}

template <>
const Fields& fields_of<RecordsetUpdate>() {
    static const Fields fields = table<RecordsetUpdate>({
        {"records", &RecordsetUpdate::records},
        {"ttl", &RecordsetUpdate::ttl},
        {"description", &RecordsetUpdate::description},
    });
    return fields;
}

template <>
const Fields& fields_of<RecordsetQuery>() {
    static const Fields fields = table<RecordsetQuery>({
        {"name", &RecordsetQuery::name},
        {"type", &RecordsetQuery::type},
        {"data", &RecordsetQuery::data},
        {"status", &RecordsetQuery::status},
        {"description", &RecordsetQuery::description},
        {"ttl", &RecordsetQuery::ttl},
        {"sort_key", &RecordsetQuery::sort_key},
        {"sort_dir", &RecordsetQuery::sort_dir},
        {"limit", &RecordsetQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Recordset>() {
    // Of all zones; those of one are below it.
    static const Definition definition{
        .noun = "recordset", .path = "/recordsets", .list_key = "recordsets", .paging = Paging::links_object};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using dns::Recordset;

namespace {

std::string recordsets_of(const Id& zone) {
    return resource::join_path("/zones", zone, "/recordsets");
}

Query of_type(std::string_view type) {
    return type.empty() ? Query{} : Query{{"type", std::string(type)}};
}

}  // namespace

Paged<Recordset> DnsService::recordsets(const Id& zone, const dns::RecordsetQuery& query,
                                        const CallOptions& options) const {
    return resource::list<Recordset>(
        adapter_,
        resource::ListRequest{
            .path = recordsets_of(zone),
            .query = resource::encode_query(resource::fields_of<dns::RecordsetQuery>(), &query)},
        options);
}
Paged<Recordset> DnsService::recordsets(const dns::RecordsetQuery& query, const CallOptions& options) const {
    return resource::list<Recordset>(adapter_, query, options);
}
Recordset DnsService::get_recordset(const Id& recordset, const Id& zone, const CallOptions& options) const {
    const std::string path = recordsets_of(zone);
    return resource::get<Recordset>(adapter_, recordset, options, resource::nested<Recordset>(path));
}
Recordset DnsService::find_recordset(const Id& zone, std::string_view name_or_id, std::string_view type,
                                     const CallOptions& options) const {
    const std::string path = recordsets_of(zone);
    return resource::find<Recordset>(adapter_, dns::searched_name(name_or_id), options, of_type(type),
                                     resource::nested<Recordset>(path));
}
std::optional<Recordset> DnsService::find_recordset_or_null(const Id& zone, std::string_view name_or_id,
                                                            std::string_view type,
                                                            const CallOptions& options) const {
    const std::string path = recordsets_of(zone);
    return resource::find_or_null<Recordset>(adapter_, dns::searched_name(name_or_id), options, of_type(type),
                                             resource::nested<Recordset>(path));
}
Recordset DnsService::create_recordset(const Id& zone, const dns::RecordsetCreate& recordset,
                                       const CallOptions& options) const {
    const std::string path = recordsets_of(zone);
    return resource::create<Recordset>(adapter_, recordset, options, resource::nested<Recordset>(path));
}
Recordset DnsService::update_recordset(const Id& recordset, const Id& zone,
                                       const dns::RecordsetUpdate& changes,
                                       const CallOptions& options) const {
    const std::string path = recordsets_of(zone);
    return resource::update<Recordset>(adapter_, recordset, changes, options,
                                       resource::nested<Recordset>(path));
}
bool DnsService::delete_recordset(const Id& recordset, const Id& zone, const CallOptions& options) const {
    const std::string path = recordsets_of(zone);
    return resource::remove<Recordset>(adapter_, recordset, options, resource::nested<Recordset>(path));
}

Recordset DnsService::wait_for_recordset(const Id& recordset, const Id& zone, std::string_view status,
                                         const WaitOptions& wait) const {
    Recordset seen;
    resource::wait_until(
        wait, "recordset " + recordset.text() + " is not " + std::string(status),
        [&](const CallOptions& options) {
            seen = get_recordset(recordset, zone, options);
            if (seen.status == dns::Status::error && !resource::same_status(status, dns::Status::error)) {
                throw ResourceFailed("Recordset " + seen.name + " " + seen.type + " (" + seen.id +
                                         ") went to ERROR in " + seen.action +
                                         "; the name servers did not take it",
                                     {.service_type = "dns"});
            }
            return resource::Look{.done = resource::same_status(seen.status, status),
                                  .state = seen.status.text() + " (" + seen.action + ")"};
        });
    return seen;
}

}  // namespace openstack
