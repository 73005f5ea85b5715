// localcloud: an OpenStack cloud on this machine.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <iostream>

#include "common/command_line/command_line.hpp"
#include "localcloud/cli/commands.hpp"
#include "localcloud/cli/images.hpp"
#include "localcloud/host/host.hpp"

namespace {

using common::command_line::Command;
using localcloud::cli::CloudOptions;

/// A name becomes part of paths, addresses and a YAML key.
std::string check_name(const std::string& name) {
    const bool good =
        !name.empty() && name.size() <= 48 && std::isalnum(static_cast<unsigned char>(name[0])) != 0 &&
        std::all_of(name.begin(), name.end(),
                    [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; });
    return good ? std::string{}
                : "a name has at most 48 letters, digits, '-', '_' and '.', and begins with none of those";
}

int run(int argc, char** argv) {
    common::command_line::CommandLine app{
        "An OpenStack cloud on this machine: Keystone, Nova, Neutron, Glance, Swift, Octavia and "
        "Designate on one port."};
    app.require_subcommand();
    CloudOptions options;
    const auto add_common = [&](const Command& command) {
        command.option("--name", options.name, "Name of the cloud").check(check_name).show_default();
        command.option("--state", options.state, "Folder of its state (default: by name)");
    };
    const Command up = app.subcommand("up", "Start the cloud, or make it first");
    add_common(up);
    up.option("--driver", options.driver, "container: real instances; fake: states only")
        .one_of({"fake", "container"});
    up.option("--port", options.port, "Port of all services").range(1024, 65535);
    up.option("--boot-delay", options.boot_delay,
              "Seconds that a new server is BUILD at least, as on a slow cloud")
        .range(0, 600);
    up.option("--pending-delay", options.pending_delay,
              "Milliseconds that load balancers and zones are PENDING at least")
        .range(0, 600'000);
    up.flag("--services-image", options.services_image,
            "Offer the image with a database and a broker, built first if it is absent");
    up.flag("--foreground", options.foreground, "Serve in this process, until SIGTERM");
    up.option("--lock-descriptor", options.lock_descriptor, "").hide();  // between our own processes
    const Command down = app.subcommand("down", "End it with all its instances; the state stays");
    add_common(down);
    down.option("--patience", options.patience, "Seconds after which a cloud that does not end is killed")
        .range(0, 3600)
        .show_default();
    const Command status = app.subcommand("status", "Say whether it is up, and where");
    add_common(status);
    const Command reset = app.subcommand("reset", "End it and remove its state");
    add_common(reset);
    bool yes = false;
    reset.flag("--yes", yes, "Do not ask");
    const Command env = app.subcommand("env", "Print shell commands that point clients at it");
    add_common(env);
    bool admin = false;
    env.flag("--admin", admin, "As the administrator instead of the user demo");
    const Command image = app.subcommand("image", "The Debian images that instances boot from");
    image.require_subcommand();
    const Command build = image.subcommand("build", "Build one anew, and say where it is");
    std::string variant = "debian";
    build.option("which", variant, "debian: Debian 12; services: that with MariaDB and RabbitMQ")
        .one_of({"debian", "services"})
        .show_default();
    bool if_absent = false;
    build.flag("--if-absent", if_absent, "Only if there is none of the current recipe");
    const Command prune = image.subcommand("prune", "Remove images and unpacked trees that nobody needs");
    if (const auto exit_status = app.parse(argc, argv)) return *exit_status;

    if (build.chosen()) return localcloud::cli::build_image(variant == "services", if_absent);
    if (prune.chosen()) return localcloud::cli::prune_images();

    if (up.chosen()) return localcloud::cli::up(options);
    if (down.chosen()) return localcloud::cli::down(options);
    if (status.chosen()) return localcloud::cli::status(options);
    if (reset.chosen()) return localcloud::cli::reset(options, yes);
    return localcloud::cli::env(options, admin);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc > 1 && std::string_view{argv[1]} == "hold") {
            return localcloud::host::holder_main({argv + 2, argv + argc});
        }
        spdlog::set_default_logger(spdlog::stderr_color_mt("localcloud"));
        spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "localcloud: " << error.what() << '\n';
        return 1;
    }
}
