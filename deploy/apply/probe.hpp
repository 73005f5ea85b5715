// Asks an address over plain HTTP whether the application answers.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

namespace deploy {

struct ProbeResult {
    int status = 0;        ///< 0: no answer
    std::string body;      ///< at most 64 KiB of it
    std::string reason;    ///< why there was no answer, in words
    bool refused = false;  ///< because nobody listens there
    [[nodiscard]] bool ok() const { return status == 200; }
};

/// One GET, without redirects or proxies, bounded by `timeout`.
[[nodiscard]] ProbeResult probe(const std::string& url, std::chrono::milliseconds timeout,
                                std::stop_token stop = {});

}  // namespace deploy
