// One program's deployment as a user has it: its commands, its application, and what all three programs' stories check.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "acceptance/cloud/deployment_names.hpp"
#include "acceptance/cloud/leftovers.hpp"
#include "acceptance/cloud/story.hpp"
#include "acceptance/support/application.hpp"

namespace acceptance::cloud {

class Deployment {
  public:
    Deployment(const DeploymentName& name, std::vector<std::string> options);

    [[nodiscard]] const std::string& name() const { return name_; }
    /// "all-in-one" → what the instance is called here.
    [[nodiscard]] std::string instance(const std::string& usual) const { return name_ + "-" + usual; }
    /// The program with that command and the options that all of them take.
    common::process::Result run(const std::string& command, std::vector<std::string> more = {});
    /// The same, with what it says as JSON; fails unless it exits with `status`.
    boost::json::object json(const std::string& command, std::vector<std::string> more = {}, int status = 0);

    /// It was tried, and does not work.
    [[nodiscard]] bool has_failed() const { return was_tried_ && url_.empty(); }
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] Application application() const { return Application(url_); }

    // What the stories check, in their order. All of them fail the test that calls them.
    void plan_says_what_is_missing(std::size_t servers);
    void deploys(std::vector<std::string> options = {});
    /// Asks with `faafo`, as a user does, and through HTTP; all must be drawn by these workers.
    void draws(const std::set<std::string>& by);
    void pictures_are_our_renderers();
    void second_run_changes_nothing();
    void status_is_healthy();
    void console_tells(const std::string& instance, const std::string& text);
    void lets_one_in(const std::string& instance);
    void destroy_leaves_the_project_as_it_was();

  private:
    [[nodiscard]] static Belongings what_is_there();

    DeploymentName kind_;
    std::string name_;
    std::vector<std::string> options_;
    Belongings before_;
    bool was_tried_ = false;
    std::string url_;
};

/// What each deployment of this run is told to choose; with database and broker for the programs that have them.
[[nodiscard]] std::vector<std::string> deployment_options(bool with_services);

/// A story whose tests share one deployment, made by the first of them.
template <class Kind>
class DeploymentStory : public Story {
  protected:
    void SetUp() override {
        Story::SetUp();
        if (IsSkipped()) return;
        try {
            (void)suite().external_network();
        } catch (const NotOffered& reason) {
            GTEST_SKIP() << reason.what();
        }
        if (const auto reason =
                why_not("object storage", [] { (void)cloud().adapter("object-store").endpoint(call()); });
            !reason.empty() && suite().settings().package_url.empty())
            GTEST_SKIP() << reason
                         << ": say with --package-url where guests can fetch the application's package";
        if (!deployment_) deployment_ = std::make_unique<Deployment>(Kind::name, Kind::options());
        // What is left of a deployment that failed has to be removed like a whole one.
        const std::string_view test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
        if (deployment_->has_failed() && !test.starts_with("Destroy"))
            GTEST_SKIP() << "the deployment failed, see above";
    }
    static Deployment& deployment() { return *deployment_; }

  private:
    static std::unique_ptr<Deployment> deployment_;
};
template <class Kind>
std::unique_ptr<Deployment> DeploymentStory<Kind>::deployment_;

}  // namespace acceptance::cloud
