#include "faafo/cli/commands.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "common/tty/progress.hpp"
#include "faafo/api/fractal_json.hpp"
#include "faafo/cli/output.hpp"

namespace faafo::cli {
namespace {

std::string dimensions(const store::Fractal& fractal) {
    return fmt::format("{} x {} pixels", fractal.parameters.width, fractal.parameters.height);
}

std::string filesize(const store::Fractal& fractal) {
    return fmt::format("{} bytes", fractal.size.value_or(0));
}

void require_uuid(const std::string& uuid) {
    if (!store::is_uuid(uuid)) {
        throw common::command_line::UsageError("UUID",
                                               fmt::format("'{}' is no UUID", common::tty::printable(uuid)));
    }
}

std::string details(const store::Fractal& fractal) {
    const render::Window& window = fractal.parameters.window;
    std::vector<std::vector<std::string>> rows{
        {"uuid", fractal.uuid},
        {"duration", fractal.duration ? fmt::format("{:f} seconds", *fractal.duration) : "-"},
        {"dimensions", dimensions(fractal)},
        {"iterations", std::to_string(fractal.parameters.iterations)},
        {"xa", api::json_number(window.xa)},
        {"xb", api::json_number(window.xb)},
        {"ya", api::json_number(window.ya)},
        {"yb", api::json_number(window.yb)},
        {"size", filesize(fractal)},
        {"checksum", fractal.checksum.value_or("-")},
        {"generated_by", fractal.generated_by.value_or("-")},
        {"state", std::string(to_text(fractal.state))},
    };
    if (fractal.c) {
        rows.push_back(
            {"c", api::json_number(fractal.c->real()) + "," + api::json_number(fractal.c->imag())});
    }
    if (fractal.failure_reason) rows.push_back({"failure_reason", *fractal.failure_reason});
    return common::tty::table({{"Parameter"}, {"Value"}}, rows);
}

}  // namespace

std::string json_list(const std::vector<store::Fractal>& fractals) {
    std::string text = "[";
    std::string_view separator;
    for (const store::Fractal& fractal : fractals) {
        text.append(separator).append(api::to_json(fractal));
        separator = ",\n ";
    }
    return text + "]\n";
}

void add_list_command(const common::command_line::Command& program, const Globals& globals, Action& action) {
    program.subcommand("list", "List all fractals").on_chosen([&] {
        action = [&globals](Api& api) {
            const auto fractals = api.list();
            if (globals.json) {
                fmt::print("{}", json_list(fractals));
                return 0;
            }
            std::vector<std::vector<std::string>> rows;
            rows.reserve(fractals.size());
            for (const auto& fractal : fractals) {
                rows.push_back({fractal.uuid, dimensions(fractal), filesize(fractal)});
            }
            using common::tty::Align;
            fmt::print("{}", common::tty::table({{"UUID", Align::centre},
                                                 {"Dimensions", Align::centre},
                                                 {"Filesize", Align::centre}},
                                                rows));
            return 0;
        };
    });
}

void add_show_command(const common::command_line::Command& program, const Globals& globals, Action& action) {
    auto uuid = std::make_shared<std::string>();
    const auto command = program.subcommand("show", "Show the details of a fractal");
    command.option("uuid", *uuid, "the fractal's").type_name("UUID").required();
    command.on_chosen([&, uuid] {
        require_uuid(*uuid);
        action = [&globals, uuid](Api& api) {
            const auto fractal = api.find(*uuid);
            if (!fractal) throw Failed(fmt::format("fractal '{}' not found", *uuid));
            fmt::print("{}", globals.json ? api::to_json(*fractal) + "\n" : details(*fractal));
            return 0;
        };
    });
}

void add_get_command(const common::command_line::Command& program, const Globals& globals, Action& action) {
    auto uuid = std::make_shared<std::string>();
    auto output = std::make_shared<std::string>();
    const auto command = program.subcommand("get", "Download the picture of a fractal");
    command.option("uuid", *uuid, "the fractal's").type_name("UUID").required();
    command.option("-o,--output", *output, "file to write, - for the standard output (UUID.png)")
        .type_name("FILE");
    command.on_chosen([&, uuid, output] {
        require_uuid(*uuid);
        if (output->empty()) *output = *uuid + ".png";
        if (*output == "-" && isatty(STDOUT_FILENO) == 1) {
            throw common::command_line::UsageError("--output",
                                                   "a picture would garble the terminal; give a file's name");
        }
        action = [&globals, uuid, output](Api& api) {
            const std::string bytes = api.picture(*uuid);
            Output file(*output);
            file.write(bytes);
            file.finish();
            if (globals.json && *output != "-") {
                fmt::print(R"({{"output":{},"size":{},"uuid":{}}})"
                           "\n",
                           api::json_string(*output), bytes.size(), api::json_string(*uuid));
            }
            return 0;
        };
    });
}

void add_delete_command(const common::command_line::Command& program, Action& action) {
    auto uuids = std::make_shared<std::vector<std::string>>();
    const auto command = program.subcommand("delete", "Delete fractals");
    command.option("uuid", *uuids, "the fractals'").type_name("UUID").required();
    command.on_chosen([&action, uuids] {
        for (const std::string& uuid : *uuids)
            require_uuid(uuid);
        action = [uuids](Api& api) {
            int status = 0;
            for (const std::string& uuid : *uuids) {
                try {
                    api.remove(uuid);
                } catch (const Failed& error) {
                    spdlog::error("{}", common::tty::printable(error.what()));
                    status = 1;
                }
            }
            return status;
        };
    });
}

void add_status_command(const common::command_line::Command& program, const Globals& globals,
                        Action& action) {
    program.subcommand("status", "Show how much is to be drawn, and who has drawn how much").on_chosen([&] {
        action = [&globals](Api& api) {
            const api::Status status = api.status();
            if (globals.json) {
                fmt::print("{}\n", api::to_json(status));
                return 0;
            }
            using common::tty::Align;
            std::vector<std::vector<std::string>> states;
            states.reserve(status.states.size());
            for (const auto& [state, count] : status.states)
                states.push_back({std::string(to_text(state)), std::to_string(count)});
            fmt::print("{}", common::tty::table({{"State"}, {"Fractals", Align::right}}, states));
            std::vector<std::vector<std::string>> workers;
            workers.reserve(status.workers.size());
            for (const auto& [name, count] : status.workers)
                workers.push_back({common::tty::printable(name), std::to_string(count)});
            fmt::print("{}", common::tty::table({{"Worker"}, {"Drawn", Align::right}}, workers));
            if (status.queue_trouble)
                fmt::print("Tasks do not get to workers: {}\n",
                           common::tty::printable(*status.queue_trouble));
            return 0;
        };
    });
}

}  // namespace faafo::cli
