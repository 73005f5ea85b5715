// The commands of the program localcloud, with the fake driver.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <fstream>

#include "common/db/database.hpp"
#include "common/testkit/wait.hpp"
#include "localcloud/host/descriptor.hpp"
#include "localcloud/tests/program.hpp"

using localcloud::testing::Client;
using localcloud::testing::ProgramCloud;
using ::testing::HasSubstr;
namespace json = localcloud::json;

namespace {

TEST(Program, TwoCloudsSideBySide) {
    const ProgramCloud one{"one"};
    const ProgramCloud two{"two"};
    for (const ProgramCloud* cloud : {&one, &two}) {
        const auto up = cloud->run({"up", "--driver", "fake"});
        ASSERT_TRUE(up.ok()) << up.error;
        EXPECT_THAT(up.output, HasSubstr("localcloud env --name " + cloud->name()));
    }
    EXPECT_NE(one.running()->endpoint, two.running()->endpoint);
    (void)Client{one}.ask("POST", "/network/v2.0/networks", {{"network", {{"name", "only-here"}}}});
    EXPECT_EQ(
        Client{two}.ask("GET", "/network/v2.0/networks?name=only-here").at("networks").as_array().size(), 0U);
    EXPECT_TRUE(one.run({"down"}).ok());
    EXPECT_EQ(one.status_of_root(), 0);
    EXPECT_EQ(two.status_of_root(), 200);
    EXPECT_THAT(two.run({"status"}).output, HasSubstr(two.running()->endpoint));
}

TEST(Program, UpTwiceAtOnceMakesOneCloud) {
    const ProgramCloud cloud{"twice"};
    const auto start = [&](const std::string& output) {
        return common::process::Child{{.command = cloud.command({"up", "--driver", "fake"}),
                                       .output = cloud.state().string() + output}};
    };
    std::filesystem::create_directories(cloud.state());
    auto first = start("-first");
    auto second = start("-second");
    EXPECT_EQ(first.wait(std::chrono::seconds(50)), 0);
    EXPECT_EQ(second.wait(std::chrono::seconds(50)), 0);
    EXPECT_EQ(cloud.status_of_root(), 200);
    const auto running = cloud.running();

    const auto again = cloud.run({"up"});
    EXPECT_TRUE(again.ok()) << again.error;
    EXPECT_THAT(again.output, HasSubstr(running->endpoint));
    EXPECT_EQ(cloud.running()->pid, running->pid) << "it was up already";
    const auto another = cloud.run({"up", "--foreground"});
    EXPECT_EQ(another.exit_status, 1);
    EXPECT_THAT(another.error, HasSubstr("end it with: localcloud down --name " + cloud.name()));
}

TEST(Program, APortThatIsTakenIsNamed) {
    const ProgramCloud cloud{"port"};
    ASSERT_TRUE(cloud.run({"up", "--driver", "fake"}).ok());
    const std::string endpoint = cloud.running()->endpoint;
    ASSERT_TRUE(cloud.run({"down"}).ok());

    const localcloud::host::Descriptor listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in place{};
    place.sin_family = AF_INET;
    const auto colon = endpoint.rfind(':');
    place.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(colon + 1))));
    const std::string address = endpoint.substr(7, colon - 7);
    ASSERT_EQ(::inet_pton(AF_INET, address.c_str(), &place.sin_addr), 1);
    const int on = 1;
    ::setsockopt(listening.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ASSERT_EQ(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
    ASSERT_EQ(::listen(listening.get(), 1), 0);

    const auto up = cloud.run({"up"});
    EXPECT_EQ(up.exit_status, 1);
    EXPECT_THAT(up.error, HasSubstr(endpoint.substr(7)));
    EXPECT_THAT(up.error, HasSubstr("--port"));
    EXPECT_THAT(cloud.run({"status"}).output, HasSubstr("down"));

    // As the message says: another port, and clients learn of it.
    const auto port = std::to_string(common::testkit::free_port());
    ASSERT_TRUE(cloud.run({"up", "--port", port}).ok());
    EXPECT_EQ(cloud.running()->endpoint, endpoint.substr(0, colon + 1) + port);
    EXPECT_NO_THROW((void)Client{cloud}.ask("GET", "/compute/v2.1/servers"));
}

TEST(Program, WhereThereIsNoCloudNothingIsDone) {
    const ProgramCloud cloud{"none"};
    for (const auto& [words, status] : {std::pair<std::vector<std::string>, int>{{"down"}, 0},
                                        {{"reset", "--yes"}, 0},
                                        {{"status"}, 3},
                                        {{"env"}, 1}}) {
        const auto result = cloud.run(words);
        EXPECT_EQ(result.exit_status, status) << words.front();
        EXPECT_THAT(result.output + result.error, HasSubstr("There is no cloud '" + cloud.name() + "'"));
        EXPECT_FALSE(std::filesystem::exists(cloud.state())) << words.front();
    }
}

TEST(Program, ResetAsksAndRemovesTheState) {
    const ProgramCloud cloud{"reset"};
    ASSERT_TRUE(cloud.run({"up", "--driver", "fake"}).ok());
    auto reset = cloud.command({"reset"});
    reset.input = "n\n";
    EXPECT_EQ(common::process::run(reset).exit_status, 1);
    EXPECT_EQ(cloud.status_of_root(), 200);
    reset.input = "y\n";
    EXPECT_TRUE(common::process::run(reset).ok());
    EXPECT_FALSE(std::filesystem::exists(cloud.state()));
}

TEST(Program, OtherFilesAreNeitherJoinedNorRemoved) {
    const ProgramCloud cloud{"foreign"};
    const auto thesis = cloud.state() / "thesis.txt";
    std::filesystem::create_directories(cloud.state());
    std::ofstream{thesis} << "precious";
    const auto refused = cloud.run({"up", "--driver", "fake"});
    EXPECT_EQ(refused.exit_status, 1);
    EXPECT_THAT(refused.error, HasSubstr("thesis.txt"));
    EXPECT_THAT(refused.error, HasSubstr("--state"));

    std::filesystem::remove(thesis);
    ASSERT_TRUE(cloud.run({"up", "--driver", "fake"}).ok());
    std::ofstream{thesis} << "precious";
    const auto reset = cloud.run({"reset", "--yes"});
    EXPECT_TRUE(reset.ok()) << reset.error;
    EXPECT_THAT(reset.output, HasSubstr("thesis.txt"));
    std::vector<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator{cloud.state()})
        left.push_back(entry.path().filename().string());
    EXPECT_THAT(left, ::testing::ElementsAre("thesis.txt"));
}

TEST(Program, ACloudThatHangsIsEnded) {
    const ProgramCloud cloud{"hangs"};
    ASSERT_TRUE(cloud.run({"up", "--driver", "fake"}).ok());
    const pid_t process = cloud.running()->pid;
    ASSERT_EQ(::kill(process, SIGSTOP), 0);
    const auto down = cloud.run({"down", "--patience", "0"});
    EXPECT_TRUE(down.ok()) << down.error;
    EXPECT_THAT(down.error, HasSubstr(std::to_string(process) + " is killed"));
    EXPECT_THAT(cloud.run({"status"}).output, HasSubstr("down"));
    EXPECT_TRUE(cloud.run({"up"}).ok());
}

TEST(Program, WhatAnOptionCannotChangeIsSaid) {
    const ProgramCloud cloud{"again"};
    const auto first = cloud.run({"up", "--driver", "fake"});
    ASSERT_TRUE(first.ok()) << first.error;
    EXPECT_THAT(first.output, ::testing::Not(HasSubstr("already")));
    const auto again = cloud.run({"up", "--port", "9999", "--boot-delay", "3"});
    EXPECT_TRUE(again.ok()) << again.error;
    EXPECT_THAT(again.output, HasSubstr("already"));
    EXPECT_THAT(again.error, HasSubstr("--port, --boot-delay"));
    const auto other = cloud.run({"up", "--driver", "container"});
    EXPECT_EQ(other.exit_status, 1);
    EXPECT_THAT(other.error, HasSubstr("driver fake"));
    EXPECT_EQ(cloud.run({"env"}).error, "");
    ASSERT_TRUE(cloud.run({"down"}).ok());
    EXPECT_THAT(cloud.run({"env"}).error, HasSubstr("Start it: localcloud up --name " + cloud.name()));
}

TEST(Program, ACloudKeepsItsDriver) {
    const ProgramCloud cloud{"driver"};
    ASSERT_TRUE(cloud.run({"up", "--driver", "fake"}).ok());
    ASSERT_TRUE(cloud.run({"down"}).ok());
    const auto up = cloud.run({"up", "--driver", "container"});
    EXPECT_EQ(up.exit_status, 1);
    EXPECT_THAT(up.error, HasSubstr("made with the driver fake"));
    EXPECT_TRUE(cloud.run({"up"}).ok());
    EXPECT_EQ(cloud.running()->driver, "fake");
}

std::string refusal(Client& client, const std::string& method, const std::string& path,
                    const json::value& body) {
    try {
        (void)client.ask(method, path, body);
        return {};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST(Program, WhatIsNotThereSaysSoAndIsLogged) {
    const ProgramCloud cloud{"missing"};
    ASSERT_TRUE(cloud.run({"up", "--driver", "fake"}).ok());
    Client client{cloud};
    for (const auto& [path, status] : {std::pair{"/network/v2.0/trunks?name=x", "404"},
                                       {"/volume/v3/volumes", "404"},
                                       {"/compute/v2.1/os-hypervisors", "404"},
                                       {"/image/v2/tasks", "404"}})
        EXPECT_THAT(refusal(client, "GET", path, {}), HasSubstr(std::string{": "} + status));
    const auto network =
        client.ask("GET", "/network/v2.0/networks?name=private").at_pointer("/networks/0/id").as_string();
    EXPECT_THAT(refusal(client, "POST", "/network/v2.0/subnets",
                        {{"subnet", {{"network_id", network}, {"ip_version", 6}, {"cidr", "fd00::/64"}}}}),
                HasSubstr(": 501"));
    EXPECT_THAT(refusal(client, "GET", "/network/v2.0/a%0Aforged", {}), HasSubstr(": 404"));
    const auto log = common::process::check({.arguments = {"cat", localcloud::cli::log_file(cloud.state())}});
    for (const char* line :
         {"GET /network/v2.0/trunks\n", "GET /volume/v3/volumes\n", "GET /compute/v2.1/os-hypervisors\n",
          "GET /image/v2/tasks\n", "POST /network/v2.0/subnets: ", "GET /network/v2.0/a%0Aforged\n"})
        EXPECT_THAT(log, HasSubstr(line));
}

TEST(Program, AStateThatCannotBeReadIsEndedAndRemoved) {
    const ProgramCloud cloud{"unreadable"};
    ASSERT_TRUE(cloud.run({"up", "--driver", "fake"}).ok());
    {
        soci::session session;
        common::db::open(session, {.backend = common::db::Backend::sqlite,
                                   .path = localcloud::cli::database_file(cloud.state()).string()});
        session << "INSERT INTO document VALUES ('container', 'a/b', 1000000, '{\"name\": \"\xff\"}')";
    }
    const auto down = cloud.run({"down"});
    EXPECT_TRUE(down.ok());
    EXPECT_THAT(down.error, HasSubstr("the container 'a/b'"));
    EXPECT_THAT(cloud.run({"status"}).output, HasSubstr("down"));
    const auto up = cloud.run({"up"});
    EXPECT_EQ(up.exit_status, 1);
    EXPECT_THAT(up.error, HasSubstr("the container 'a/b'"));
    EXPECT_TRUE(cloud.run({"reset", "--yes"}).ok());
    EXPECT_FALSE(std::filesystem::exists(cloud.state()));
}

TEST(Program, WhatWasPromisedSurvivesAKill) {
    const ProgramCloud cloud{"kill"};
    ASSERT_TRUE(cloud.run({"up", "--driver", "fake"}).ok());
    (void)Client{cloud}.ask("POST", "/network/v2.0/networks", {{"network", {{"name", "kept"}}}});
    ASSERT_EQ(::kill(cloud.running()->pid, SIGKILL), 0);
    EXPECT_TRUE(common::testkit::wait_until([&] { return cloud.status_of_root() == 0; }));
    EXPECT_EQ(cloud.run({"status"}).exit_status, 3) << "a dead process's words are not believed";
    ASSERT_TRUE(cloud.run({"up"}).ok());
    EXPECT_EQ(Client{cloud}.ask("GET", "/network/v2.0/networks?name=kept").at("networks").as_array().size(),
              1U);
}

}  // namespace
