// From structs to request bodies, queries and headers, by their field tables. What is unset is not sent: empty
// text, lists and maps, absent optionals and Fields. (An optional list that is there is sent even when empty.)
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "openstack/http.hpp"
#include "sdk/src/resource/fields.hpp"

namespace openstack::resource {

struct EncodeOptions {
    /// What the request will be sent with, empty if with none: a field that needs a newer one throws Error.
    std::optional<std::string_view> microversion;  ///< absent: nothing is refused
    /// Secrets become "***": for people's eyes, not for the service.
    bool redact = false;
};

/// The struct as a JSON object.
[[nodiscard]] std::string encode(const Fields& fields, const void* object, const EncodeOptions& options = {});
/// The same inside another object: {"server": {…}}. With an empty key as above.
[[nodiscard]] std::string encode_wrapped(std::string_view key, const Fields& fields, const void* object,
                                         const EncodeOptions& options = {});

/// Glance's updates (RFC 6902): "replace" for the table's members, "add" and "remove" for others.
[[nodiscard]] std::string encode_json_patch(const Fields& fields, const void* object,
                                            const std::map<std::string, std::string>& add,
                                            const std::vector<std::string>& remove);

struct EncodedQuery {
    Query sent;
    /// What the service cannot select by; the SDK compares it with the elements' JSON.
    std::vector<std::pair<std::string, std::string>> compared;
};
[[nodiscard]] EncodedQuery encode_query(const Fields& fields, const void* query,
                                        const EncodeOptions& options = {});

/// Adds the rows that are headers.
void encode_headers(const Fields& fields, const void* object, Headers& headers);

/// Whether `have` is at least `wanted`; both "2.79" or "latest".
[[nodiscard]] bool microversion_reaches(std::string_view have, std::string_view wanted);

/// Writes small JSON objects that have no struct: the bodies of actions.
class JsonObject {
  public:
    JsonObject& add(std::string_view key, std::string_view text);
    JsonObject& add(std::string_view key, const char* text) { return add(key, std::string_view(text)); }
    JsonObject& add(std::string_view key, std::int64_t number);
    JsonObject& add(std::string_view key, bool flag);
    /// A value that is JSON already.
    JsonObject& add_json(std::string_view key, std::string_view json);
    [[nodiscard]] std::string text() const { return "{" + members_ + "}"; }

  private:
    void key(std::string_view key);
    std::string members_;
};

/// Text, lists and maps as JSON.
[[nodiscard]] std::string to_json(std::string_view text);
[[nodiscard]] std::string to_json(const std::vector<std::string>& list);
[[nodiscard]] std::string to_json(const std::map<std::string, std::string>& map);

}  // namespace openstack::resource
