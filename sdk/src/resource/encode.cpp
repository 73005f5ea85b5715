#include "sdk/src/resource/encode.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include "openstack/error.hpp"
#include "sdk/src/resource/base64.hpp"
#include "sdk/src/resource/json_value.hpp"
#include "sdk/src/resource/time.hpp"

namespace openstack::resource {

namespace json = boost::json;

namespace {

json::string_view view(std::string_view text) {
    return {text.data(), text.size()};
}

std::optional<json::value> value_of(const ValueType& type, const void* member, const RowOptions& row,
                                    const EncodeOptions& options);

json::object object_of(const Fields& fields, const void* object, const EncodeOptions& options) {
    json::object result;
    for (const Row& row : fields.rows()) {
        if (row.options.header) {
            continue;
        }
        auto value = value_of(*row.type, row.in(object), row.options, options);
        if (!value) {
            continue;
        }
        if (!options.redact && *row.options.since != '\0' && options.microversion &&
            !microversion_reaches(*options.microversion, row.options.since)) {
            throw Error("\"" + std::string(row.key) + "\" needs microversion " + row.options.since +
                        ", this request goes with " +
                        (options.microversion->empty() ? "none" : std::string(*options.microversion)) +
                        "; leave it out, or use a newer cloud");
        }
        if (row.options.secret && options.redact) {
            *value = "***";
        }
        const auto dot = row.key.find('.');
        if (dot == std::string_view::npos) {
            result[view(row.key)] = std::move(*value);
        } else {
            json::value& inner = result[view(row.key.substr(0, dot))];
            if (!inner.is_object()) {
                inner = json::object();
            }
            inner.get_object()[view(row.key.substr(dot + 1))] = std::move(*value);
        }
    }
    if (const auto& rest = fields.rest()) {
        for (const auto& [key, text] :
             *static_cast<const std::map<std::string, std::string>*>(rest->in(object))) {
            result[key] = text;
        }
    }
    return result;
}

json::value list_of(const ValueType& type, const void* list, const RowOptions& row,
                    const EncodeOptions& options) {
    struct Context {
        json::array array;
        const ValueType& type;
        const RowOptions& row;
        const EncodeOptions& options;
    } context{{}, type, row, options};
    type.each(
        list,
        [](void* opaque, std::string_view, const void* element) {
            auto& in = *static_cast<Context*>(opaque);
            json::value value =
                value_of(*in.type.element, element, {}, in.options).value_or(json::value(nullptr));
            if (in.type.element->kind == Kind::object && value.is_null()) {
                value = json::object();
            }
            if (in.row.wrap != nullptr) {
                value = json::object{{in.row.wrap, std::move(value)}};
            }
            in.array.push_back(std::move(value));
        },
        &context);
    return std::move(context.array);
}

json::value map_of(const ValueType& type, const void* map, const EncodeOptions& options) {
    struct Context {
        json::object object;
        const ValueType& type;
        const EncodeOptions& options;
    } context{{}, type, options};
    type.each(
        map,
        [](void* opaque, std::string_view key, const void* element) {
            auto& in = *static_cast<Context*>(opaque);
            auto value = value_of(*in.type.element, element, {}, in.options);
            // A key with an empty text is set on purpose.
            in.object[view(key)] = value ? std::move(*value) : json::value(json::string());
        },
        &context);
    return std::move(context.object);
}

/// What an optional or Field holds, empty values included.
std::optional<json::value> held_by(const ValueType& type, const void* holder, const RowOptions& row,
                                   const EncodeOptions& options) {
    struct Context {
        std::optional<json::value> value;
        const ValueType& type;
        const RowOptions& row;
        const EncodeOptions& options;
    } context{{}, *type.element, row, options};
    type.each(
        holder,
        [](void* opaque, std::string_view, const void* element) {
            auto& in = *static_cast<Context*>(opaque);
            in.value = value_of(in.type, element, in.row, in.options);
            if (in.value) {
                return;
            }
            switch (in.type.kind) {
                case Kind::list:
                    in.value = json::array();
                    break;
                case Kind::object:
                case Kind::map:
                    in.value = json::object();
                    break;
                default:
                    in.value = json::string();
            }
        },
        &context);
    return std::move(context.value);
}

std::optional<json::value> value_of(const ValueType& type, const void* member, const RowOptions& row,
                                    const EncodeOptions& options) {
    switch (type.kind) {
        case Kind::text: {
            const auto& text = *static_cast<const std::string*>(member);
            if (text.empty()) {
                return std::nullopt;
            }
            return json::string(row.base64 ? encode_base64(text) : text);
        }
        case Kind::open_enum: {
            const auto& word = static_cast<const OpenEnum*>(member)->text();
            return word.empty() ? std::nullopt : std::optional<json::value>(json::string(word));
        }
        case Kind::boolean:
            return *static_cast<const bool*>(member);
        case Kind::small_integer:
            return *static_cast<const int*>(member);
        case Kind::integer:
            return *static_cast<const std::int64_t*>(member);
        case Kind::real: {
            const double number = *static_cast<const double*>(member);
            if (!std::isfinite(number)) {
                throw Error("a number that is infinite or none cannot be sent as JSON");
            }
            return number;
        }
        case Kind::time:
            return json::string(format_time(*static_cast<const Time*>(member)));
        case Kind::raw_json: {
            const auto& text = static_cast<const JsonText*>(member)->text;
            return text.empty() ? std::nullopt : std::optional<json::value>(json::parse(text));
        }
        case Kind::object: {
            json::object object = object_of(type.fields(), member, options);
            return object.empty() ? std::nullopt : std::optional<json::value>(std::move(object));
        }
        case Kind::list: {
            json::value list = list_of(type, member, row, options);
            return list.get_array().empty() ? std::nullopt : std::optional<json::value>(std::move(list));
        }
        case Kind::map: {
            json::value map = map_of(type, member, options);
            return map.get_object().empty() ? std::nullopt : std::optional<json::value>(std::move(map));
        }
        case Kind::tri_state:
            if (type.is_null(member)) {
                return json::value(nullptr);
            }
            return held_by(type, member, row, options);
        case Kind::optional:
            return held_by(type, member, row, options);
    }
    return std::nullopt;
}

std::string query_text(const json::value& value) {
    if (!value.is_array()) {
        return scalar_text(value);
    }
    std::string text;
    for (const json::value& element : value.get_array()) {
        text += (text.empty() ? "" : ",") + scalar_text(element);
    }
    return text;
}

/// As a step of a JSON pointer (RFC 6901).
std::string pointer_to(std::string_view key) {
    std::string pointer = "/";
    for (const char c : key) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
    return pointer;
}

struct Version {
    int major = 0;
    int minor = 0;
    auto operator<=>(const Version&) const = default;
};

Version version_of(std::string_view text) {
    Version version;
    const auto dot = text.find('.');
    const std::string_view major = text.substr(0, dot);
    std::from_chars(major.data(), major.data() + major.size(), version.major);
    if (dot != std::string_view::npos) {
        const std::string_view minor = text.substr(dot + 1);
        std::from_chars(minor.data(), minor.data() + minor.size(), version.minor);
    }
    return version;
}

}  // namespace

std::string encode(const Fields& fields, const void* object, const EncodeOptions& options) {
    return json::serialize(object_of(fields, object, options));
}

std::string encode_wrapped(std::string_view key, const Fields& fields, const void* object,
                           const EncodeOptions& options) {
    const std::string inner = encode(fields, object, options);
    return key.empty() ? inner : JsonObject().add_json(key, inner).text();
}

std::string encode_json_patch(const Fields& fields, const void* object,
                              const std::map<std::string, std::string>& add,
                              const std::vector<std::string>& remove) {
    json::array operations;
    const auto operation = [&](std::string_view name, std::string_view key) -> json::object& {
        operations.push_back(json::object{{"op", view(name)}, {"path", pointer_to(key)}});
        return operations.back().get_object();
    };
    for (auto& member : object_of(fields, object, {})) {
        operation("replace", {member.key().data(), member.key().size()})["value"] = std::move(member.value());
    }
    for (const auto& [key, text] : add) {
        operation("add", key)["value"] = text;
    }
    for (const std::string& key : remove) {
        operation("remove", key);
    }
    return json::serialize(operations);
}

EncodedQuery encode_query(const Fields& fields, const void* query, const EncodeOptions& options) {
    EncodedQuery result;
    for (const Row& row : fields.rows()) {
        const auto value = value_of(*row.type, row.in(query), row.options, options);
        if (!value) {
            continue;
        }
        auto& list = row.options.client_side ? result.compared : result.sent;
        list.emplace_back(std::string(row.key), query_text(*value));
    }
    if (const auto& rest = fields.rest()) {
        for (const auto& [key, text] :
             *static_cast<const std::map<std::string, std::string>*>(rest->in(query))) {
            result.sent.emplace_back(key, text);
        }
    }
    return result;
}

void encode_headers(const Fields& fields, const void* object, Headers& headers) {
    for (const Row& row : fields.rows()) {
        if (!row.options.header) {
            continue;
        }
        const auto value = value_of(*row.type, row.in(object), row.options, {});
        if (!value) {
            continue;
        }
        if (!row.key.ends_with('*')) {
            headers.set(std::string(row.key), scalar_text(*value));
            continue;
        }
        for (const auto& member : value->get_object()) {
            headers.set(std::string(row.key.substr(0, row.key.size() - 1)) +
                            std::string(member.key().data(), member.key().size()),
                        scalar_text(member.value()));
        }
    }
}

bool microversion_reaches(std::string_view have, std::string_view wanted) {
    return have == "latest" || version_of(have) >= version_of(wanted);
}

void JsonObject::key(std::string_view key) {
    members_ += (members_.empty() ? "" : ",") + to_json(key) + ":";
}

JsonObject& JsonObject::add(std::string_view name, std::string_view text) {
    return add_json(name, to_json(text));
}
JsonObject& JsonObject::add(std::string_view name, std::int64_t number) {
    return add_json(name, std::to_string(number));
}
JsonObject& JsonObject::add(std::string_view name, bool flag) {
    return add_json(name, flag ? "true" : "false");
}
JsonObject& JsonObject::add_json(std::string_view name, std::string_view json) {
    key(name);
    members_ += json;
    return *this;
}

std::string to_json(std::string_view text) {
    return json::serialize(json::value(json::string(view(text))));
}

std::string to_json(const std::vector<std::string>& list) {
    return json::serialize(json::array(list.begin(), list.end()));
}

std::string to_json(const std::map<std::string, std::string>& map) {
    JsonObject object;
    for (const auto& [key, text] : map) {
        object.add(key, text);
    }
    return object.text();
}

}  // namespace openstack::resource
