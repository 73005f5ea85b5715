#include "common/process/process.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

#include "common/testkit/wait.hpp"

namespace fs = std::filesystem;
namespace process = common::process;
using common::testkit::wait_until;
using process::Child;
using process::Command;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

namespace {

std::string text_of(const fs::path& path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool alive(pid_t pid) {
    // A zombie has ended, whoever is to collect it.
    std::ifstream stream("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(stream, line);
    const std::size_t end = line.rfind(')');
    return end != std::string::npos && line.size() > end + 2 && line[end + 2] != 'Z' && line[end + 2] != 'X';
}

pid_t pid_in(const fs::path& path) {
    pid_t pid = 0;
    EXPECT_TRUE(wait_until([&] { return text_of(path).ends_with('\n'); }));
    std::ifstream(path) >> pid;
    return pid;
}

std::string failure_of(const Command& command) {
    try {
        process::check(command);
        return "";
    } catch (const process::CommandFailed& error) {
        return error.what();
    }
}

TEST(Run, KeepsInputOutputErrorAndStatusApart) {
    const auto result =
        process::run({.arguments = {"sh", "-c", "cat; echo bad >&2; exit 3"}, .input = "hello"});
    EXPECT_EQ(result.output, "hello");
    EXPECT_EQ(result.error, "bad\n");
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_FALSE(result.ok());
    EXPECT_TRUE(process::run({.arguments = {"true"}}).ok());
}

TEST(Run, TakesArgumentsAsTheyAre) {
    const std::vector<std::string> words{"printf", "%s|", "a b", "$HOME", "; rm", "", "*"};
    EXPECT_EQ(process::check({.arguments = words}), "a b|$HOME|; rm||*|");
}

TEST(Run, CarriesMegabytesBothWays) {
    const std::string data(5 << 20, 'x');
    const auto result = process::run({.arguments = {"sh", "-c", "tee /dev/stderr"}, .input = data});
    EXPECT_EQ(result.output, data);
    EXPECT_EQ(result.error, data);
    EXPECT_TRUE(process::run({.arguments = {"true"}, .input = data}).ok())
        << "a program need not read its input";
}

TEST(Run, DropsOutputAboveTheLimit) {
    const auto result =
        process::run({.arguments = {"head", "-c", "1000000", "/dev/zero"}, .output_limit = 1000});
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(result.output.size(), 1000U);
}

TEST(Run, SetsEnvironmentAndFolder) {
    ::setenv("COMMON_PROCESS_TEST", "ours", 1);
    const process::TemporaryDirectory folder;
    const Command print{.arguments = {"sh", "-c", "echo $COMMON_PROCESS_TEST $ADDED; pwd"},
                        .environment = {{"ADDED", "x=y"}},
                        .directory = folder.path()};
    EXPECT_EQ(process::check(print), "ours x=y\n" + folder.path().string() + "\n");
    EXPECT_EQ(process::check({.arguments = {"env"}, .environment = {{"A", "1"}}, .clear_environment = true}),
              "A=1\n");
    EXPECT_EQ(process::check({.arguments = {"sh", "-c", "echo $COMMON_PROCESS_TEST"},
                              .environment = {{"COMMON_PROCESS_TEST", "theirs"}}}),
              "theirs\n");
}

TEST(Run, KillsTheWholeGroupAtTheTimeout) {
    const process::TemporaryDirectory folder;
    const auto result =
        process::run({.arguments = {"sh", "-c", "sleep 1000 & echo $! > pid; echo said; wait"},
                      .directory = folder.path(),
                      .timeout = seconds{2}});
    EXPECT_TRUE(result.timed_out);
    EXPECT_EQ(result.exit_status, 128 + SIGKILL);
    EXPECT_EQ(result.output, "said\n");
    const pid_t grandchild = pid_in(folder.path() / "pid");
    EXPECT_TRUE(wait_until([&] { return !alive(grandchild); }));
}

TEST(Run, DoesNotWaitForADaemonThatKeepsThePipes) {
    const process::TemporaryDirectory folder;
    const auto start = std::chrono::steady_clock::now();
    const auto result = process::run(
        {.arguments = {"sh", "-c", "sleep 1000 & echo $! > pid; echo started"}, .directory = folder.path()});
    EXPECT_EQ(result.output, "started\n");
    EXPECT_TRUE(result.ok());
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds{20});
    const pid_t daemon = pid_in(folder.path() / "pid");
    EXPECT_TRUE(alive(daemon));
    ::kill(daemon, SIGKILL);
}

TEST(Run, TellsTheSignal) {
    EXPECT_EQ(process::run({.arguments = {"sh", "-c", "kill -TERM $$"}}).exit_status, 128 + SIGTERM);
}

TEST(Run, StartsWithDefaultSignals) {
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    const std::string status = process::check({.arguments = {"cat", "/proc/self/status"}});
    ::signal(SIGPIPE, before);
    EXPECT_THAT(status, HasSubstr("SigBlk:\t0000000000000000"));
    EXPECT_THAT(status, HasSubstr("SigIgn:\t0000000000000000"));
}

TEST(Run, LeaksNoDescriptor) {
    const int leaky = ::open("/dev/null", O_RDONLY);  // not close-on-exec, on purpose
    ASSERT_GE(leaky, 3);
    const std::string listing =
        process::check({.arguments = {"sh", "-c", "exec 3</proc/self/fd; ls /proc/$$/fd"}});
    EXPECT_EQ(listing, "0\n1\n2\n3\n");
    const std::string passed = process::check({.arguments = {"ls", "/proc/self/fd"}, .in_child = [leaky] {
                                                   return ::fcntl(leaky, F_SETFD, 0) == 0;
                                               }});
    EXPECT_THAT(passed, HasSubstr("\n" + std::to_string(leaky) + "\n"));
    ::close(leaky);
}

TEST(Run, WorksWithTheStandardFilesClosed) {
    // A server that closed its own 0, 1 and 2 gets pipes with those numbers.
    const Command inner{.arguments = {"sh", "-c", "cat; echo err >&2"}, .input = "in"};
    std::array<int, 3> saved{};
    for (int i = 0; i < 3; ++i)
        saved[static_cast<std::size_t>(i)] = ::dup(i);
    for (int i = 0; i < 3; ++i)
        ::close(i);
    const auto result = process::run(inner);
    for (int i = 0; i < 3; ++i) {
        ::dup2(saved[static_cast<std::size_t>(i)], i);
        ::close(saved[static_cast<std::size_t>(i)]);
    }
    EXPECT_EQ(result.output, "in");
    EXPECT_EQ(result.error, "err\n");
}

TEST(Run, SaysWhyAProgramCannotStart) {
    EXPECT_THAT(failure_of({.arguments = {"no-such-program-here"}}), HasSubstr("no-such-program-here"));
    EXPECT_THAT(failure_of({.arguments = {"/etc/passwd"}}), HasSubstr("Permission denied"));
    EXPECT_THAT(failure_of({.arguments = {"true"}, .directory = "/no/such/folder"}),
                HasSubstr("/no/such/folder"));
    EXPECT_THAT(failure_of({.arguments = {"true"}, .in_child = [] { return errno = EPERM, false; }}),
                HasSubstr("Operation not permitted"));
    EXPECT_THAT(failure_of({}), HasSubstr("empty"));
    EXPECT_THROW((void)process::run({.arguments = {"no-such-program-here"}}), process::CommandFailed);
}

TEST(Check, TellsCommandStatusAndLastWords) {
    const std::string text =
        failure_of({.arguments = {"sh", "-c", "echo out; echo 'disk on fire' >&2; exit 4"}});
    EXPECT_THAT(text, HasSubstr("sh -c"));
    EXPECT_THAT(text, HasSubstr("status 4"));
    EXPECT_THAT(text, HasSubstr("disk on fire"));
    EXPECT_THAT(failure_of({.arguments = {"sleep", "1000"}, .timeout = milliseconds{50}}),
                HasSubstr("50 ms"));
}

TEST(Run, IsSafeFromManyThreads) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([i] {
            for (int j = 0; j < 10; ++j) {
                const std::string text = std::to_string(i) + "." + std::to_string(j);
                EXPECT_EQ(process::check({.arguments = {"cat"}, .input = text}), text);
            }
        });
    }
}

TEST(Child, AppendsItsOutputAndTellsItsStatus) {
    const process::TemporaryDirectory folder;
    const fs::path log = folder.path() / "log";
    std::ofstream(log) << "before\n";
    Child child({.command = {.arguments = {"sh", "-c", "cat; echo bad >&2; exit 7"}, .input = "in\n"},
                 .output = log});
    EXPECT_EQ(child.wait(seconds{20}), 7);
    EXPECT_EQ(child.poll(), 7);
    EXPECT_EQ(text_of(log), "before\nin\nbad\n");
}

TEST(Child, EndsWithItsGroupWhenTheValueGoes) {
    const process::TemporaryDirectory folder;
    pid_t grandchild = 0;
    {
        Child child({.command = {.arguments = {"sh", "-c", "sleep 1000 & echo $! > pid; wait"},
                                 .directory = folder.path()}});
        grandchild = pid_in(folder.path() / "pid");
        EXPECT_FALSE(child.poll());
        EXPECT_FALSE(child.wait(milliseconds{1}));
    }
    EXPECT_TRUE(wait_until([&] { return !alive(grandchild); }));
}

TEST(Child, IsKilledAfterTheGrace) {
    const process::TemporaryDirectory folder;
    Child child(
        {.command = {.arguments = {"sh", "-c", "trap '' TERM; echo $$ > pid; while :; do sleep 1; done"},
                     .directory = folder.path()},
         .grace = milliseconds{100}});
    pid_in(folder.path() / "pid");
    child.stop();
    EXPECT_EQ(child.poll(), 128 + SIGKILL);
    child.stop();
}

TEST(Child, TakesSignals) {
    Child child({.command = {.arguments = {"sleep", "1000"}}});
    child.signal(SIGINT);
    EXPECT_EQ(child.wait(seconds{20}), 128 + SIGINT);
    child.signal(SIGINT);
}

TEST(Child, SurvivesTheValueWhenDetached) {
    pid_t pid = 0;
    {
        const Child child({.command = {.arguments = {"sleep", "1000"}}, .detached = true});
        pid = child.pid();
    }
    EXPECT_TRUE(alive(pid));
    EXPECT_EQ(::getsid(pid), pid);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
}

TEST(Child, Moves) {
    Child first({.command = {.arguments = {"sleep", "1000"}}});
    const pid_t old = first.pid();
    Child second = std::move(first);
    EXPECT_EQ(second.pid(), old);
    second = Child({.command = {.arguments = {"sleep", "1000"}}});
    EXPECT_TRUE(wait_until([&] { return !alive(old); }));
    EXPECT_TRUE(alive(second.pid()));
}

TEST(Child, SaysWhereItsOutputCannotGo) {
    EXPECT_THROW(Child({.command = {.arguments = {"true"}}, .output = "/no/such/folder/log"}),
                 process::CommandFailed);
}

TEST(FindProgram, LooksIntoPathAndSbin) {
    EXPECT_TRUE(process::find_program("sh"));
    EXPECT_TRUE(process::find_program("sysctl") || process::find_program("ldconfig"));
    EXPECT_FALSE(process::find_program("no-such-program-here"));
    EXPECT_FALSE(process::find_program(""));
    EXPECT_FALSE(process::find_program("../bin/sh"));
}

TEST(TemporaryDirectory, IsPrivateAndGoesWithAllItHolds) {
    fs::path path;
    {
        process::TemporaryDirectory first("prefix");
        path = first.path();
        EXPECT_THAT(path.filename().string(), testing::StartsWith("prefix-"));
        EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
        fs::create_directories(path / "a" / "b");
        std::ofstream(path / "a" / "b" / "c") << "x";
        fs::permissions(path / "a", fs::perms::none);
        const process::TemporaryDirectory second = std::move(first);
        EXPECT_EQ(second.path(), path);
    }
    EXPECT_FALSE(fs::exists(path));
}

}  // namespace
