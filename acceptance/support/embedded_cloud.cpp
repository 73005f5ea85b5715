#include "acceptance/support/embedded_cloud.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace acceptance {

using common::process::check;
using common::process::Command;
using common::process::Result;

std::string program(const std::string& name) {
    return BUILD_DIR "/bin/" + name;
}

EmbeddedCloud::EmbeddedCloud(const std::string& driver, const std::vector<std::string>& options)
    : driver_(driver) {
    auto up = arguments("up");
    up.insert(up.end(), {"--driver", driver});
    up.insert(up.end(), options.begin(), options.end());
    // The first cloud with instances makes their image; that takes minutes.
    check({.arguments = up, .timeout = std::chrono::minutes(15)});
    is_up_ = true;
    std::istringstream lines(check({.arguments = arguments("env")}));
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("export ")) continue;
        const auto equals = line.find('=');
        auto value = line.substr(equals + 1);
        std::erase(value, '\'');
        std::erase(value, '"');
        environment_[line.substr(7, equals - 7)] = value;
    }
    environment_["HOME"] = home_.path().string();
    environment_["XDG_DATA_HOME"] = "";
}

EmbeddedCloud::~EmbeddedCloud() {
    try {
        down();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the embedded cloud could not be stopped: %s\n", error.what());
    }
}

void EmbeddedCloud::down() {
    if (!is_up_) return;
    is_up_ = false;
    auto reset = arguments("reset");
    reset.emplace_back("--yes");
    check({.arguments = reset, .timeout = std::chrono::minutes(2)});
}

std::string EmbeddedCloud::leftovers() const {
    namespace fs = std::filesystem;
    std::string found;
    const auto state = state_.path().string();
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line);)
        if (line.find(state) != std::string::npos) found += "mount " + line + "\n";
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos || name == std::to_string(getpid()))
            continue;
        std::string line;
        try {
            std::ifstream stream(entry.path() / "cmdline");
            line.assign(std::istreambuf_iterator<char>(stream), {});
        } catch (const std::ios_base::failure&) {
            continue;  // it has ended meanwhile
        }
        std::ranges::replace(line, '\0', ' ');
        if (line.find(state) != std::string::npos) found += "process " + name + " " + line + "\n";
    }
    return found;
}

std::vector<std::string> EmbeddedCloud::arguments(const std::string& command) const {
    return {program("localcloud"), command, "--name", state_.path().filename().string(), "--state",
            state_.path().string()};
}

Command EmbeddedCloud::command(std::vector<std::string> arguments, std::chrono::milliseconds timeout) const {
    return {.arguments = std::move(arguments), .environment = environment_, .timeout = timeout};
}

Result EmbeddedCloud::run(std::vector<std::string> arguments) const {
    return common::process::run(command(std::move(arguments)));
}

}  // namespace acceptance
