#include "sdk/src/resource/decode.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "openstack/error.hpp"
#include "sdk/src/resource/base64.hpp"
#include "sdk/src/resource/json_value.hpp"
#include "sdk/src/resource/time.hpp"

namespace openstack::resource {

namespace json = boost::json;

namespace {

/// More than any service nests, far below what the stack bears.
constexpr std::size_t deepest = 64;

[[noreturn]] void fail(const Path& path, std::string_view wanted, const json::value& found) {
    const std::string place = path.text();
    throw MalformedResponse((place.empty() ? "the body" : place) + ": expected " + std::string(wanted) +
                            ", found " + std::string(kind_name(found)));
}

/// One run of decoding: who keeps unknown keys, and where its paths begin.
class Decoder {
  public:
    explicit Decoder(std::vector<std::string>* unknown) : unknown_(unknown) {}

    void value(const json::value& value, const Path& path, const ValueType& type, void* out,
               const RowOptions& options = {});
    void set_extra(ExtraFields* extra, const Path* base) {
        extra_ = extra;
        base_ = base;
    }

  private:
    void object(const json::value& value, const Path& path, const Fields& fields, void* out);
    void members(const json::object& object, const Path& path, const Fields& fields, void* out,
                 const std::string& prefix);
    void list(const json::value& value, const Path& path, const ValueType& type, void* out,
              const RowOptions& options);
    void keep_unknown(const json::value& value, const Path& path);

    std::vector<std::string>* unknown_;
    ExtraFields* extra_ = nullptr;
    const Path* base_ = nullptr;
};

std::string text(const json::value& value, const Path& path) {
    if (value.is_object() || value.is_array()) {
        fail(path, "text", value);
    }
    return scalar_text(value);
}

bool boolean(const json::value& value, const Path& path) {
    if (const auto* flag = value.if_bool()) {
        return *flag;
    }
    if (const auto* number = value.if_int64()) {
        return *number != 0;
    }
    if (const auto* word = value.if_string()) {
        std::string lower;
        for (const char c : *word) {
            lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        if (lower == "true" || lower == "1" || lower == "yes" || lower == "on") {
            return true;
        }
        if (lower == "false" || lower == "0" || lower == "no" || lower == "off" || lower.empty()) {
            return false;
        }
    }
    fail(path, "true or false", value);
}

template <class Number>
Number number_of_text(const json::string& word, const json::value& value, const Path& path) {
    Number number{};
    const char* end = word.data() + word.size();
    const auto [at, error] = std::from_chars(word.data(), end, number);
    if (error != std::errc() || at != end) {
        fail(path, "a number", value);
    }
    return number;
}

std::int64_t integer(const json::value& value, const Path& path) {
    if (const auto* number = value.if_int64()) {
        return *number;
    }
    if (const auto* flag = value.if_bool()) {
        return *flag ? 1 : 0;
    }
    if (const auto* word = value.if_string()) {
        return word->empty() ? 0 : number_of_text<std::int64_t>(*word, value, path);
    }
    if (const auto* real = value.if_double();
        real != nullptr && std::abs(*real) < 9.0e15 && std::trunc(*real) == *real) {
        return static_cast<std::int64_t>(*real);
    }
    fail(path, "a whole number", value);
}

double real(const json::value& value, const Path& path) {
    if (value.is_number()) {
        return value.to_number<double>();
    }
    if (const auto* word = value.if_string()) {
        return number_of_text<double>(*word, value, path);
    }
    fail(path, "a number", value);
}

Time time(const json::value& value, const Path& path) {
    if (const auto* word = value.if_string()) {
        if (const auto parsed = parse_time(*word)) {
            return *parsed;
        }
    } else if (const auto* seconds = value.if_int64();
               seconds != nullptr && *seconds >= 0 && *seconds < std::int64_t{253402300800}) {
        return Time(std::chrono::seconds(*seconds));
    }
    fail(path, "a time", value);
}

/// Services send "" for numbers, times and objects that there are none of.
bool is_nothing(const json::value& value, const ValueType& type) {
    if (value.is_null()) {
        return true;
    }
    const auto* word = value.if_string();
    return word != nullptr && word->empty() && type.kind != Kind::text && type.kind != Kind::open_enum &&
           type.kind != Kind::raw_json && type.kind != Kind::boolean;
}

void Decoder::keep_unknown(const json::value& value, const Path& path) {
    if (unknown_ != nullptr) {
        unknown_->push_back(path.text());
    }
    if (extra_ != nullptr) {
        extra_->add(path.text(base_), json::serialize(value));
    }
}

void Decoder::members(const json::object& object, const Path& path, const Fields& fields, void* out,
                      const std::string& prefix) {
    for (const auto& member : object) {
        const std::string_view key(member.key().data(), member.key().size());
        const Path here{.parent = &path, .key = key};
        const Row* row = prefix.empty() ? fields.find(key) : fields.find(prefix + std::string(key));
        if (row != nullptr && !row->options.header) {
            value(member.value(), here, *row->type, row->in(out), row->options);
        } else if (prefix.empty() && fields.is_inner_object(key) && member.value().is_object()) {
            members(member.value().get_object(), here, fields, out, std::string(key) + ".");
        } else if (const auto& rest_row = fields.rest(); prefix.empty() && rest_row) {
            auto& rest = *static_cast<std::map<std::string, std::string>*>(rest_row->in(out));
            const bool scalar = !member.value().is_object() && !member.value().is_array();
            rest[std::string(key)] = scalar ? scalar_text(member.value()) : json::serialize(member.value());
        } else {
            keep_unknown(member.value(), here);
        }
    }
}

void Decoder::object(const json::value& value, const Path& path, const Fields& fields, void* out) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        const Row* row = fields.scalar();
        if (row == nullptr || value.is_array()) {
            fail(path, "an object", value);
        }
        this->value(value, path, *row->type, row->in(out), row->options);
        return;
    }
    ExtraFields* const outer_extra = extra_;
    const Path* const outer_base = base_;
    if (ExtraFields* extra = fields.extra(out)) {
        set_extra(extra, &path);
    }
    members(*object, path, fields, out, {});
    set_extra(outer_extra, outer_base);
}

void Decoder::list(const json::value& value, const Path& path, const ValueType& type, void* out,
                   const RowOptions& options) {
    const auto* array = value.if_array();
    if (array == nullptr) {
        fail(path, "a list", value);
    }
    type.reserve(out, array->size());
    for (std::size_t index = 0; index < array->size(); ++index) {
        const Path here{.parent = &path, .index = index};
        const json::value& element = (*array)[index];
        if (options.wrap == nullptr || !element.is_object()) {
            this->value(element, here, *type.element, type.add(out, {}));
            continue;
        }
        for (const auto& member : element.get_object()) {
            const std::string_view key(member.key().data(), member.key().size());
            const Path inner{.parent = &here, .key = key};
            if (key == options.wrap) {
                this->value(member.value(), inner, *type.element, type.add(out, {}));
            } else {
                keep_unknown(member.value(), inner);
            }
        }
    }
}

void Decoder::value(const json::value& value, const Path& path, const ValueType& type, void* out,
                    const RowOptions& options) {
    if (is_nothing(value, type)) {
        return;
    }
    switch (type.kind) {
        case Kind::text: {
            auto& member = *static_cast<std::string*>(out);
            member = text(value, path);
            if (options.base64) {
                // Nova stores user data that is no Base64 as well.
                if (auto bytes = decode_base64(member)) {
                    member = std::move(*bytes);
                }
            }
            return;
        }
        case Kind::open_enum:
            *static_cast<OpenEnum*>(out) = OpenEnum(text(value, path));
            return;
        case Kind::boolean:
            *static_cast<bool*>(out) = boolean(value, path);
            return;
        case Kind::integer:
            *static_cast<std::int64_t*>(out) = integer(value, path);
            return;
        case Kind::small_integer: {
            const std::int64_t number = integer(value, path);
            if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) {
                fail(path, "a smaller number", value);
            }
            *static_cast<int*>(out) = static_cast<int>(number);
            return;
        }
        case Kind::real:
            *static_cast<double*>(out) = real(value, path);
            return;
        case Kind::time:
            *static_cast<Time*>(out) = time(value, path);
            return;
        case Kind::raw_json:
            static_cast<JsonText*>(out)->text = json::serialize(value);
            return;
        case Kind::object:
            object(value, path, type.fields(), out);
            return;
        case Kind::list:
            list(value, path, type, out, options);
            return;
        case Kind::map: {
            const auto* object = value.if_object();
            if (object == nullptr) {
                fail(path, "an object", value);
            }
            for (const auto& member : *object) {
                const std::string_view key(member.key().data(), member.key().size());
                const Path here{.parent = &path, .key = key};
                this->value(member.value(), here, *type.element, type.add(out, key));
            }
            return;
        }
        case Kind::optional:
        case Kind::tri_state:
            if (is_nothing(value, *type.element)) {
                return;
            }
            if (type.element->kind == Kind::time && value.is_string()) {
                if (const auto parsed = parse_time(value.get_string())) {
                    *static_cast<Time*>(type.add(out, {})) = *parsed;
                } else {
                    // No reason to lose a whole listing; it is kept as it came.
                    keep_unknown(value, path);
                }
            } else {
                this->value(value, path, *type.element, type.add(out, {}), options);
            }
            return;
    }
}

}  // namespace

// The root begins in the memory of what is assigned to it, or all of that would be copied.
Document::Document(std::string_view text) : root_(json::storage_ptr(&memory_)) {
    json::parse_options options;
    options.max_depth = deepest;
    boost::system::error_code error;
    root_ = json::parse(json::string_view(text.data(), text.size()), error, &memory_, options);
    if (error) {
        throw MalformedResponse(text.empty() ? "the body is empty where JSON was expected"
                                             : "the body is not valid JSON (" + error.message() + ")");
    }
}

std::string Path::text(const Path* base) const {
    if (this == base) {
        return {};
    }
    std::string text = parent == nullptr ? std::string() : parent->text(base);
    if (index != no_index) {
        return text + "[" + std::to_string(index) + "]";
    }
    if (!text.empty() && !key.empty()) {
        text += '.';
    }
    return text.append(key);
}

std::string_view kind_name(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "true or false";
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_:
            return "a number";
        case json::kind::string:
            return "text";
        case json::kind::array:
            return "a list";
        case json::kind::object:
            return "an object";
    }
    return "something else";
}

std::string scalar_text(const json::value& value) {
    if (value.is_null()) {
        return {};
    }
    if (const auto* text = value.if_string()) {
        return {text->data(), text->size()};
    }
    return json::serialize(value);
}

void decode_value(const json::value& value, const Path& path, const ValueType& type, void* out,
                  std::vector<std::string>* unknown) {
    Decoder(unknown).value(value, path, type, out);
}

void decode(std::string_view json, const DecodeOptions& options, const ValueType& type, void* out) {
    const Document document(json);
    const json::value* value = &document.root();
    std::vector<Path> paths(options.key_path.size() + 1);
    for (std::size_t depth = 0; depth < options.key_path.size(); ++depth) {
        const auto* object = value->if_object();
        if (object == nullptr) {
            fail(paths[depth], "an object", *value);
        }
        const std::string_view key = options.key_path[depth];
        const auto member = object->find(json::string_view(key.data(), key.size()));
        if (member == object->end()) {
            throw MalformedResponse("the body has no \"" + std::string(key) + "\"");
        }
        value = &member->value();
        paths[depth + 1] = Path{.parent = &paths[depth], .key = key};
    }
    decode_value(*value, paths.back(), type, out, options.unknown);
}

void decode_headers(const Headers& headers, const Fields& fields, void* out) {
    for (const auto& [name, text] : headers) {
        const Row* row = fields.find_header(name);
        if (row == nullptr) {
            continue;
        }
        const json::value value(json::string(text.data(), text.size()));
        const Path path{.key = name};
        if (row->key.ends_with('*')) {
            const std::string_view key = std::string_view(name).substr(row->key.size() - 1);
            Decoder(nullptr).value(value, path, *row->type->element, row->type->add(row->in(out), key));
        } else {
            Decoder(nullptr).value(value, path, *row->type, row->in(out), row->options);
        }
    }
}

}  // namespace openstack::resource
