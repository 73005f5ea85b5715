// Containers and their listings. A container's key is "<account>/<name>".
#include <array>

#include "localcloud/api/object_store/object_store_service.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::object_store {

using state::Kind;

namespace {

constexpr std::size_t longest_container_name = 256;
constexpr std::array acl_headers{std::pair{"X-Container-Read", "read_acl"},
                                 std::pair{"X-Container-Write", "write_acl"}};

std::string key_of(const Call& call) {
    return call.param("account") + "/" + call.param("container");
}

void check_acl(const std::string& list) {
    if (!is_utf8(list)) throw object_error(400, "Metadata must be valid UTF-8");
    std::size_t from = 0;
    while (from < list.size()) {
        const std::size_t comma = std::min(list.find(',', from), list.size());
        std::string item = list.substr(from, comma - from);
        from = comma + 1;
        std::erase(item, ' ');
        if (!item.starts_with('.') || item == ".rlistings" || item.starts_with(".r:") ||
            item.starts_with(".ref:") || item.starts_with(".referer:") || item.starts_with(".referrer:")) {
            continue;
        }
        const std::string designator = item.substr(0, item.find(':'));
        throw plain_error(400, "Unknown designator '" + designator + "' in ACL: '" + item + "'");
    }
}

void update_acls(Document& container, const Request& request) {
    for (const auto& [header, member_name] : acl_headers) {
        if (const auto value = request.headers.find(header)) {
            check_acl(std::string{*value});
            container[member_name] = std::string{*value};
        }
        const std::string remove = "X-Remove-" + std::string{header}.substr(2);
        if (request.headers.contains(remove)) container.erase(member_name);
    }
}

}  // namespace

Headers ObjectStoreService::container_headers(const state::View& view, const std::string& key,
                                              bool for_owner) const {
    const Document* container = view.find(Kind::container, key);
    if (container == nullptr) throw ApiError{404, "no such container"};
    const auto objects = view.range(Kind::object, key + "/");
    std::int64_t bytes = 0;
    for (const auto& [name, object] : objects)
        bytes += integer(*object, "bytes");
    Headers headers;
    headers.set("X-Container-Object-Count", std::to_string(objects.size()));
    headers.set("X-Container-Bytes-Used", std::to_string(bytes));
    headers.set("X-Timestamp", text(*container, "timestamp"));
    add_metadata(headers, *container);
    if (!for_owner) {
        // Whoever has them can sign URLs for everything in the container.
        for (const char* key_name : {"X-Container-Meta-Temp-Url-Key", "X-Container-Meta-Temp-Url-Key-2"})
            headers.erase(key_name);
    } else {
        for (const auto& [header, member_name] : acl_headers)
            if (container->contains(member_name)) headers.set(header, text(*container, member_name));
    }
    headers.set("Last-Modified", text(*container, "http_date"));
    headers.set("Accept-Ranges", "bytes");
    headers.set("X-Storage-Policy", "Policy-0");
    return headers;
}

void ObjectStoreService::add_container_routes() {
    const std::string path = "/v1/{account}/{container}";
    const auto list = [this](const Call& call) {
        const bool is_owner = authorize(call, Need::read_listing);
        Listing listing = read_listing(call);
        if (const auto folder = call.request.query_value("path")) {
            listing.prefix = *folder;
            while (listing.prefix.ends_with('/'))
                listing.prefix.pop_back();
            if (!folder->empty()) listing.prefix += '/';
            listing.delimiter = "/";
            listing.only_directly_below = true;
        }
        const std::string key = key_of(call);
        remove_expired(key + "/");
        const auto view = cloud_.store.read();
        Headers headers = container_headers(view, key, is_owner);
        const auto names =
            select_names(view.range(Kind::object, key + "/" + listing.prefix), key.size() + 1, listing);
        const auto describe = [](const ListedName& name) {
            return json::object{{"bytes", integer(*name.document, "bytes")},
                                {"hash", text(*name.document, "etag")},
                                {"name", name.name},
                                {"content_type", text(*name.document, "content_type")},
                                {"last_modified", text(*name.document, "last_modified")}};
        };
        return listing_response(listing, names, describe, std::move(headers));
    };
    route("GET", path, list, Access::anyone);
    route("GET", path + "/", list, Access::anyone);
    route(
        "HEAD", path,
        [this](const Call& call) {
            const bool is_owner = authorize(call, Need::read_listing);
            remove_expired(key_of(call) + "/");
            const auto view = cloud_.store.read();
            Response response{.status = 204, .headers = container_headers(view, key_of(call), is_owner)};
            response.headers.set("Content-Type", "application/json; charset=utf-8");
            response.headers.set("Content-Length", "0");
            if (!call.has_query("format")) response.headers.set("Vary", "Accept");
            return response;
        },
        Access::anyone);
    const auto put = [this](const Call& call) {
        authorize(call, Need::owner);
        const std::string& name = call.param("container");
        if (name.size() > longest_container_name) {
            throw plain_error(400, "Container name length of " + std::to_string(name.size()) +
                                       " longer than " + std::to_string(longest_container_name));
        }
        if (name.find('/') != std::string::npos) throw ApiError{400, "a slash in a container's name"};
        const std::string key = key_of(call);
        auto transaction = cloud_.store.write();
        const state::Time now = state::now();
        const Document* stored = transaction.find(Kind::container, key);
        const bool is_new = stored == nullptr;
        Document container{{"name", name},
                           {"timestamp", state::unix_timestamp(now)},
                           {"last_modified", state::iso_microseconds(now)}};
        if (stored != nullptr) container = *stored;
        container["http_date"] = state::http_date(now);
        update_metadata(container, call.request, "Container");
        update_acls(container, call.request);
        if (transaction.find(Kind::account, call.param("account")) == nullptr) {
            transaction.put(Kind::account, call.param("account"),
                            {{"timestamp", state::unix_timestamp(now)}, {"metadata", json::object{}}});
        }
        transaction.put(Kind::container, key, std::move(container));
        transaction.commit();
        return page(is_new ? 201 : 202);
    };
    route("PUT", path, put, Access::anyone);
    route("PUT", path + "/", put, Access::anyone);
    route(
        "POST", path,
        [this](const Call& call) {
            authorize(call, Need::owner);
            const std::string key = key_of(call);
            auto transaction = cloud_.store.write();
            if (transaction.find(Kind::container, key) == nullptr) throw ApiError{404, "no such container"};
            Document& container = transaction.edit(Kind::container, key);
            update_metadata(container, call.request, "Container");
            update_acls(container, call.request);
            container["http_date"] = state::http_date(state::now());
            transaction.commit();
            return page(204);
        },
        Access::anyone);
    route(
        "DELETE", path,
        [this](const Call& call) {
            authorize(call, Need::owner);
            const std::string key = key_of(call);
            remove_expired(key + "/");
            auto transaction = cloud_.store.write();
            if (transaction.find(Kind::container, key) == nullptr) throw ApiError{404, "no such container"};
            if (!transaction.range(Kind::object, key + "/").empty()) throw ApiError{409, "not empty"};
            transaction.erase(Kind::container, key);
            transaction.commit();
            return page(204);
        },
        Access::anyone);
}

}  // namespace localcloud::api::object_store
