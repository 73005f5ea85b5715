// One HTTP exchange, and who performs it. What happens around an exchange (tokens, retries, redirects)
// is the session's business.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "openstack/http.hpp"

namespace openstack::http {

struct WireRequest {
    std::string method;
    std::string url;
    Headers headers;
    std::string body;
    std::shared_ptr<BodySource> source;  ///< instead of `body`; called on the caller's thread
    BodySink sink;                       ///< for 2xx answers; called on the caller's thread
    bool repeatable =
        false;  ///< the transport may send it again on a fresh connection when a kept one turns out dead
    std::optional<std::chrono::steady_clock::time_point> deadline;
    std::stop_token stop;
};

struct WireAnswer {
    int status = 0;
    Headers headers;
    std::string body;
};

/// Why there is no answer.
enum class Fault {
    not_sent,  ///< no connection: the service has not seen the request
    lost,      ///< the connection ended, or fell silent, after the request may have been seen
    tls,       ///< the server's certificate, or ours, was refused
    protocol,  ///< what came is not HTTP, or beyond the limits
    source,    ///< the body's source gave another number of bytes than it promised
    deadline,
    cancelled,
};

class TransportFault : public std::runtime_error {
  public:
    TransportFault(Fault fault, const std::string& text) : std::runtime_error(text), fault_(fault) {}
    [[nodiscard]] Fault fault() const noexcept { return fault_; }

  private:
    Fault fault_;
};

/// Thread-safe.
class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;
    /// Any status is an answer, redirects too. Throws TransportFault, and whatever the source or the sink throw.
    [[nodiscard]] virtual WireAnswer perform(const WireRequest& request) = 0;
};

struct TransportOptions {
    bool verify = true;
    std::string cacert;  ///< file or folder; empty: the system's
    std::string cert;    ///< client certificate, with its key unless `key` is set
    std::string key;
    std::chrono::milliseconds connect_timeout{15000};
    /// Nothing received or sent for so long while there is a connection; never a total.
    std::chrono::milliseconds idle_timeout{120000};
    std::size_t max_connections_per_host = 100;
    std::chrono::milliseconds queue_timeout{600000};  ///< until a request has its connection
    std::size_t max_body = 256U << 20U;               ///< of a collected body
    std::size_t max_headers = 256U << 10U;            ///< all header lines together
};

/// libcurl, with one thread that moves the bytes of all transfers; connections are kept and shared.
[[nodiscard]] std::shared_ptr<Transport> make_curl_transport(const TransportOptions& options);

}  // namespace openstack::http
