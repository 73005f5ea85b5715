#include "common/command_line/command_line.hpp"

#include <gmock/gmock.h>

#include <array>

namespace common::command_line {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::internal::CaptureStderr;
using testing::internal::CaptureStdout;
using testing::internal::GetCapturedStderr;
using testing::internal::GetCapturedStdout;

template <typename Act>
std::string complaint(const Act& act) {
    try {
        act();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "none";
}

TEST(CommandLine, FillsVariablesOfEveryKind) {
    CommandLine line("A test.", "test");
    std::string text;
    std::vector<std::string> words;
    std::filesystem::path folder;
    int number = 7;
    std::optional<double> fraction;
    bool flag = false;
    std::string taken;
    line.option("--text", text, "");
    line.option("words", words, "");
    line.option("--folder", folder, "");
    line.option("--number", number, "");
    line.option("-f,--fraction", fraction, "");
    line.option("--taken", [&](const std::string& value) { taken = value; }, "");
    line.flag("--flag", flag, "");
    line.parse({"--text", "a b", "-f", "-0.5", "--folder=/tmp", "--flag", "--taken", "x", "one", "two"});
    EXPECT_EQ(text, "a b");
    EXPECT_THAT(words, ElementsAre("one", "two"));
    EXPECT_EQ(folder, "/tmp");
    EXPECT_EQ(number, 7) << "what is not given stays as it is";
    EXPECT_EQ(fraction, -0.5);
    EXPECT_TRUE(flag);
    EXPECT_EQ(taken, "x");
}

TEST(CommandLine, NumbersAreWhatTheirDigitsSay) {
    std::uint16_t port = 0;
    std::optional<std::int64_t> size;
    int change = 0;
    const auto given = [&](const std::vector<std::string>& arguments) {
        CommandLine line("A test.", "test");
        line.option("--port", port, "");
        line.option("--size", size, "");
        line.option("--change", change, "");
        return complaint([&] { line.parse(arguments); });
    };
    EXPECT_EQ(given({"--port", "0400", "--size", "9223372036854775807", "--change", "-08"}), "none");
    EXPECT_EQ(port, 400) << "not octal";
    EXPECT_EQ(size, 9223372036854775807);
    EXPECT_EQ(change, -8);
    EXPECT_THAT(given({"--port", "65536"}), HasSubstr("--port: must be from 0 to 65535"));
    EXPECT_THAT(given({"--port", "-1"}), HasSubstr("--port: must be from 0"));
    EXPECT_THAT(given({"--size", "99999999999999999999"}), HasSubstr("--size: must be from"));
    EXPECT_THAT(given({"--change", "-2147483649"}), HasSubstr("--change"));
    for (const char* wrong : {"0x10", "1e3", "3.5", "many", "4 ", ""})
        EXPECT_THAT(given({"--size", wrong}), HasSubstr("--size")) << wrong;
}

TEST(CommandLine, RefusesWhatTheChecksDoNotAllow) {
    const auto given = [](const std::vector<std::string>& arguments) {
        CommandLine line("A test.", "test");
        std::string method;
        std::string name;
        int count = 1;
        double seconds = 1;
        const Option by_method = line.option("--method", method, "").one_of({"dns", "none"});
        line.option("--count", count, "").range(1, 3);
        line.option("--seconds", seconds, "").positive();
        line.option("--name", name, "")
            .check([](const std::string& value) { return value == "no" ? "not that one" : std::string(); })
            .excludes(by_method);
        return complaint([&] { line.parse(arguments); });
    };
    EXPECT_EQ(given({"--method", "dns", "--count", "3", "--seconds", "0.1"}), "none");
    EXPECT_THAT(given({"--method", "rain"}), HasSubstr("--method"));
    EXPECT_THAT(given({"--count", "4"}), HasSubstr("--count"));
    EXPECT_THAT(given({"--count", "many"}), HasSubstr("--count"));
    EXPECT_THAT(given({"--seconds", "0"}), HasSubstr("--seconds"));
    EXPECT_THAT(given({"--name", "no"}), HasSubstr("not that one"));
    EXPECT_THAT(given({"--name", "yes", "--method", "dns"}), HasSubstr("excludes"));
    EXPECT_THAT(given({"--unknown"}), HasSubstr("--unknown"));
}

TEST(CommandLine, RunsTheSubcommandThatWasChosen) {
    CommandLine line("A test.", "test");
    line.require_subcommand();
    line.options_anywhere();
    bool loud = false;
    const Option flag = line.flag("--loud", loud, "");
    std::string done;
    const Command draw = line.subcommand("draw", "");
    draw.on_chosen([&] { done += "drawn"; });
    const Command erase = line.subcommand("erase", "");
    erase.on_chosen([&] { throw UsageError("--what", "is missing"); });

    EXPECT_EQ(complaint([&] { line.parse({"draw", "--loud"}); }), "none");
    EXPECT_EQ(done, "drawn");
    EXPECT_TRUE(draw.chosen());
    EXPECT_FALSE(erase.chosen());
    EXPECT_TRUE(flag.given());
    EXPECT_TRUE(loud);
    EXPECT_EQ(complaint([&] { line.parse({"erase"}); }), "--what: is missing");
    EXPECT_NE(complaint([&] { line.parse(std::vector<std::string>{}); }), "none");
}

TEST(CommandLine, PrintsHelpVersionAndComplaintsAndSaysWhatToEndWith) {
    CommandLine line("Does it well.", "test");
    int number = 7;
    line.option("--number", number, "how many").type_name("N").show_default();
    line.version("test 1.2");
    line.flag("--secret", [] {}, "between us").hide();
    line.footer("That was all.");

    const std::array<const char*, 2> help{"test", "--help"};
    CaptureStdout();
    EXPECT_EQ(line.parse(help.size(), help.data()), 0);
    const std::string text = GetCapturedStdout();
    for (const char* part : {"Does it well.", "--number N", "7", "how many", "That was all."})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(text, testing::Not(HasSubstr("--secret")));

    const std::array<const char*, 2> version{"test", "--version"};
    CaptureStdout();
    EXPECT_EQ(line.parse(version.size(), version.data()), 0);
    EXPECT_EQ(GetCapturedStdout(), "test 1.2\n");

    const std::array<const char*, 3> wrong{"test", "--number", "x"};
    CaptureStderr();
    EXPECT_EQ(line.parse(wrong.size(), wrong.data()), 2);
    EXPECT_THAT(GetCapturedStderr(), HasSubstr("--number"));

    const std::array<const char*, 3> right{"test", "--number", "8"};
    EXPECT_EQ(line.parse(right.size(), right.data()), std::nullopt);
    EXPECT_EQ(number, 8);
}

}  // namespace
}  // namespace common::command_line
