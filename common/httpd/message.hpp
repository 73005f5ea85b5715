// What a handler receives and what it answers. Plain values: no Beast type leaves this folder's .cpp files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace common::httpd {

/// Header fields in the order in which they came; names compare without case.
class Headers {
  public:
    Headers() = default;
    Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

    /// The first value of `name`, or nothing.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    /// The first value of `name`, or an empty string.
    [[nodiscard]] std::string get(std::string_view name) const;
    [[nodiscard]] bool contains(std::string_view name) const { return find(name).has_value(); }
    void add(std::string name, std::string value);
    /// Replaces every field of that name.
    void set(std::string name, std::string value);
    void erase(std::string_view name);
    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// A query string, decoded; keys may repeat.
using Query = std::vector<std::pair<std::string, std::string>>;

/// A request body: in memory while it is small, else a temporary file that goes with the last copy of this value.
class Body {
  public:
    Body() = default;
    explicit Body(std::string bytes) : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}
    Body(std::shared_ptr<const std::filesystem::path> file, std::uint64_t size)
        : file_(std::move(file)), size_(size) {}

    [[nodiscard]] std::uint64_t size() const { return file_ ? size_ : bytes().size(); }
    [[nodiscard]] bool in_memory() const { return !file_; }
    /// Empty unless in_memory().
    [[nodiscard]] const std::string& bytes() const;
    /// Valid unless in_memory(); the file may be moved elsewhere by the handler.
    [[nodiscard]] const std::filesystem::path& file() const { return *file_; }
    /// All of it, wherever it is.
    [[nodiscard]] std::string read() const;

  private:
    std::shared_ptr<const std::string> bytes_;  // shared, so that a Request is cheap to copy
    std::shared_ptr<const std::filesystem::path> file_;
    std::uint64_t size_ = 0;
};

struct Request {
    std::string method;
    std::string target;  ///< as it was sent: path, '?' and query, percent-encoded
    std::string path;    ///< percent-decoded, without the query
    Query query;
    Headers headers;
    Body body;
    std::string remote_address;  ///< the client's, without port
    std::uint16_t remote_port = 0;
    std::string local_address;  ///< the address that the client spoke to
    std::uint16_t local_port = 0;
    /// Values of the route's {names}, decoded.
    std::map<std::string, std::string, std::less<>> params;

    [[nodiscard]] const std::string& param(std::string_view name) const;  ///< throws std::out_of_range
    [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;  ///< the first
};

struct Response {
    int status = 200;
    /// Content-Length, Date and Connection are the server's to add. Only an answer to HEAD without body and file may
    /// bring its own Content-Length; "Connection: close" is honoured.
    Headers headers;
    std::string body;
    /// When set, this file is sent instead of body, without reading it into memory.
    std::optional<std::filesystem::path> file;
    std::uint64_t file_offset = 0;
    std::optional<std::uint64_t> file_length;  ///< to the end of the file when absent
    /// Ends the connection without an answer; for scripted faults.
    bool reset_connection = false;
    /// Let go of when the answer is in the server's own keeping, long before a slow client has it: for handlers that
    /// bound what all of them have in memory.
    std::shared_ptr<const void> held;
};

/// "a%20b" to "a b"; malformed escapes stay as they are. '+' becomes a space only where asked.
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_space = false);
/// Everything but the unreserved characters of RFC 3986 and those in `keep` is escaped.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view keep = "");
[[nodiscard]] Query parse_query(std::string_view text);
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace common::httpd
