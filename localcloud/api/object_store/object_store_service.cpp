#include "localcloud/api/object_store/object_store_service.hpp"

#include <algorithm>
#include <charconv>

#include "localcloud/state/identifiers.hpp"

namespace localcloud::api::object_store {

using state::Kind;

namespace {

constexpr std::size_t listing_limit = 10000;

std::string explanation(int status) {
    switch (status) {
        case 202:
            return "<html><h1>Accepted</h1><p>The request is accepted for processing.</p></html>";
        case 400:
            return "<html><h1>Bad Request</h1><p>The server could not comply with the request since it is "
                   "either "
                   "malformed or otherwise incorrect.</p></html>";
        case 401:
            return "<html><h1>Unauthorized</h1><p>This server could not verify that you are authorized to "
                   "access the "
                   "document you requested.</p></html>";
        case 403:
            return "<html><h1>Forbidden</h1><p>Access was denied to this resource.</p></html>";
        case 404:
            return "<html><h1>Not Found</h1><p>The resource could not be found.</p></html>";
        case 405:
            return "<html><h1>Method Not Allowed</h1><p>The method is not allowed for this "
                   "resource.</p></html>";
        case 409:
            return "<html><h1>Conflict</h1><p>There was a conflict when trying to complete your "
                   "request.</p></html>";
        case 412:
            return "<html><h1>Precondition Failed</h1><p>A precondition for this request was not "
                   "met.</p></html>";
        case 416:
            return "<html><h1>Requested Range Not Satisfiable</h1><p>The Range requested is not "
                   "available.</p></html>";
        case 422:
            return "<html><h1>Unprocessable Entity</h1><p>Unable to process the contained "
                   "instructions</p></html>";
        case 501:
            return "<html><h1>Not Implemented</h1><p>The embedded cloud does not know this "
                   "feature.</p></html>";
        default:
            return "<html><h1>Internal Error</h1><p>The server has either erred or is incapable of "
                   "performing "
                   "the requested operation.</p></html>";
    }
}

bool truth(const std::string& value) {
    return value == "true" || value == "True" || value == "1" || value == "on" || value == "yes" ||
           value == "t" || value == "y";
}

bool falsehood(const std::string& value) {
    return value == "false" || value == "False" || value == "0" || value == "off" || value == "no" ||
           value == "f" || value == "n";
}

/// Operations in bulk and versions of objects: their requests would do something else without them.
void refuse_what_is_missing(const Call& call) {
    for (const char* operation : {"bulk-delete", "extract-archive", "version-id"})
        if (call.has_query(operation)) throw ApiError{501, operation};
    const auto& headers = call.request.headers;
    if ((call.has_query("versions") && !falsehood(call.query("versions"))) ||
        truth(headers.get("X-Versions-Enabled")) || !headers.get("X-Versions-Location").empty() ||
        !headers.get("X-History-Location").empty())
        throw ApiError{501, "versions of objects"};
}

}  // namespace

ObjectStoreService::ObjectStoreService(Cloud& cloud, const Authenticator& authenticator)
    : Service("/object-store", authenticator), cloud_(cloud) {
    route(
        "GET", "/info",
        [](const Call&) {
            const json::value body{
                {"swift",
                 {{"version", "2.30.1"},
                  {"max_file_size", 5368709122},
                  {"max_meta_name_length", 128},
                  {"max_meta_value_length", 256},
                  {"max_meta_count", 90},
                  {"max_meta_overall_size", 4096},
                  {"max_object_name_length", 1024},
                  {"max_container_name_length", 256},
                  {"container_listing_limit", listing_limit},
                  {"account_listing_limit", listing_limit},
                  {"account_autocreate", true},
                  {"policies", json::array{json::object{
                                   {"name", "Policy-0"}, {"aliases", "Policy-0"}, {"default", true}}}}}},
                // Clients read the sizes here before they decide to send one object in one piece.
                {"slo",
                 {{"max_manifest_segments", 1000}, {"max_manifest_size", 8388608}, {"min_segment_size", 1}}},
                {"tempurl",
                 {{"methods", json::array{"GET", "HEAD", "PUT", "POST", "DELETE"}},
                  {"allowed_digests", json::array{"sha1", "sha256", "sha512"}}}}};
            Response response = json_response(200, body);
            response.headers.set("Content-Type", "application/json; charset=UTF-8");
            return response;
        },
        Access::anyone);
    route(
        "GET", "/healthcheck",
        [](const Call&) {
            return Response{.status = 200, .headers = {{"Content-Type", "text/plain"}}, .body = "OK"};
        },
        Access::anyone);
    add_account_routes();
    add_container_routes();
    add_object_routes();
    remove_expired("");
}

Response page(int status) {
    Response response{.status = status, .headers = {{"Content-Type", "text/html; charset=UTF-8"}}};
    if (status != 201 && status != 204) response.body = explanation(status);
    return response;
}

ApiError plain_error(int status, const std::string& message) {
    return {status, message, "plain"};
}

ApiError object_error(int status, const std::string& message) {
    ApiError error = plain_error(status, message);
    error.headers.set("Content-Type", "text/plain");
    return error;
}

Response ObjectStoreService::render(const ApiError& error, const Call& call) const {
    Response response = page(error.status);
    if (error.type == "plain") response.body = error.what();
    if (call.request.method == "HEAD") response.body.clear();
    return response;
}

ApiError ObjectStoreService::unauthorized() const {
    return {401, "unauthorized"};
}

ApiError ObjectStoreService::no_such_path(const Request& /*request*/) const {
    return {400, "no such path"};
}

ApiError ObjectStoreService::no_such_method(const Request& /*request*/) const {
    return {405, "no such method"};
}

bool is_name(std::string_view name) {
    return is_utf8(name) && name.find('\0') == std::string_view::npos;
}

std::optional<ApiError> ObjectStoreService::undecodable(const Request& request) const {
    if (!is_name(request.path)) return plain_error(412, "Invalid UTF8 or contains NULL");
    return Service::undecodable(request);
}

void ObjectStoreService::finish(const Call& call, Response& response) const {
    const std::string id =
        "tx" + call.request_id.substr(4, 8) + call.request_id.substr(13, 4) + "-localcloud";
    response.headers.set("X-Trans-Id", id);
    response.headers.set("X-Openstack-Request-Id", id);
}

bool ObjectStoreService::acl_permits(const std::optional<Caller>& caller, const std::string& container_key,
                                     Need need) const {
    if (need == Need::owner) return false;
    const auto view = cloud_.store.read();
    const Document* container = view.find(Kind::container, container_key);
    if (container == nullptr) return false;
    const std::string list = text(*container, need == Need::write ? "write_acl" : "read_acl");
    bool public_objects = false;
    bool public_listing = false;
    std::size_t from = 0;
    while (from < list.size()) {
        const std::size_t comma = std::min(list.find(',', from), list.size());
        std::string item = list.substr(from, comma - from);
        from = comma + 1;
        std::erase(item, ' ');
        if (item == ".r:*") public_objects = true;
        if (item == ".rlistings") public_listing = true;
        const std::size_t colon = item.find(':');
        if (!caller || item.starts_with('.') || colon == std::string::npos) continue;
        const std::string project = item.substr(0, colon);
        const std::string user = item.substr(colon + 1);
        const bool project_fits =
            project == "*" || project == caller->project_id || project == caller->project_name;
        const bool user_fits = user == "*" || user == caller->user_id || user == caller->user_name;
        if (project_fits && user_fits) return true;
    }
    if (need == Need::read_object) return public_objects;
    return need == Need::read_listing && public_objects && public_listing;
}

bool ObjectStoreService::authorize(const Call& call, Need need) const {
    const auto container = call.request.params.find("container");
    const bool is_owner =
        authorize(call, container == call.request.params.end() ? std::string{} : container->second, need);
    refuse_what_is_missing(call);
    return is_owner;
}

bool ObjectStoreService::authorize(const Call& call, const std::string& container, Need need) const {
    const std::optional<Caller> caller = caller_of(call.request);
    const std::string& account = call.param("account");
    if (caller) {
        const bool works_here = "AUTH_" + caller->project_id == account &&
                                (caller->has_role("member") || caller->has_role("admin"));
        if (works_here || caller->is_admin()) return true;
    }
    if (acl_permits(caller, account + "/" + container, need)) return false;
    if (caller) throw ApiError{403, "forbidden"};
    ApiError error{401, "unauthorized"};
    error.headers.set("Www-Authenticate",
                      "Swift realm=\"" + account + "\", Keystone uri=\"" + cloud_.endpoint + "/identity\"");
    throw error;
}

std::string title_case(std::string_view name) {
    std::string out{name};
    bool start = true;
    for (char& letter : out) {
        const auto byte = static_cast<unsigned char>(letter);
        letter = static_cast<char>(start ? std::toupper(byte) : std::tolower(byte));
        start = letter == '-';
    }
    return out;
}

json::value kept_bytes(std::string_view bytes) {
    if (is_utf8(bytes)) return json::value(bytes);
    return json::object{{"base64", state::base64_encode(bytes)}};
}

std::string sent_bytes(const json::value& kept) {
    if (!kept.is_object()) return to_text(kept);
    std::string bytes;
    (void)state::base64_decode(text(kept.get_object(), "base64"), bytes);
    return bytes;
}

void update_metadata(Document& document, const Request& request, std::string_view kind) {
    const std::string set = "X-" + std::string{kind} + "-Meta-";
    const std::string remove = "X-Remove-" + std::string{kind} + "-Meta-";
    if (!document.contains("metadata")) document.emplace("metadata", json::object{});
    json::object& metadata = document["metadata"].as_object();
    for (const auto& [raw, value] : request.headers) {
        const std::string name = title_case(raw);
        if (name.starts_with(remove)) {
            metadata.erase(set + name.substr(remove.size()));
        } else if (name.starts_with(set) && name.size() > set.size()) {
            if (name.size() - set.size() > 128) throw plain_error(400, "Metadata name too long: " + name);
            if (kind != "Object" && !is_utf8(value)) throw object_error(400, "Metadata must be valid UTF-8");
            if (value.size() > 256) throw plain_error(400, "Metadata value longer than 256: " + name);
            if (value.empty()) {
                metadata.erase(name);
            } else {
                metadata[name] = kept_bytes(value);
            }
        }
    }
    if (metadata.size() > 90) throw plain_error(400, "Too many metadata items; max 90");
}

void add_metadata(Headers& headers, const Document& document) {
    for (const auto& item : object(document, "metadata"))
        headers.set(std::string{item.key()}, sent_bytes(item.value()));
}

Listing read_listing(const Call& call) {
    Listing listing{.prefix = call.query("prefix"),
                    .delimiter = call.query("delimiter"),
                    .marker = call.query("marker"),
                    .end_marker = call.query("end_marker")};
    const std::string format = call.query("format");
    if (format == "xml") throw ApiError{501, "XML listings"};
    listing.by_accept = format.empty();
    listing.as_json = format == "json" || (listing.by_accept && call.request.headers.get("Accept").find(
                                                                    "application/json") != std::string::npos);
    listing.reverse = truth(call.query("reverse"));
    if (const std::string digits = call.query("limit"); !digits.empty()) {
        std::size_t limit = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
        if (error != std::errc{} || end != digits.data() + digits.size()) return listing;
        if (limit > listing_limit)
            throw plain_error(412, "Maximum limit is " + std::to_string(listing_limit));
        listing.limit = limit;
    }
    return listing;
}

std::vector<ListedName> select_names(
    const std::vector<std::pair<std::string_view, const Document*>>& documents, std::size_t name_offset,
    const Listing& listing) {
    std::vector<ListedName> names;
    for (const auto& [key, document] : documents) {
        const std::string_view name = key.substr(name_offset);
        if (!name.starts_with(listing.prefix)) continue;
        const std::size_t cut = listing.delimiter.empty()
                                    ? std::string_view::npos
                                    : name.find(listing.delimiter, listing.prefix.size());
        if (listing.only_directly_below &&
            (name == listing.prefix || (cut != std::string_view::npos && cut + 1 < name.size())))
            continue;
        if (cut != std::string_view::npos && !listing.only_directly_below) {
            std::string folder{name.substr(0, cut + listing.delimiter.size())};
            if (names.empty() || names.back().name != folder)
                names.push_back({std::move(folder), true, nullptr});
            continue;
        }
        names.push_back({std::string{name}, false, document});
    }
    if (listing.reverse) std::reverse(names.begin(), names.end());
    std::erase_if(names, [&](const ListedName& entry) {
        if (!listing.marker.empty() &&
            (listing.reverse ? entry.name >= listing.marker : entry.name <= listing.marker)) {
            return true;
        }
        return !listing.end_marker.empty() &&
               (listing.reverse ? entry.name <= listing.end_marker : entry.name >= listing.end_marker);
    });
    if (names.size() > listing.limit) names.resize(listing.limit);
    return names;
}

Response listing_response(const Listing& listing, const std::vector<ListedName>& names,
                          const std::function<json::object(const ListedName&)>& describe, Headers headers) {
    Response response{.status = 200, .headers = std::move(headers)};
    if (listing.by_accept) response.headers.set("Vary", "Accept");
    if (listing.as_json) {
        json::array items;
        for (const ListedName& name : names) {
            if (name.subdirectory) {
                items.push_back(json::object{{"subdir", name.name}});
            } else {
                items.emplace_back(describe(name));
            }
        }
        response.body = json::serialize(items);
        response.headers.set("Content-Type", "application/json; charset=utf-8");
        return response;
    }
    for (const ListedName& name : names)
        response.body += name.name + "\n";
    if (names.empty()) response.status = 204;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    return response;
}

}  // namespace localcloud::api::object_store
