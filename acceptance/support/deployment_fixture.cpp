#include "acceptance/support/deployment_fixture.hpp"

#include <boost/json.hpp>
#include <cstdio>
#include <stdexcept>

namespace acceptance {

using common::process::Result;

std::unique_ptr<EmbeddedCloud> DeploymentFixture::cloud_;
Inventory DeploymentFixture::before_;
boost::json::object DeploymentFixture::deployed_;
std::string DeploymentFixture::program_;

void DeploymentFixture::start_cloud(const std::string& name, const std::vector<std::string>& options) {
    program_ = name;
    cloud_ = std::make_unique<EmbeddedCloud>("container", options);
    before_ = inventory(connection());
}

void DeploymentFixture::deploy(const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"deploy", "--json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const auto result = run(arguments, std::chrono::minutes(9));
    ASSERT_EQ(result.exit_status, 0) << result.error << run({"logs"}).output;
    deployed_ = boost::json::parse(result.output).as_object();
    std::printf("%s: deployed in %.1f s\n", program_.c_str(), deployed_.at("seconds").to_number<double>());
}

void DeploymentFixture::TearDownTestSuite() {
    if (!cloud_) return;
    cloud_->down();
    EXPECT_EQ(cloud_->leftovers(), "");
    cloud_.reset();
}

Result DeploymentFixture::run(std::vector<std::string> arguments, std::chrono::milliseconds timeout) {
    arguments.insert(arguments.begin(), program(program_));
    return common::process::run(cloud_->command(std::move(arguments), timeout));
}

Result DeploymentFixture::ssh(const std::string& instance, const std::string& command) {
    return run({"ssh", instance, "-c", command});
}

openstack::Connection DeploymentFixture::connection() {
    return openstack::connect(
        {.config = {.cloud = cloud_->cloud_name(), .config_file = cloud_->clouds_yaml()}});
}

std::string DeploymentFixture::address(const std::string& instance, const char* kind) {
    for (const auto& one : deployed_.at("instances").as_array())
        if (one.at("name").as_string() == instance) return std::string(one.at(kind).as_string());
    throw std::runtime_error("there is no instance " + instance);
}

}  // namespace acceptance
