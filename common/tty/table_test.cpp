#include <gtest/gtest.h>

#include "common/tty/progress.hpp"

namespace tty = common::tty;

namespace {

TEST(Table, DrawsAsOpenstackDoes) {
    EXPECT_EQ(tty::table({{"ID"}, {"Size", tty::Align::right}, {"OK", tty::Align::centre}},
                         {{"1", "10", "y"}, {"second", "7", "n"}, {"x"}}),
              "+--------+------+----+\n"
              "| ID     | Size | OK |\n"
              "+--------+------+----+\n"
              "| 1      |   10 | y  |\n"
              "| second |    7 | n  |\n"
              "| x      |      |    |\n"
              "+--------+------+----+\n");
    EXPECT_EQ(tty::table({{"A"}}, {}), "+---+\n| A |\n+---+\n+---+\n");
    EXPECT_THROW((void)tty::table({{"A"}}, {{"1", "2"}}), std::invalid_argument);
}

TEST(Table, CountsColumnsNotBytesAndKeepsLines) {
    EXPECT_EQ(tty::table({{"N"}}, {{"é"}, {"日本"}, {"e\u0301"}, {"a\nbc"}, {"\x1b[2J"}}),
              "+---------+\n"
              "| N       |\n"
              "+---------+\n"
              "| é       |\n"
              "| 日本    |\n"
              "| e\u0301       |\n"
              "| a       |\n"
              "| bc      |\n"
              "| \\x1b[2J |\n"
              "+---------+\n");
}

TEST(Printable, MakesVisibleWhatDrivesTheTerminal) {
    EXPECT_EQ(tty::printable("plain é 日本 🎉"), "plain é 日本 🎉");
    EXPECT_EQ(tty::printable("\x1b]0;title\x07\r\n\t\x7f"), "\\x1b]0;title\\x07\\r\\n\\t\\x7f");
    EXPECT_EQ(tty::printable("\u009b31m"), "\\x9b31m");
    EXPECT_EQ(tty::printable("a\u202eb"), "a\\u202eb");
    EXPECT_EQ(tty::printable("\xff\xc3 \xe2\x82"), "\\xff\\xc3 \\xe2\\x82");
    EXPECT_EQ(tty::printable("\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80"),
              "\\xc0\\x80\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80");
    EXPECT_EQ(tty::printable(std::string_view("\0", 1)), "\\x00");
}

}  // namespace
