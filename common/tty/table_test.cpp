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

TEST(Table, BreaksCellsWhereThereIsNoRoom) {
    EXPECT_EQ(tty::table({{"Name"}, {"Why"}}, {{"app", "there is none"}, {"x", "0123456789abc"}}, 20),
              "+------+-----------+\n"
              "| Name | Why       |\n"
              "+------+-----------+\n"
              "| app  | there is  |\n"
              "|      | none      |\n"
              "| x    | 012345678 |\n"
              "|      | 9abc      |\n"
              "+------+-----------+\n");
    EXPECT_EQ(tty::table({{"Name"}, {"Why"}}, {{"all-in-one", "it is there"}}, 25),
              "+------------+----------+\n"
              "| Name       | Why      |\n"
              "+------------+----------+\n"
              "| all-in-one | it is    |\n"
              "|            | there    |\n"
              "+------------+----------+\n")
        << "the other column has words to break between";
    EXPECT_EQ(tty::table({{"A"}}, {{"日本"}}, 8), "+------+\n| A    |\n+------+\n| 日本 |\n+------+\n");
    EXPECT_EQ(tty::table({{"A"}}, {{"日本語"}}, 8),
              "+------+\n| A    |\n+------+\n| 日本 |\n| 語   |\n+------+\n");
    EXPECT_EQ(tty::table({{"A"}}, {{"12345"}}, 1), tty::table({{"A"}}, {{"1234\n5"}})) << "less is no table";
}

TEST(ValidUtf8, LeavesEverythingElseAlone) {
    EXPECT_EQ(tty::valid_utf8("\x1b[1m\té\n\xff"), "\x1b[1m\té\n\\xff");
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
