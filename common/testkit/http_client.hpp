// A small blocking HTTP client for tests of servers, so that they need not trust the SDK.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "common/httpd/message.hpp"

namespace common::testkit {

struct HttpAnswer {
    int status = 0;
    common::httpd::Headers headers;  ///< of the last answer, not of a "100 Continue" before it
    std::string body;
};

/// Keeps its connection between calls. Follows no redirect, uses no proxy, sends paths as they are.
/// One thread at a time.
class HttpClient {
  public:
    using Headers = common::httpd::Headers;

    /// `base_url` stands before every path: "http://127.0.0.1:8080".
    explicit HttpClient(std::string base_url, std::chrono::milliseconds timeout = std::chrono::seconds{20});
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    /// Throws std::runtime_error when there is no whole answer. A body without Content-Type goes as application/json.
    HttpAnswer request(std::string_view method, std::string_view path, std::string_view body = {},
                       const Headers& headers = {});

    HttpAnswer get(std::string_view path, const Headers& headers = {}) {
        return request("GET", path, {}, headers);
    }
    HttpAnswer head(std::string_view path, const Headers& headers = {}) {
        return request("HEAD", path, {}, headers);
    }
    HttpAnswer post(std::string_view path, std::string_view body, const Headers& headers = {}) {
        return request("POST", path, body, headers);
    }
    HttpAnswer put(std::string_view path, std::string_view body, const Headers& headers = {}) {
        return request("PUT", path, body, headers);
    }
    HttpAnswer patch(std::string_view path, std::string_view body, const Headers& headers = {}) {
        return request("PATCH", path, body, headers);
    }
    HttpAnswer del(std::string_view path, const Headers& headers = {}) {
        return request("DELETE", path, {}, headers);
    }

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace common::testkit
