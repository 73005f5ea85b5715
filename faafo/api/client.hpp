// The API from outside: HTTP requests for the command line and for workers on other hosts.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

namespace faafo::api {

struct Reply {
    int status = 0;
    std::string body;
};

/// No answer: nobody listens, the name is unknown, the connection broke, time is up.
struct Unreachable : std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// An endpoint_url that is no URL of HTTP.
struct BadEndpoint : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// Keeps connections open between calls. Thread-safe.
class Client {
  public:
    /// `endpoint_url` without the "/v1"; throws BadEndpoint.
    explicit Client(std::string endpoint_url);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] const std::string& endpoint_url() const { return endpoint_url_; }
    /// `path` begins with a slash and is encoded. `body`, when there is one, is JSON. Throws Unreachable.
    [[nodiscard]] Reply request(const std::string& method, std::string_view path,
                                const std::string& body = {}, std::stop_token stop = {});

  private:
    struct Handles;
    std::string endpoint_url_;
    std::unique_ptr<Handles> handles_;
};

}  // namespace faafo::api
