// An embedded cloud for one test, and programs that run against it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/process/process.hpp"

namespace acceptance {

/// The built program of that name.
[[nodiscard]] std::string program(const std::string& name);

/// Starts on construction, with a state folder of its own; stops and leaves nothing when it goes.
class EmbeddedCloud {
  public:
    /// `driver` is "fake" or "container". Throws common::process::CommandFailed with what localcloud said.
    /// `options` are more of `localcloud up`.
    explicit EmbeddedCloud(const std::string& driver, const std::vector<std::string>& options = {});
    ~EmbeddedCloud();
    EmbeddedCloud(const EmbeddedCloud&) = delete;
    EmbeddedCloud& operator=(const EmbeddedCloud&) = delete;

    /// OS_CLIENT_CONFIG_FILE and OS_CLOUD, and a HOME that belongs to the test.
    [[nodiscard]] const std::map<std::string, std::string>& environment() const { return environment_; }
    [[nodiscard]] std::string clouds_yaml() const { return environment_.at("OS_CLIENT_CONFIG_FILE"); }
    [[nodiscard]] std::string cloud_name() const { return environment_.at("OS_CLOUD"); }
    [[nodiscard]] const std::filesystem::path& home() const { return home_.path(); }
    [[nodiscard]] const std::filesystem::path& state() const { return state_.path(); }
    /// The arguments that name this cloud to localcloud.
    [[nodiscard]] std::vector<std::string> arguments(const std::string& command) const;

    [[nodiscard]] common::process::Command command(
        std::vector<std::string> arguments,
        std::chrono::milliseconds timeout = std::chrono::minutes(5)) const;
    [[nodiscard]] common::process::Result run(std::vector<std::string> arguments) const;
    void down();
    /// After down(): what of the host still refers to this cloud, mounts and processes; empty as it should be.
    [[nodiscard]] std::string leftovers() const;

  private:
    common::process::TemporaryDirectory state_{"localcloud-test"};
    common::process::TemporaryDirectory home_{"home-test"};
    std::map<std::string, std::string> environment_;
    std::string driver_;
    bool is_up_ = false;
};

}  // namespace acceptance
