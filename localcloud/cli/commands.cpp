#include "localcloud/cli/commands.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <fstream>
#include <iostream>
#include <thread>

#include "common/process/process.hpp"
#include "localcloud/cli/serve.hpp"
#include "localcloud/host/process_identity.hpp"
#include "localcloud/state/store.hpp"

namespace localcloud::cli {

namespace {

using namespace std::chrono_literals;
constexpr auto start_patience = 120s;
constexpr auto kill_patience = 10s;
constexpr auto poll_interval = 10ms;

std::filesystem::path state_of(const CloudOptions& options) {
    return std::filesystem::absolute(options.state.empty() ? default_state(options.name) : options.state);
}

std::string quoted(const std::string& value) {
    std::string out = "'";
    for (const char letter : value)
        out += letter == '\'' ? std::string{"'\\''"} : std::string(1, letter);
    return out + "'";
}

/// "localcloud env", with what leads to this cloud; can be pasted into a shell.
std::string command(const CloudOptions& options, std::string_view verb) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:,@";
    std::string line = fmt::format("localcloud {}", verb);
    if (options.name != CloudOptions{}.name) line += " --name " + options.name;
    if (const std::string state = options.state.string(); !state.empty())
        line += " --state " + (state.find_first_not_of(plain) == std::string::npos ? state : quoted(state));
    return line;
}

/// Of what was written to the log from the byte `start` on.
void print_log_tail(const std::filesystem::path& state, std::uintmax_t start) {
    std::ifstream file{log_file(state)};
    file.seekg(static_cast<std::streamoff>(start));
    std::deque<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
        if (lines.size() > 8) lines.pop_front();
    }
    for (const std::string& line : lines)
        std::cerr << "  " << line << '\n';
}

void print_ready(const CloudOptions& options, const Running& running) {
    std::cout << fmt::format(
        "The cloud '{}' answers at {} (driver {}).\n"
        "Point clients at it:  eval \"$({})\"\n"
        "End it:               {}\n",
        options.name, running.endpoint, running.driver, command(options, "env"), command(options, "down"));
}

/// A cloud that is up stays as it is. Returns an exit status.
int say_it_is_up(const CloudOptions& options, const Running& running) {
    if (!options.driver.empty() && options.driver != running.driver) {
        std::cerr << "This cloud is up with the driver " << running.driver
                  << " and cannot change it. Either use another --name, or remove it first: "
                  << command(options, "reset") << '\n';
        return 1;
    }
    std::cout << "It was up already. ";
    print_ready(options, running);
    std::string without_effect;
    const auto name = [&](std::string_view option) {
        without_effect += (without_effect.empty() ? "" : ", ") + std::string{option};
    };
    if (options.port != 0 && !running.endpoint.ends_with(fmt::format(":{}", options.port))) name("--port");
    if (options.boot_delay != 0) name("--boot-delay");
    if (options.pending_delay != 0) name("--pending-delay");
    if (options.services_image) name("--services-image");
    if (!without_effect.empty())
        std::cerr << "What it was started with stays: " << without_effect << " would take effect after "
                  << command(options, "down") << ".\n";
    return 0;
}

/// On a full disk the log has no last words.
void print_if_full(const std::filesystem::path& state) {
    constexpr std::uintmax_t enough = 1024 * 1024;
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(state, error);
    if (error || space.available >= enough) return;
    std::cerr << "There is no space left in " << state.string()
              << ": make room there, or choose another folder with --state. A cloud takes about 300 MiB, and "
                 "what its "
                 "instances write.\n";
}

/// The process that serves has the folder's lock from us: nobody gets between.
int start_in_background(const CloudOptions& options, const std::filesystem::path& state,
                        const FolderLock& lock) {
    std::vector<std::string> arguments{std::filesystem::read_symlink("/proc/self/exe").string(),
                                       "up",
                                       "--foreground",
                                       "--name",
                                       options.name,
                                       "--state",
                                       state.string(),
                                       "--driver",
                                       options.driver,
                                       "--lock-descriptor",
                                       std::to_string(lock.descriptor())};
    if (options.port != 0) {
        arguments.emplace_back("--port");
        arguments.push_back(std::to_string(options.port));
    }
    if (options.boot_delay != 0) {
        arguments.emplace_back("--boot-delay");
        arguments.push_back(std::to_string(options.boot_delay));
    }
    if (options.pending_delay != 0) {
        arguments.emplace_back("--pending-delay");
        arguments.push_back(std::to_string(options.pending_delay));
    }
    if (options.services_image) arguments.emplace_back("--services-image");
    remove_running(state);
    common::process::Child::Options child_options;
    child_options.command.arguments = std::move(arguments);
    child_options.command.in_child = [descriptor = lock.descriptor()] {
        return ::fcntl(descriptor, F_SETFD, 0) == 0;
    };
    child_options.output = log_file(state);
    child_options.detached = true;
    std::error_code no_log_yet;
    const std::uintmax_t log_size = std::filesystem::file_size(log_file(state), no_log_yet);
    common::process::Child child{child_options};
    const auto deadline = std::chrono::steady_clock::now() + start_patience;
    while (std::chrono::steady_clock::now() < deadline) {
        if (const auto running = read_running(state); running && running->pid == child.pid()) {
            print_ready(options, *running);
            return 0;
        }
        if (child.poll()) {
            std::cerr << "The cloud did not start. The last words of its log, " << log_file(state).string()
                      << ":\n";
            print_log_tail(state, no_log_yet ? 0 : log_size);
            print_if_full(state);
            return 1;
        }
        std::this_thread::sleep_for(poll_interval);
    }
    child.signal(SIGKILL);
    std::cerr << "The cloud was not ready within " << start_patience.count()
              << " s and was ended; its log is " << log_file(state).string() << '\n';
    return 1;
}

}  // namespace

int up(CloudOptions options) {
    const std::filesystem::path state = state_of(options);
    if (const auto contents = contents_of(state);
        !contents.foreign.empty() && !std::filesystem::exists(database_file(state))) {
        std::cerr
            << state.string() << " is no cloud's folder: somebody else's files are there ("
            << contents.foreign.front().filename().string()
            << "). A cloud's state needs a folder of its own; give an empty or a new one with --state.\n";
        return 1;
    }
    std::filesystem::create_directories(state);
    std::filesystem::permissions(state, std::filesystem::perms::owner_all);
    auto lock = options.lock_descriptor >= 0 ? FolderLock::inherit(state, options.lock_descriptor)
                                             : FolderLock::try_take(state);
    if (!lock) {
        if (options.foreground) {
            std::cerr << "Somebody serves this cloud already; end it with: " << command(options, "down")
                      << '\n';
            return 1;
        }
        // It may be about to start, or have been killed and still be about to let go of the lock.
        for (auto waited = 0ms; waited < start_patience && !lock; waited += poll_interval) {
            if (const auto running = read_running(state);
                running && host::ProcessIdentity::of(running->pid)) {
                return say_it_is_up(options, *running);
            }
            std::this_thread::sleep_for(poll_interval);
            lock = FolderLock::try_take(state);
        }
        if (!lock) {
            std::cerr << "Another process works on " << state.string() << " and does not come to an end.\n";
            return 1;
        }
    }
    const std::string recorded = recorded_driver(state);
    if (options.driver.empty()) options.driver = recorded.empty() ? "container" : recorded;
    if (!recorded.empty() && options.driver != recorded) {
        std::cerr << "This cloud was made with the driver " << recorded
                  << " and cannot change it. Either use "
                  << "another --name, or remove it first: " << command(options, "reset") << '\n';
        return 1;
    }
    if (!options.foreground) {
        if (options.driver == "container") prepare_containers(options);
        return start_in_background(options, state, *lock);
    }
    lock->sign();
    serve(options, state);
    return 0;
}

namespace {

/// The cloud and its instances. Returns an exit status; `unreadable` says what in its state cannot be read, if anything.
int end(const CloudOptions& options, const std::filesystem::path& state, std::string& unreadable) {
    const auto start = std::chrono::steady_clock::now();
    const auto patience = std::chrono::seconds(options.patience);
    bool asked = false;
    bool killed = false;
    auto lock = FolderLock::try_take(state);
    while (!lock) {
        const auto waited = std::chrono::steady_clock::now() - start;
        const auto holder = FolderLock::holder(state);
        if (holder && !asked) asked = ::kill(*holder, SIGTERM) == 0;
        if (holder && !killed && waited > patience) {
            // What was acknowledged is in the database, and instances do not need it.
            std::cerr << "The cloud did not end within " << options.patience << " s: its process " << *holder
                      << " is killed.\n";
            killed = ::kill(*holder, SIGKILL) == 0;
        }
        if (waited > patience + kill_patience) {
            std::cerr << "The cloud does not end"
                      << (holder ? fmt::format("; its process is {}", *holder) : std::string{}) << ".\n";
            return 1;
        }
        std::this_thread::sleep_for(poll_interval);
        lock = FolderLock::try_take(state);
    }
    remove_running(state);
    try {
        end_instances(state);
    } catch (const state::UnreadableDocument& error) {
        unreadable = error.what();
    }
    return 0;
}

}  // namespace

int down(const CloudOptions& options) {
    const std::filesystem::path state = state_of(options);
    if (!std::filesystem::exists(database_file(state))) {
        std::cout << "There is no cloud '" << options.name << "' in " << state.string() << ".\n";
        return 0;
    }
    std::string unreadable;
    if (const int status = end(options, state, unreadable); status != 0) return status;
    if (!unreadable.empty())
        std::cerr << "Its instances have ended, and this state cannot be served again: " << unreadable << '\n'
                  << "Remove it: " << command(options, "reset") << '\n';
    std::cout << "The cloud '" << options.name << "' is down; its state stays in " << state.string() << ".\n";
    return 0;
}

int status(const CloudOptions& options) {
    const std::filesystem::path state = state_of(options);
    if (!std::filesystem::exists(database_file(state))) {
        std::cout << "There is no cloud '" << options.name << "'. Make one: " << command(options, "up")
                  << '\n';
        return 3;
    }
    const bool served = FolderLock::try_take(state) == nullptr;
    const auto running = read_running(state);
    if (served && running) {
        std::cout << fmt::format("up    {}  driver {}  process {}\n", running->endpoint, running->driver,
                                 running->pid);
    } else {
        std::cout << (served ? "starting\n" : "down\n");
    }
    if (std::string dns; served && std::getline(std::ifstream{dns_file(state)} >> std::ws, dns))
        std::cout << "dns   " << dns << '\n';
    std::cout << "state " << state.string() << '\n';
    return served ? 0 : 3;
}

int reset(const CloudOptions& options, bool yes) {
    const std::filesystem::path state = state_of(options);
    if (!std::filesystem::exists(database_file(state))) {
        std::cout << "There is no cloud '" << options.name << "' in " << state.string() << ".\n";
        return 0;
    }
    if (!yes) {
        std::cout << "This removes the cloud '" << options.name
                  << "' with all its servers, images and objects in " << state.string() << ". Go on? [y/N] "
                  << std::flush;
        std::string answer;
        std::getline(std::cin, answer);
        if (answer != "y" && answer != "Y" && answer != "yes") {
            std::cout << "Nothing was done.\n";
            return 1;
        }
    }
    std::string unreadable;  // which need not be read any more
    if (const int status = end(options, state, unreadable); status != 0) return status;
    const auto foreign = contents_of(state).foreign;
    remove_state(state);
    std::cout << "The cloud '" << options.name << "' is gone.\n";
    if (!foreign.empty())
        std::cout << state.string() << " stays, because of files that are not the cloud's ("
                  << foreign.front().filename().string() << ").\n";
    return 0;
}

int env(const CloudOptions& options, bool admin) {
    const std::filesystem::path state = state_of(options);
    if (!std::filesystem::exists(clouds_file(state))) {
        std::cerr << "There is no cloud '" << options.name << "' yet. Make one: " << command(options, "up")
                  << '\n';
        return 1;
    }
    // To a person; what a shell evaluates is on the standard output.
    if (FolderLock::try_take(state))
        std::cerr << "The cloud '" << options.name << "' is down. Start it: " << command(options, "up")
                  << '\n';
    std::string name = options.name;
    {
        std::ifstream file{clouds_file(state)};
        // The first entry is the cloud's name, whatever --name says about a --state.
        for (std::string line; std::getline(file, line);) {
            if (line.size() > 3 && line.starts_with("  ") && line[2] != ' ' && line.ends_with(':')) {
                name = line.substr(2, line.size() - 3);
                break;
            }
        }
    }
    std::cout << "export OS_CLIENT_CONFIG_FILE=" << quoted(clouds_file(state).string()) << '\n'
              << "export OS_CLOUD=" << quoted(name + (admin ? "-admin" : "")) << '\n';
    if (std::string dns; std::getline(std::ifstream{dns_file(state)} >> std::ws, dns))
        std::cout << "export LOCALCLOUD_DNS=" << quoted(dns) << '\n';
    return 0;
}

}  // namespace localcloud::cli
