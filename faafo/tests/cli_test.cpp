// The command line `faafo` against a real API.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/testkit/scripted_server.hpp"
#include "common/testkit/wait.hpp"
#include "faafo/tests/application.hpp"
#include "faafo/tests/programs.hpp"

namespace faafo::tests {
namespace {

using testing::HasSubstr;

std::string file_text(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

class CliTest : public testing::Test {
  protected:
    Files files;
    ApiProgram api{files.database_url(), files.path() / "api.log", {"--workers", "1"}};
};

TEST_F(CliTest, CreatesTheOneThatIsAskedForAndPrintsItsUuid) {
    const auto result =
        api.faafo({"create", "--width", "40", "--height", "30", "--iterations", "200", "--xa=-1.5",
                   "--xb=1.5", "--ya=-1", "--yb", "1", "--tasks", "1", "--wait"});
    ASSERT_EQ(result.exit_status, 0) << result.error;
    const auto uuids = lines(result.output);
    ASSERT_EQ(uuids.size(), 1U);
    EXPECT_TRUE(store::is_uuid(uuids[0]));
    EXPECT_THAT(result.error, testing::ContainsRegex("INFO faafo.client \\[-\\] generating 1 task\\(s\\)"));

    const auto shown = boost::json::parse(api.faafo({"--json", "show", uuids[0]}).output);
    EXPECT_EQ(shown.at("width").as_int64(), 40);
    EXPECT_EQ(shown.at("xa").as_double(), -1.5);
    EXPECT_EQ(shown.at("state").as_string(), "done");

    const auto table = api.faafo({"show", uuids[0]});
    for (const std::string& row : std::vector<std::string>{
             "| Parameter    | Value", "| uuid         | " + uuids[0], "| dimensions   | 40 x 30 pixels",
             "| iterations   | 200", "| xa           | -1.5", "| yb           | 1.0", " seconds", " bytes"}) {
        EXPECT_THAT(table.output, HasSubstr(row));
    }

    const std::filesystem::path picture = files.path() / "picture.png";
    EXPECT_EQ(api.faafo({"get", uuids[0], "--output", picture.string()}).exit_status, 0);
    EXPECT_EQ(file_text(picture), api.client().get("/fractal/" + uuids[0]).body);
    EXPECT_EQ(api.faafo({"get", uuids[0], "-o", "-"}).output, file_text(picture));

    const auto deleted = api.faafo({"delete", uuids[0]});
    EXPECT_EQ(deleted.exit_status, 0);
    EXPECT_EQ(deleted.output, "");
    const auto gone = api.faafo({"show", uuids[0]});
    EXPECT_EQ(gone.exit_status, 1);
    EXPECT_THAT(gone.error, HasSubstr("fractal '" + uuids[0] + "' not found"));
    EXPECT_EQ(api.faafo({"delete", uuids[0]}).exit_status, 1);
    EXPECT_EQ(api.faafo({"get", uuids[0]}).exit_status, 1);
}

TEST_F(CliTest, CreatesRandomOnesWithinTheirRanges) {
    const auto result = api.faafo({"--json", "create", "--tasks", "12", "--min-width", "20", "--max-width",
                                   "30", "--max-height", "50", "--min-height", "50", "--min-iterations", "90",
                                   "--max-iterations", "80"});
    ASSERT_EQ(result.exit_status, 0) << result.error;
    const auto fractals = boost::json::parse(result.output).as_array();
    ASSERT_EQ(fractals.size(), 12U);
    for (const auto& fractal : fractals) {
        EXPECT_GE(fractal.at("width").as_int64(), 20);
        EXPECT_LE(fractal.at("width").as_int64(), 30);
        EXPECT_EQ(fractal.at("height").as_int64(), 50);
        EXPECT_GE(fractal.at("iterations").as_int64(), 80) << "the ends may be either way round";
        EXPECT_LE(fractal.at("iterations").as_int64(), 90);
        EXPECT_LE(fractal.at("xa").as_double(), -1.0);
        EXPECT_GE(fractal.at("xa").as_double(), -4.0);
    }
    EXPECT_NE(fractals[0].at("xa"), fractals[1].at("xa"));
    EXPECT_EQ(boost::json::parse(api.faafo({"--json", "list"}).output).as_array().size(), 12U);
}

TEST_F(CliTest, ShowsAndListsWhatIsPending) {
    const Application application(files.database_url());
    store::Fractal pending = small_fractal(numbered_uuid(1));
    pending.state = store::State::queued;
    api.process().stop();
    ApiProgram idle(files.database_url(), files.path() / "idle.log", {"--workers", "0"});
    application.store->create(pending);
    const auto table = idle.faafo({"list"});
    EXPECT_EQ(table.output,
              "+--------------------------------------+----------------+----------+\n"
              "|                 UUID                 |   Dimensions   | Filesize |\n"
              "+--------------------------------------+----------------+----------+\n"
              "| 00000000-0000-4000-8000-000000000001 | 32 x 24 pixels | 0 bytes  |\n"
              "+--------------------------------------+----------------+----------+\n");
    const auto shown = idle.faafo({"show", pending.uuid});
    EXPECT_EQ(shown.exit_status, 0);
    EXPECT_THAT(shown.output, HasSubstr("| state        | queued"));
    const auto picture = idle.faafo({"get", pending.uuid, "--output", (files.path() / "no.png").string()});
    EXPECT_EQ(picture.exit_status, 1);
    EXPECT_THAT(picture.error, HasSubstr("it is queued"));
    EXPECT_FALSE(std::filesystem::exists(files.path() / "no.png"));
    const auto waited = idle.faafo({"create", "--tasks", "1", "--wait", "--timeout", "0.2"});
    EXPECT_EQ(waited.exit_status, 1);
    EXPECT_THAT(waited.error, HasSubstr("not finished"));
}

TEST_F(CliTest, MistakesAreUsageAndSayWhich) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{},
                                               {"paint"},
                                               {"show"},
                                               {"show", "zz"},
                                               {"create", "--width", "0"},
                                               {"create", "--width", "wide"},
                                               {"create", "--tasks", "0"},
                                               {"create", "--tasks", "100001"},
                                               {"create", "--max-tasks", "0400000"},
                                               {"create", "--max-width", "20001"},
                                               {"create", "--min-iterations", "65537"},
                                               {"create", "--xa", "nan"},
                                               {"list", "--nonsense"}}) {
        const auto result = api.faafo(arguments);
        EXPECT_EQ(result.exit_status, 2)
            << testing::PrintToString(arguments) << result.output << result.error;
        EXPECT_FALSE(result.error.empty());
        EXPECT_EQ(result.output, "");
    }
    EXPECT_EQ(api.client().get("/v1/fractal").body.find("num_results\":0") != std::string::npos, true);
    EXPECT_EQ(api.faafo({"--help"}).exit_status, 0);
    EXPECT_EQ(api.faafo({"--version"}).exit_status, 0);
}

TEST_F(CliTest, ConfigurationFilesNameTheEndpoint) {
    const std::filesystem::path file = files.path() / "client.conf";
    std::ofstream(file) << "[DEFAULT]\nendpoint_url = " << api.url() << "\n";
    std::ofstream(files.path() / "a.conf") << "endpoint_url = http://127.0.0.1:1\n";
    for (const auto& [option, value] : {std::pair{"--config-file", file}, {"--config-dir", files.path()}}) {
        const auto result =
            common::process::run({.arguments = {program("faafo").string(), option, value.string(), "list"}});
        EXPECT_EQ(result.exit_status, 0) << option << result.error;
    }
}

TEST_F(CliTest, DeletesAllThatCanBeDeleted) {
    const Application application(files.database_url());
    application.store->create(small_fractal(numbered_uuid(2)));
    const auto result = api.faafo({"delete", numbered_uuid(1), numbered_uuid(2), numbered_uuid(3)});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_THAT(result.error, testing::AllOf(HasSubstr(numbered_uuid(1)), HasSubstr(numbered_uuid(3)),
                                             testing::Not(HasSubstr(numbered_uuid(2)))));
    EXPECT_FALSE(application.store->find(numbered_uuid(2)));
}

/// faafo with its standard output in a file or device.
common::process::Result into(const std::string& file, const ApiProgram& api, const std::string& command) {
    return common::process::run(
        {.arguments = {"sh", "-c", "exec \"$0\" --endpoint-url \"$1\" " + command + " >" + file,
                       program("faafo").string(), api.url()}});
}

TEST_F(CliTest, OutputThatGetsNowhereIsAnError) {
    const Application application(files.database_url());
    application.store->create(small_fractal(numbered_uuid(1)));
    for (const std::string command :
         {"list", "--json list", "status", "create --tasks 1", "--help", "--version"}) {
        const auto result = into("/dev/full", api, command);
        EXPECT_EQ(result.exit_status, 1) << command;
        EXPECT_THAT(result.error, HasSubstr("standard output cannot be written")) << command;
    }
    EXPECT_EQ(into("/dev/null", api, "list").exit_status, 0);
}

TEST_F(CliTest, APictureThatFindsNoRoomLeavesTheFileThatWasThere) {
    const auto created = lines(api.faafo({"create", "--width", "500", "--tasks", "1", "--wait"}).output);
    ASSERT_EQ(created.size(), 1U);
    const std::filesystem::path picture = files.path() / "pictures" / "picture.png";
    std::filesystem::create_directory(picture.parent_path());
    std::ofstream(picture) << "before";
    const auto result = common::process::run(
        {.arguments = {"sh", "-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh", program("faafo").string(),
                       "--endpoint-url", api.url(), "get", created[0], "--output", picture.string()}});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_THAT(result.error, testing::AllOf(HasSubstr(picture.string()), HasSubstr("File too large")));
    EXPECT_EQ(file_text(picture), "before");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(picture.parent_path()), {}), 1);
}

TEST(CliWithoutApi, SaysThatNobodyAnswers) {
    const std::string url = "http://127.0.0.1:" + std::to_string(common::testkit::free_port());
    for (const std::string command : {"list", "create"}) {
        const auto result =
            common::process::run({.arguments = {program("faafo").string(), "--endpoint-url", url, command}});
        EXPECT_EQ(result.exit_status, 1);
        EXPECT_THAT(result.error, HasSubstr(url));
    }
    EXPECT_EQ(
        common::process::run({.arguments = {program("faafo").string(), "--endpoint-url", "nowhere", "list"}})
            .exit_status,
        2);
}

TEST(CliWithoutApi, DoesNotBelieveEveryServer) {
    std::string body;
    int status = 200;
    common::testkit::ScriptedServer server(
        [&](const common::httpd::Request&) { return common::testkit::json_answer(body, status); });
    const auto run = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {program("faafo").string(), "--endpoint-url", server.url()});
        return common::process::run({.arguments = std::move(arguments)});
    };
    for (const std::string text : {"", "<html>", "[]", "{}", R"({"num_results":1,"objects":[{}]})",
                                   R"({"num_results":1,"objects":5})"}) {
        body = text;
        const auto result = run({"list"});
        EXPECT_EQ(result.exit_status, 1) << text;
        EXPECT_THAT(result.error, HasSubstr(server.url()));
    }
    // The same page for ever.
    body =
        R"({"num_results":9,"objects":[{"uuid":"00000000-0000-4000-8000-000000000001","width":1,"height":1,"iterations":1,
               "xa":0,"xb":0,"ya":0,"yb":0}]})";
    EXPECT_EQ(run({"list"}).exit_status, 1);
    status = 500;
    body = R"({"message":"the \u001b[31mdisk is full"})";
    const auto failed = run({"list"});
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_THAT(failed.error, testing::AllOf(HasSubstr("disk is full"), testing::Not(HasSubstr("\x1b"))));
}

TEST(CliWithoutApi, CreatingSurvivesABrokenConnection) {
    int calls = 0;
    common::testkit::ScriptedServer server([&](const common::httpd::Request& request) {
        if (++calls == 1) return common::testkit::Answer{.reset = true};
        if (calls == 2)
            return common::testkit::json_answer(R"({"message":"is that of another fractal already"})", 409);
        return common::testkit::json_answer(request.body.read(), 201);
    });
    const auto result = common::process::run(
        {.arguments = {program("faafo").string(), "--endpoint-url", server.url(), "create", "--tasks", "2"}});
    EXPECT_EQ(result.exit_status, 0) << result.error;
    EXPECT_EQ(lines(result.output).size(), 2U);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[0].body.read(), requests[1].body.read()) << "the same uuid: nothing is created twice";
}

TEST(CliWithoutApi, WhatWasCreatedBeforeAFailureIsNamed) {
    int calls = 0;
    common::testkit::ScriptedServer server([&](const common::httpd::Request& request) {
        if (++calls == 3) return common::testkit::json_answer(R"({"message":"enough"})", 400);
        return common::testkit::json_answer(request.body.read(), 201);
    });
    const auto result =
        common::process::run({.arguments = {program("faafo").string(), "--endpoint-url", server.url(),
                                            "--json", "create", "--tasks", "5"}});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_THAT(result.error, HasSubstr("enough"));
    const auto created = boost::json::parse(result.output).as_array();
    ASSERT_EQ(created.size(), 2U);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 3U);
    for (std::size_t i = 0; i < created.size(); ++i)
        EXPECT_EQ(created[i].at("uuid"), boost::json::parse(requests[i].body.read()).at("uuid"));
}

TEST(CliWithoutApi, ADrawingThatIsStoppedLeavesNothing) {
    const common::process::TemporaryDirectory folder;
    const std::filesystem::path picture = folder.path() / "picture.png";
    std::ofstream(picture) << "before";
    common::process::Child drawing({.command = {.arguments = {program("faafo").string(),
                                                              "render",
                                                              "--c",
                                                              "-0.7269,0.1889",
                                                              "--xa",
                                                              "-0.3",
                                                              "--xb",
                                                              "0.3",
                                                              "--ya",
                                                              "-0.3",
                                                              "--yb",
                                                              "0.3",
                                                              "--width",
                                                              "9999",
                                                              "--height",
                                                              "9999",
                                                              "--iterations",
                                                              "9999",
                                                              "--output",
                                                              picture.string()}}});
    const std::filesystem::path descriptors = "/proc/" + std::to_string(drawing.pid()) + "/fd";
    ASSERT_TRUE(common::testkit::wait_until([&] {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(descriptors, ignored)) {
            const auto target = std::filesystem::read_symlink(entry.path(), ignored);
            if (target.string().starts_with(folder.path().string())) return true;
        }
        return false;
    }));
    drawing.signal(SIGINT);
    EXPECT_EQ(drawing.wait(std::chrono::seconds{10}), 128 + SIGINT);
    EXPECT_EQ(file_text(picture), "before");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace faafo::tests
