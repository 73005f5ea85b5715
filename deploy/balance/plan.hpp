// What is to be done so that requests are spread as they should be.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "deploy/plan/plan.hpp"

namespace deploy {

/// What a load balancer asks its members, how often, and when it believes them.
inline constexpr int monitor_delay = 3;    ///< seconds between two questions
inline constexpr int monitor_timeout = 2;  ///< seconds for an answer
inline constexpr int monitor_retries = 2;  ///< answers in a row, good or bad
inline constexpr const char* monitor_path = "/healthz";
inline constexpr const char* balancer_protocol = "HTTP";
inline constexpr const char* balancer_algorithm = "ROUND_ROBIN";

/// Seconds that resolvers may keep the addresses; so long one that is to go is still asked.
inline constexpr int name_ttl = 30;

/// Adds what concerns load balancers, zones and recordsets; changes no other item.
void plan_balance(const Context& context, const Observed& observed, Plan& plan);

/// What keeps a load balancer's parts from being right; empty when nothing does. `members` are the fixed addresses that
/// there shall be, by instance; an empty one is not known yet.
[[nodiscard]] std::vector<std::string> faults_of(const BalancerParts& parts,
                                                 const std::map<std::string, std::string>& members);

}  // namespace deploy
