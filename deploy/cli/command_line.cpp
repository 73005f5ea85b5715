#include "deploy/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "deploy/cli/output.hpp"
#include "deploy/plan/marks.hpp"

#ifndef OPENSTACKSDK_VERSION
#define OPENSTACKSDK_VERSION "unknown"
#endif

namespace deploy {
namespace {

constexpr int most_of_a_role = 100;

/// "90s", "10m", "1h".
CLI::AsNumberWithUnit seconds_with_unit() {
    return CLI::AsNumberWithUnit(std::map<std::string, int>{{"s", 1}, {"m", 60}, {"h", 3600}});
}

/// Longer ones would make names that some service refuses, after others have made theirs.
constexpr std::size_t longest_name = 48;
constexpr std::size_t longest_domain = 253;
constexpr std::size_t longest_label = 63;
constexpr int most_lines = 1'000'000;

bool is_plain(const std::string& text, std::string_view besides) {
    return std::ranges::all_of(text, [&](unsigned char c) {
        return std::isalnum(c) != 0 || besides.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

/// The name becomes part of what all services call their things, of a container's URL, of a host name and of a file's.
std::string check_deployment(const std::string& name) {
    const bool good = !name.empty() && name.size() <= longest_name && is_plain(name, "._-") &&
                      std::isalnum(static_cast<unsigned char>(name.front())) != 0;
    return good ? std::string()
                : "'" + name + "' cannot be a deployment's name: that has at most " +
                      std::to_string(longest_name) +
                      " letters, digits, '.', '_' and '-', and begins with a letter or a digit";
}

std::string check_zone(const std::string& name) {
    const auto text = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
    bool good = !text.empty() && text.size() <= longest_domain && !text.ends_with('.');
    std::istringstream labels(text);
    for (std::string label; std::getline(labels, label, '.');)
        good = good && !label.empty() && label.size() <= longest_label && is_plain(label, "-_") &&
               label.front() != '-' && label.back() != '-';
    return good ? std::string()
                : "'" + name + "' is no name of a DNS zone; one is written as fractals.example.org.";
}

/// At least so many seconds.
CLI::Validator at_least(int seconds) {
    return {[seconds](std::string& text) {
                return std::stoll(text) >= seconds
                           ? std::string()
                           : "must be " + std::to_string(seconds) + "s or more, as in 90s, 10m or 1h";
            },
            ""};
}

/// What was wrong, for the person who typed it.
std::string in_words(const CLI::ParseError& error, const CLI::App& app) {
    const auto extras = app.remaining(true);
    const bool no_command = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr &&
                            app.get_subcommands().empty() && !extras.empty() &&
                            !extras.front().starts_with('-');
    if (!no_command) return error.what();
    std::string commands;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        commands += (commands.empty() ? "" : ", ") + command->get_name();
    return "there is no command '" + extras.front() + "'; there are: " + commands;
}

/// Options that every subcommand takes; they may stand before or after it.
void add_common(CLI::App& app, Options& options) {
    app.add_option("--cloud", options.cloud, "cloud of clouds.yaml")->envname("OS_CLOUD")->type_name("NAME");
    app.add_option("--name", options.deployment, "name of this deployment; several may stand side by side")
        ->check(CLI::Validator(check_deployment, ""))
        ->capture_default_str()
        ->type_name("NAME");
    app.add_option("--timeout", options.timeout, "what all waits may take together: 90s, 10m, 1h")
        ->transform(seconds_with_unit())
        ->check(at_least(1))
        ->type_name("TIME")
        ->default_str("30m");
    app.add_option("--patience", options.patience,
                   "how long to bear what should pass: an API that fails, a port that is still in use")
        ->transform(seconds_with_unit())
        ->check(at_least(0))
        ->type_name("TIME")
        ->default_str("5m");
    app.add_flag("--json", options.json, "say it in JSON, on standard output");
}

void add_resources(CLI::App& app, Options& options) {
    const auto found = std::string(" (found by itself when there is exactly one)");
    app.add_option("--image", options.image, "image of the instances" + found)->type_name("NAME|ID");
    app.add_option("--flavor", options.flavor, "flavor of the instances (m1.small, or the only one)")
        ->type_name("NAME|ID");
    app.add_option("--network", options.network, "network of the instances" + found)->type_name("NAME|ID");
    app.add_option("--external-network", options.external_network, "network of the floating IPs" + found)
        ->type_name("NAME|ID");
    app.add_option("--floating-ip", options.floating_ip, "use this address of the project's")
        ->type_name("ADDRESS");
    app.add_option("--keypair", options.keypair,
                   "keypair for logging in; made when it does not exist (demokey)")
        ->type_name("NAME");
    app.add_option("--public-key", options.public_key, "make the keypair from this public key")
        ->check(CLI::ExistingFile)
        ->type_name("FILE");
    app.add_option("--package", options.package, "faafo package to install (the one built with this program)")
        ->check(CLI::ExistingFile)
        ->type_name("FILE");
    app.add_option("--package-url", options.package_url,
                   "where instances fetch the package, for clouds without object storage")
        ->type_name("URL");
    app.add_option("--package-sha256", options.package_sha256, "SHA-256 of what is at --package-url")
        ->type_name("HEX");
    app.add_option_function<double>(
           "--poll-interval",
           [&options](double seconds) {
               options.poll_interval = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
           },
           "seconds between questions while servers boot, at the most (1)")
        ->check(CLI::Range(0.1, 60.0))
        ->type_name("SECONDS");
    app.add_option("--retry-errors", options.retry_errors,
                   "how often a new server that goes to ERROR is made again, in another availability zone "
                   "where there is one (0)")
        ->check(CLI::Range(0, 10))
        ->type_name("N");
    app.add_flag("!--no-first-fractals", options.first_fractals, "do not ask for fractals at the first boot");
    app.add_flag("--rollback", options.rollback,
                 "when a first deployment fails, remove what it has made (and nothing else)");
    app.add_flag("!--no-wait", options.wait_for_application, "do not wait until the application answers");
}

/// The names of the program's own topology, and the counts where it has any.
void add_topology(CLI::App& app, const Program& program, Options& options) {
    for (const auto& name : program.names)
        app.add_option("--" + name.key, options.names[name.key], name.help + " (" + name.usual + ")")
            ->type_name("NAME");
    if (!program.usual_counts) return;
    const auto as_it_is = [](int usual) {
        return " (" + std::to_string(usual) + " at first, later as many as there are)";
    };
    app.add_option("--api", options.apis, "how many APIs" + as_it_is(program.usual_counts->apis))
        ->check(CLI::Range(1, most_of_a_role))
        ->type_name("N");
    app.add_option("--workers", options.workers, "how many workers" + as_it_is(program.usual_counts->workers))
        ->check(CLI::Range(0, most_of_a_role))
        ->type_name("M");
    app.add_option_function<std::string>(
           "--balance", [&options](const std::string& method) { options.balance = balance_method(method); },
           "what spreads requests over the APIs (none at first, later what there is)")
        ->check(CLI::IsMember({"none", "dns", "octavia"}))
        ->type_name("none|dns|octavia");
    app.add_option("--zone", options.zone,
                   "zone of the name with --balance dns; made when it does not exist (the only one)")
        ->check(CLI::Validator(check_zone, ""))
        ->type_name("NAME");
}

void add_services(CLI::App& app, Options& options) {
    app.add_option(
           "--services-image", options.services_image,
           "image of the instance with database and broker (one that has them preinstalled, or --image)")
        ->type_name("NAME|ID");
    app.add_option(
           "--services-packages", options.services_packages,
           "what that instance installs database and broker from, without the internet: an archive of "
           "collect-services.sh")
        ->check(CLI::ExistingFile)
        ->type_name("FILE");
    app.add_option("--services-packages-url", options.services_packages_url,
                   "where that instance fetches the archive, for clouds without object storage")
        ->type_name("URL");
    app.add_option("--services-packages-sha256", options.services_packages_sha256,
                   "SHA-256 of what is at --services-packages-url")
        ->type_name("HEX");
    app.add_option("--services-flavor", options.services_flavor, "flavor of that instance (as --flavor)")
        ->type_name("NAME|ID");
}

}  // namespace

std::optional<CommandLine> parse_command_line(const Program& program, int argc, char** argv,
                                              int& exit_status) {
    CommandLine line;
    auto& options = line.options;
    options.program = program.name;
    options.deployment = program.name;

    CLI::App app(program.description, program.name);
    app.set_version_flag("--version", program.name + " " OPENSTACKSDK_VERSION);
    app.fallthrough();
    app.require_subcommand(0, 1);
    app.footer("Without a command: deploy. The cloud comes from --cloud, OS_CLOUD, OS_* or clouds.yaml.");
    add_common(app, options);
    add_resources(app, options);
    if (program.has_services) add_services(app, options);
    add_topology(app, program, options);

    std::map<CLI::App*, Operation> operations{
        {app.add_subcommand("deploy", "create what is missing, wait until it answers, say where it is"),
         Operation::deploy},
        {app.add_subcommand("plan", "say what deploy would do, and why; changes nothing"), Operation::plan},
        {app.add_subcommand("status", "instances, addresses, health"), Operation::status},
        {app.add_subcommand("logs", "the console of an instance"), Operation::logs},
        {app.add_subcommand("ssh", "log in to an instance, or run a command there"), Operation::ssh},
        {app.add_subcommand("open", "open the gallery in a browser"), Operation::open},
        {app.add_subcommand("upgrade", "install another package (--package) on one instance after the other"),
         Operation::upgrade},
        {app.add_subcommand("destroy", "remove all that this deployment made, and nothing else"),
         Operation::destroy},
    };
    if (program.usual_counts)
        operations.emplace(app.add_subcommand("scale", "have --api APIs and --workers workers from now on"),
                           Operation::scale);
    for (const auto& [command, operation] : operations) {
        if (operation == Operation::logs || operation == Operation::ssh)
            command->add_option("instance", line.instance,
                                "its name; the one with the gallery when left out");
        if (operation == Operation::logs)
            command->add_option("--lines", line.lines, "only the last ones")
                ->check(CLI::Range(1, most_lines));
        if (operation == Operation::ssh || operation == Operation::upgrade)
            command->add_option("-i,--identity", options.identity, "private key")->check(CLI::ExistingFile);
        if (operation == Operation::ssh) {
            command->add_option("--command,-c", line.arguments, "what to run there instead of a shell")
                ->expected(1);
        }
        if (operation == Operation::destroy) command->add_flag("--yes,-y", options.yes, "do not ask");
    }

    try {
        app.parse(argc, argv);
        // Before anything is made in the cloud: without the sum an instance could not check what it fetches.
        if (!options.package_url.empty() && options.package_sha256.empty() && options.package.empty())
            throw CLI::ValidationError("--package-url",
                                       "needs --package-sha256 (sha256sum says it) or --package");
        if (!options.services_packages_url.empty() && options.services_packages_sha256.empty() &&
            options.services_packages.empty())
            throw CLI::ValidationError(
                "--services-packages-url",
                "needs --services-packages-sha256 (sha256sum says it) or --services-packages");
        for (const auto& [command, operation] : operations) {
            if (operation == Operation::ssh && command->parsed() && options.json && line.arguments.empty())
                throw CLI::ValidationError("ssh", "--json needs --command: a shell has no answer in JSON");
            if (operation == Operation::scale && command->parsed() && !options.apis && !options.workers)
                throw CLI::ValidationError("scale", "needs --api N, --workers M or both");
        }
    } catch (const CLI::ParseError& error) {
        exit_status = error.get_exit_code() == 0 ? app.exit(error) : exit_usage;
        if (exit_status == 0) return std::nullopt;
        const auto words = in_words(error, app);
        // It may stand behind what was wrong.
        const bool wants_json =
            std::any_of(argv, argv + argc, [](std::string_view word) { return word == "--json"; });
        if (wants_json) std::cout << error_to_json(std::runtime_error(words)) << std::flush;
        std::cerr << program.name << ": " << words << "\nAll commands and options: " << program.name
                  << " --help\n";
        return std::nullopt;
    }
    for (const auto& [command, operation] : operations)
        if (command->parsed()) line.operation = operation;
    const auto scoped = [&](std::string& name, const std::string& usual) {
        if (name.empty()) name = scoped_name(options.deployment, program.name, usual);
    };
    options.keypair_is_chosen = !options.keypair.empty();
    scoped(options.keypair, "demokey");
    for (const auto& name : program.names)
        scoped(options.names[name.key], name.usual);
    return line;
}

}  // namespace deploy
