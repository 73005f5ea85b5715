#include "deploy/cli/embedded_cloud.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "common/process/process.hpp"
#include "deploy/cli/question.hpp"

namespace deploy {
namespace {

openstack::Connection connect(const Options& options) {
    return openstack::connect({.cloud = options.cloud});
}

/// Built or installed beside us, else anywhere in PATH.
std::string embedded_cloud_program() {
    std::error_code error;
    const auto beside = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "localcloud";
    if (std::filesystem::exists(beside, error)) return beside.string();
    const auto found = common::process::find_program("localcloud");
    return found ? found->string() : std::string();
}

/// Takes over the lines "export NAME=value" that `localcloud env` prints for shells.
void adopt_environment(const std::string& exports) {
    std::istringstream lines(exports);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("export ")) continue;
        const auto equals = line.find('=');
        if (equals == std::string::npos) continue;
        auto value = line.substr(equals + 1);
        if (value.size() >= 2 && (value.front() == '\'' || value.front() == '"'))
            value = value.substr(1, value.size() - 2);
        setenv(line.substr(7, equals - 7).c_str(), value.c_str(), 1);
    }
}

bool agreed(const std::stop_token& stop) {
    const auto answer = ask("No cloud is configured. Start the embedded one on this machine? [Y/n] ", stop);
    return is_yes(answer) || answer == "";
}

}  // namespace

openstack::Connection connect_or_offer(const Options& options, const std::stop_token& stop) {
    try {
        return connect(options);
    } catch (const openstack::CloudNotConfigured& error) {
        const auto program = embedded_cloud_program();
        if (program.empty()) throw;
        if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
            throw openstack::ConfigError(std::string(error.what()) + "\nOr use the embedded cloud:  " +
                                         program + " up && eval \"$(" + program + " env)\"");
        if (!agreed(stop)) throw;
        common::process::Child child({.command = {.arguments = {program, "up"}}, .output = "/dev/stderr"});
        const std::stop_callback on_stop(stop, [&] { child.signal(SIGTERM); });
        const auto status = child.wait(std::chrono::minutes(30));
        if (stop.stop_requested())
            throw openstack::Cancelled("interrupted while the embedded cloud was starting");
        if (status != 0)
            throw openstack::ConfigError("the embedded cloud could not be started; its words are above");
        adopt_environment(common::process::check({.arguments = {program, "env"}}));
        std::cerr << "To talk to it later:  eval \"$(" << program << " env)\"\n";
        return openstack::connect();
    }
}

}  // namespace deploy
