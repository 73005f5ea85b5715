#include "common/process/process.hpp"

#include <gtest/gtest.h>

namespace process = common::process;

TEST(Run, KeepsOutputErrorAndStatusApart) {
    const auto result =
        process::run({.arguments = {"sh", "-c", "cat; echo bad >&2; exit 3"}, .input = "hello"});
    EXPECT_EQ(result.output, "hello");
    EXPECT_EQ(result.error, "bad\n");
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_FALSE(result.ok());
}
