// A server whose answers a test writes down: for clients under bad weather.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/httpd/message.hpp"

namespace common::testkit {

/// One answer, good or bad.
struct Answer {
    common::httpd::Response response;
    std::chrono::milliseconds delay{0};          ///< before the first byte
    std::optional<std::size_t> cut_after_bytes;  ///< of the body: then the connection is closed
    bool reset = false;                          ///< RST instead of an answer
    std::optional<std::string> raw;              ///< these bytes as they are, then close
};

/// Answers with a function of the request, on loopback and a free port, and remembers every request.
/// Thread-safe. The function may block (on a latch, say) to hold a request.
class ScriptedServer {
  public:
    explicit ScriptedServer(std::function<Answer(const common::httpd::Request&)> answer);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::string url() const;  ///< "http://127.0.0.1:port"
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::vector<common::httpd::Request> requests() const;
    /// Connections accepted so far.
    [[nodiscard]] std::size_t connections() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// 200 (or `status`) with a JSON text.
[[nodiscard]] Answer json_answer(std::string body, int status = 200);

}  // namespace common::testkit
