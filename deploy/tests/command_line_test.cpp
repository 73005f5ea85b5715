#include "deploy/cli/command_line.hpp"

#include <gtest/gtest.h>

namespace deploy {
namespace {

const Program one_instance{.name = "fractals", .names = {{"instance-name", "all-in-one", "its name"}}};
const Program many_instances{.name = "scaling_fractals",
                             .names = {{"api-name", "app-api", "name of the APIs"}},
                             .has_services = true,
                             .usual_counts = Counts{.apis = 2, .workers = 3}};

std::optional<CommandLine> parse(std::vector<std::string> words, int* status = nullptr,
                                 const Program& program = one_instance) {
    words.insert(words.begin(), program.name);
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    int exit_status = -1;
    auto line =
        parse_command_line(program, static_cast<int>(arguments.size()), arguments.data(), exit_status);
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

TEST(CommandLine, EveryNameIsAnOption) {
    EXPECT_EQ(parse({})->options.names.at("instance-name"), "all-in-one");
    EXPECT_EQ(parse({"--name", "blue"})->options.names.at("instance-name"), "blue-all-in-one");
    EXPECT_EQ(parse({"--name", "blue", "--instance-name", "one"})->options.names.at("instance-name"), "one");
}

TEST(CommandLine, CountsBelongToProgramsThatHaveThem) {
    const auto line = parse({"--api", "4", "deploy", "--workers", "0"}, nullptr, many_instances);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->options.apis, 4);
    EXPECT_EQ(line->options.workers, 0);
    EXPECT_FALSE(parse({}, nullptr, many_instances)->options.apis);
    int status = -1;
    EXPECT_FALSE(parse({"--api", "0"}, &status, many_instances));
    EXPECT_EQ(status, 2);
    EXPECT_FALSE(parse({"--workers", "2"}, &status));
    EXPECT_EQ(status, 2);
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

TEST(CommandLine, ScalingNeedsToKnowWhatTo) {
    const auto line = parse({"scale", "--workers", "5"}, nullptr, many_instances);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->operation, Operation::scale);
    EXPECT_EQ(line->options.workers, 5);
    EXPECT_FALSE(line->options.apis);

    int status = 0;
    EXPECT_FALSE(parse({"scale"}, &status, many_instances));
    EXPECT_EQ(status, 2);
    EXPECT_FALSE(parse({"scale", "--workers", "5"}, &status, one_instance)) << "nothing there to scale";
    EXPECT_EQ(status, 2);
}

}  // namespace
}  // namespace deploy
