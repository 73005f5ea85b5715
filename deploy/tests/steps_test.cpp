#include "deploy/apply/steps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <mutex>
#include <openstack/error.hpp>
#include <thread>

namespace deploy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Steps : public ::testing::Test {
  protected:
    Step step(const std::string& title, std::vector<std::size_t> after = {}) {
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
    [[nodiscard]] std::string shown() const {
        constexpr std::size_t most = 10'000;
        std::string text(most, '\0');
        // Not through the stream, whose position is the writer's.
        const auto count = pread(fileno(sink_), text.data(), most, 0);
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        return text;
    }

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

TEST_F(Steps, AnInterruptedOneHasNotFailed) {
    std::stop_source outside;
    const Step waits{.title = "server", .run = [&](const auto&, auto) -> StepResult {
                         outside.request_stop();
                         throw openstack::Cancelled("stopped");
                     }};
    EXPECT_THROW(run({waits}, outside.get_token()), openstack::Cancelled);
    EXPECT_THAT(shown(), HasSubstr("server: interrupted\n"));
    EXPECT_THAT(shown(), Not(HasSubstr("failed")));
}

TEST_F(Steps, WhatTakesLongIsSaidNowAndThen) {
    const Step boots{
        .title = "server boots", .run = [&](const auto& report, auto) -> StepResult {
            report("BUILD, spawning");
            const auto is_said = [&] {
                return shown().find("still waiting for: server boots, since 0 s (BUILD, spawning)") !=
                       std::string::npos;
            };
            for (int i = 0; i < 1000 && !is_said(); ++i)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            return {};
        }};
    common::tty::Progress progress(sink_, false);
    run_steps({boots, step("later", {0})}, progress, {}, 8, std::chrono::milliseconds(20));
    EXPECT_THAT(shown(), HasSubstr("still waiting for: server boots, since 0 s (BUILD, spawning)\n"));
    EXPECT_THAT(shown(), Not(HasSubstr("still waiting for: later")));
}

}  // namespace
}  // namespace deploy
