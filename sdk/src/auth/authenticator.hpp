// How to get a token: one class for each family of auth types.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "openstack/auth.hpp"
#include "openstack/config.hpp"
#include "sdk/src/session/sender.hpp"

namespace openstack::auth {

struct SignedIn {
    std::string token;  ///< empty: requests are sent without one
    std::shared_ptr<const Access> access;
    std::optional<std::chrono::seconds> lifetime;  ///< by the cloud's own clock; nothing: does not end
};

/// How hard a sign-in is tried.
enum class Effort {
    usual,  ///< as the retry policy has it
    once
};

class Authenticator {
  public:
    Authenticator() = default;
    Authenticator(const Authenticator&) = delete;
    Authenticator& operator=(const Authenticator&) = delete;
    virtual ~Authenticator() = default;
    [[nodiscard]] virtual SignedIn sign_in(session::Sender& sender, const CallOptions& options,
                                           Effort effort) = 0;
    /// Where signing in found the Identity service's v3 API; empty before, and where there is no signing in.
    [[nodiscard]] virtual std::string identity_endpoint() const { return {}; }
    /// The one endpoint that stands for a catalog (auth types "none" and "admin_token"), or empty.
    [[nodiscard]] virtual std::string fixed_endpoint() const { return {}; }
};

/// Reads the cloud's auth section and says at once what is wrong with it (ConfigError).
[[nodiscard]] std::unique_ptr<Authenticator> make_authenticator(const CloudConfig& config);

/// The body of a token's answer; MalformedResponse if it is not what Keystone promises.
[[nodiscard]] SignedIn parse_token_answer(const Response& response);

/// "2026-11-23T10:14:36.000000Z"; nothing for anything else.
[[nodiscard]] std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_time(
    std::string_view text);

}  // namespace openstack::auth
