// The API as the commands need it: calls with types, failures with sentences.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "faafo/api/client.hpp"
#include "faafo/api/status_json.hpp"
#include "faafo/store/fractal.hpp"

namespace faafo::cli {

/// Ends the program with status 1 and this text in the log.
struct Failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Every call throws Failed when the API refuses or cannot be reached.
class Api {
  public:
    explicit Api(std::string endpoint_url) : client_(std::move(endpoint_url)) {}

    /// Asks for a fractal. Safe to repeat, since the uuid is ours: a broken connection is tried again.
    store::Fractal create(const store::Fractal& fractal);
    /// All of them, in order of their uuids, whatever is created or deleted meanwhile.
    [[nodiscard]] std::vector<store::Fractal> list();
    [[nodiscard]] std::optional<store::Fractal> find(const std::string& uuid);
    /// The PNG file.
    [[nodiscard]] std::string picture(const std::string& uuid);
    void remove(const std::string& uuid);
    [[nodiscard]] api::Status status();

  private:
    [[nodiscard]] api::Reply call(const std::string& method, const std::string& path,
                                  const std::string& body = {});

    api::Client client_;
};

}  // namespace faafo::cli
