// The types that fields of resources have, besides the standard library's: times, open enumerations, values
// that may be absent or null, free-form JSON, and what a service sent that the SDK does not know yet.
#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openstack {

/// A point in time as services send it, in UTC.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// A word that a service chose from a list that may grow. Types derived from it hold the known words as
/// constants: `server.status == ServerStatus::active`; an unknown word is kept as it came.
class OpenEnum {
  public:
    OpenEnum() = default;
    OpenEnum(std::string_view text) : text_(text) {}
    OpenEnum(std::string text) : text_(std::move(text)) {}
    OpenEnum(const char* text) : text_(text) {}

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    operator std::string_view() const { return text_; }

    friend bool operator==(const OpenEnum& left, const OpenEnum& right) { return left.text_ == right.text_; }
    friend bool operator==(const OpenEnum& left, std::string_view right) { return left.text_ == right; }
    friend bool operator==(const OpenEnum& left, const char* right) { return left.text_ == right; }
    friend bool operator==(const OpenEnum& left, const std::string& right) { return left.text_ == right; }
    friend std::ostream& operator<<(std::ostream& out, const OpenEnum& word) { return out << word.text_; }

  private:
    std::string text_;
};

/// JSON's null: `{.gateway_ip = openstack::null}` removes a gateway.
struct Null {
    friend bool operator==(Null, Null) = default;
};
inline constexpr Null null{};

/// A value in a request that can be left out (the default), null, or given. What is left out is not sent.
template <class T>
class Field {
  public:
    Field() = default;
    Field(Null) : null_(true) {}
    template <class U>
        requires std::convertible_to<U, T>
    Field(U&& value) : value_(std::forward<U>(value)) {}

    [[nodiscard]] bool is_absent() const { return !null_ && !value_; }
    [[nodiscard]] bool is_null() const { return null_; }
    [[nodiscard]] bool has_value() const { return value_.has_value(); }
    /// Throws std::bad_optional_access when there is none.
    [[nodiscard]] const T& value() const {
        return value_.value();
    }  // NOLINT(bugprone-unchecked-optional-access)
    /// Sets to a default value, and returns it to be filled.
    T& emplace() {
        null_ = false;
        return value_.emplace();
    }

  private:
    bool null_ = false;
    std::optional<T> value_;
};

/// A resource or its ID: what methods take that need the ID only.
class Id {
  public:
    Id(std::string_view id) : text_(id) {}
    Id(std::string id) : text_(std::move(id)) {}
    Id(const char* id) : text_(id) {}
    template <class Resource>
        requires requires(const Resource& resource) {
            { resource.id } -> std::convertible_to<std::string>;
        }
    Id(const Resource& resource) : text_(resource.id) {}

    [[nodiscard]] const std::string& text() const { return text_; }
    operator std::string_view() const { return text_; }

  private:
    std::string text_;
};

/// Free-form JSON, as text; empty when the service sent none or null.
struct JsonText {
    std::string text;
    friend bool operator==(const JsonText&, const JsonText&) = default;
};

/// What a service sent and the SDK has no member for: path below the resource ("flavor.new_key") and JSON text.
class ExtraFields {
  public:
    [[nodiscard]] bool empty() const { return fields_.empty(); }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }
    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }
    /// The raw JSON text at a path.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view path) const {
        for (const auto& [name, json] : fields_) {
            if (name == path) {
                return json;
            }
        }
        return std::nullopt;
    }
    void add(std::string path, std::string json) { fields_.emplace_back(std::move(path), std::move(json)); }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// Where a resource is found by other means; services send it along.
struct Link {
    std::string rel;   ///< "self", "bookmark", "next" …
    std::string href;  ///< a URL as the service sees itself, which a client may be unable to reach
};

}  // namespace openstack
