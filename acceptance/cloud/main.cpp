// The cloud suite: tries the SDK and the programs on whatever cloud it is given. README.md says how it is used.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <map>
#include <memory>
#include <openstack/compute.hpp>
#include <openstack/error.hpp>
#include <random>
#include <sstream>
#include <thread>
#include <vector>

#include "acceptance/cloud/leftovers.hpp"
#include "acceptance/cloud/report.hpp"
#include "acceptance/cloud/settings.hpp"
#include "acceptance/cloud/suite.hpp"
#include "acceptance/support/embedded_cloud.hpp"

namespace acceptance::cloud {
namespace {

/// Statuses that the program ends with.
enum Status { all_passed = 0, some_failed = 1, wrong_settings = 2, was_interrupted = 130 };

/// For removing what a run made: nothing boots then.
constexpr std::chrono::seconds removal_timeout = std::chrono::minutes(15);

int signal_pipe[2] = {-1, -1};

extern "C" void on_signal(int) {
    const char byte = 0;
    (void)!::write(signal_pipe[1], &byte, 1);
}

/// SIGINT, SIGTERM and SIGHUP become a stop token: the test at work ends, the rest is skipped, what was made is removed.
class Interruption {
  public:
    Interruption() {
        if (::pipe(signal_pipe) != 0) throw std::runtime_error("no pipe can be made");
        struct sigaction action{};
        action.sa_handler = on_signal;
        for (const int number : {SIGINT, SIGTERM, SIGHUP})
            ::sigaction(number, &action, nullptr);
        std::thread([source = source_]() mutable {
            char byte = 0;
            while (::read(signal_pipe[0], &byte, 1) == 1) {
                if (source.request_stop()) {
                    Suite::say("\nInterrupted: removing what this run made. Once more, and it stays");
                } else {
                    Suite::say("\nLeft as it is; --clean-up removes it later");
                    ::_exit(was_interrupted);
                }
            }
        }).detach();  // it lives as long as the process
    }
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  private:
    std::stop_source source_;
};

std::string new_name() {
    std::random_device random;
    char number[16];
    std::snprintf(number, sizeof number, "%08x", random());
    return std::string(name_of_runs) + number;
}

std::filesystem::path log_folder(const Settings& settings, const std::string& name) {
    auto folder = settings.logs;
    if (folder.empty()) {
        const auto now = std::time(nullptr);
        char date[32];
        std::strftime(date, sizeof date, "%Y%m%d-%H%M%S-", std::localtime(&now));
        folder = std::filesystem::path("cloud-suite-logs") / (date + name);
    }
    std::filesystem::create_directories(folder);
    return std::filesystem::absolute(folder);
}

/// What --stories calls by one name, and what there is under its own.
std::map<std::string, std::string> known_stories() {
    std::map<std::string, std::string> stories{
        {"sdk",
         "Identity.*:Image.*:Compute.*:Network.*:ObjectStore.*:Servers.*:BrokenServers.*:LoadBalancers.*:"
         "Dns.*"},
        {"fractals", "Fractals.*"},
        {"micro_fractals", "MicroFractals.*"},
        {"scaling_fractals", "ScalingFractals.*"}};
    const auto& tests = *::testing::UnitTest::GetInstance();
    for (int i = 0; i < tests.total_test_suite_count(); ++i) {
        const std::string name = tests.GetTestSuite(i)->name();
        stories.emplace(name, name + ".*");
    }
    return stories;
}

/// GoogleTest's filter for --stories. A name that nobody knows would otherwise run nothing, and pass.
std::string filter_for(const std::string& stories) {
    if (stories.empty()) return "*";
    const auto known = known_stories();
    std::string filter;
    std::istringstream list(stories);
    for (std::string story; std::getline(list, story, ',');) {
        const auto found = known.find(story);
        if (found == known.end()) {
            std::string names;
            for (const auto& [name, pattern] : known)
                names += (names.empty() ? "" : ", ") + name;
            throw openstack::ConfigError("no story is named '" + story + "'; there are: " + names);
        }
        filter += found->second + ":";
    }
    return filter;
}

/// An embedded cloud with instances, for this process and the programs that it starts.
std::unique_ptr<EmbeddedCloud> embedded_cloud() {
    auto embedded =
        std::make_unique<EmbeddedCloud>("container", std::vector<std::string>{"--services-image"});
    for (const auto& [name, value] : embedded->environment())
        if (name.starts_with("OS_")) ::setenv(name.c_str(), value.c_str(), 1);
    // Its quotas have no limits, which would leave out the test that meets one.
    constexpr std::int64_t instances = 20;
    const auto project = openstack::connect().adapter("compute").project_id();
    openstack::connect({.cloud = embedded->cloud_name() + "-admin"})
        .compute()
        .update_quota_set(project, {.instances = instances});
    return embedded;
}

int clean_up(const Settings& settings) {
    const auto cloud = openstack::connect({.cloud = settings.cloud});
    const auto runs = runs_in(belongings(cloud));
    if (runs.empty()) Suite::say("No run of the suite has left anything in this project.");
    int status = all_passed;
    for (const auto& run : runs) {
        Suite::say("Removing what " + run + " left:\n" + describe(named(belongings(cloud), run)));
        const auto refused =
            remove_all(cloud, settings.programs, run, std::min(settings.timeout, removal_timeout));
        if (refused.empty()) continue;
        Suite::say("This stays:\n" + refused);
        status = some_failed;
    }
    return status;
}

int run(Settings settings) {
    const Interruption interruption;
    std::unique_ptr<EmbeddedCloud> embedded;
    if (settings.embedded) embedded = embedded_cloud();
    if (settings.clean_up) return clean_up(settings);

    const auto name = new_name();
    settings.logs = log_folder(settings, name);
    Suite the_suite(settings, name, interruption.token());
    set_suite(&the_suite);
    const auto& cloud = the_suite.cloud();
    const auto before = belongings(cloud);

    auto& listeners = ::testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    auto* const report = new Report(settings.logs);
    listeners.Append(report);
    const auto tell = [&](const std::string& key, const std::string& value) {
        report->about(key, value);
        Suite::say(key + ": " + value);
    };
    tell("cloud", cloud.config().name());
    tell("run", name);
    tell("compute API", "up to " + cloud.adapter("compute").negotiate_microversion("2.999"));
    tell("image", the_suite.image().name);
    tell("flavor", the_suite.flavor().name + ", " + std::to_string(the_suite.flavor().vcpus) + " CPUs, " +
                       std::to_string(the_suite.flavor().ram) + " MiB");
    tell("size",
         std::to_string(settings.apis()) + " API, " + std::to_string(settings.workers()) + " workers");
    tell("logs", settings.logs.string());

    const int failed = RUN_ALL_TESTS();

    std::string refused;
    if (settings.keep) {
        Suite::say("\nLeft as it is, as --keep says:\n" + describe(named(belongings(cloud), name)));
    } else if (!nothing(named(belongings(cloud), name))) {
        Suite::say("\nRemoving what is left of the run");
        refused = remove_all(cloud, settings.programs, name, std::min(settings.timeout, removal_timeout));
        if (!refused.empty()) Suite::say("This stays; --clean-up tries again:\n" + refused);
    }
    Suite::say("\n" + report->table());
    Suite::say(std::to_string(report->count("passed")) + " passed, " +
               std::to_string(report->count("failed")) + " failed, " +
               std::to_string(report->count("skipped")) + " skipped");
    Suite::say("Logs and results: " + settings.logs.string());
    if (the_suite.interrupted()) return was_interrupted;
    return failed == 0 && refused.empty() ? all_passed : some_failed;
}

}  // namespace
}  // namespace acceptance::cloud

int main(int argc, char** argv) {
    using namespace acceptance::cloud;
    // GoogleTest would answer --help with its own options.
    std::vector<char*> ours{argv[0]}, googletests{argv[0]};
    for (int i = 1; i < argc; ++i)
        (std::string_view(argv[i]).starts_with("--gtest_") ? googletests : ours).push_back(argv[i]);
    int count = static_cast<int>(googletests.size());
    googletests.push_back(nullptr);
    ::testing::InitGoogleTest(&count, googletests.data());
    int status = 0;
    auto settings = parse(static_cast<int>(ours.size()), ours.data(), status);
    if (!settings) return status;
    try {
        if (::testing::GTEST_FLAG(filter) == "*")
            ::testing::GTEST_FLAG(filter) = filter_for(settings->stories);
        return run(std::move(*settings));
    } catch (const openstack::ConfigError& error) {
        std::fprintf(stderr, "cloud_suite: %s\n", error.what());
        return wrong_settings;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "cloud_suite: %s\n", error.what());
        return some_failed;
    }
}
