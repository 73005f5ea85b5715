#include "sdk/src/resource/collection.hpp"

#include <algorithm>

#include "openstack/error.hpp"

namespace openstack::resource {
namespace {

/// How many names an error text lists.
constexpr std::size_t names_to_list = 20;

/// So that a name stands for itself in a regular expression.
std::string escape_pattern(std::string_view name) {
    std::string pattern = "^";
    for (const char c : name) {
        if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) {
            pattern += '\\';
        }
        pattern += c;
    }
    return pattern + "$";
}

std::vector<std::string> secrets(const Fields& body, const ValueType& answer) {
    std::vector<std::string> keys = body.secret_keys();
    if (answer.kind == Kind::object) {
        const auto& more = answer.fields().secret_keys();
        keys.insert(keys.end(), more.begin(), more.end());
    }
    return keys;
}

DecodeOptions around_one(const Definition& definition) {
    DecodeOptions options;
    if (!definition.key.empty()) {
        options.key_path.push_back(definition.key);
    }
    return options;
}

void send_body(const Adapter& adapter, const Definition& definition, Request request,
               const Fields& body_fields, const void* body, const ValueType& type, void* out,
               const CallOptions& options) {
    const CallOptions call = with_microversion(adapter, definition.microversion, options);
    request.body =
        encode_wrapped(definition.key, body_fields, body, {.microversion = call.microversion.value_or("")});
    request.secret_fields = secrets(body_fields, type);
    const Response response = adapter.request(request, call);
    decode_response(response, request, around_one(definition), type, out);
}

}  // namespace

bool looks_like_id(std::string_view text) {
    const std::size_t dashes = static_cast<std::size_t>(std::ranges::count(text, '-'));
    const bool length_fits = (text.size() == 32 && dashes == 0) || (text.size() == 36 && dashes == 4);
    return length_fits && std::ranges::all_of(text, [](char c) {
               return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

CallOptions with_microversion(const Adapter& adapter, std::string_view newest_microversion,
                              const CallOptions& options) {
    CallOptions result = options;
    if (!result.microversion && !newest_microversion.empty()) {
        if (std::string version = adapter.negotiate_microversion(newest_microversion, options);
            !version.empty()) {
            result.microversion = std::move(version);
        }
    }
    return result;
}

Response send(const Adapter& adapter, const Request& request, std::string_view newest_microversion,
              const CallOptions& options) {
    return adapter.request(request, with_microversion(adapter, newest_microversion, options));
}

void decode_response(const Response& response, const Request& request, const DecodeOptions& options,
                     const ValueType& type, void* out) {
    try {
        decode(response.body, options, type, out);
    } catch (const MalformedResponse& error) {
        const std::string id = response.request_id();
        throw MalformedResponse(
            "The answer to " + request.method + " " + response.url + " is not what the API promises: " +
                error.what() + (id.empty() ? "" : " (request " + id + ")"),
            {.status = response.status, .request_id = id, .method = request.method, .url = response.url});
    }
}

std::string join_path(std::string_view base, std::string_view id, std::string_view rest) {
    if (id.empty()) {
        // "/servers/" would be the listing, and DELETE on it is not what anybody means.
        throw Error("An empty ID was given for something below \"" + std::string(base) + "\"");
    }
    return std::string(base) + "/" + encode_path_segment(id) + std::string(rest);
}

void get_into(const Adapter& adapter, const Definition& definition, std::string_view id,
              const ValueType& type, void* out, const CallOptions& options) {
    Request request{.path = join_path(definition.path, id)};
    if (type.kind == Kind::object) {
        request.secret_fields = type.fields().secret_keys();
    }
    const Response response = send(adapter, request, definition.microversion, options);
    decode_response(response, request, around_one(definition), type, out);
}

void create_into(const Adapter& adapter, const Definition& definition, const Fields& body_fields,
                 const void* body, const ValueType& type, void* out, const CallOptions& options) {
    send_body(adapter, definition, Request{.method = "POST", .path = std::string(definition.path)},
              body_fields, body, type, out, options);
}

void update_into(const Adapter& adapter, const Definition& definition, std::string_view id,
                 const Fields& body_fields, const void* body, const ValueType& type, void* out,
                 const CallOptions& options) {
    send_body(
        adapter, definition,
        Request{.method = std::string(definition.update_method), .path = join_path(definition.path, id)},
        body_fields, body, type, out, options);
}

bool remove_path(const Adapter& adapter, const std::string& path, std::string_view newest_microversion,
                 const CallOptions& options) {
    try {
        send(adapter, Request{.method = "DELETE", .path = path}, newest_microversion, options);
        return true;
    } catch (const NotFound& error) {
        return error.details().perhaps_done_before;
    }
}

bool remove(const Adapter& adapter, const Definition& definition, std::string_view id,
            const CallOptions& options) {
    return remove_path(adapter, join_path(definition.path, id), definition.microversion, options);
}

void find_into(const Adapter& adapter, const Definition& definition, std::string_view name_or_id,
               const Query& scope, const ValueType& list_type, void* list, const CallOptions& options) {
    if (name_or_id.empty()) {
        throw Error("A " + std::string(definition.noun) + " was looked for without a name");
    }
    if (looks_like_id(name_or_id)) {
        try {
            Request request{.path = join_path(definition.path, name_or_id)};
            request.secret_fields = list_type.element->fields().secret_keys();
            const Response response = send(adapter, request, definition.microversion, options);
            decode_response(response, request, around_one(definition), *list_type.element,
                            list_type.add(list, {}));
            return;
        } catch (const HttpError& error) {
            // Services differ in how they say that there is no such ID; a name may look like one.
            const int status = error.status();
            if (status != 400 && status != 403 && status != 404) {
                throw;
            }
        }
    }
    ListRequest request{.name_or_id = std::string(name_or_id)};
    request.query.sent = scope;
    if (definition.name_filter == NameFilter::exact) {
        request.query.sent.emplace_back(std::string(definition.name_key), std::string(name_or_id));
    } else if (definition.name_filter == NameFilter::pattern) {
        request.query.sent.emplace_back(std::string(definition.name_key), escape_pattern(name_or_id));
    }
    Pager pager(adapter, definition, std::move(request), options);
    while (pager.next(list_type, list)) {
    }
}

void throw_not_found(const Adapter& adapter, const Definition& definition, std::string_view name_or_id,
                     const Query& scope, const CallOptions& options) {
    ListRequest request;
    request.query.sent = scope;
    std::vector<std::string> names;
    Pager pager(adapter, definition, std::move(request), options);
    while (names.size() <= names_to_list && pager.next_names(names)) {
    }
    std::ranges::sort(names);
    std::string text = "There is no " + std::string(definition.noun) + " named " + std::string(name_or_id);
    if (names.empty()) {
        text += "; there is none at all";
    } else {
        text += "; there are: ";
        for (std::size_t i = 0; i < names.size() && i < names_to_list; ++i) {
            text += (i == 0 ? "" : ", ") + names[i];
        }
        text += names.size() > names_to_list ? " and more" : "";
    }
    throw NotFound(text, {.service_type = adapter.service_type()});
}

void throw_duplicate(const Definition& definition, std::string_view name_or_id,
                     const std::vector<std::string>& ids) {
    std::string text = std::to_string(ids.size()) + " " + std::string(definition.noun) + "s are named " +
                       std::string(name_or_id) + "; say which one by its ID: ";
    for (std::size_t i = 0; i < ids.size(); ++i) {
        text += (i == 0 ? "" : ", ") + ids[i];
    }
    throw DuplicateResource(text);
}

}  // namespace openstack::resource
