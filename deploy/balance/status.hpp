// How that is doing which spreads requests over the APIs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/plan/observed.hpp"

namespace deploy {

struct MemberHealth {
    std::string name;     ///< of the API; its address where the deployment has none of it
    std::string address;  ///< fixed for a load balancer, floating behind a name
    std::string health;   ///< as the load balancer's monitor sees it; empty behind a name
};

struct BalanceStatus {
    BalanceMethod method = BalanceMethod::none;
    std::string name;     ///< of the load balancer, or the name in DNS
    std::string state;    ///< Octavia's or Designate's; "missing" when it is not there
    std::string address;  ///< the load balancer's floating IP
    std::vector<MemberHealth> members;
    std::vector<std::string> name_servers;  ///< that answer for the zone
    bool healthy = false;
};

/// Nothing where nothing balances.
[[nodiscard]] std::optional<BalanceStatus> balance_status(const Context& context, const Observed& observed);

}  // namespace deploy
