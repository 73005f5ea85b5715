// What a Session holds. Tests make one with a transport and a clock of their own.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <typeindex>
#include <typeinfo>

#include "openstack/session.hpp"
#include "sdk/src/session/discovery.hpp"
#include "sdk/src/session/sender.hpp"
#include "sdk/src/session/service_types.hpp"
#include "sdk/src/session/single_flight.hpp"
#include "sdk/src/session/token_keeper.hpp"

namespace openstack {

struct Session::Impl {
    /// What discovery found for one address, or is finding.
    struct Slot {
        session::SingleFlight flight{"discovering an endpoint"};
        std::optional<session::Endpoint> endpoint;
        bool microversions_read = false;
        std::optional<session::MicroversionRange> microversions;
    };

    /// Without a transport or a clock: the real ones.
    Impl(CloudConfig config, SessionOptions options, std::shared_ptr<http::Transport> transport,
         std::shared_ptr<session::Clock> clock);

    [[nodiscard]] Response request(std::string_view type, const Request& request, const CallOptions& call);
    [[nodiscard]] session::Endpoint endpoint(const session::ServiceType& service, const CallOptions& call);
    [[nodiscard]] std::string negotiate(std::string_view type, std::string_view wanted,
                                        const CallOptions& call);

    /// See Session::companion.
    [[nodiscard]] std::shared_ptr<void> companion(const std::type_info& type,
                                                  std::shared_ptr<void> (*make)());

    const CloudConfig config;
    const SessionOptions options;
    session::Sender sender;
    session::TokenKeeper tokens;

  private:
    [[nodiscard]] std::string address(const session::ServiceType& service, const CallOptions& call);
    [[nodiscard]] std::string url_of(const Request& request, const session::ServiceType& service,
                                     const CallOptions& call);
    [[nodiscard]] session::Outgoing prepare(const Request& request, const session::ServiceType& service,
                                            const CallOptions& call);
    /// Nothing for a service that has none. Throws when that cannot be told.
    [[nodiscard]] std::optional<session::MicroversionRange> read_microversions(
        const session::Endpoint& at, const session::ServiceType& service, const CallOptions& call);
    [[nodiscard]] std::shared_ptr<Slot> slot(const std::string& key);

    std::mutex slots_mutex;
    std::map<std::string, std::shared_ptr<Slot>> slots;
    std::mutex companions_mutex;
    std::map<std::type_index, std::shared_ptr<void>> companions;
};

}  // namespace openstack
