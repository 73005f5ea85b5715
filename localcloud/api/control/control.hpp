// The control endpoint, for tests: faults on demand and counts of requests, below /localcloud at the cloud's own port.
//
//     GET|PUT|POST|DELETE /localcloud/faults    the rules: read, replace, add, remove; a JSON array of Rule's members
//     POST                /localcloud/release   lets held requests go on
//     GET|DELETE          /localcloud/requests  counts and the latest ones (?last=N); from zero again
//
// It answers those who send the header X-Localcloud-Secret with what the file `control-secret` of the state folder
// says, and nobody inside of an instance.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "localcloud/api/control/faults.hpp"
#include "localcloud/api/control/request_log.hpp"

namespace localcloud::api::control {

inline constexpr const char* secret_header = "X-Localcloud-Secret";

/// "control-secret" in the state folder, made if it is absent.
[[nodiscard]] std::string ensure_secret(const std::filesystem::path& state);
[[nodiscard]] std::filesystem::path secret_file(const std::filesystem::path& state);

/// Sees every request: a filter of api::Front.
class Control {
  public:
    Control(std::string secret, Faults::Refuse refuse)
        : secret_(std::move(secret)), faults_(std::move(refuse)) {}

    [[nodiscard]] Response operator()(const Request& request,
                                      const std::function<Response(const Request&)>& next);
    /// Lets go what is held or delayed: the cloud ends.
    void close() { faults_.close(); }

  private:
    [[nodiscard]] Response answer(const Request& request);
    [[nodiscard]] Response answer_faults(const Request& request);

    std::string secret_;
    Faults faults_;
    RequestLog log_;
};

}  // namespace localcloud::api::control
