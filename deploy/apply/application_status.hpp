// What the application says about itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

namespace deploy {

struct ApplicationStatus {
    std::int64_t fractals = 0;  ///< asked for so far
    // How far those are; absent where the application is too old to say it.
    std::optional<std::int64_t> queued, drawing, done, failed;
    std::map<std::string, std::int64_t> drawn_by;  ///< fractals by the host name of the worker
    std::string queue_trouble;                     ///< why tasks do not get to workers; empty when they do

    /// Waiting or being drawn.
    [[nodiscard]] std::optional<std::int64_t> backlog() const;
};

/// Asks the API at `url`; nothing when it does not answer with what an API answers.
[[nodiscard]] std::optional<ApplicationStatus> application_status(const std::string& url,
                                                                  std::stop_token stop);

/// The same from the answer of /v1/status; nothing when it is none.
[[nodiscard]] std::optional<ApplicationStatus> parse_application_status(const std::string& body);

}  // namespace deploy
