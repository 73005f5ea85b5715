#include <gtest/gtest.h>

#include "sdk/src/resource/time.hpp"

using namespace std::chrono;
using openstack::Time;
using openstack::resource::format_time;
using openstack::resource::parse_time;

namespace {
const Time moment = sys_days(year(2026) / 11 / 22) + hours(10) + minutes(54) + seconds(11);
}

TEST(Times, AreReadInAllSpellings) {
    EXPECT_EQ(parse_time("2026-11-22T10:54:11Z"), moment);
    EXPECT_EQ(parse_time("2026-11-22T10:54:11"), moment) << "Nova leaves the Z out in places";
    EXPECT_EQ(parse_time("2026-11-22 10:54:11"), moment);
    EXPECT_EQ(parse_time("2026-11-22T10:54:11.000000"), moment);
    EXPECT_EQ(parse_time("2026-11-22T10:54:11.25Z"), moment + milliseconds(250));
    EXPECT_EQ(parse_time("2026-11-22T10:54:11.123456789Z"), moment + microseconds(123456));
    EXPECT_EQ(parse_time("2026-11-22T12:54:11+02:00"), moment);
    EXPECT_EQ(parse_time("2026-11-22T05:24:11-0530"), moment);
    EXPECT_EQ(parse_time("2012-07-20T10:00:00-00:00"), sys_days(year(2012) / 7 / 20) + hours(10));
    EXPECT_EQ(parse_time("Sun, 22 Nov 2026 10:54:11 GMT"), moment);
    EXPECT_EQ(parse_time("2026-11-22"), sys_days(year(2026) / 11 / 22));
}

TEST(Times, ThatAreNoneAreRefused) {
    for (const char* text :
         {"", "now", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T25:00:00Z",
          "2026-11-22T10:54:11.Z", "2026-11-22T10:54:11ZZ", "2026-11-22T10:5", "-026-11-22T10:54:11Z",
          "Sun, 22 Foo 2026 10:54:11 GMT", "Sun, 22 Nov 2026", "2026-11-22T10:54:11+"}) {
        EXPECT_FALSE(parse_time(text)) << text;
    }
}

TEST(Times, AreWrittenAsTheyAreRead) {
    EXPECT_EQ(format_time(moment), "2026-11-22T10:54:11Z");
    EXPECT_EQ(format_time(moment + microseconds(1)), "2026-11-22T10:54:11.000001Z");
    EXPECT_EQ(format_time(Time(microseconds(-1))), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(parse_time(format_time(moment + microseconds(7))), moment + microseconds(7));
}
