// The driver without instances: states and a made-up console, kept in a folder so that they outlive a killed process.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>

#include "localcloud/compute/driver.hpp"
#include "localcloud/fabric/fabric.hpp"

namespace localcloud::compute {

class FakeDriver : public Driver {
  public:
    /// One small folder for each instance is kept in `folder`.
    explicit FakeDriver(std::filesystem::path folder);

    void spawn(const InstanceSpec& spec) override;
    void stop(const std::string& id) override;
    void start(const InstanceSpec& spec) override;
    void reboot(const InstanceSpec& spec, bool hard) override;
    void destroy(const std::string& id) override;
    [[nodiscard]] PowerState power_state(const std::string& id) override;
    [[nodiscard]] std::string console_output(const std::string& id, std::optional<int> lines) override;
    void on_exit(std::function<void(const std::string& id)> callback) override;

    /// As if the instance had powered itself off; for tests.
    void end(const std::string& id);

  private:
    void set_state(const std::string& id, const std::string& state);
    void print(const std::string& id, const std::string& text);

    std::filesystem::path folder_;
    std::mutex mutex_;
    std::function<void(const std::string&)> on_exit_;
};

/// The fabric that goes with it: every topology is fine, and nothing is made.
class FakeFabric : public fabric::Fabric {
  public:
    void apply(const fabric::Topology& /*topology*/) override {}
};

}  // namespace localcloud::compute
