// The programs themselves, on loopback and a database of the test's own.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/process/process.hpp"
#include "common/testkit/http_client.hpp"

namespace faafo::tests {

[[nodiscard]] std::filesystem::path program(const std::string& name);

/// faafo-api, up and ready.
class ApiProgram {
  public:
    /// `flags` come after those that it needs anyway.
    ApiProgram(const std::string& database_url, const std::filesystem::path& log,
               std::vector<std::string> flags = {});

    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] common::testkit::HttpClient client() const { return common::testkit::HttpClient(url_); }
    [[nodiscard]] common::process::Child& process() { return *process_; }
    /// faafo with --endpoint-url and these arguments.
    [[nodiscard]] common::process::Result faafo(std::vector<std::string> arguments) const;

  private:
    std::string url_;
    std::unique_ptr<common::process::Child> process_;
};

/// faafo-worker, one task at a time.
[[nodiscard]] common::process::Child start_worker(const std::string& database_url,
                                                  const std::string& endpoint_url,
                                                  const std::filesystem::path& log,
                                                  const std::vector<std::string>& flags = {});

[[nodiscard]] std::vector<std::string> lines(const std::string& text);

}  // namespace faafo::tests
