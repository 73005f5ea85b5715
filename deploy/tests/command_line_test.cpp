#include "deploy/cli/command_line.hpp"

#include <gtest/gtest.h>

namespace deploy {
namespace {

std::optional<CommandLine> parse(std::vector<std::string> words, int* status = nullptr) {
    words.insert(words.begin(), "fractals");
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    int exit_status = -1;
    auto line =
        parse_command_line("fractals", "", static_cast<int>(arguments.size()), arguments.data(), exit_status);
    if (status != nullptr) *status = exit_status;
    return line;
}

TEST(CommandLine, DeploysWhenNothingElseIsSaid) {
    const auto line = parse({});
    ASSERT_TRUE(line);
    EXPECT_EQ(line->operation, Operation::deploy);
    EXPECT_EQ(line->options.deployment, "fractals");
    EXPECT_EQ(line->options.keypair, "demokey");
    EXPECT_TRUE(line->options.first_fractals);
}

TEST(CommandLine, AnotherDeploymentHasAKeypairOfItsOwn) {
    EXPECT_EQ(parse({"--name", "blue"})->options.keypair, "blue-demokey");
    EXPECT_EQ(parse({"--name", "blue", "--keypair", "mine"})->options.keypair, "mine");
}

TEST(CommandLine, OptionsMayStandBeforeOrAfterTheCommand) {
    EXPECT_TRUE(parse({"--json", "status"})->options.json);
    const auto line = parse({"status", "--json", "--timeout", "90s"});
    EXPECT_TRUE(line->options.json);
    EXPECT_EQ(line->operation, Operation::status);
    EXPECT_EQ(line->options.timeout, std::chrono::seconds(90));
    EXPECT_EQ(parse({"--timeout", "2m"})->options.timeout, std::chrono::minutes(2));
}

TEST(CommandLine, WrongWordsEndWithTwo) {
    int status = -1;
    EXPECT_FALSE(parse({"deplyo"}, &status));
    EXPECT_EQ(status, 2);
    EXPECT_FALSE(parse({"--package-url", "http://mirror.example/faafo.tar.gz"}, &status));
    EXPECT_EQ(status, 2);
    EXPECT_FALSE(parse({"--help"}, &status));
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace deploy
