#include "deploy/cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace deploy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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

/// What is printed about words that are wrong.
std::string complaint(std::vector<std::string> words, const Program& program = one_instance) {
    int status = -1;
    ::testing::internal::CaptureStderr();
    const auto line = parse(std::move(words), &status, program);
    auto said = ::testing::internal::GetCapturedStderr();
    EXPECT_FALSE(line) << said;
    EXPECT_EQ(status, 2) << said;
    return said;
}

TEST(CommandLine, ANameIsJudgedBeforeAnythingIsMade) {
    for (const auto& name : {std::string(), std::string("my app"), std::string("ü"), std::string("a/b"),
                             std::string("-a"), std::string(49, 'x')})
        EXPECT_THAT(complaint({"destroy", "--name", name}), HasSubstr("cannot be a deployment's name"))
            << name;
    EXPECT_TRUE(parse({"--name", "Blue_2.test-a"}));
    EXPECT_TRUE(parse({"--name", std::string(48, 'x')}));
}

TEST(CommandLine, AZoneIsJudgedBeforeItIsRemembered) {
    for (const auto* zone : {"bad zone", "", ".", "a..b.", "-a.org", "a.org.."})
        EXPECT_THAT(complaint({"--balance", "dns", "--zone", zone}, many_instances),
                    HasSubstr("is no name of a DNS zone"))
            << zone;
    EXPECT_TRUE(parse({"--zone", "fractals.example.org."}, nullptr, many_instances));
    EXPECT_TRUE(parse({"--zone", "fractals.example.org"}, nullptr, many_instances));
}

TEST(CommandLine, WhatIsWrongIsNamed) {
    EXPECT_THAT(complaint({"foo"}), AllOf(HasSubstr("there is no command 'foo'"), HasSubstr("deploy"),
                                          HasSubstr("destroy"), Not(HasSubstr("scale"))));
    EXPECT_THAT(complaint({"status", "foo"}), AllOf(HasSubstr("foo"), Not(HasSubstr("no command"))));
    EXPECT_THAT(complaint({"logs", "--lines", "x"}), AllOf(HasSubstr("--lines"), HasSubstr("x")));
    EXPECT_LT(complaint({"logs", "--lines", "x"}).size(), 200U);
    for (const auto* time : {"0s", "-1s"})
        EXPECT_THAT(complaint({"--timeout", time}), AllOf(HasSubstr("--timeout"), HasSubstr("1s or more")))
            << time;
    EXPECT_EQ(parse({"--patience", "0s"})->options.patience, std::chrono::seconds(0));
}

TEST(CommandLine, AWrongOneIsSaidInJSONToo) {
    ::testing::internal::CaptureStdout();
    (void)complaint({"foo", "--json"});
    EXPECT_THAT(::testing::internal::GetCapturedStdout(),
                HasSubstr(R"({"error":{"message":"there is no command 'foo')"));
    EXPECT_THAT(complaint({"ssh", "--json"}), HasSubstr("--command"));
    EXPECT_TRUE(parse({"ssh", "--json", "-c", "true"}));
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
