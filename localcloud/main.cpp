// localcloud: an OpenStack cloud on this machine.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <iostream>

#include "localcloud/cli/commands.hpp"
#include "localcloud/cli/images.hpp"
#include "localcloud/host/host.hpp"

namespace {

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
    CLI::App app{
        "An OpenStack cloud on this machine: Keystone, Nova, Neutron, Glance, Swift, Octavia and "
        "Designate on one port."};
    app.require_subcommand(1);
    CloudOptions options;
    const auto add_common = [&](CLI::App* command) {
        command->add_option("--name", options.name, "Name of the cloud")
            ->check(check_name)
            ->capture_default_str();
        command->add_option("--state", options.state, "Folder of its state (default: by name)");
    };
    CLI::App* up = app.add_subcommand("up", "Start the cloud, or make it first");
    add_common(up);
    up->add_option("--driver", options.driver, "container: real instances; fake: states only")
        ->check(CLI::IsMember({"fake", "container"}));
    up->add_option("--port", options.port, "Port of all services")->check(CLI::Range(1024, 65535));
    up->add_option("--boot-delay", options.boot_delay,
                   "Seconds that a new server is BUILD at least, as on a slow cloud")
        ->check(CLI::Range(0, 600));
    up->add_option("--pending-delay", options.pending_delay,
                   "Milliseconds that load balancers and zones are PENDING at least")
        ->check(CLI::Range(0, 600'000));
    up->add_flag("--services-image", options.services_image,
                 "Offer the image with a database and a broker, built first if it is absent");
    up->add_flag("--foreground", options.foreground, "Serve in this process, until SIGTERM");
    up->add_option("--lock-descriptor", options.lock_descriptor)->group("");  // between our own processes
    CLI::App* down = app.add_subcommand("down", "End it with all its instances; the state stays");
    add_common(down);
    CLI::App* status = app.add_subcommand("status", "Say whether it is up, and where");
    add_common(status);
    CLI::App* reset = app.add_subcommand("reset", "End it and remove its state");
    add_common(reset);
    bool yes = false;
    reset->add_flag("--yes", yes, "Do not ask");
    CLI::App* env = app.add_subcommand("env", "Print shell commands that point clients at it");
    add_common(env);
    bool admin = false;
    env->add_flag("--admin", admin, "As the administrator instead of the user demo");
    CLI::App* image = app.add_subcommand("image", "The Debian images that instances boot from");
    image->require_subcommand(1);
    CLI::App* build = image->add_subcommand("build", "Build one anew, and say where it is");
    std::string variant = "debian";
    build->add_option("which", variant, "debian: Debian 12; services: that with MariaDB and RabbitMQ")
        ->check(CLI::IsMember({"debian", "services"}))
        ->capture_default_str();
    CLI::App* prune = image->add_subcommand("prune", "Remove images and unpacked trees that nobody needs");
    CLI11_PARSE(app, argc, argv);

    if (*build) return localcloud::cli::build_image(variant == "services");
    if (*prune) return localcloud::cli::prune_images();

    if (*up) return localcloud::cli::up(options);
    if (*down) return localcloud::cli::down(options);
    if (*status) return localcloud::cli::status(options);
    if (*reset) return localcloud::cli::reset(options, yes);
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
