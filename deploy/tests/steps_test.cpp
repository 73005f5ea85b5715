#include "deploy/apply/steps.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <mutex>
#include <openstack/error.hpp>

namespace deploy {
namespace {

class Steps : public ::testing::Test {
  protected:
    Step step(std::string title, std::vector<std::size_t> after = {}) {
        return {
            .title = title, .after = std::move(after), .run = [this, title](const auto&, auto) -> StepResult {
                const std::scoped_lock lock(mutex_);
                order_.push_back(title);
                return {};
            }};
    }
    void run(const std::vector<Step>& steps, std::stop_token stop = {}) {
        common::tty::Progress progress(sink_, false);
        run_steps(steps, progress, std::move(stop));
    }
    ~Steps() override { std::fclose(sink_); }

    std::FILE* sink_ = std::tmpfile();
    std::mutex mutex_;
    std::vector<std::string> order_;
};

TEST_F(Steps, RunInTheOrderOfTheirDependencies) {
    run({step("a"), step("b", {0}), step("c", {1}), step("d", {0, 2})});
    EXPECT_EQ(order_, (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST_F(Steps, RunSideBySideWhereNothingHoldsThemBack) {
    std::barrier together(3);
    const auto meets = [&](const auto&, auto) -> StepResult {
        together.arrive_and_wait();  // ends only when all three are running
        return {};
    };
    run({{.title = "a", .run = meets}, {.title = "b", .run = meets}, {.title = "c", .run = meets}});
}

TEST_F(Steps, AFailureStopsWhatWaitsForItAndIsThrown) {
    const Step fails{.title = "fails",
                     .run = [](const auto&, auto) -> StepResult { throw openstack::Conflict("taken"); }};
    EXPECT_THROW(run({fails, step("never", {0})}), openstack::Conflict);
    EXPECT_TRUE(order_.empty());
}

TEST_F(Steps, AFailureAsksTheOthersToStop) {
    std::barrier both(2);
    const Step waits{.title = "waits", .run = [&](const auto&, std::stop_token stop) -> StepResult {
                         both.arrive_and_wait();
                         while (!stop.stop_requested())
                             std::this_thread::yield();
                         throw openstack::Cancelled("stopped");
                     }};
    const Step fails{.title = "fails", .run = [&](const auto&, auto) -> StepResult {
                         both.arrive_and_wait();
                         throw openstack::NotFound("no such image");
                     }};
    EXPECT_THROW(run({waits, fails}), openstack::NotFound);
}

TEST_F(Steps, AStopFromOutsideIsCancelled) {
    std::stop_source outside;
    const Step stops{.title = "stops", .run = [&](const auto&, auto) -> StepResult {
                         outside.request_stop();
                         return {};
                     }};
    EXPECT_THROW(run({stops, step("never", {0})}, outside.get_token()), openstack::Cancelled);
    EXPECT_TRUE(order_.empty());
}

}  // namespace
}  // namespace deploy
