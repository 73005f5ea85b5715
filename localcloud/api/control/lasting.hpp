// What a fault leaves behind when its request has been answered: tokens that end early, servers that went to ERROR.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "common/httpd/message.hpp"

namespace localcloud::api::control {

/// Looks at answers as they leave the cloud, whose own state stays as it is. Thread-safe.
class Lasting {
  public:
    using Request = common::httpd::Request;
    using Response = common::httpd::Response;

    /// The token of this answer of Keystone's ends after `life`, and the answer says so.
    void shorten_token(Response& answer, std::chrono::milliseconds life);
    /// The server of this answer of Nova's to its creation is in ERROR from now on, for this reason.
    void fail_server(const Response& answer, const std::string& message);
    /// Everybody's tokens live as long, and servers are what they are, as if nothing had been said.
    void forget();

    /// Whether the request has a token that has ended since.
    [[nodiscard]] bool has_ended_token(const Request& request) const;
    /// Shows servers as they shall look.
    void touch_up(const Request& request, Response& answer) const;

  private:
    struct Failure {
        std::string message, since;
    };
    mutable std::mutex mutex_;
    std::map<std::string, std::chrono::steady_clock::time_point> ends_;  ///< by token
    std::map<std::string, Failure> failed_;                              ///< by the server's ID
};

}  // namespace localcloud::api::control
