// The gallery in a real browser: its pictures are there, its script runs under its security policy.
#include <gmock/gmock.h>
#include <png.h>

#include <atomic>
#include <functional>
#include <optional>
#include <set>

#include "common/testkit/scripted_server.hpp"
#include "faafo/tests/application.hpp"
#include "faafo/tests/programs.hpp"

namespace faafo::tests {
namespace {

using namespace std::chrono_literals;

struct Screenshot {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint32_t> pixels;

    explicit Screenshot(const std::filesystem::path& file) {
        png_image image{};
        image.version = PNG_IMAGE_VERSION;
        if (png_image_begin_read_from_file(&image, file.c_str()) == 0) return;
        image.format = PNG_FORMAT_RGBA;
        pixels.resize(std::size_t{image.width} * image.height);
        if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) return;
        width = image.width;
        height = image.height;
    }
};

class BrowserTest : public testing::Test {
  protected:
    void SetUp() override {
        const auto found = common::process::find_program("chromium-headless-shell");
        if (!found) GTEST_SKIP() << "no chromium-headless-shell on this machine";
        browser_ = found->string();
    }

    common::process::Result browse(const std::string& url, std::vector<std::string> flags) const {
        std::vector<std::string> arguments{browser_,
                                           "--headless",
                                           "--no-sandbox",
                                           "--disable-gpu",
                                           "--no-first-run",
                                           "--disable-background-networking",
                                           "--disable-component-update",
                                           "--disable-sync",
                                           "--timeout=20000",
                                           "--virtual-time-budget=4000",
                                           "--user-data-dir=" + (files.path() / "profile").string()};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        arguments.push_back(url);
        return common::process::run({.arguments = std::move(arguments), .timeout = 60s});
    }

    Files files;

  private:
    std::string browser_;
};

TEST_F(BrowserTest, ShowsTheFractals) {
    const ApiProgram api(files.database_url(), files.path() / "api.log");
    ASSERT_EQ(api.faafo({"create", "--tasks", "6", "--xa", "-1.6", "--xb", "1.6", "--ya", "-1.2", "--yb",
                         "1.2", "--wait"})
                  .exit_status,
              0);
    const auto page = browse(api.url(), {"--dump-dom"});
    ASSERT_TRUE(page.ok()) << page.error;
    EXPECT_THAT(page.output, testing::HasSubstr("6 fractals"));
    EXPECT_THAT(page.output, testing::ContainsRegex("<form class=\"order\" id=\"order\">"))
        << "the script did not run";
    EXPECT_THAT(page.error, testing::Not(testing::HasSubstr("Content Security Policy")));

    const std::filesystem::path file = files.path() / "screenshot.png";
    ASSERT_TRUE(browse(api.url(), {"--window-size=1280,1400", "--screenshot=" + file.string()}).ok());
    const Screenshot shot(file);
    ASSERT_EQ(shot.width, 1280U);
    const std::set<std::uint32_t> colours(shot.pixels.begin(), shot.pixels.end());
    EXPECT_GT(colours.size(), 500U) << "a page without pictures has some dozens";
}

/// The application, with a script of the test's in its page.
class ProbedPage {
  public:
    /// `answer` may answer in the application's place.
    ProbedPage(const Application& application, std::string script,
               std::function<std::optional<common::httpd::Response>(const common::httpd::Request&)> answer)
        : server_([&application, script = std::move(script),
                   answer = std::move(answer)](const common::httpd::Request& request) {
              if (request.path == "/probe.js")
                  return common::testkit::Answer{
                      {.headers = {{"Content-Type", "text/javascript"}}, .body = script}};
              auto response = answer(request);
              if (!response) response = application.service(request);
              response->headers.erase("Content-Security-Policy");
              if (const auto end = response->body.find("</head>"); end != std::string::npos)
                  response->body.insert(end, "<script src=\"/probe.js\" defer></script>");
              return common::testkit::Answer{*std::move(response)};
          }) {}

    [[nodiscard]] std::string url() const { return server_.url(); }

  private:
    common::testkit::ScriptedServer server_;
};

TEST_F(BrowserTest, TheKeyboardStaysWhereItIsWhenFractalsFinish) {
    const Application application(files.database_url());
    const auto finish = [&](int number) {
        const store::Fractal fractal = small_fractal(numbered_uuid(number));
        application.store->create(fractal);
        (void)application.store->complete(drawn(fractal));
    };
    finish(1);
    std::atomic<int> pages = 0;
    const ProbedPage page(
        application, R"js(
        const link = document.querySelector('a.picture');
        link.focus();
        new MutationObserver(() => {
          document.body.dataset.at = document.activeElement === link ? 'the same link' : 'another place';
        }).observe(document.getElementById('gallery'), {childList: true, subtree: true});)js",
        [&](const common::httpd::Request& request) -> std::optional<common::httpd::Response> {
            if (request.path == "/" && ++pages == 2) finish(2);
            return std::nullopt;
        });
    const auto shown = browse(page.url(), {"--dump-dom"});
    ASSERT_TRUE(shown.ok()) << shown.error;
    EXPECT_THAT(shown.output, testing::HasSubstr("2 fractals"));
    EXPECT_THAT(shown.output, testing::HasSubstr("/fractal/" + numbered_uuid(2)));
    EXPECT_THAT(shown.output, testing::HasSubstr("data-at=\"the same link\""));
}

TEST_F(BrowserTest, SaysHowManyNewFractalsThereAre) {
    const Application application(files.database_url());
    std::atomic<int> orders = 0;
    const ProbedPage page(
        application, "document.getElementById('order').requestSubmit();",
        [&](const common::httpd::Request& request) -> std::optional<common::httpd::Response> {
            if (request.method != "POST" || ++orders < 3) return std::nullopt;
            return common::httpd::Response{.status = 503, .body = R"({"message":"no room"})"};
        });
    const auto shown = browse(page.url(), {"--dump-dom"});
    ASSERT_TRUE(shown.ok()) << shown.error;
    EXPECT_THAT(shown.output, testing::HasSubstr(">2 of 3 new fractals: no room</output>"));
    EXPECT_THAT(shown.output, testing::HasSubstr("class=\"queued\""));
}

}  // namespace
}  // namespace faafo::tests
