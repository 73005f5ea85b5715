// The engine's own view of parsed JSON; only its .cpp files include this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "sdk/src/resource/fields.hpp"

namespace openstack::resource {

/// Parses with bounded depth into memory that is freed as one; throws MalformedResponse.
class Document {
  public:
    explicit Document(std::string_view text);
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;
    [[nodiscard]] const boost::json::value& root() const { return root_; }

  private:
    boost::json::monotonic_resource memory_;
    boost::json::value root_;
};

/// Where a value is; a list of these lives on the stack while decoding, texts are made only when needed.
struct Path {
    const Path* parent = nullptr;
    std::string_view key;  ///< of an object's member
    std::size_t index = no_index;
    static constexpr std::size_t no_index = static_cast<std::size_t>(-1);
    [[nodiscard]] std::string text(const Path* base = nullptr) const;
};

/// As decode() of decode.hpp, with the place of `value` in the answer.
void decode_value(const boost::json::value& value, const Path& path, const ValueType& type, void* out,
                  std::vector<std::string>* unknown = nullptr);

/// A scalar as the text that a query would have for it; empty for null.
[[nodiscard]] std::string scalar_text(const boost::json::value& value);

/// "a list", "an object" …
[[nodiscard]] std::string_view kind_name(const boost::json::value& value);

}  // namespace openstack::resource
