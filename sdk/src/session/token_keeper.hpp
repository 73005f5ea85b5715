// The session's token: obtained once for any number of threads, renewed before it ends or when a service
// refuses it. Every token has a generation, so that a late refusal of an old token never discards a new one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sdk/src/auth/authenticator.hpp"
#include "sdk/src/session/clock.hpp"
#include "sdk/src/session/sender.hpp"
#include "sdk/src/session/single_flight.hpp"

namespace openstack::session {

struct Token {
    std::string text;
    std::shared_ptr<const Access> access;
    std::uint64_t generation = 0;
    Clock::time_point ends;   ///< by our own clock, from the lifetime that the cloud gave it
    Clock::time_point renew;  ///< from then on it is renewed when somebody asks for it
};

/// Thread-safe.
class TokenKeeper {
  public:
    TokenKeeper(std::unique_ptr<auth::Authenticator> authenticator, Sender& sender)
        : authenticator_(std::move(authenticator)), sender_(sender), flight_("signing in") {}

    [[nodiscard]] std::shared_ptr<const Token> get(const CallOptions& options);
    /// One that is newer than `refused`: somebody else's, if there is one already.
    [[nodiscard]] std::shared_ptr<const Token> get_newer(std::uint64_t refused, const CallOptions& options);
    [[nodiscard]] std::string identity_endpoint() const { return authenticator_->identity_endpoint(); }
    [[nodiscard]] std::string fixed_endpoint() const { return authenticator_->fixed_endpoint(); }

  private:
    [[nodiscard]] std::shared_ptr<const Token> sign_in(const CallOptions& options, auth::Effort effort);
    [[nodiscard]] std::shared_ptr<const Token> obtain(std::uint64_t newer_than, const CallOptions& options);
    /// A newer one, or `current`: it is still good, so this neither fails nor takes long.
    [[nodiscard]] std::shared_ptr<const Token> renew_early(std::shared_ptr<const Token> current,
                                                           const CallOptions& options);

    std::unique_ptr<auth::Authenticator> authenticator_;
    Sender& sender_;
    SingleFlight flight_;
    std::shared_ptr<const Token> token_;  ///< under the flight's lock
    std::uint64_t generations_ = 0;       ///< under the flight's lock
    Clock::time_point
        not_before_;  ///< under the flight's lock: a failed early renewal is not tried again until then
};

}  // namespace openstack::session
