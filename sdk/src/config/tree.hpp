// What a configuration file says, as a tree in which every value knows where it was written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openstack::config {

struct Value {
    enum class Kind { null, scalar, sequence, map };
    struct Member;

    Kind kind = Kind::null;
    std::string text;  ///< of a scalar, as it was written
    std::vector<Value> items;
    std::vector<Member> members;  ///< in the file's order; '-' in names of settings is '_'
    std::string origin;           ///< "/etc/openstack/clouds.yaml:12"

    [[nodiscard]] static Value scalar(std::string text, std::string origin);
    [[nodiscard]] static Value map(std::string origin = {});
    [[nodiscard]] bool is_map() const { return kind == Kind::map; }
    [[nodiscard]] const Value* find(std::string_view name) const;
    [[nodiscard]] Value* find(std::string_view name);
    /// The value below "auth.username" or "networks.0.name".
    [[nodiscard]] const Value* at(std::string_view dotted) const;
    /// A scalar's text; nothing for null, an empty text, and what is no scalar.
    [[nodiscard]] std::optional<std::string> text_of(std::string_view dotted) const;
    void set(std::string_view name, Value value);
    void erase(std::string_view name);
};

/// Not a std::pair, which may not be made of a type that is not complete yet.
struct Value::Member {
    std::string name;
    Value value;
};

inline Value Value::map(std::string origin) {
    return {.kind = Kind::map, .origin = std::move(origin)};
}

/// Maps are merged member by member, everything else in `over` replaces what `base` has.
void merge(Value& base, const Value& over);

/// Reads YAML or JSON, merge keys ("<<") expanded. ConfigError, with file and line, for what is no configuration:
/// broken syntax, keys written twice, nesting or size beyond reason. `text` is the file's content.
[[nodiscard]] Value parse_file(const std::string& path, const std::string& text);

/// "verify_ssl" of "verify-ssl".
[[nodiscard]] std::string normal_key(std::string_view key);
/// YAML's words for true and false in any case; nothing for others.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);

}  // namespace openstack::config
