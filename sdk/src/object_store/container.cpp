#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/object_store/tables.hpp"

namespace openstack::resource {

using namespace object_store;

template <>
const Fields& fields_of<Container>() {
    static const Fields fields = table<Container>({
        {"name", &Container::name},
        {"count", &Container::object_count},
        {"bytes", &Container::bytes_used},
        {"last_modified", &Container::last_modified},
        {"X-Container-Object-Count", &Container::object_count, {.header = true}},
        {"X-Container-Bytes-Used", &Container::bytes_used, {.header = true}},
        {"Last-Modified", &Container::last_modified, {.header = true}},
        {"X-Container-Read", &Container::read_acl, {.header = true}},
        {"X-Container-Write", &Container::write_acl, {.header = true}},
        {"X-Storage-Policy", &Container::storage_policy, {.header = true}},
        {"X-Container-Meta-Quota-Bytes", &Container::quota_bytes, {.header = true}},
        {"X-Container-Meta-Quota-Count", &Container::quota_count, {.header = true}},
        {"X-Versions-Enabled", &Container::is_versions_enabled, {.header = true}},
        {"X-Container-Meta-Temp-URL-Key", &Container::temp_url_key, {.secret = true, .header = true}},
        {"X-Container-Meta-Temp-URL-Key-2", &Container::temp_url_key_2, {.secret = true, .header = true}},
        {"X-Container-Meta-*", &Container::metadata, {.header = true}},
        {"X-Timestamp", &Container::timestamp, {.header = true}},
    });
    return fields;
}

template <>
const Fields& fields_of<ContainerCreate>() {
    static const Fields fields = table<ContainerCreate>({
        {"X-Container-Read", &ContainerCreate::read_acl, {.header = true}},
        {"X-Container-Write", &ContainerCreate::write_acl, {.header = true}},
        {"X-Storage-Policy", &ContainerCreate::storage_policy, {.header = true}},
        {"X-Container-Meta-Quota-Bytes", &ContainerCreate::quota_bytes, {.header = true}},
        {"X-Container-Meta-Quota-Count", &ContainerCreate::quota_count, {.header = true}},
        {"X-Versions-Enabled", &ContainerCreate::is_versions_enabled, {.header = true}},
        {"X-Container-Meta-*", &ContainerCreate::metadata, {.header = true}},
    });
    return fields;
}

template <>
const Fields& fields_of<ContainerUpdate>() {
    static const Fields fields = table<ContainerUpdate>({
        {"X-Container-Read", &ContainerUpdate::read_acl, {.header = true}},
        {"X-Container-Write", &ContainerUpdate::write_acl, {.header = true}},
        {"X-Container-Meta-Quota-Bytes", &ContainerUpdate::quota_bytes, {.header = true}},
        {"X-Container-Meta-Quota-Count", &ContainerUpdate::quota_count, {.header = true}},
        {"X-Versions-Enabled", &ContainerUpdate::is_versions_enabled, {.header = true}},
        {"X-Container-Meta-Temp-URL-Key", &ContainerUpdate::temp_url_key, {.secret = true, .header = true}},
        {"X-Container-Meta-*", &ContainerUpdate::metadata, {.header = true}},
    });
    return fields;
}

template <>
const Fields& fields_of<ContainerQuery>() {
    static const Fields fields = table<ContainerQuery>({
        {"prefix", &ContainerQuery::prefix},
        {"marker", &ContainerQuery::marker},
        {"end_marker", &ContainerQuery::end_marker},
        {"reverse", &ContainerQuery::reverse},
        {"limit", &ContainerQuery::limit},
    });
    return fields;
}

template <>
const Definition& definition_of<Container>() {
    static const Definition definition{
        .noun = "container", .path = "", .list_key = "", .paging = Paging::marker, .id_key = "name"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using object_store::Container;

namespace object_store {

std::string container_path(std::string_view container) {
    if (container.empty() || container.find('/') != std::string_view::npos) {
        throw Error("\"" + std::string(container) +
                    "\" cannot be a container's name: it must have at least one " + "character and no slash");
    }
    return "/" + encode_path_segment(container);
}

}  // namespace object_store

Paged<Container> ObjectStoreService::containers(const object_store::ContainerQuery& query,
                                                const CallOptions& options) const {
    resource::ListRequest request{
        .query = resource::encode_query(resource::fields_of<object_store::ContainerQuery>(), &query)};
    request.query.sent.emplace_back("format", "json");
    return resource::list<Container>(adapter_, std::move(request), options);
}

Container ObjectStoreService::get_container(std::string_view name, const CallOptions& options) const {
    const Response response = adapter_.request(Request{.method = "HEAD",
                                                       .path = object_store::container_path(name),
                                                       .secret_fields = object_store::secret_headers()},
                                               options);
    Container container{.name = std::string(name)};
    resource::decode_headers(response.headers, resource::fields_of<Container>(), &container);
    return container;
}

std::optional<Container> ObjectStoreService::find_container_or_null(std::string_view name,
                                                                    const CallOptions& options) const {
    try {
        return get_container(name, options);
    } catch (const NotFound&) {
        return std::nullopt;
    }
}

void ObjectStoreService::create_container(std::string_view name,
                                          const object_store::ContainerCreate& settings,
                                          const CallOptions& options) const {
    Request request{.method = "PUT", .path = object_store::container_path(name)};
    resource::encode_headers(resource::fields_of<object_store::ContainerCreate>(), &settings,
                             request.headers);
    static_cast<void>(adapter_.request(request, options));
}

void ObjectStoreService::update_container(std::string_view name, const object_store::ContainerUpdate& changes,
                                          const CallOptions& options) const {
    Request request{.method = "POST",
                    .path = object_store::container_path(name),
                    .repeatable = true,
                    .secret_fields = object_store::secret_headers()};
    resource::encode_headers(resource::fields_of<object_store::ContainerUpdate>(), &changes, request.headers);
    for (const std::string& key : changes.remove_metadata) {
        request.headers.set("X-Remove-Container-Meta-" + key, "x");
    }
    static_cast<void>(adapter_.request(request, options));
}

bool ObjectStoreService::delete_container(std::string_view name, const CallOptions& options) const {
    try {
        static_cast<void>(adapter_.request(
            Request{.method = "DELETE", .path = object_store::container_path(name)}, options));
        return true;
    } catch (const NotFound& error) {
        return error.details().perhaps_done_before;
    }
}

}  // namespace openstack
