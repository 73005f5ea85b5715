#include "faafo/config/settings.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <thread>

#include "common/command_line/command_line.hpp"
#include "faafo/config/version.hpp"

namespace faafo::config {
namespace {

constexpr std::string_view default_file = "/etc/faafo/faafo.conf";
constexpr std::string_view api_program = "faafo-api";

bool to_bool(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const std::string_view yes : {"true", "1", "on", "yes"}) {
        if (text == yes) return true;
    }
    for (const std::string_view no : {"false", "0", "off", "no"}) {
        if (text == no) return false;
    }
    throw std::invalid_argument("must be true or false");
}

std::uint64_t to_number(const std::string& text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
        throw std::invalid_argument(fmt::format("must be a number from {} to {}", least, most));
    }
    return value;
}

/// Whose flag it is. In a file, which API and workers of one machine share, each may have all of them.
enum class Flag { of_both, of_api };

struct Key {
    std::string_view name;
    std::string_view help;
    std::function<void(Settings&, const std::string&)> set;
    Flag flag = Flag::of_both;
};

const std::vector<Key>& keys() {
    static const std::vector<Key> all{
        {"listen_address", "address to listen on (127.0.0.1)",
         [](Settings& s, const std::string& v) { s.listen_address = v; }, Flag::of_api},
        {"bind_port", "port to listen on (80)",
         [](Settings& s, const std::string& v) {
             s.bind_port = static_cast<std::uint16_t>(to_number(v, 0, 65535));
         },
         Flag::of_api},
        {"database_url", "database of the fractals (SQLite in the state folder)",
         [](Settings& s, const std::string& v) { s.database_url = v; }},
        {"transport_url", "queue of the tasks: amqp://… for RabbitMQ (the one inside the database)",
         [](Settings& s, const std::string& v) { s.transport_url = v; }},
        {"endpoint_url", "where workers find the API (http://localhost)",
         [](Settings& s, const std::string& v) { s.endpoint_url = v; }},
        {"debug", "log more", [](Settings& s, const std::string& v) { s.debug = to_bool(v); }},
        {"log_file", "file for the log (standard error)",
         [](Settings& s, const std::string& v) { s.log_file = v; }},
        {"log_dir", "folder of log_file; alone: of <program>.log",
         [](Settings& s, const std::string& v) { s.log_dir = v; }},
        {"workers",
         "pictures drawn at the same time (as many as there are cores; faafo-api draws none with 0)",
         [](Settings& s, const std::string& v) { s.workers = static_cast<unsigned>(to_number(v, 0, 1024)); }},
        {"threads_per_task", "cores that draw one picture together (1)",
         [](Settings& s, const std::string& v) {
             s.threads_per_task = static_cast<unsigned>(to_number(v, 1, 1024));
         }},
        {"lease", "seconds after which the task of a silent worker goes to another (30)",
         [](Settings& s, const std::string& v) { s.lease = std::chrono::seconds(to_number(v, 1, 86'400)); }},
        {"max_attempts", "workers that may end over one task before it is given up (5)",
         [](Settings& s, const std::string& v) {
             s.max_attempts = static_cast<unsigned>(to_number(v, 1, 1000));
         }},
        {"hand_over", "seconds after which a worker keeps a task without the message broker (300)",
         [](Settings& s, const std::string& v) {
             s.hand_over = std::chrono::seconds(to_number(v, 1, 86'400));
         }},
        {"max_body_size", "bytes of the largest request (what the largest picture takes: 258 MiB)",
         [](Settings& s, const std::string& v) {
             s.max_body_size = to_number(v, 1024, std::uint64_t{4} << 30);
         },
         Flag::of_api},
        {"request_threads", "requests answered at the same time (8)",
         [](Settings& s, const std::string& v) {
             s.request_threads = static_cast<unsigned>(to_number(v, 1, 256));
         },
         Flag::of_api},
    };
    return all;
}

const Key* find_key(std::string_view name) {
    const auto found =
        std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.name == name; });
    return found == keys().end() ? nullptr : &*found;
}

void apply(Settings& settings, const std::map<std::string, std::string>& values, std::string_view origin) {
    for (const auto& [name, value] : values) {
        const Key* key = find_key(name);
        if (key == nullptr) continue;  // the original's logging has dozens of keys that mean nothing here
        try {
            key->set(settings, value);
        } catch (const std::invalid_argument& error) {
            throw BadConfiguration(fmt::format("{}: {} {}", origin, name, error.what()));
        }
    }
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string(value);
}

}  // namespace

std::string default_database_url() {
    std::filesystem::path folder = environment("STATE_DIRECTORY");  // systemd's
    if (folder.empty() && geteuid() == 0) folder = "/var/lib/faafo";
    if (folder.empty()) {
        const std::filesystem::path state = environment("XDG_STATE_HOME");
        const std::filesystem::path home = environment("HOME");
        folder = (state.is_absolute() ? state : home / ".local" / "state") / "faafo";
    }
    return "sqlite:///" + (folder / "faafo.db").string();
}

CommandLine read_settings(std::string_view program, std::string_view description, int argc,
                          const char* const* argv) {
    common::command_line::CommandLine app{std::string(description), std::string(program)};
    std::vector<std::string> files;
    std::vector<std::string> folders;
    app.version(std::string(version));
    app.option("--config-file", files, fmt::format("configuration file; may be repeated ({})", default_file))
        .type_name("FILE")
        .one_value_each();
    app.option("--config-dir", folders, "folder of configuration files *.conf")
        .type_name("FOLDER")
        .one_value_each();

    std::map<std::string, std::string> flags;
    for (const Key& key : keys()) {
        if (key.flag == Flag::of_api && program != api_program) continue;
        std::string spelling(key.name);
        std::replace(spelling.begin(), spelling.end(), '_', '-');
        std::string names = "--" + spelling;
        if (spelling != key.name) names += ",--" + std::string(key.name);
        if (key.name == "debug") {
            app.flag("-d,--debug", [&flags] { flags["debug"] = "true"; }, std::string(key.help));
            continue;
        }
        app.option(
               names,
               [&flags, name = std::string(key.name)](const std::string& value) { flags[name] = value; },
               std::string(key.help))
            .type_name("VALUE");
    }
    if (const auto status = app.parse(argc, argv)) return {.settings = {}, .exit_status = status};

    CommandLine line;
    Settings& settings = line.settings;
    settings.workers = std::max(1U, std::thread::hardware_concurrency());
    if (files.empty() && folders.empty() && std::filesystem::exists(default_file))
        files.emplace_back(default_file);
    for (const std::string& file : files)
        apply(settings, read_ini(file), file);
    for (const std::string& folder : folders) {
        for (const auto& file : configuration_files(folder))
            apply(settings, read_ini(file), file.string());
    }
    apply(settings, flags, "command line");
    if (settings.database_url.empty()) settings.database_url = default_database_url();
    return line;
}

}  // namespace faafo::config
