// What is borne, and for how long: an API that is away, something that is still in use, a zone that has no room.
#include "deploy/cli/outage.hpp"

#include <gmock/gmock.h>

#include "deploy/apply/lingering.hpp"
#include "deploy/apply/server.hpp"
#include "deploy/cli/reach.hpp"
#include "deploy/tests/offline_context.hpp"

namespace deploy {
namespace {

using openstack::Conflict;
using openstack::ServiceUnavailable;
using openstack::TransportError;
using std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Bearing : public ::testing::Test {
  protected:
    Bearing() { context_.options.patience = std::chrono::seconds(3); }
    auto says() {
        return [this](const std::string& line, bool) { said_.push_back(line); };
    }
    const StepReport report_ = [this](const std::string& line) { said_.push_back(line); };

    Context context_ = offline_context();
    std::vector<std::string> said_;
};

TEST(MayPass, IsWhatTheServerSideMends) {
    EXPECT_TRUE(may_pass(ServiceUnavailable("away", {.status = 503})));
    EXPECT_TRUE(may_pass(ServiceUnavailable("away", {.status = 504})));
    EXPECT_FALSE(may_pass(ServiceUnavailable("broken", {.status = 500}))) << "the same request fails again";
    EXPECT_TRUE(may_pass(TransportError("refused", {.retryable = true})));
    EXPECT_FALSE(may_pass(TransportError("cut off in a POST", {.retryable = false})));
    EXPECT_FALSE(may_pass(Conflict("taken", {.status = 409})));
}

TEST_F(Bearing, TheWorkIsBegunAnewUntilItSucceeds) {
    int attempts = 0;
    EXPECT_EQ(through_outages(context_, says(),
                              [&] {
                                  if (++attempts == 1)
                                      throw ServiceUnavailable("GET x: 503", {.status = 503});
                                  return attempts;
                              }),
              2);
    ASSERT_EQ(said_.size(), 1U);
    EXPECT_THAT(said_.front(),
                HasSubstr("GET x: 503. Going on in 1 s; giving up if that lasts 3 s (--patience)"));
}

TEST_F(Bearing, TheSameIsNotToldInFullAgain) {
    context_.options.patience = std::chrono::minutes(1);
    int attempts = 0;
    through_outages(context_, says(), [&] {
        if (++attempts < 3) throw ServiceUnavailable("GET x: 503", {.status = 503});
    });
    ASSERT_EQ(said_.size(), 2U);
    EXPECT_THAT(said_.back(), ::testing::MatchesRegex("No better for [0-9]+ s; again in [0-9]+ s"));
}

TEST_F(Bearing, ACloudThatWasNeverThereIsNamedWithWhatToDo) {
    context_.options.patience = std::chrono::seconds(0);
    try {
        reach(context_, says());
        ADD_FAILURE() << "somebody answered";
    } catch (const TransportError& error) {
        EXPECT_THAT(explained(error).what(),
                    ::testing::AllOf(HasSubstr("nothing listens at 127.0.0.1:1. Is the cloud up?"),
                                     HasSubstr("`localcloud up`")));
    }
    const TransportError cut_off("cut off", {.url = "no address"});
    EXPECT_STREQ(explained(cut_off).what(), "cut off");
}

TEST_F(Bearing, AnOutageThatLastsIsTheLastWord) {
    int attempts = 0;
    const auto begin = steady_clock::now();
    const auto always_away = [&] {
        ++attempts;
        throw ServiceUnavailable("GET x: 503", {.status = 503});
    };
    EXPECT_THROW(through_outages(context_, says(), always_away), ServiceUnavailable);
    EXPECT_EQ(attempts, 2) << "after 1 s; the next would be after 3";
    EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(3));
    ASSERT_FALSE(said_.empty());
    EXPECT_THAT(said_.back(), HasSubstr("giving up"));
}

TEST_F(Bearing, ACloudThatAsksForMoreTimeThanThereIsIsNotWaitedFor) {
    const auto away = [] {
        throw ServiceUnavailable("GET x: 503", {.status = 503, .retry_after = std::chrono::seconds(60)});
    };
    const auto begin = steady_clock::now();
    EXPECT_THROW(through_outages(context_, says(), away), ServiceUnavailable);
    EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST_F(Bearing, AnInterruptEndsTheWait) {
    std::stop_source source;
    context_.stop = source.get_token();
    const auto away = [&] {
        source.request_stop();
        throw ServiceUnavailable("GET x: 503", {.status = 503});
    };
    EXPECT_THROW(through_outages(context_, says(), away), openstack::Cancelled);
}

TEST_F(Bearing, WhatIsInUseIsAskedForAgain) {
    const Conflict in_use("DELETE port: 409", {.status = 409, .service_message = "Port x is still in use."});
    int attempts = 0;
    while_in_use(context_, "the port of 'app-api-1'", report_, {}, Refusals::of_use, [&] {
        if (++attempts < 3) throw in_use;
    });
    EXPECT_EQ(attempts, 3);
    EXPECT_THAT(said_, ElementsAre("still in use", "still in use"));
    EXPECT_THROW(while_in_use(context_, "it", report_, {}, Refusals::of_use,
                              [] { throw Conflict("409", {.service_message = "another name, please"}); }),
                 Conflict)
        << "that does not pass";

    context_.options.patience = std::chrono::seconds(0);
    try {
        while_in_use(context_, "the port of 'app-api-1'", report_, {}, Refusals::all, [&] { throw in_use; });
        ADD_FAILURE() << "it waits for ever";
    } catch (const Conflict& error) {
        EXPECT_THAT(error.what(), HasSubstr("the port of 'app-api-1' was still in use after 0 s"));
        EXPECT_THAT(error.what(), HasSubstr("--patience"));
    }
}

TEST(NextZone, IsOneThatWasNotTried) {
    EXPECT_EQ(next_zone({"north", "south", "west"}, {"north"}), "south");
    EXPECT_EQ(next_zone({"north", "south"}, {""}), "north") << "where it was is not known";
    EXPECT_EQ(next_zone({"north", "south"}, {"north", "south"}), "") << "the scheduler may know better";
    EXPECT_EQ(next_zone({"nova"}, {"nova"}), "");
    EXPECT_EQ(next_zone({}, {}), "");
}

}  // namespace
}  // namespace deploy
