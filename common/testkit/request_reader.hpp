// Reads requests from a test's socket. Understands what clients under test send; not meant for hostile input.
#pragma once

#include <optional>
#include <string>

#include "common/httpd/message.hpp"
#include "common/testkit/socket.hpp"

namespace common::testkit {

class RequestReader {
  public:
    explicit RequestReader(const Socket& socket) : socket_(socket) {}
    /// The next request of the connection, with its body; nothing at its end.
    [[nodiscard]] std::optional<common::httpd::Request> next();

  private:
    bool more();
    bool take_line(std::string& line);
    bool take(std::size_t count, std::string& into);
    bool take_chunks(std::string& into);

    const Socket& socket_;
    std::string buffer_;
};

}  // namespace common::testkit
