#include "deploy/apply/application_status.hpp"

#include <gtest/gtest.h>

namespace deploy {
namespace {

TEST(ApplicationStatus, SaysWhatWaitsAndWhoDrewWhat) {
    const auto status = parse_application_status(
        R"({"fractals": 9, "queued": 2, "drawing": 1, "done": 5, "failed": 1, "workers": {"app-worker-1": 5}})");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->fractals, 9);
    EXPECT_EQ(status->backlog(), 3);
    EXPECT_EQ(status->done, 5);
    EXPECT_EQ(status->drawn_by.at("app-worker-1"), 5);
}

TEST(ApplicationStatus, SaysWhatIsWrongWithTheQueue) {
    EXPECT_EQ(parse_application_status(R"({"fractals": 1, "queue": "ok"})")->queue_trouble, "");
    EXPECT_EQ(parse_application_status(R"({"fractals": 1, "queue": "no broker"})")->queue_trouble,
              "no broker");
}

TEST(ApplicationStatus, WhatIsMissingIsUnknownAndNotZero) {
    const auto status = parse_application_status(R"({"fractals": 9})");
    ASSERT_TRUE(status);
    EXPECT_FALSE(status->backlog());
    EXPECT_FALSE(status->done);
    EXPECT_TRUE(status->drawn_by.empty());
}

TEST(ApplicationStatus, AnythingElseIsNoAnswer) {
    for (const auto* text :
         {"", "[]", "null", "{", R"({"fractals": "9"})", "<html></html>", R"({"workers": {}})"})
        EXPECT_FALSE(parse_application_status(text)) << text;
    const auto odd =
        parse_application_status(R"({"fractals": 1, "workers": {"a": "b", "c": 2}, "done": []})");
    ASSERT_TRUE(odd);
    EXPECT_EQ(odd->drawn_by.size(), 1U);
}

}  // namespace
}  // namespace deploy
