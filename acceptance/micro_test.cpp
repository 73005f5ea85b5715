// `micro_fractals` on real instances: a controller with API, database and broker, and a worker that draws.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "acceptance/support/application.hpp"
#include "acceptance/support/browser.hpp"
#include "acceptance/support/deployment_fixture.hpp"
#include "acceptance/support/picture.hpp"
#include "acceptance/support/ports.hpp"

namespace acceptance {
namespace {

class Micro : public DeploymentFixture {
  protected:
    static void SetUpTestSuite() {
        start_cloud("micro_fractals", {"--services-image"});
        deploy({"--timeout", "4m"});
    }
    void SetUp() override { ASSERT_TRUE(deployed_.contains("url")) << "nothing was deployed"; }

    static Application application() { return Application(std::string(deployed_.at("url").as_string())); }
};

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
    const auto controller = address("app-controller", "fixed_address");
    const std::vector<Port> ports{{controller, 80}, {controller, 5672}, {controller, 3306}};
    const auto from_worker = ssh("app-worker-1", port_probe(ports));
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
