// A signed-in conversation with one cloud: tokens, endpoints, retries. Adapters send through it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#include "openstack/auth.hpp"
#include "openstack/call_options.hpp"
#include "openstack/config.hpp"
#include "openstack/http.hpp"

namespace openstack {

/// How often, and how patiently, a failed request is sent again. What may be repeated at all follows from the
/// request: connection failures and 502, 503, 504 for what does no harm twice, 429 and a 503 that names a
/// Retry-After for everything, and nothing whose body cannot be read again.
struct RetryPolicy {
    int attempts = 5;                            ///< the first one included; 1 switches retries off
    std::chrono::milliseconds first_delay{500};  ///< doubled each time, with jitter
    std::chrono::milliseconds longest_delay{15000};
    /// A service that asks for more than this is not waited for; its answer is thrown, with retry_after.
    std::chrono::seconds longest_retry_after{120};
    /// Retries that all threads together may have in reserve; ten successes earn one.
    double budget = 200;
};

/// Receives a line of the wire log; secrets are masked before. Called on the thread that makes the request.
using WireLog = std::function<void(std::string_view line)>;

struct SessionOptions {
    RetryPolicy retry;
    std::chrono::milliseconds connect_timeout{15000};
    std::chrono::milliseconds idle_timeout{120000};  ///< of silence in mid-transfer; there is no total limit
    std::size_t max_connections_per_host = 100;
    /// How long a request may wait for one of these, if the call has no earlier deadline. Then TransportError: nothing
    /// was sent, so it may be tried again.
    std::chrono::milliseconds queue_timeout{600000};
    std::size_t max_body = 256U << 20U;  ///< of an answer that is collected rather than streamed
    /// Put before the SDK's own in User-Agent ("fractals/1.0").
    std::string user_agent;
    /// Off unless set; the environment variable OPENSTACK_SDK_DEBUG=1 switches it on to standard error.
    WireLog wire_log;
};

/// Thread-safe. Made by connect(), or here for one's own configuration; nothing is sent before it is needed.
class Session {
  public:
    [[nodiscard]] static std::shared_ptr<Session> create(CloudConfig config, SessionOptions options = {});
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] const CloudConfig& config() const;
    /// A token that is valid for a while, signing in or renewing as needed.
    [[nodiscard]] std::string token(const CallOptions& options = {});
    /// What that token is good for.
    [[nodiscard]] std::shared_ptr<const Access> access(const CallOptions& options = {});
    /// Adapter::request, endpoint and negotiate_microversion, for a service by its type or any alias.
    [[nodiscard]] Response request(std::string_view service_type, const Request& request,
                                   const CallOptions& options = {});
    [[nodiscard]] std::string endpoint(std::string_view service_type, const CallOptions& options = {});
    [[nodiscard]] std::string negotiate_microversion(std::string_view service_type,
                                                     std::string_view wanted_maximum,
                                                     const CallOptions& options = {});

    /// What a service's library keeps for as long as the session lives, one of each type: made when first asked for.
    template <class T>
    [[nodiscard]] std::shared_ptr<T> companion() {
        return std::static_pointer_cast<T>(
            companion(typeid(T), []() -> std::shared_ptr<void> { return std::make_shared<T>(); }));
    }

    struct Impl;
    explicit Session(std::unique_ptr<Impl> impl);  ///< for create()

  private:
    [[nodiscard]] std::shared_ptr<void> companion(const std::type_info& type,
                                                  std::shared_ptr<void> (*make)());

    std::unique_ptr<Impl> impl_;
};

}  // namespace openstack
