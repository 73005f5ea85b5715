// What the programs say, for people and as JSON.
#pragma once

#include <string>
#include <vector>

#include "common/process/process.hpp"
#include "deploy/apply/deployment.hpp"
#include "deploy/operations/access.hpp"
#include "deploy/operations/destroy.hpp"
#include "deploy/operations/status.hpp"
#include "deploy/operations/upgrade.hpp"
#include "deploy/plan/plan.hpp"

namespace deploy {

[[nodiscard]] std::string to_text(const Plan& plan);
/// With what to type next.
[[nodiscard]] std::string to_text(const Status& status, const Options& options);

// One JSON object each, ending in a newline. Keys stay as they are; new ones may come.
[[nodiscard]] std::string to_json(const Plan& plan);
[[nodiscard]] std::string to_json(const Status& status);
[[nodiscard]] std::string to_json(const Deployed& deployed, const Plan& plan, const Status& status,
                                  double seconds);
[[nodiscard]] std::string to_json(const std::vector<Removed>& removed);
[[nodiscard]] std::string to_json(const Upgraded& upgraded);
[[nodiscard]] std::string to_json(const Console& console);
/// Of a command that ssh ran.
[[nodiscard]] std::string to_json(const common::process::Result& result);
[[nodiscard]] std::string url_to_json(const std::string& url);
/// {"error": {"message", "status", "request_id", "retryable"}}
[[nodiscard]] std::string error_to_json(const std::exception& error);

}  // namespace deploy
