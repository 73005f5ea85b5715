// Requests and answers as values, for calls that no resource type models yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openstack {

/// Header fields in order; names compare without case, and may repeat.
class Headers {
  public:
    Headers() = default;
    Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::string get(std::string_view name) const;  ///< empty when absent
    void add(std::string name, std::string value);
    void set(std::string name, std::string value);  ///< replaces all of that name
    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

using Query = std::vector<std::pair<std::string, std::string>>;

/// A name or ID as one segment of a path: everything but letters, digits and "-._~" is percent-encoded.
[[nodiscard]] std::string encode_path_segment(std::string_view text);

/// Bytes to send, made as they are needed. `read` fills the buffer and returns how many bytes it wrote, 0 at the
/// end; `rewind` starts over (a retry needs it) and is absent where the source cannot.
struct BodySource {
    std::function<std::size_t(char* buffer, std::size_t capacity)> read;
    std::function<void()> rewind;
    std::optional<std::uint64_t> size;  ///< sent as Content-Length; chunked when absent
};

/// Receives the body of a 2xx answer as it arrives; other answers are always collected into Response::body.
using BodySink = std::function<void(std::string_view bytes)>;

struct Request {
    std::string method = "GET";
    /// Below the service's endpoint ("/servers/detail"), or an absolute URL of the same origin. Already encoded.
    std::string path;
    Query query;       ///< encoded when sent
    Headers headers;   ///< X-Auth-Token, microversion and User-Agent are added by the session
    std::string body;  ///< sent with `content_type` unless empty or `source` is set
    std::string content_type = "application/json";
    std::shared_ptr<BodySource> source;
    BodySink sink;
    /// Whether sending it twice does no harm. Unset: by method (GET, HEAD, PUT, DELETE, OPTIONS yes; POST, PATCH no).
    std::optional<bool> repeatable;
    /// Without a token: TempURLs and version documents.
    bool authenticated = true;
    /// Field names (at any depth of a JSON body) that must never reach a log or an error text.
    std::vector<std::string> secret_fields;
};

struct Response {
    int status = 0;
    Headers headers;
    std::string body;
    std::string url;  ///< that was asked, without secrets
    /// x-openstack-request-id or x-compute-request-id or x-trans-id.
    [[nodiscard]] std::string request_id() const;
};

}  // namespace openstack
