#include "acceptance/cloud/settings.hpp"

#include <CLI/CLI.hpp>

namespace acceptance::cloud {

std::optional<Settings> parse(int argc, const char* const* argv, int& status) {
    Settings settings;
    settings.programs = std::filesystem::path(BUILD_DIR) / "bin";
    std::string timeout = "1h";
    double poll_interval = 2;

    CLI::App app(
        "Tries the OpenStack SDK and the programs fractals, micro_fractals and scaling_fractals on a cloud, "
        "as an "
        "ordinary member of a project, and removes what it made.");
    app.option_defaults()->ignore_case(false);
    app.add_option("--cloud", settings.cloud, "cloud of clouds.yaml (OS_CLOUD, OS_*)")->type_name("NAME");
    app.add_flag("--embedded", settings.embedded, "start an embedded cloud, and use that");
    app.add_option("--image", settings.image,
                   "image of the guests: Debian 12, Ubuntu 24.04 or later (the only one)")
        ->envname("CLOUD_SUITE_IMAGE")
        ->type_name("NAME|ID");
    app.add_option("--flavor", settings.flavor,
                   "flavor of the guests (m1.small, or the smallest with 1 GiB and a disk of 3)")
        ->envname("CLOUD_SUITE_FLAVOR")
        ->type_name("NAME|ID");
    app.add_option("--network", settings.network,
                   "network of the guests, with a router to the outside (the run makes one, and its router)")
        ->envname("CLOUD_SUITE_NETWORK")
        ->type_name("NAME|ID");
    app.add_option("--external-network", settings.external_network,
                   "network of the floating IPs (the only one)")
        ->envname("CLOUD_SUITE_EXTERNAL_NETWORK")
        ->type_name("NAME|ID");
    app.add_option(
           "--services-image", settings.services_image,
           "image of instances with database and broker, which are installed in it (as the programs choose)")
        ->envname("CLOUD_SUITE_SERVICES_IMAGE")
        ->type_name("NAME|ID");
    app.add_option(
           "--services-packages", settings.services_packages,
           "distribution packages of database and broker, for guests without a way to their distribution")
        ->envname("CLOUD_SUITE_SERVICES_PACKAGES")
        ->check(CLI::ExistingFile)
        ->type_name("FILE");
    app.add_option("--services-flavor", settings.services_flavor, "flavor of these instances (as --flavor)")
        ->envname("CLOUD_SUITE_SERVICES_FLAVOR")
        ->type_name("NAME|ID");
    app.add_option("--package", settings.package,
                   "package of the application (the one built with the programs)")
        ->envname("CLOUD_SUITE_PACKAGE")
        ->check(CLI::ExistingFile)
        ->type_name("FILE");
    app.add_option("--package-url", settings.package_url,
                   "where guests fetch it, on clouds without object storage")
        ->envname("CLOUD_SUITE_PACKAGE_URL")
        ->type_name("URL");
    app.add_option("--package-sha256", settings.package_sha256, "SHA-256 of what is there")
        ->envname("CLOUD_SUITE_PACKAGE_SHA256")
        ->type_name("HEX");
    app.add_flag("--full", settings.full, "the guide's own size, 2 APIs and 3 workers (1 and 1)");
    app.add_option("--stories", settings.stories,
                   "only these, with commas between: sdk, fractals, micro_fractals, scaling_fractals, or as "
                   "they are printed")
        ->envname("CLOUD_SUITE_STORIES")
        ->type_name("NAMES");
    app.add_option("--timeout", timeout,
                   "the longest that any wait may take, each deployment as a whole too: 90s, 30m, 2h (1h)")
        ->envname("CLOUD_SUITE_TIMEOUT")
        ->type_name("TIME");
    app.add_option("--poll-interval", poll_interval, "seconds between questions of one wait, at the most (2)")
        ->envname("CLOUD_SUITE_POLL_INTERVAL")
        ->check(CLI::Range(0.1, 60.0))
        ->type_name("SECONDS");
    app.add_option("--programs", settings.programs, "folder of the programs under test")
        ->envname("CLOUD_SUITE_PROGRAMS")
        ->check(CLI::ExistingDirectory)
        ->type_name("FOLDER");
    app.add_option("--logs", settings.logs,
                   "folder for what the programs said, and the results (one below cloud-suite-logs)")
        ->envname("CLOUD_SUITE_LOGS")
        ->type_name("FOLDER");
    app.add_flag("--keep", settings.keep,
                 "leave everything where it is at the end, to look at; --clean-up removes it");
    app.add_flag("--shared-project", settings.shared_project,
                 "others work in this project meanwhile: what is new in it and not the run's is no failure");
    app.add_flag("--clean-up", settings.clean_up,
                 "run nothing: remove what earlier runs left in the project");
    try {
        app.parse(argc, argv);
        const std::map<std::string, std::int64_t> units{{"s", 1}, {"m", 60}, {"h", 3600}};
        std::int64_t seconds = 0;
        CLI::AsNumberWithUnit as_time(units, CLI::AsNumberWithUnit::UNIT_OPTIONAL, "TIME");
        const auto wrong = as_time(timeout);
        if (!wrong.empty() || !CLI::detail::lexical_cast(timeout, seconds) || seconds < 1)
            throw CLI::ValidationError("--timeout", "has to be a time such as 90s, 30m or 2h");
        settings.timeout = std::chrono::seconds(seconds);
        settings.poll_interval = std::chrono::milliseconds(static_cast<std::int64_t>(poll_interval * 1000));
        if (settings.embedded && !settings.cloud.empty())
            throw CLI::ValidationError("--embedded", "is a cloud of its own: leave out --cloud");
    } catch (const CLI::ParseError& error) {
        status = app.exit(error) == 0 ? 0 : 2;
        return std::nullopt;
    }
    return settings;
}

}  // namespace acceptance::cloud
