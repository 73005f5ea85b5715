// A package from somewhere else than the deployment's own container: instances run it only if it is what was said.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <openstack/object_store.hpp>

#include "acceptance/support/embedded_cloud.hpp"
#include "acceptance/support/inventory.hpp"
#include "acceptance/support/package.hpp"

namespace acceptance {
namespace {

using common::process::Result;

class PackageUrl : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        cloud_ = std::make_unique<EmbeddedCloud>("container");
        // Instances reach nothing but the cloud: it stands in for a web server that somebody else keeps.
        const auto store = connection().object_store();
        store.create_container("elsewhere");
        store.update_container("elsewhere", {.temp_url_key = "a key of its owner's"});
        store.upload_object("elsewhere", "faafo.tar.gz", openstack::file_body(built_package().string()));
        url_ = store.generate_temp_url({.container = "elsewhere",
                                        .object = "faafo.tar.gz",
                                        .valid_for = std::chrono::hours(1),
                                        .key = "a key of its owner's"});
        sum_ = common::process::check({.arguments = {"sha256sum", built_package().string()}}).substr(0, 64);
    }
    static void TearDownTestSuite() { cloud_.reset(); }
    void TearDown() override { EXPECT_EQ(fractals({"destroy", "--yes"}).exit_status, 0); }

    static openstack::Connection connection() {
        return openstack::connect(
            {.config = {.cloud = cloud_->cloud_name(), .config_file = cloud_->clouds_yaml()}});
    }
    static Result fractals(std::vector<std::string> words) {
        words.insert(words.begin(), program("fractals"));
        return cloud_->run(std::move(words));
    }

    static std::unique_ptr<EmbeddedCloud> cloud_;
    static std::string url_, sum_;
};
std::unique_ptr<EmbeddedCloud> PackageUrl::cloud_;
std::string PackageUrl::url_, PackageUrl::sum_;

TEST_F(PackageUrl, IsRunWhenItsSumIsRight) {
    const auto deployed = fractals({"deploy", "--json", "--package-url", url_, "--package-sha256", sum_});
    ASSERT_EQ(deployed.exit_status, 0) << deployed.error;
    EXPECT_EQ(inventory(connection()).containers, (std::multiset<std::string>{"elsewhere"}))
        << "nothing is uploaded that nobody fetches";
    EXPECT_EQ(fractals({"status"}).exit_status, 0);
}

TEST_F(PackageUrl, IsNotRunWhenItsSumIsWrong) {
    auto wrong = sum_;
    wrong[0] = wrong[0] == '0' ? '1' : '0';
    const auto deployed =
        fractals({"deploy", "--timeout", "3m", "--package-url", url_, "--package-sha256", wrong});
    EXPECT_EQ(deployed.exit_status, 1);
    EXPECT_NE(deployed.error.find("SHA-256 differs"), std::string::npos) << deployed.error;
    EXPECT_EQ(fractals({"logs"}).output.find("FRACTALS: installing"), std::string::npos);
}

TEST_F(PackageUrl, IsRefusedWithoutASumBeforeAnythingIsMade) {
    const auto deployed = fractals({"deploy", "--package-url", url_});
    EXPECT_EQ(deployed.exit_status, 2);
    EXPECT_NE(deployed.error.find("--package-sha256"), std::string::npos) << deployed.error;
    EXPECT_TRUE(inventory(connection()).servers.empty());
}

}  // namespace
}  // namespace acceptance
