// For tests: the program localcloud itself, with states in a folder of the test's own.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/process/process.hpp"
#include "common/testkit/http_client.hpp"
#include "localcloud/cli/folder.hpp"
#include "localcloud/state/json.hpp"

namespace localcloud::testing {

/// A cloud with a name that no other test process has; reset when the value goes.
class ProgramCloud {
  public:
    explicit ProgramCloud(const std::string& word);
    ~ProgramCloud();
    ProgramCloud(const ProgramCloud&) = delete;
    ProgramCloud& operator=(const ProgramCloud&) = delete;

    /// "up --driver fake" with the cloud's name.
    [[nodiscard]] common::process::Command command(std::vector<std::string> words) const;
    common::process::Result run(std::vector<std::string> words) const;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::filesystem::path state() const;
    /// What serves it now.
    [[nodiscard]] std::optional<cli::Running> running() const;
    /// Of the cloud's own status for "/", or 0 when nobody answers at its endpoint.
    [[nodiscard]] int status_of_root() const;

  private:
    common::process::TemporaryDirectory folder_{"localcloud-program"};
    std::string name_;
};

/// The API as the user demo sees it.
class Client {
  public:
    explicit Client(const ProgramCloud& cloud);
    /// Throws std::runtime_error with the answer unless its status is below 300.
    json::value ask(const std::string& method, const std::string& path, const json::value& body = {});
    [[nodiscard]] const std::string& token() const { return token_; }

  private:
    common::testkit::HttpClient http_;
    std::string token_;
};

}  // namespace localcloud::testing
