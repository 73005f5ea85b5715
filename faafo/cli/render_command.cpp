#include "faafo/cli/render_command.hpp"

#include <fmt/format.h>

#include <complex>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "faafo/cli/output.hpp"
#include "faafo/render/julia.hpp"
#include "faafo/render/png.hpp"

namespace faafo::cli {
namespace {

using common::command_line::UsageError;

struct Arguments {
    std::string c;
    std::string seed;
    std::string xa = "-2";
    std::string xb = "2";
    std::string ya = "-1.5";
    std::string yb = "1.5";
    std::int64_t width = 640;
    std::int64_t height = 480;
    std::int64_t iterations = 256;
    std::string format = "png";
    std::string output = "-";
    unsigned threads = 0;
};

/// A decimal number or a C hexadecimal float, all of it.
double number(const std::string& option, const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || std::isspace(static_cast<unsigned char>(text.front())) != 0) {
        throw UsageError(option, fmt::format("'{}' is not a number; write it like -0.75 or -0x1.8p-1", text));
    }
    return value;
}

std::complex<double> complex_number(const std::string& text) {
    const std::size_t comma = text.find(',');
    if (comma == std::string::npos) {
        throw UsageError("--c", fmt::format("'{}' is not a constant; write its real and its imaginary part "
                                            "with a comma between, like -0.8,0.156",
                                            text));
    }
    return {number("--c", text.substr(0, comma)), number("--c", text.substr(comma + 1))};
}

render::Julia julia_of(const Arguments& arguments) {
    const render::Parameters parameters{.width = arguments.width,
                                        .height = arguments.height,
                                        .iterations = arguments.iterations,
                                        .window = {.xa = number("--xa", arguments.xa),
                                                   .xb = number("--xb", arguments.xb),
                                                   .ya = number("--ya", arguments.ya),
                                                   .yb = number("--yb", arguments.yb)}};
    // Checked before the constant is chosen, since choosing looks at the window.
    auto errors = render::validate(parameters);
    std::complex<double> c;
    if (!arguments.c.empty()) {
        c = complex_number(arguments.c);
        errors = render::validate(parameters, c);
    } else if (errors.empty()) {
        c = render::choose_c(parameters.window, static_cast<std::uint32_t>(parameters.iterations),
                             arguments.seed);
    }
    if (!errors.empty()) {
        const auto first = errors.front();
        errors.erase(errors.begin());
        throw UsageError("--" + first.field,
                         errors.empty() ? first.message : first.message + "; " + render::describe(errors));
    }
    return render::julia(parameters, c);
}

std::string little_endian(std::span<const std::uint16_t> counts) {
    std::string bytes;
    bytes.reserve(2 * counts.size());
    for (const std::uint16_t count : counts) {
        bytes.push_back(static_cast<char>(count & 0xffU));
        bytes.push_back(static_cast<char>(count >> 8U));
    }
    return bytes;
}

void run(const Arguments& arguments) {
    if (arguments.c.empty() && arguments.seed.empty()) {
        throw UsageError("--c",
                         "is missing: which Julia set shall be drawn? Give its constant, like "
                         "--c -0.8,0.156, or --seed and a fractal's UUID");
    }
    const render::Julia julia = julia_of(arguments);
    const render::Drawing drawing{.threads = arguments.threads, .stop = {}};
    Output output(arguments.output);
    if (output.is_terminal()) {
        throw UsageError("--output", "is missing: a picture would garble the terminal. Give a file's name");
    }
    if (arguments.format == "png") {
        render::draw_png(julia, [&](std::string_view bytes) { output.write(bytes); }, drawing);
    } else {
        const bool rgb = arguments.format == "rgb";
        render::for_each_band(julia, drawing, [&](std::span<const std::uint16_t> counts) {
            output.write(rgb ? render::to_rgb(counts) : little_endian(counts));
        });
    }
    output.finish();
}

}  // namespace

void add_render_command(const common::command_line::Command& program) {
    auto arguments = std::make_shared<Arguments>();
    const auto command = program.subcommand("render", "Draw one fractal without any server");
    command.footer("Numbers may be written as C hexadecimal floats, too: --xa -0x1.8p-1");
    const auto constant = command.option("--c", arguments->c, "the Julia set's constant").type_name("RE,IM");
    command
        .option("--seed", arguments->seed,
                "choose the constant as the worker does for the fractal of this UUID")
        .type_name("UUID")
        .excludes(constant);
    const std::pair<const char*, std::pair<std::string*, const char*>> edges[] = {
        {"--xa", {&arguments->xa, "left edge of the window"}},
        {"--xb", {&arguments->xb, "right edge of the window"}},
        {"--ya", {&arguments->ya, "top edge of the window"}},
        {"--yb", {&arguments->yb, "bottom edge of the window"}}};
    for (const auto& [name, edge] : edges) {
        command.option(name, *edge.first, edge.second).type_name("NUMBER").show_default();
    }
    command.option("--width", arguments->width, "pixels").show_default();
    command.option("--height", arguments->height, "pixels").show_default();
    command.option("--iterations", arguments->iterations, "steps after which a pixel counts as inside")
        .show_default();
    command
        .option("--format", arguments->format,
                "png; rgb: three bytes per pixel; counts: the escape counts as little-endian 16-bit integers")
        .one_of({"png", "rgb", "counts"})
        .show_default();
    command.option("--output", arguments->output, "file to write, - for the standard output")
        .type_name("FILE")
        .show_default();
    command.option("--threads", arguments->threads, "threads that draw; 0 means one per core").show_default();
    command.on_chosen([arguments] { run(*arguments); });
}

}  // namespace faafo::cli
