// Sends one request until there is an answer worth having: repeats what may be repeated, follows redirects
// within the origin, keeps the wire log. Knows nothing of tokens beyond the header field that it is given.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "openstack/call_options.hpp"
#include "openstack/http.hpp"
#include "openstack/session.hpp"
#include "sdk/src/http/transport.hpp"
#include "sdk/src/session/clock.hpp"
#include "sdk/src/session/retry.hpp"

namespace openstack::session {

struct Outgoing {
    std::string method;
    std::string url;  ///< absolute, with its query
    Headers headers;  ///< complete
    std::string body;
    std::shared_ptr<BodySource> source;
    BodySink sink;
    bool repeatable = false;
    // Either of them: then nothing may lead it to another origin.
    bool carries_token = false;
    bool carries_credentials = false;  ///< a sign-in: its body is the secret
    std::string service_type;
    std::vector<std::string> secret_fields;
    std::optional<int> connect_retries;  ///< instead of the policy's attempts
    std::optional<int> status_retries;
};

/// The last answer, whatever its status.
struct Delivery {
    Response response;
    int attempts = 0;
    bool perhaps_done_before = false;  ///< an attempt before the last one may have taken effect
};

/// Whether the body can be sent once more: it is in memory, untouched, or can be rewound (which is done here).
class Body {
  public:
    explicit Body(Outgoing& outgoing);
    /// False when the source or the sink cannot start over.
    [[nodiscard]] bool start_over();

  private:
    std::shared_ptr<BodySource> original_;
    std::shared_ptr<bool> touched_ = std::make_shared<bool>(false);
    std::shared_ptr<bool> delivered_ = std::make_shared<bool>(false);
};

/// Thread-safe.
class Sender {
  public:
    Sender(std::shared_ptr<http::Transport> transport, std::shared_ptr<Clock> clock,
           const SessionOptions& options);

    /// Throws for everything that is not an answer. `body` watches over outgoing's source and sink.
    [[nodiscard]] Delivery send(Outgoing& outgoing, Body& body, const CallOptions& options);
    [[nodiscard]] Delivery send(Outgoing outgoing, const CallOptions& options) {
        Body body(outgoing);
        return send(outgoing, body, options);
    }
    [[nodiscard]] Clock& clock() const { return *clock_; }

  private:
    struct Course;  // one call to send()

    [[nodiscard]] http::WireAnswer exchange(const Outgoing& outgoing, const CallOptions& options);
    /// Waits before the next attempt, or throws Timeout or Cancelled.
    void pause(const Course& course, std::chrono::milliseconds time);
    [[nodiscard]] bool follow_redirect(Course& course, const http::WireAnswer& answer);
    void log_request(const Outgoing& outgoing) const;
    void log_answer(const Outgoing& outgoing, const http::WireAnswer& answer) const;

    std::shared_ptr<http::Transport> transport_;
    std::shared_ptr<Clock> clock_;
    WireLog wire_log_;
    RetryBudget budget_;
};

}  // namespace openstack::session
