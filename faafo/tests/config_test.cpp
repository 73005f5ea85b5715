// Files and flags of the programs.
#include "faafo/config/settings.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "common/process/process.hpp"

namespace faafo::tests {
namespace {

using config::BadConfiguration;
using config::parse_ini;

config::CommandLine read(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "faafo-api");
    return config::read_settings("faafo-api", "…", static_cast<int>(arguments.size()), arguments.data());
}

TEST(Flags, OfAWorkerAreItsOwn) {
    const std::vector<const char*> help{"faafo-worker", "--help"};
    testing::internal::CaptureStdout();
    const auto line = config::read_settings("faafo-worker", "…", 2, help.data());
    const std::string shown = testing::internal::GetCapturedStdout();
    EXPECT_EQ(line.exit_status, 0);
    for (const char* own : {"--endpoint-url", "--transport-url", "--workers", "--hand-over"})
        EXPECT_THAT(shown, testing::HasSubstr(own));
    for (const char* apis : {"--listen-address", "--bind-port", "--request-threads", "--max-body-size"})
        EXPECT_THAT(shown, testing::Not(testing::HasSubstr(apis)));
}

TEST(Ini, IsReadAsTheOriginalsFilesAreWritten) {
    const auto values = parse_ini(
        "# comment\n"
        "early = 1\n"
        "[DEFAULT]\n"
        "listen_address = 0.0.0.0\n"
        "  ; comment\n"
        "bind-port=8080\r\n"
        "database_url = sqlite:////tmp/a b.db   \n"
        "url: x=y\n"
        "quoted = \" spaces \"\n"
        "empty =\n"
        "long = one\n"
        "    two\n"
        "\n"
        "[oslo_messaging]\n"
        "listen_address = elsewhere\n",
        "file");
    EXPECT_EQ(values.at("early"), "1");
    EXPECT_EQ(values.at("listen_address"), "0.0.0.0");
    EXPECT_EQ(values.at("bind_port"), "8080");
    EXPECT_EQ(values.at("database_url"), "sqlite:////tmp/a b.db");
    EXPECT_EQ(values.at("url"), "x=y");
    EXPECT_EQ(values.at("quoted"), " spaces ");
    EXPECT_EQ(values.at("empty"), "");
    EXPECT_EQ(values.at("long"), "one\ntwo");
    EXPECT_EQ(values.size(), 8U);
}

TEST(Ini, MistakesAreNamedWithTheirLine) {
    for (const std::string text : {"a = 1\nnonsense\n", "a = 1\n= 5\n", "a = 1\n[DEFAULT\n"}) {
        try {
            (void)parse_ini(text, "faafo.conf");
            ADD_FAILURE() << text;
        } catch (const BadConfiguration& error) {
            EXPECT_THAT(error.what(), testing::StartsWith("faafo.conf:2: "));
        }
    }
}

TEST(Settings, FlagsWinOverFilesOverDefaults) {
    const common::process::TemporaryDirectory folder;
    const std::string file = (folder.path() / "faafo.conf").string();
    std::ofstream(file) << "[DEFAULT]\nbind_port = 81\ndatabase_url = sqlite:////x\nworkers = 3\ndebug = "
                           "True\nuse_syslog = 1\n";
    std::ofstream(folder.path() / "later.conf") << "workers = 7\n";
    const auto line =
        read({"--config-file", file.c_str(), "--bind_port", "82", "--listen-address", "127.0.0.9"});
    ASSERT_FALSE(line.exit_status);
    EXPECT_EQ(line.settings.bind_port, 82);
    EXPECT_EQ(line.settings.listen_address, "127.0.0.9");
    EXPECT_EQ(line.settings.database_url, "sqlite:////x");
    EXPECT_EQ(line.settings.workers, 3U);
    EXPECT_TRUE(line.settings.debug);
    EXPECT_EQ(line.settings.endpoint_url, "http://localhost");
    EXPECT_EQ(read({"--config-dir", folder.path().c_str()}).settings.workers, 7U);
}

TEST(Settings, ListensOnLoopbackUnlessTold) {
    const common::process::TemporaryDirectory empty;
    const auto line = read({"--config-dir", empty.path().c_str()});
    EXPECT_EQ(line.settings.listen_address, "127.0.0.1");
    EXPECT_EQ(line.settings.bind_port, 80);
    EXPECT_GE(line.settings.workers, 1U);
}

TEST(Settings, TheLargestPictureGetsThrough) {
    const std::int64_t rows = render::max_side;
    const std::int64_t file = render::max_pixels + rows + (64 << 10);  // not compressed at all
    EXPECT_GT(config::Settings{}.max_body_size, static_cast<std::uint64_t>((file + 720 * 720) / 3 * 4));
}

TEST(Settings, TheDatabaseIsInTheStateFolder) {
    setenv("STATE_DIRECTORY", "/srv/state", 1);
    EXPECT_EQ(config::default_database_url(), "sqlite:////srv/state/faafo.db");
    unsetenv("STATE_DIRECTORY");
    EXPECT_THAT(config::default_database_url(), testing::EndsWith("/faafo/faafo.db"));
}

TEST(Settings, WrongValuesAreNamed) {
    const common::process::TemporaryDirectory folder;
    const std::string file = (folder.path() / "faafo.conf").string();
    for (const std::string wrong :
         {"bind_port = 70000", "bind_port = x", "debug = maybe", "lease = 0", "workers = -1"}) {
        std::ofstream(file) << wrong << "\n";
        try {
            (void)read({"--config-file", file.c_str()});
            ADD_FAILURE() << wrong;
        } catch (const BadConfiguration& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(wrong.substr(0, wrong.find(' '))));
            EXPECT_THAT(error.what(), testing::StartsWith(file));
        }
    }
    EXPECT_THROW(read({"--config-file", "/nowhere/faafo.conf"}), BadConfiguration);
    testing::internal::CaptureStderr();
    EXPECT_EQ(read({"--no-such-flag"}).exit_status, 2);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("--no-such-flag"));
}

}  // namespace
}  // namespace faafo::tests
