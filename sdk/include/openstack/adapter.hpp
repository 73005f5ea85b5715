// One service of one cloud as seen through a session: the endpoint is found, the token is sent and renewed,
// what may be repeated is repeated, what fails is thrown.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "openstack/call_options.hpp"
#include "openstack/http.hpp"

namespace openstack {

class Session;

/// Cheap to copy, thread-safe.
class Adapter {
  public:
    Adapter(std::shared_ptr<Session> session, std::string service_type);

    /// Sends and returns any 2xx (and 304) answer; everything else is thrown as an Error's fitting class.
    /// A path is resolved against the endpoint that discovery found for this service.
    [[nodiscard]] Response request(const Request& request, const CallOptions& options = {}) const;
    /// The same service, with a header field on all requests that do not have it themselves.
    [[nodiscard]] Adapter with_header(std::string name, std::string value) const;
    /// The service's versioned endpoint without a trailing slash ("http://127.0.0.1:8774/v2.1").
    [[nodiscard]] std::string endpoint(const CallOptions& options = {}) const;
    /// The microversion to ask for: the newest of both that `wanted_maximum` and the service allow; empty if it has none.
    /// Throws when the service's version document does not say, which the next call asks for again.
    [[nodiscard]] std::string negotiate_microversion(std::string_view wanted_maximum,
                                                     const CallOptions& options = {}) const;
    /// The project of the token, empty for other scopes.
    [[nodiscard]] std::string project_id(const CallOptions& options = {}) const;
    [[nodiscard]] const std::string& service_type() const { return service_type_; }
    [[nodiscard]] const std::shared_ptr<Session>& session() const { return session_; }

  private:
    std::shared_ptr<Session> session_;
    std::string service_type_;
    Headers headers_;
};

}  // namespace openstack
