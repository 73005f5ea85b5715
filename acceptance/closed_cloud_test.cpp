// A cloud whose instances have no way out: database and broker come along with the deployment.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <openstack/object_store.hpp>

#include "acceptance/support/application.hpp"
#include "acceptance/support/deployment_fixture.hpp"
#include "acceptance/support/package.hpp"

namespace acceptance {
namespace {

class ClosedCloud : public DeploymentFixture {
  protected:
    static void SetUpTestSuite() {
        archive_ = services_packages().string();
        start_cloud("micro_fractals");
        const auto planned = run({"plan", "--image", "debian-12", "--services-image", "debian-12",
                                  "--services-packages", archive_});
        EXPECT_NE(planned.output.find("from packages that are brought along"), std::string::npos)
            << planned.output << planned.error;
        deploy(on_plain_images());
    }
    void SetUp() override { ASSERT_TRUE(deployed_.contains("url")) << "nothing was deployed"; }

    static std::vector<std::string> on_plain_images() {
        return {"--timeout",           "8m",    "--image", "debian-12", "--services-image", "debian-12",
                "--services-packages", archive_};
    }

    static std::string archive_;
};
std::string ClosedCloud::archive_;

TEST_F(ClosedCloud, ItsInstancesHaveNoWayOut) {
    // 192.0.2.1 is nobody's: no packet of a test leaves this machine, whatever is broken.
    const auto out =
        run({"ssh", "app-controller", "-c",
             "getent hosts deb.debian.org; curl -sS --max-time 3 http://192.0.2.1/ 2>&1; "
             "grep -hs '^nameserver' /etc/resolv.conf; ls /var/lib/apt/lists | grep -c Packages"});
    EXPECT_EQ(out.output.find("deb.debian.org"), std::string::npos) << out.output;
    EXPECT_EQ(out.output.find("nameserver"), std::string::npos) << out.output;
    EXPECT_NE(out.output.find("curl: ("), std::string::npos) << out.output << out.error;
    EXPECT_TRUE(out.output.ends_with("\n0\n")) << "a mirror's package lists were read: " << out.output;
}

TEST_F(ClosedCloud, DatabaseAndBrokerWereInstalledFromTheArchive) {
    const auto log = run({"logs"}).output;
    EXPECT_NE(log.find("FRACTALS: fetching the packages of database and broker"), std::string::npos) << log;
    EXPECT_NE(log.find("installing mariadb-server from /var/tmp/faafo-services.tar"), std::string::npos)
        << log;
    EXPECT_NE(log.find("installing rabbitmq-server from /var/tmp/faafo-services.tar"), std::string::npos)
        << log;
    EXPECT_EQ(run({"logs", "app-worker-1"}).output.find("packages of database"), std::string::npos)
        << "the worker needs none";
    const auto left = run({"ssh", "app-controller", "-c", "ls /var/tmp"}).output;
    EXPECT_EQ(left.find("services"), std::string::npos) << left;
}

TEST_F(ClosedCloud, WhatIsAskedForIsDrawn) {
    const Application app(std::string(deployed_.at("url").as_string()));
    const auto asked = cloud_->run({program("faafo"), "--endpoint-url", app.url(), "create", "--tasks", "4"});
    ASSERT_EQ(asked.exit_status, 0) << asked.error;
    ASSERT_TRUE(app.finishes(std::chrono::minutes(1))) << run({"status"}).output;
    for (const auto& fractal : app.fractals()) {
        EXPECT_EQ(fractal.state, "done") << fractal.uuid;
        EXPECT_EQ(fractal.generated_by, "app-worker-1") << fractal.uuid;
    }
}

TEST_F(ClosedCloud, ASecondRunChangesNothingAndUploadsNothing) {
    const auto objects = [] {
        std::map<std::string, std::string> all;
        for (const auto& container : connection().object_store().containers().to_vector())
            for (const auto& object : connection().object_store().objects(container.name).to_vector())
                all[object.name] = object.etag;
        return all;
    };
    const auto before = objects();
    EXPECT_EQ(before.size(), 2U) << "the package and the archive";
    deploy(on_plain_images());
    EXPECT_FALSE(deployed_.at("changed").as_bool());
    EXPECT_EQ(objects(), before);
}

TEST_F(ClosedCloud, ZDestroyLeavesTheProjectAsItWas) {
    const auto destroyed = run({"destroy", "--yes"});
    EXPECT_EQ(destroyed.exit_status, 0) << destroyed.error;
    EXPECT_EQ(inventory(connection()), before_) << inventory(connection());
}

}  // namespace
}  // namespace acceptance
