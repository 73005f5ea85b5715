// One cloud with real instances, and one deployment on it, for all tests of a file, which run in their order.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <openstack/connection.hpp>
#include <string>
#include <vector>

#include "acceptance/support/embedded_cloud.hpp"
#include "acceptance/support/inventory.hpp"

namespace acceptance {

class DeploymentFixture : public ::testing::Test {
  protected:
    /// `name` is that of the program which deploys; `options` are more of `localcloud up`.
    static void start_cloud(const std::string& name, const std::vector<std::string>& options = {});
    /// `deploy --json` with more options. What it said is in `deployed_`; that it failed, a failure of the whole suite.
    static void deploy(const std::vector<std::string>& options);
    /// Ends the cloud; nothing of it may be left.
    static void TearDownTestSuite();

    /// The program under test, with these arguments.
    static common::process::Result run(std::vector<std::string> arguments,
                                       std::chrono::milliseconds timeout = std::chrono::minutes(5));
    static common::process::Result ssh(const std::string& instance, const std::string& command);
    static openstack::Connection connection();
    /// Of one of the deployment's instances; `kind` is "fixed_address" or "floating_address".
    static std::string address(const std::string& instance, const char* kind);

    static std::unique_ptr<EmbeddedCloud> cloud_;
    static Inventory before_;              ///< of the project, when the cloud was new
    static boost::json::object deployed_;  ///< what `deploy --json` said; empty before, and when it failed

  private:
    static std::string program_;
};

}  // namespace acceptance
