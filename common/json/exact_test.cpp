#include "common/json/exact.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <random>

namespace common::json {
namespace {

boost::json::value read(std::string_view text) {
    boost::system::error_code error;
    auto value = parse(text, error);
    EXPECT_FALSE(error) << text << ": " << error.message();
    return value;
}

TEST(ExactJson, EveryDoubleComesBackToTheLastBit) {
    std::mt19937_64 random(20061122);
    for (int i = 0; i < 20000; ++i) {
        const auto number = std::bit_cast<double>(random());
        if (!std::isfinite(number)) continue;
        std::array<char, 40> text{};
        const auto end =
            std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::scientific);
        const std::string_view written(text.data(), end.ptr);
        const auto back = read(written).to_number<double>();
        EXPECT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(number)) << written;
    }
}

TEST(ExactJson, ShortDecimalsAreTheDoublesThatACompilerMakesOfThem) {
    EXPECT_EQ(read("0.8528437475699002"), 0.8528437475699002);
    EXPECT_EQ(read("[-2.0565056625408102, 3.4840280548716427]").at(0), -2.0565056625408102);
    EXPECT_EQ(read("[-2.0565056625408102, 3.4840280548716427]").at(1), 3.4840280548716427);
    EXPECT_TRUE(std::signbit(read("-0.0").as_double()));
    EXPECT_EQ(read("1e5").as_double(), 1e5);
}

TEST(ExactJson, AllElseIsAsBoostReadsIt) {
    for (const auto* text :
         {"null", "true", " {} ", "[]", "0", "-1", "9223372036854775807", "18446744073709551615",
          "\"a\\u00e4\\n\"", R"({"a": [1, {"b": "c", "d": null}], "a2": "", "e": false})",
          "\"\\ud83d\\ude00\""})
        EXPECT_EQ(read(text), boost::json::parse(text)) << text;
}

TEST(ExactJson, WhatIsNoJsonIsAnError) {
    for (const auto* text : {"", "{", "[1,]", "nul", "{} {}", "1.", "-", "NaN", "\"", "[1 2]", "\xff"}) {
        boost::system::error_code error;
        EXPECT_TRUE(parse(text, error).is_null()) << text;
        EXPECT_TRUE(error.failed()) << text;
    }
    boost::system::error_code error;
    (void)parse("[[[1]]]", error, 2);
    EXPECT_TRUE(error.failed());
}

TEST(ExactJson, HasSoManyValuesAndNoMore) {
    constexpr std::size_t most = 4;
    for (const auto* text :
         {"[1,2,3]", "[[],{},[]]", R"({"a":"b","c":1.5,"d":null})", "[true,[18446744073709551615]]"}) {
        boost::system::error_code error;
        EXPECT_FALSE(parse(text, error, 8, most).is_null()) << text;
        EXPECT_FALSE(error) << text;
        (void)parse(text, error, 8, most - 1);
        EXPECT_TRUE(error.failed()) << text;
    }
}

TEST(ExactJson, BeyondAllDoublesIsInfiniteOrZero) {
    EXPECT_TRUE(std::isinf(read("1e400").as_double()));
    EXPECT_EQ(read("1e-400").as_double(), 0.0);
}

}  // namespace
}  // namespace common::json
