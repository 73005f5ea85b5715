#include <algorithm>
#include <array>
#include <utility>

#include "openstack/error.hpp"
#include "sdk/src/http/text.hpp"
#include "sdk/src/object_store/tables.hpp"
#include "sdk/src/resource/digest.hpp"

namespace openstack::resource {

using namespace object_store;

template <>
const Fields& fields_of<Object>() {
    static const Fields fields = table<Object>({
        {"name", &Object::name},
        {"subdir", &Object::subdir},
        {"bytes", &Object::size},
        {"hash", &Object::etag},
        {"content_type", &Object::content_type},
        {"last_modified", &Object::last_modified},
        {"is_latest", &Object::is_latest},
        {"version_id", &Object::version_id},
        {"slo_etag", &Object::slo_etag},
        {"symlink_path", &Object::symlink_path},
        {"Content-Length", &Object::size, {.header = true}},
        {"Etag", &Object::etag, {.header = true}},
        {"Content-Type", &Object::content_type, {.header = true}},
        {"Last-Modified", &Object::last_modified, {.header = true}},
        {"Content-Encoding", &Object::content_encoding, {.header = true}},
        {"Content-Disposition", &Object::content_disposition, {.header = true}},
        {"X-Delete-At", &Object::delete_at, {.header = true}},
        {"X-Static-Large-Object", &Object::is_static_large_object, {.header = true}},
        {"X-Manifest-Etag", &Object::manifest_etag, {.header = true}},
        {"X-Object-Manifest", &Object::object_manifest, {.header = true}},
        {"X-Symlink-Target", &Object::symlink_target, {.header = true}},
        {"X-Object-Version-Id", &Object::version_id, {.header = true}},
        {"Content-Location", &Object::content_location, {.header = true}},
        {"X-Object-Meta-*", &Object::metadata, {.header = true}},
        {"X-Timestamp", &Object::timestamp, {.header = true}},
    });
    return fields;
}

template <>
const Fields& fields_of<ObjectQuery>() {
    static const Fields fields = table<ObjectQuery>({
        {"prefix", &ObjectQuery::prefix},
        {"delimiter", &ObjectQuery::delimiter},
        {"marker", &ObjectQuery::marker},
        {"end_marker", &ObjectQuery::end_marker},
        {"reverse", &ObjectQuery::reverse},
        {"versions", &ObjectQuery::versions},
        {"limit", &ObjectQuery::limit},
    });
    return fields;
}

template <>
const Fields& fields_of<ObjectCreate>() {
    static const Fields fields = table<ObjectCreate>({
        {"Content-Encoding", &ObjectCreate::content_encoding, {.header = true}},
        {"Content-Disposition", &ObjectCreate::content_disposition, {.header = true}},
        {"X-Delete-After", &ObjectCreate::delete_after, {.header = true}},
        {"X-Delete-At", &ObjectCreate::delete_at, {.header = true}},
        {"ETag", &ObjectCreate::etag, {.header = true}},
        {"X-Object-Meta-*", &ObjectCreate::metadata, {.header = true}},
    });
    return fields;
}

template <>
const Definition& definition_of<Object>() {
    static const Definition definition{
        .noun = "object", .path = "", .list_key = "", .paging = Paging::marker, .id_key = "name"};
    return definition;
}

}  // namespace openstack::resource

namespace openstack {

using object_store::Object;
using object_store::object_path;

namespace object_store {

std::string encode_object_name(std::string_view object) {
    std::string path;
    while (true) {
        const auto slash = object.find('/');
        path += encode_path_segment(object.substr(0, slash));
        if (slash == std::string_view::npos) {
            return path;
        }
        path += '/';
        object.remove_prefix(slash + 1);
    }
}

std::string object_path(std::string_view container, std::string_view object) {
    if (object.empty()) {
        // Below "/container/" the store would do to the container what is meant for an object.
        throw Error("An object in container \"" + std::string(container) + "\" was named with an empty name");
    }
    return container_path(container) + "/" + encode_object_name(object);
}

}  // namespace object_store

namespace {

std::string without_quotes(std::string text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        return text.substr(1, text.size() - 2);
    }
    return text;
}

constexpr std::string_view metadata_prefix = "X-Object-Meta-";

/// What a POST has to repeat, because Swift takes it for all that the object shall have.
bool is_forgotten_by_post(std::string_view header) {
    static constexpr std::array<std::string_view, 9> names = {
        "Content-Type",     "Content-Encoding", "Content-Disposition",
        "Content-Language", "Cache-Control",    "X-Object-Manifest",
        "X-Delete-At",      "Expires",          "X-Robots-Tag"};
    return http::equal_ignoring_case(header.substr(0, metadata_prefix.size()), metadata_prefix) ||
           std::ranges::any_of(
               names, [&](std::string_view name) { return http::equal_ignoring_case(header, name); });
}

Object object_of(const Response& response, std::string_view name) {
    Object object{.name = std::string(name)};
    resource::decode_headers(response.headers, resource::fields_of<Object>(), &object);
    object.etag = without_quotes(object.etag);
    return object;
}

/// Whether the ETag is the MD5 of the whole data.
bool has_plain_etag(const Object& object) {
    return !object.is_static_large_object && object.object_manifest.empty() && object.etag.size() == 32;
}

}  // namespace

Paged<Object> ObjectStoreService::objects(std::string_view container, const object_store::ObjectQuery& query,
                                          const CallOptions& options) const {
    resource::ListRequest request{
        .path = object_store::container_path(container),
        .query = resource::encode_query(resource::fields_of<object_store::ObjectQuery>(), &query)};
    request.query.sent.emplace_back("format", "json");
    return resource::list<Object>(adapter_, std::move(request), options);
}

Object ObjectStoreService::get_object_metadata(std::string_view container, std::string_view name,
                                               const CallOptions& options) const {
    return object_of(
        adapter_.request(Request{.method = "HEAD", .path = object_path(container, name)}, options), name);
}

std::optional<Object> ObjectStoreService::find_object_or_null(std::string_view container,
                                                              std::string_view name,
                                                              const CallOptions& options) const {
    try {
        return get_object_metadata(container, name, options);
    } catch (const NotFound&) {
        return std::nullopt;
    }
}

std::string ObjectStoreService::upload_object(std::string_view container, std::string_view name,
                                              BodySource data, const object_store::ObjectCreate& settings,
                                              const CallOptions& options) const {
    const auto digest = std::make_shared<resource::Digest>("md5");
    const bool rewinds = static_cast<bool>(data.rewind);
    Request request{.method = "PUT",
                    .path = object_path(container, name),
                    .content_type = settings.content_type,
                    .source = std::make_shared<BodySource>(resource::observed(std::move(data), digest)),
                    .repeatable = rewinds && !settings.must_not_exist};
    resource::encode_headers(resource::fields_of<object_store::ObjectCreate>(), &settings, request.headers);
    if (settings.must_not_exist) {
        request.headers.set("If-None-Match", "*");
    }
    const Response response = adapter_.request(request, options);
    std::string etag = without_quotes(response.headers.get("Etag"));
    if (!etag.empty() && etag != digest->finish()) {
        throw Error("Object " + std::string(container) + "/" + std::string(name) +
                        " was damaged on its way: its ETag is not the MD5 of what was sent; upload it again",
                    {.request_id = response.request_id(), .service_type = "object-store"});
    }
    return etag;
}

std::string ObjectStoreService::upload_object(std::string_view container, std::string_view name,
                                              std::string_view data,
                                              const object_store::ObjectCreate& settings,
                                              const CallOptions& options) const {
    return upload_object(container, name, text_body(std::string(data)), settings, options);
}

std::string ObjectStoreService::download_object(std::string_view container, std::string_view name,
                                                const CallOptions& options) const {
    std::string data;
    stream_object(container, name, [&](std::string_view bytes) { data += bytes; }, options);
    return data;
}

Object ObjectStoreService::stream_object(std::string_view container, std::string_view name,
                                         const BodySink& sink, const CallOptions& options) const {
    resource::Digest digest("md5");
    std::int64_t size = 0;
    const Response response = adapter_.request(Request{.path = object_path(container, name),
                                                       .headers = {{"Accept", "*/*"}},
                                                       .sink =
                                                           [&](std::string_view bytes) {
                                                               digest.update(bytes);
                                                               size +=
                                                                   static_cast<std::int64_t>(bytes.size());
                                                               sink(bytes);
                                                           }},
                                               options);
    Object object = object_of(response, name);
    if (has_plain_etag(object) && digest.finish() != object.etag) {
        throw Error("Object " + std::string(container) + "/" + std::string(name) +
                        " was damaged on its way: what came (" + std::to_string(size) +
                        " bytes) does not have the MD5 that is its ETag",
                    {.request_id = response.request_id(), .service_type = "object-store"});
    }
    return object;
}

void ObjectStoreService::set_object_metadata(std::string_view container, std::string_view name,
                                             const object_store::Metadata& metadata,
                                             const CallOptions& options) const {
    Request request{.method = "POST", .path = object_path(container, name), .repeatable = true};
    const Response before =
        adapter_.request(Request{.method = "HEAD", .path = object_path(container, name)}, options);
    for (const auto& [header, value] : before.headers) {
        if (is_forgotten_by_post(header)) {
            request.headers.set(header, value);
        }
    }
    for (const auto& [key, value] : metadata) {
        request.headers.set(std::string(metadata_prefix) + key, value);
    }
    Headers kept;
    for (const auto& [header, value] : request.headers) {
        if (!value.empty()) {
            kept.add(header, value);
        }
    }
    request.headers = std::move(kept);
    static_cast<void>(adapter_.request(request, options));
}

void ObjectStoreService::copy_object(std::string_view container, std::string_view name,
                                     std::string_view to_container, std::string_view to_name,
                                     const CallOptions& options) const {
    static_cast<void>(adapter_.request(Request{.method = "PUT",
                                               .path = object_path(to_container, to_name),
                                               .headers = {{"X-Copy-From", object_path(container, name)}}},
                                       options));
}

bool ObjectStoreService::delete_object(std::string_view container, std::string_view name,
                                       const CallOptions& options) const {
    try {
        static_cast<void>(
            adapter_.request(Request{.method = "DELETE", .path = object_path(container, name)}, options));
        return true;
    } catch (const NotFound& error) {
        return error.details().perhaps_done_before;
    }
}

}  // namespace openstack
