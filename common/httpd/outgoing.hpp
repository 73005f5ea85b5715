// A Response as the bytes that go out: the head, then memory or a part of a file.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/httpd/message.hpp"

namespace common::httpd {

/// An open file that closes itself.
class FileHandle {
  public:
    FileHandle() = default;
    explicit FileHandle(int number) : number_(number) {}
    ~FileHandle();
    FileHandle(FileHandle&& other) noexcept : number_(other.number_) { other.number_ = -1; }
    FileHandle& operator=(FileHandle&& other) noexcept;
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool open() const { return number_ >= 0; }

  private:
    int number_ = -1;
};

struct Outgoing {
    std::string head;
    std::string body;
    FileHandle file;  ///< sent instead of body when it is open
    std::uint64_t file_offset = 0;
    std::uint64_t file_remaining = 0;
    bool close = false;  ///< the connection ends after this answer
    bool reset = false;  ///< it ends without one
};

struct AnswerTo {
    bool head_only = false;  ///< the request was HEAD
    bool keep_alive = true;
    bool http_1_0 = false;
    std::string_view server_name;
};

/// Throws std::runtime_error when the response cannot be sent as it is: its file cannot be read, a header field
/// would break the message.
[[nodiscard]] Outgoing make_outgoing(Response response, const AnswerTo& to);

/// Moves the body into a file without a name. Throws std::system_error.
void keep_in_file(Outgoing& outgoing, const std::filesystem::path& directory);

/// A short plain-text answer of the server's own.
[[nodiscard]] Response plain_response(int status, std::string_view why = {});

}  // namespace common::httpd
