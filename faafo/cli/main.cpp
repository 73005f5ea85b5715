// faafo: the command line of the Fractals application.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iterator>

#include "common/tty/progress.hpp"
#include "faafo/cli/commands.hpp"
#include "faafo/cli/render_command.hpp"
#include "faafo/config/ini.hpp"
#include "faafo/config/logging.hpp"
#include "faafo/config/settings.hpp"
#include "faafo/config/version.hpp"

namespace {

using namespace faafo;

constexpr int usage_status = 2;

/// The original's files for this program: only those that are named.
void read_files(std::vector<std::filesystem::path> files, const std::vector<std::filesystem::path>& folders,
                const common::command_line::Option& endpoint, cli::Globals& globals) {
    for (const auto& folder : folders)
        std::ranges::copy(config::configuration_files(folder), std::back_inserter(files));
    for (const auto& file : files) {
        const auto values = config::read_ini(file);
        const auto found = values.find("endpoint_url");
        if (found != values.end() && !endpoint.given()) globals.endpoint_url = found->second;
    }
}

int run(int argc, char** argv) {
    common::command_line::CommandLine app{"Fractals: ask for them, look at them, draw them.", "faafo"};
    app.require_subcommand();
    app.options_anywhere();
    cli::Globals globals;
    cli::Action action;
    std::vector<std::string> files;
    std::vector<std::string> folders;
    config::Settings settings;
    std::string log_file;
    std::string log_dir;
    const auto endpoint =
        app.option("--endpoint-url,--endpoint_url", globals.endpoint_url, "address of the API")
            .type_name("URL")
            .show_default();
    app.flag("--json", globals.json, "print JSON instead of tables");
    app.flag("-d,--debug", settings.debug, "log more");
    app.option("--log-file", log_file, "file for the log (standard error)").type_name("FILE");
    app.option("--log-dir", log_dir, "folder of the log file").type_name("FOLDER");
    app.option("--config-file", files, "configuration file with endpoint_url; may be repeated")
        .type_name("FILE")
        .one_value_each();
    app.option("--config-dir", folders, "folder of configuration files *.conf")
        .type_name("FOLDER")
        .one_value_each();
    app.version(std::string(config::version));
    cli::add_create_command(app, globals, action);
    cli::add_list_command(app, globals, action);
    cli::add_show_command(app, globals, action);
    cli::add_get_command(app, globals, action);
    cli::add_delete_command(app, action);
    cli::add_status_command(app, globals, action);
    cli::add_render_command(app);

    try {
        if (const auto status = app.parse(argc, argv)) return *status;
        settings.log_file = log_file;
        settings.log_dir = log_dir;
        config::start_logging(settings, "faafo.client");
        if (!action) return 0;  // render has drawn already
        read_files({files.begin(), files.end()}, {folders.begin(), folders.end()}, endpoint, globals);
        cli::Api api(globals.endpoint_url);
        return action(api);
    } catch (const api::BadEndpoint& error) {
        fmt::print(stderr, "faafo: {}\n", common::tty::printable(error.what()));
        return usage_status;
    } catch (const cli::Failed& error) {
        spdlog::error("{}", common::tty::printable(error.what()));
        return 1;
    }
}

/// What was printed lies in a buffer, and is as good as lost if that gets nowhere.
int with_all_printed(int status) {
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    fmt::print(stderr, "faafo: the standard output cannot be written{}{}\n", errno == 0 ? "" : ": ",
               errno == 0 ? "" : std::strerror(errno));
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return with_all_printed(run(argc, argv));
    } catch (const std::exception& error) {
        fmt::print(stderr, "faafo: {}\n", error.what());
        return 1;
    }
}
