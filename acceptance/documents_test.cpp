// What the documents show is what the examples do, and the examples run.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "acceptance/support/embedded_cloud.hpp"
#include "deploy/tests/fake_package.hpp"

namespace acceptance {
namespace {

std::string read(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

/// The insides of fenced blocks of that language.
std::vector<std::string> blocks(const std::string& document, const std::string& language) {
    std::vector<std::string> found;
    const auto opening = "```" + language + "\n";
    for (auto at = document.find(opening); at != std::string::npos; at = document.find(opening, at)) {
        at += opening.size();
        found.push_back(document.substr(at, document.find("```", at) - at));
    }
    return found;
}

TEST(Documents, EveryPieceOfCppInTheGuideIsPartOfAnExample) {
    std::string examples;
    for (const auto& file : std::filesystem::directory_iterator(SOURCE_DIR "/sdk/examples"))
        if (file.path().extension() == ".cpp") examples += read(file.path());
    auto shown = blocks(read(SOURCE_DIR "/docs/guide/sdk.md"), "cpp");
    EXPECT_GE(shown.size(), 4U);
    for (auto& block : blocks(read(SOURCE_DIR "/README.md"), "cpp"))
        shown.push_back(std::move(block));
    EXPECT_GE(shown.size(), 6U);
    for (const auto& block : shown)
        EXPECT_NE(examples.find(block), std::string::npos) << block;
}

/// What a reader would type, line after line, as one shell script: the guide's own words, but for what only a person
/// can fill in or a terminal can give.
std::string typed_by_a_reader(const std::string& guide, const std::string& before = {}) {
    std::ostringstream script;
    script << "set -eu\n" << before;
    for (const auto& block : blocks(guide, "sh")) {
        std::istringstream lines(block);
        for (std::string line; std::getline(lines, line);) {
            if (line.find("mirror.example") != std::string::npos) continue;  // no such web server here
            if (const auto at = line.find("ADDRESS"); at != std::string::npos)
                line.replace(at, 7,
                             "$(fractals status --json | sed 's/.*\"url\":\"http:..\\([^\"]*\\)\".*/\\1/')");
            script << "echo '+'" << " && " << line << " </dev/null";
            if (line.find("fractals plan") != std::string::npos)
                script << " || [ $? = 3 ]";  // 3: something is missing, which is true
            script << "\n";
        }
    }
    script << "echo THE END\n";
    return script.str();
}

TEST(Guide, EveryCommandOfTheGuideToFractalsWorksInItsOrder) {
    const common::process::TemporaryDirectory home;
    const auto in_home = [&](std::vector<std::string> arguments, const std::string& input,
                             std::chrono::minutes timeout) {
        return common::process::run(
            {.arguments = std::move(arguments),
             .input = input,
             .environment = {{"HOME", home.path().string()},
                             {"XDG_STATE_HOME", (home.path() / "state").string()},
                             {"XDG_DATA_HOME", ""},
                             {"PATH", BUILD_DIR "/bin:/usr/sbin:/usr/bin:/sbin:/bin"}},
             .directory = home.path(),
             .timeout = timeout});
    };
    const auto result = in_home({"bash", "-s"}, typed_by_a_reader(read(SOURCE_DIR "/docs/guide/fractals.md")),
                                std::chrono::minutes(10));
    const auto ended = in_home({program("localcloud"), "reset", "--yes"}, "", std::chrono::minutes(1));
    EXPECT_EQ(result.exit_status, 0) << result.output << result.error;
    EXPECT_NE(result.output.find("THE END"), std::string::npos);
    EXPECT_EQ(ended.exit_status, 0) << ended.error;
}

/// On a cloud without machines nothing answers and nobody can log in; whatever else a reader types works there, too.
TEST(Guide, EveryCommandOfTheChaptersOnSplittingWorksInItsOrder) {
    const EmbeddedCloud cloud("fake");
    const auto package = (cloud.home() / "faafo-1.2.3-test.tar.gz").string();
    deploy::write_fake_package(package);
    for (const std::string chapter : {"micro_fractals", "scaling_fractals"}) {
        const auto without_machines = chapter + "() {\n  case $1 in\n    ssh) return 0 ;;\n" +
                                      "    status) command " + chapter + " \"$@\" || [ $? = 3 ] ;;\n" +
                                      "    *) command " + chapter + " \"$@\" --no-wait --package " + package +
                                      " ;;\n  esac\n}\n";
        auto command = cloud.command({"bash", "-s"});
        command.input =
            typed_by_a_reader(read(SOURCE_DIR "/docs/guide/" + chapter + ".md"), without_machines);
        command.environment["PATH"] = BUILD_DIR "/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        const auto result = common::process::run(command);
        EXPECT_EQ(result.exit_status, 0) << result.output << result.error;
        EXPECT_NE(result.output.find("Removed the deployment '" + chapter + "'"), std::string::npos)
            << result.output;
        EXPECT_NE(result.output.find("THE END"), std::string::npos) << result.output;
    }
}

/// They need a cloud of the reader's; that each of their words is one of the program's can be said without.
TEST(Documents, EveryOptionOfTheChapterOnCloudsIsOneOfTheSuite) {
    const auto chapter = read(SOURCE_DIR "/docs/reference/clouds.md");
    const auto help = common::process::check({.arguments = {BUILD_DIR "/tests/cloud_suite", "--help"}});
    std::string shown;
    for (const auto& block : blocks(chapter, "sh"))
        shown += block;
    EXPECT_NE(shown.find("dev/cloud-test --cloud"), std::string::npos);
    for (auto at = chapter.find("--"); at != std::string::npos; at = chapter.find("--", at + 2)) {
        const auto end = chapter.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-", at);
        const auto option = chapter.substr(at, end - at);
        if (option.find_first_not_of('-') == std::string::npos) continue;  // a table's line
        if (option == "--balance") continue;                               // of scaling_fractals
        EXPECT_NE(help.find(option + " "), std::string::npos) << option;
    }
}

TEST(Documents, LinksBetweenDocumentsLeadSomewhere) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(SOURCE_DIR "/docs")) {
        if (entry.path().extension() != ".md") continue;
        const auto text = read(entry.path());
        for (auto at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
            auto target = text.substr(at + 2, text.find(')', at) - at - 2);
            target = target.substr(0, target.find('#'));
            if (target.empty() || target.find("://") != std::string::npos) continue;
            EXPECT_TRUE(std::filesystem::exists(entry.path().parent_path() / target))
                << entry.path() << ": " << target;
        }
    }
}

TEST(Examples, RunOnAnEmbeddedCloud) {
    const EmbeddedCloud cloud("fake");
    const auto example = [&](const std::string& name) {
        return cloud.run({BUILD_DIR "/examples/example_" + name});
    };

    const auto first = example("first_server");
    EXPECT_EQ(first.exit_status, 0) << first.error;
    EXPECT_EQ(first.output.find("web is at 10."), 0U) << first.output;
    const auto list = example("list_servers");
    EXPECT_EQ(list.exit_status, 0) << list.error;
    const auto storage = example("object_storage");
    EXPECT_EQ(storage.exit_status, 0) << storage.error;
    EXPECT_EQ(storage.output.find("hello, world\nhttp://"), 0U) << storage.output;
    const auto errors = example("errors");
    EXPECT_EQ(errors.exit_status, 0) << errors.error;
    EXPECT_NE(errors.output.find("m1.small"), std::string::npos) << errors.output;
    EXPECT_NE(errors.output.find("400 from network"), std::string::npos) << errors.output;
    EXPECT_NE(errors.output.find("too late"), std::string::npos) << errors.output;
}

}  // namespace
}  // namespace acceptance
