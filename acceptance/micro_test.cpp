// `micro_fractals` on real instances: a controller with API, database and broker, and a worker that draws.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "acceptance/support/application.hpp"
#include "acceptance/support/browser.hpp"
#include "acceptance/support/embedded_cloud.hpp"
#include "acceptance/support/inventory.hpp"
#include "acceptance/support/picture.hpp"
#include "acceptance/support/ports.hpp"

namespace acceptance {
namespace {

using common::process::Result;

class Micro : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        cloud_ = std::make_unique<EmbeddedCloud>("container", std::vector<std::string>{"--services-image"});
        before_ = inventory(connection());
        const auto result = run({"deploy", "--json", "--timeout", "4m"});
        ASSERT_EQ(result.exit_status, 0) << result.error << run({"logs"}).output;
        deployed_ = boost::json::parse(result.output).as_object();
        std::printf("micro_fractals: deployed in %.1f s\n", deployed_.at("seconds").to_number<double>());
    }
    static void TearDownTestSuite() {
        if (!cloud_) return;
        cloud_->down();
        EXPECT_EQ(cloud_->leftovers(), "");
        cloud_.reset();
    }
    void SetUp() override { ASSERT_TRUE(deployed_.contains("url")) << "nothing was deployed"; }

    static Result run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), program("micro_fractals"));
        return cloud_->run(std::move(arguments));
    }
    static openstack::Connection connection() {
        return openstack::connect(
            {.config = {.cloud = cloud_->cloud_name(), .config_file = cloud_->clouds_yaml()}});
    }
    static Application application() { return Application(std::string(deployed_.at("url").as_string())); }
    static std::string fixed_address(const std::string& name) {
        for (const auto& instance : deployed_.at("instances").as_array())
            if (instance.at("name").as_string() == name)
                return std::string(instance.at("fixed_address").as_string());
        throw std::runtime_error("there is no instance " + name);
    }

    static std::unique_ptr<EmbeddedCloud> cloud_;
    static Inventory before_;
    static boost::json::object deployed_;
};
std::unique_ptr<EmbeddedCloud> Micro::cloud_;
Inventory Micro::before_;
boost::json::object Micro::deployed_;

TEST_F(Micro, TheWorkerDrawsWhatIsAskedFor) {
    const auto app = application();
    const auto before = app.fractals().size();
    const auto asked = cloud_->run({program("faafo"), "--endpoint-url", app.url(), "create", "--tasks", "6"});
    ASSERT_EQ(asked.exit_status, 0) << asked.error;
    ASSERT_TRUE(app.finishes(std::chrono::minutes(1))) << run({"status"}).output;
    const auto fractals = app.fractals();
    EXPECT_EQ(fractals.size(), before + 6);
    for (const auto& fractal : fractals) {
        EXPECT_EQ(fractal.state, "done") << fractal.uuid;
        EXPECT_EQ(fractal.generated_by, "app-worker-1") << fractal.uuid;
    }
}

TEST_F(Micro, OnlyTheWorkerComesToTheBroker) {
    const auto controller = fixed_address("app-controller");
    const std::vector<Port> ports{{controller, 80}, {controller, 5672}, {controller, 3306}};
    const auto from_worker = run({"ssh", "app-worker-1", "-c", port_probe(ports)});
    EXPECT_EQ(probe_answer(from_worker.output, ports), "oos") << from_worker.error;
    EXPECT_EQ(probe_from_outside(connection(), ports), "oss");
}

TEST_F(Micro, TheGalleryShowsThemInABrowser) {
    const std::filesystem::path screenshot = BUILD_DIR "/micro-gallery.png";
    take_screenshot(application().url(), screenshot);
    EXPECT_GT(look_at(screenshot).colours, 500U) << "see " << screenshot;
}

TEST_F(Micro, ASecondRunChangesNothing) {
    const auto again = run({"deploy", "--json"});
    ASSERT_EQ(again.exit_status, 0) << again.error;
    EXPECT_FALSE(boost::json::parse(again.output).at("changed").as_bool()) << again.output;
    EXPECT_EQ(run({"status"}).exit_status, 0);
}

TEST_F(Micro, ZDestroyLeavesTheProjectAsItWas) {
    const auto destroyed = run({"destroy", "--yes"});
    EXPECT_EQ(destroyed.exit_status, 0) << destroyed.error;
    EXPECT_EQ(inventory(connection()), before_) << inventory(connection());
}

}  // namespace
}  // namespace acceptance
