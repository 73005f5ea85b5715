#include "openstack/compute/flavor.hpp"

#include "sdk/src/compute/tables.hpp"
#include "sdk/src/resource/common_tables.hpp"

namespace openstack::resource {

using namespace compute;

template <>
const Fields& fields_of<Flavor>() {
    static const Fields fields = table<Flavor>({
        {"id", &Flavor::id},
        {"name", &Flavor::name},
        {"vcpus", &Flavor::vcpus},
        {"ram", &Flavor::ram},
        {"disk", &Flavor::disk},
        {"OS-FLV-EXT-DATA:ephemeral", &Flavor::ephemeral},
        {"swap", &Flavor::swap},
        {"rxtx_factor", &Flavor::rxtx_factor},
        {"os-flavor-access:is_public", &Flavor::is_public},
        {"OS-FLV-DISABLED:disabled", &Flavor::is_disabled},
        {"description", &Flavor::description},
        {"extra_specs", &Flavor::extra_specs},
        {"links", &Flavor::links},
    });
    return fields;
}

template <>
const Fields& fields_of<FlavorCreate>() {
    static const Fields fields = table<FlavorCreate>({
        {"name", &FlavorCreate::name},
        {"vcpus", &FlavorCreate::vcpus},
        {"ram", &FlavorCreate::ram},
        {"disk", &FlavorCreate::disk},
        {"id", &FlavorCreate::id},
        {"swap", &FlavorCreate::swap},
        {"OS-FLV-EXT-DATA:ephemeral", &FlavorCreate::ephemeral},
        {"rxtx_factor", &FlavorCreate::rxtx_factor},
        {"os-flavor-access:is_public", &FlavorCreate::is_public},
        {"description", &FlavorCreate::description, {.since = "2.55"}},
    });
    return fields;
}

template <>
const Fields& fields_of<FlavorQuery>() {
    static const Fields fields = table<FlavorQuery>({
        {"name", &FlavorQuery::name, {.client_side = true}},
        {"minDisk", &FlavorQuery::min_disk},
        {"minRam", &FlavorQuery::min_ram},
        {"is_public", &FlavorQuery::is_public},
        {"sort_key", &FlavorQuery::sort_key},
        {"sort_dir", &FlavorQuery::sort_dir},
        {"limit", &FlavorQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Flavor>() {
    static const Definition definition{.noun = "flavor",
                                       .path = "/flavors",
                                       .key = "flavor",
                                       .list_key = "flavors",
                                       .list_path = "/flavors/detail",
                                       .paging = Paging::key_links,
                                       .name_filter = NameFilter::none,
                                       .microversion = newest_microversion};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using compute::Flavor;

Paged<Flavor> ComputeService::flavors(const compute::FlavorQuery& query, const CallOptions& options) const {
    return resource::list<Flavor>(adapter_, query, options);
}
Flavor ComputeService::get_flavor(const Id& flavor, const CallOptions& options) const {
    return resource::get<Flavor>(adapter_, flavor, options);
}
Flavor ComputeService::find_flavor(std::string_view name_or_id, const CallOptions& options) const {
    return resource::find<Flavor>(adapter_, name_or_id, options);
}
std::optional<Flavor> ComputeService::find_flavor_or_null(std::string_view name_or_id,
                                                          const CallOptions& options) const {
    return resource::find_or_null<Flavor>(adapter_, name_or_id, options);
}
Flavor ComputeService::create_flavor(const compute::FlavorCreate& flavor, const CallOptions& options) const {
    return resource::create<Flavor>(adapter_, flavor, options);
}
bool ComputeService::delete_flavor(const Id& flavor, const CallOptions& options) const {
    return resource::remove<Flavor>(adapter_, flavor, options);
}
void ComputeService::set_flavor_extra_specs(const Id& flavor, const std::map<std::string, std::string>& specs,
                                            const CallOptions& options) const {
    const Request request{
        .method = "POST",
        .path = resource::join_path("/flavors", flavor, "/os-extra_specs"),
        .body = resource::JsonObject().add_json("extra_specs", resource::to_json(specs)).text()};
    resource::send(adapter_, request, compute::newest_microversion, options);
}

}  // namespace openstack
