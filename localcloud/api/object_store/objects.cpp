// Objects. An object's key is "<account>/<container>/<name>"; its bytes are in a file of their own.
#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "localcloud/api/object_store/object_store_service.hpp"
#include "localcloud/api/ranges.hpp"
#include "localcloud/state/files.hpp"
#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::object_store {

using state::Kind;

namespace {

constexpr std::size_t longest_object_name = 1024;
constexpr std::array kept_headers{"Content-Encoding", "Content-Disposition", "Cache-Control",
                                  "Content-Language"};

struct MediaType {
    std::string_view extension, type;
};
constexpr std::array media_types{
    MediaType{"txt", "text/plain"},        MediaType{"html", "text/html"},
    MediaType{"htm", "text/html"},         MediaType{"css", "text/css"},
    MediaType{"csv", "text/csv"},          MediaType{"js", "text/javascript"},
    MediaType{"json", "application/json"}, MediaType{"xml", "application/xml"},
    MediaType{"png", "image/png"},         MediaType{"jpg", "image/jpeg"},
    MediaType{"jpeg", "image/jpeg"},       MediaType{"gif", "image/gif"},
    MediaType{"svg", "image/svg+xml"},     MediaType{"pdf", "application/pdf"},
    MediaType{"zip", "application/zip"},   MediaType{"tar", "application/x-tar"},
    MediaType{"py", "text/x-python"},      MediaType{"md", "text/markdown"},
};

std::string guess_type(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    const std::string extension = dot == std::string::npos ? std::string{} : name.substr(dot + 1);
    for (const MediaType& media : media_types) {
        if (media.extension == extension) return std::string{media.type};
    }
    return "application/octet-stream";
}

std::string container_key(const Call& call) {
    return call.param("account") + "/" + call.param("container");
}
std::string object_key(const Call& call) {
    return container_key(call) + "/" + call.param("object");
}

/// Goes into listings, which are JSON.
std::string read_type(const Request& request) {
    std::string type = request.headers.get("Content-Type");
    if (!is_utf8(type)) throw object_error(400, "Invalid Content-Type");
    return type;
}

std::filesystem::path file_of(const Cloud& cloud, const std::string& id) {
    return cloud.directory / "objects" / id.substr(0, 2) / id;
}

std::int64_t unix_seconds() {
    return std::chrono::floor<std::chrono::seconds>(state::now()).time_since_epoch().count();
}

bool expired(const Document& object) {
    const std::int64_t at = integer(object, "delete_at");
    return at != 0 && at <= unix_seconds();
}

const Document* find_object(const state::View& view, const std::string& key) {
    const Document* object = view.find(Kind::object, key);
    return object == nullptr || expired(*object) ? nullptr : object;
}

/// When the object goes by itself; 0 for never.
std::int64_t read_deletion(const Request& request) {
    // Swift's times have ten digits; what is beyond them is the last.
    static constexpr std::int64_t last = 9'999'999'999;
    const std::int64_t now = unix_seconds();
    for (const auto& [header, from] : {std::pair{"X-Delete-After", now}, {"X-Delete-At", std::int64_t{0}}}) {
        const auto value = request.headers.find(header);
        if (!value) continue;
        std::int64_t seconds = 0;
        const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), seconds);
        const bool too_large = error == std::errc::result_out_of_range;
        if ((error != std::errc{} && !too_large) || end != value->data() + value->size())
            throw object_error(400, std::string{"Non-integer "} + header);
        if (too_large) seconds = value->starts_with('-') ? 0 : last;
        const std::int64_t at = from + std::clamp(seconds, std::int64_t{0}, last);
        if (at <= now) throw object_error(400, std::string{header} + " in past");
        return std::min(at, last);
    }
    return 0;
}

std::string unquoted(std::string value) {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    return value;
}

/// Whether one of the entity tags in an If-Match or If-None-Match header is `etag` (or "*").
bool names_etag(std::string_view header, const std::string& etag) {
    std::size_t from = 0;
    while (from <= header.size()) {
        const std::size_t comma = std::min(header.find(',', from), header.size());
        std::string item{header.substr(from, comma - from)};
        std::erase(item, ' ');
        item = unquoted(item);
        if (item == "*" || item == etag) return true;
        from = comma + 1;
    }
    return false;
}

std::optional<std::time_t> read_http_date(const std::string& value) {
    std::tm parts{};
    if (::strptime(value.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
    return ::timegm(&parts);
}

void keep_headers(Document& object, const Request& request) {
    json::object kept;
    for (const char* name : kept_headers) {
        if (const auto value = request.headers.find(name)) kept.emplace(name, kept_bytes(*value));
    }
    object["headers"] = std::move(kept);
}

Headers headers_of(const Document& object) {
    Headers headers;
    headers.set("Content-Type", text(object, "content_type"));
    add_metadata(headers, object);
    for (const auto& item : localcloud::object(object, "headers")) {
        headers.set(std::string{item.key()}, sent_bytes(item.value()));
    }
    headers.set("Etag", text(object, "etag"));
    headers.set("Last-Modified", text(object, "http_date"));
    headers.set("X-Timestamp", text(object, "timestamp"));
    if (integer(object, "delete_at") != 0)
        headers.set("X-Delete-At", std::to_string(integer(object, "delete_at")));
    headers.set("Accept-Ranges", "bytes");
    return headers;
}

void set_times(Document& object, bool first) {
    const state::Time now = state::now();
    object["timestamp"] = state::unix_timestamp(now);
    object["last_modified"] = state::iso_microseconds(now);
    // Swift rounds up to whole seconds.
    object["http_date"] = state::http_date(std::chrono::ceil<std::chrono::seconds>(now));
    if (first) object["created"] = state::unix_timestamp(now);
}

void check_room(const state::View& view, const std::string& container_key, std::uint64_t more) {
    const Document* container = view.find(Kind::container, container_key);
    if (container == nullptr) throw ApiError{404, "no such container"};
    const std::string limit =
        text(localcloud::object(*container, "metadata"), "X-Container-Meta-Quota-Bytes");
    if (limit.empty()) return;
    std::uint64_t used = more;
    for (const auto& [key, object] : view.range(Kind::object, container_key + "/")) {
        used += static_cast<std::uint64_t>(integer(*object, "bytes"));
    }
    if (used > std::strtoull(limit.c_str(), nullptr, 10)) throw plain_error(413, "Upload exceeds quota.");
}

}  // namespace

Response ObjectStoreService::put_object(const Call& call) {
    const Request& request = call.request;
    if (call.has_query("multipart-manifest") || request.headers.contains("X-Object-Manifest") ||
        request.headers.contains("X-Symlink-Target")) {
        throw ApiError{501, "large objects and symlinks"};
    }
    if (call.param("object").size() > longest_object_name) {
        throw object_error(400, "Object name length of " + std::to_string(call.param("object").size()) +
                                    " longer than " + std::to_string(longest_object_name));
    }
    if (const auto source = request.headers.find("X-Copy-From")) {
        std::string from = common::httpd::percent_decode(*source);
        if (from.starts_with('/')) from.erase(0, 1);
        return copy_object(call, call.param("account") + "/" + from, object_key(call));
    }
    if (!request.headers.contains("Content-Length") && !request.headers.contains("Transfer-Encoding")) {
        throw object_error(411, "Missing Content-Length header.");
    }
    const std::string key = object_key(call);
    {
        const auto view = cloud_.store.read();
        check_room(view, container_key(call), 0);
        const Document* existing = find_object(view, key);
        if (const auto condition = request.headers.find("If-None-Match");
            condition && *condition == "*" && existing != nullptr) {
            throw ApiError{412, "exists"};
        }
        check_room(view, container_key(call), request.body.size());
    }
    const std::string id = state::hex_id();
    const std::filesystem::path file = file_of(cloud_, id);
    std::filesystem::create_directories(file.parent_path());
    std::string etag;
    if (request.body.in_memory()) {
        etag = state::hash_hex(state::Hash::md5, request.body.bytes());
    } else {
        etag = state::hash_file(request.body.file(), {state::Hash::md5}).front();
    }
    if (const auto expected = request.headers.find("ETag")) {
        std::string wanted = unquoted(std::string{*expected});
        std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        if (wanted != etag) {
            ApiError error{422, "another ETag"};
            error.headers.set("Last-Modified",
                              state::http_date(std::chrono::ceil<std::chrono::seconds>(state::now())));
            throw error;
        }
    }
    const std::uint64_t size = request.body.size();
    if (request.body.in_memory()) {
        state::write_file(file, request.body.bytes());
    } else {
        state::take_file(file, request.body.file());
    }
    Document object{{"bytes", static_cast<std::int64_t>(size)}, {"etag", etag}, {"file", id}};
    try {
        std::string type = read_type(request);
        if (type.empty() || request.headers.get("X-Detect-Content-Type") == "true")
            type = guess_type(call.param("object"));
        object.emplace("content_type", type);
        object.emplace("delete_at", read_deletion(request));
        update_metadata(object, request, "Object");
        keep_headers(object, request);
        set_times(object, true);
    } catch (...) {
        state::remove_file(file);
        throw;
    }
    keep_object(container_key(call), key, object);
    Response response = page(201);
    response.headers.set("Etag", etag);
    response.headers.set("Last-Modified", text(object, "http_date"));
    return response;
}

void ObjectStoreService::keep_object(const std::string& container_key, const std::string& key,
                                     const Document& object) {
    std::string replaced;
    try {
        auto transaction = cloud_.store.write();
        check_room(transaction, container_key, static_cast<std::uint64_t>(integer(object, "bytes")));
        if (const Document* old = transaction.find(Kind::object, key)) replaced = text(*old, "file");
        transaction.put(Kind::object, key, object);
        transaction.commit();
    } catch (...) {
        state::remove_file(file_of(cloud_, text(object, "file")));
        throw;
    }
    if (!replaced.empty()) state::remove_file(file_of(cloud_, replaced));
}

void ObjectStoreService::remove_expired(const std::string& prefix) {
    const auto find = [&](const state::View& view) {
        std::map<std::string, std::string> files;
        for (const auto& [key, object] : view.range(Kind::object, prefix)) {
            if (expired(*object)) files.emplace(key, text(*object, "file"));
        }
        return files;
    };
    if (find(cloud_.store.read()).empty()) return;
    std::map<std::string, std::string> files;
    {
        auto transaction = cloud_.store.write();
        files = find(transaction);
        for (const auto& [key, file] : files)
            transaction.erase(Kind::object, key);
        transaction.commit();
    }
    for (const auto& [key, file] : files)
        state::remove_file(file_of(cloud_, file));
}

Response ObjectStoreService::copy_object(const Call& call, const std::string& source,
                                         const std::string& target) {
    const std::string& account = call.param("account");
    const auto container_of = [&](const std::string& key) {
        const std::size_t start = account.size() + 1;
        return key.substr(start, key.find('/', start) - start);
    };
    if (!is_name(source) || !is_name(target)) throw plain_error(412, "Invalid UTF8 or contains NULL");
    authorize(call, container_of(source), Need::read_object);
    authorize(call, container_of(target), Need::write);
    Document copy;
    std::string source_date;
    std::string container;
    const std::string id = state::hex_id();
    const std::filesystem::path temporary = cloud_.directory / "spool" / id;
    {
        const auto view = cloud_.store.read();
        const Document* original = find_object(view, source);
        if (original == nullptr) throw ApiError{404, "no such object"};
        const std::size_t slash = target.find('/', account.size() + 1);
        if (slash == std::string::npos || slash + 1 == target.size()) {
            throw plain_error(412, "Destination header must be of the form <container name>/<object name>");
        }
        container = target.substr(0, slash);
        check_room(view, container, static_cast<std::uint64_t>(integer(*original, "bytes")));
        source_date = text(*original, "http_date");
        copy = *original;
        copy["file"] = id;
        if (call.request.headers.get("X-Fresh-Metadata") == "true") copy["metadata"] = json::object{};
        update_metadata(copy, call.request, "Object");
        if (const std::string type = read_type(call.request); !type.empty()) copy["content_type"] = type;
        set_times(copy, true);
        // While nobody can replace the source, whose file would be gone. Files of objects never change, so both may
        // have the same.
        const std::filesystem::path bytes = file_of(cloud_, text(*original, "file"));
        std::error_code no_links;
        std::filesystem::create_hard_link(bytes, temporary, no_links);
        if (no_links) std::filesystem::copy_file(bytes, temporary);
    }
    const std::filesystem::path file = file_of(cloud_, id);
    std::filesystem::create_directories(file.parent_path());
    state::take_file(file, temporary);
    keep_object(container, target, copy);
    Response response = page(201);
    response.headers.set("Etag", text(copy, "etag"));
    response.headers.set("Last-Modified", text(copy, "http_date"));
    response.headers.set("X-Copied-From-Account", account);
    response.headers.set("X-Copied-From",
                         common::httpd::percent_encode(source.substr(account.size() + 1), "/"));
    response.headers.set("X-Copied-From-Last-Modified", source_date);
    add_metadata(response.headers, copy);
    return response;
}

Response ObjectStoreService::get_object(const Call& call) const {
    const auto expiry = temp_url_expiry(call);
    if (!expiry) authorize(call, Need::read_object);
    const auto view = cloud_.store.read();
    const Document* object = find_object(view, object_key(call));
    if (object == nullptr) throw ApiError{404, "no such object"};
    Response response{.status = 200, .headers = headers_of(*object)};
    if (expiry) {
        for (const auto& item : localcloud::object(*object, "metadata"))
            response.headers.erase(item.key());
        std::string name = call.query("filename");
        if (name.empty()) name = call.param("object").substr(call.param("object").rfind('/') + 1);
        const bool inline_view = call.has_query("inline");
        const bool named = call.has_query("filename");
        std::string quoted = name;
        std::erase_if(quoted, [](char c) { return c == '"' || c == '\r' || c == '\n' || c == '\\'; });
        std::string disposition = inline_view ? "inline" : "attachment";
        if (!inline_view || named)
            disposition +=
                "; filename=\"" + quoted + "\"; filename*=UTF-8''" + common::httpd::percent_encode(name);
        response.headers.set("Content-Disposition", disposition);
        response.headers.set("Expires", *expiry);
    }
    const std::string etag = text(*object, "etag");
    if (const auto match = call.request.headers.find("If-Match"); match && !names_etag(*match, etag)) {
        response.status = 412;
        response.headers.set("Content-Type", "text/html; charset=UTF-8");
        response.headers.erase("Accept-Ranges");
        return response;
    }
    if (const auto none = call.request.headers.find("If-None-Match")) {
        if (names_etag(*none, etag)) {
            response.status = 304;
            return response;
        }
    } else if (const auto since = read_http_date(call.request.headers.get("If-Modified-Since"))) {
        const auto modified = read_http_date(text(*object, "http_date"));
        if (modified && *modified <= *since) {
            response.status = 304;
            return response;
        }
    }
    const auto size = static_cast<std::uint64_t>(integer(*object, "bytes"));
    response.file = file_of(cloud_, text(*object, "file"));
    response.file_length = size;
    const auto ranges = parse_ranges(call.request.headers.get("Range"), size);
    // Several ranges at once are answered with the whole object, as HTTP permits.
    if (!ranges || ranges->size() > 1) return response;
    if (ranges->empty()) {
        Response refusal = page(416);
        for (const auto& [name, value] : response.headers)
            refusal.headers.set(name, value);
        refusal.headers.set("Content-Range", "bytes */" + std::to_string(size));
        return refusal;
    }
    const ByteRange& range = ranges->front();
    response.status = 206;
    response.file_offset = range.first;
    response.file_length = range.length();
    response.headers.set("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                              std::to_string(range.last) + "/" + std::to_string(size));
    return response;
}

void ObjectStoreService::add_object_routes() {
    const std::string path = "/v1/{account}/{container}/{object...}";
    const auto permit_write = [this](const Call& call) {
        if (!temp_url_expiry(call)) authorize(call, Need::write);
    };
    route("GET", path, [this](const Call& call) { return get_object(call); }, Access::anyone);
    route(
        "PUT", path,
        [this, permit_write](const Call& call) {
            permit_write(call);
            return put_object(call);
        },
        Access::anyone);
    route(
        "COPY", path,
        [this](const Call& call) {
            std::string target = common::httpd::percent_decode(call.request.headers.get("Destination"));
            if (target.empty()) throw plain_error(412, "Destination header required");
            if (target.starts_with('/')) target.erase(0, 1);
            return copy_object(call, object_key(call), call.param("account") + "/" + target);
        },
        Access::anyone);
    route(
        "POST", path,
        [this, permit_write](const Call& call) {
            permit_write(call);
            const std::string key = object_key(call);
            auto transaction = cloud_.store.write();
            if (find_object(transaction, key) == nullptr) throw ApiError{404, "no such object"};
            Document& object = transaction.edit(Kind::object, key);
            object["metadata"] = json::object{};
            update_metadata(object, call.request, "Object");
            keep_headers(object, call.request);
            object["delete_at"] = read_deletion(call.request);
            const std::string type = read_type(call.request);
            if (!type.empty() && type != "application/x-www-form-urlencoded") object["content_type"] = type;
            set_times(object, false);
            transaction.commit();
            return page(202);
        },
        Access::anyone);
    route(
        "DELETE", path,
        [this, permit_write](const Call& call) {
            permit_write(call);
            const std::string key = object_key(call);
            std::string file;
            {
                auto transaction = cloud_.store.write();
                const Document* object = find_object(transaction, key);
                if (object == nullptr) throw ApiError{404, "no such object"};
                file = text(*object, "file");
                transaction.erase(Kind::object, key);
                transaction.commit();
            }
            state::remove_file(file_of(cloud_, file));
            return page(204);
        },
        Access::anyone);
}

}  // namespace localcloud::api::object_store
