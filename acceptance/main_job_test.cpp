// The main job: Fractals on real instances, deployed and used as a person would. One deployment serves all tests here.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "acceptance/support/browser.hpp"
#include "acceptance/support/deployment_fixture.hpp"
#include "acceptance/support/picture.hpp"
#include "common/testkit/http_client.hpp"
#include "common/testkit/wait.hpp"

namespace acceptance {
namespace {

using common::testkit::HttpClient;
using common::testkit::wait_until;

class MainJob : public DeploymentFixture {
  protected:
    static void SetUpTestSuite() {
        start_cloud("fractals");
        deploy({"--timeout", "4m"});
    }
    void SetUp() override { ASSERT_TRUE(deployed_.contains("url")) << "nothing was deployed"; }

    static std::string console() { return run({"logs"}).output; }
    static std::string url() { return std::string(deployed_.at("url").as_string()); }
    static boost::json::object fractals() {
        return boost::json::parse(HttpClient(url()).get("/v1/fractal?results_per_page=100").body).as_object();
    }
    static bool is_drawn(const boost::json::value& fractal) { return fractal.at("checksum").is_string(); }
};

TEST_F(MainJob, TheWorkerOnTheInstanceDrawsTheFirstFractals) {
    ASSERT_TRUE(wait_until(
        [] {
            const auto all = fractals();
            const auto& objects = all.at("objects").as_array();
            return !objects.empty() && std::ranges::all_of(objects, is_drawn);
        },
        std::chrono::minutes(2)))
        << boost::json::serialize(fractals()) << console();
    const auto drawn = fractals();
    for (const auto& fractal : drawn.at("objects").as_array()) {
        EXPECT_EQ(fractal.at("generated_by").as_string(), "all-in-one");
        const auto picture = HttpClient(url()).get("/fractal/" + std::string(fractal.at("uuid").as_string()));
        EXPECT_EQ(picture.status, 200);
        EXPECT_TRUE(picture.body.starts_with("\x89PNG"));
    }
}

TEST_F(MainJob, FractalsAskedForFromOutsideArrive) {
    const auto before = fractals().at("num_results").as_int64();
    const auto created = cloud_->run({program("faafo"), "--endpoint-url", url(), "create", "--tasks", "3"});
    ASSERT_EQ(created.exit_status, 0) << created.error;
    ASSERT_TRUE(wait_until(
        [&] {
            const auto all = fractals();
            return all.at("num_results").as_int64() == before + 3 &&
                   std::ranges::all_of(all.at("objects").as_array(), is_drawn);
        },
        std::chrono::minutes(2)))
        << boost::json::serialize(fractals());
}

TEST_F(MainJob, TheGalleryShowsThemInABrowser) {
    const auto page = HttpClient(url()).get("/");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("First App Application for OpenStack"), std::string::npos);
    EXPECT_NE(page.body.find("all-in-one"), std::string::npos);

    const std::filesystem::path screenshot = BUILD_DIR "/gallery.png";
    take_screenshot(url(), screenshot);
    const auto picture = look_at(screenshot);
    EXPECT_EQ(picture.width, 1280U);
    // A page without fractals has few colours; every thumbnail brings its own.
    EXPECT_GT(picture.colours, 500U) << "see " << screenshot;
}

TEST_F(MainJob, ASecondRunChangesNothing) {
    const auto again = run({"deploy", "--json"});
    ASSERT_EQ(again.exit_status, 0) << again.error;
    EXPECT_FALSE(boost::json::parse(again.output).at("changed").as_bool()) << again.output;
}

TEST_F(MainJob, StatusSaysThatItAnswers) {
    const auto status = run({"status"});
    EXPECT_EQ(status.exit_status, 0) << status.output;
    EXPECT_NE(status.output.find("answers"), std::string::npos) << status.output;
    EXPECT_NE(status.output.find(url()), std::string::npos) << status.output;
}

TEST_F(MainJob, TheKeypairLetsOneIn) {
    const auto hello = run({"ssh", "-c", "hostname; id -un"});
    EXPECT_EQ(hello.exit_status, 0) << hello.error;
    EXPECT_EQ(hello.output, "all-in-one\ndebian\n");
}

TEST_F(MainJob, TheConsoleTellsWhatTheUserDataDid) {
    EXPECT_NE(console().find("FRACTALS: installed"), std::string::npos) << console();
}

TEST_F(MainJob, ZDestroyLeavesAnEmptyProject) {
    const auto destroyed = run({"destroy", "--yes"});
    EXPECT_EQ(destroyed.exit_status, 0) << destroyed.error;
    EXPECT_TRUE(inventory(connection()).empty()) << inventory(connection());
    EXPECT_THROW((void)HttpClient(url(), std::chrono::seconds(5)).get("/"), std::runtime_error);
}

}  // namespace
}  // namespace acceptance
