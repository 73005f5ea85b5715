#include "faafo/cli/render_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <complex>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

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

/// Where the picture goes. A file appears under its name when it is complete; devices and pipes are written directly.
class Output {
  public:
    explicit Output(std::string name) : name_(std::move(name)) {
        if (std::string_view(name_) == "-") {
            descriptor_ = STDOUT_FILENO;
            return;
        }
        struct stat status{};
        const bool special = ::stat(name_.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
        if (!special) temporary_ = fmt::format("{}.part-{}", name_, ::getpid());
        const std::string& opened = special ? name_ : temporary_;
        descriptor_ = ::open(opened.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (descriptor_ < 0) {
            temporary_.clear();
            fail("cannot be opened for writing");
        }
    }
    ~Output() {
        if (name_ != "-" && descriptor_ >= 0) ::close(descriptor_);
        if (!temporary_.empty()) ::unlink(temporary_.c_str());
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("cannot be written");
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void finish() {
        if (name_ == "-") return;
        if (::close(std::exchange(descriptor_, -1)) != 0) fail("cannot be written");
        if (temporary_.empty()) return;
        if (::rename(temporary_.c_str(), name_.c_str()) != 0) fail("cannot be replaced");
        temporary_.clear();
    }
    [[nodiscard]] bool is_terminal() const { return ::isatty(descriptor_) == 1; }

  private:
    [[noreturn]] void fail(std::string_view what) const {
        const int reason = errno;
        throw std::runtime_error(fmt::format("{} {}: {}.", name_ == "-" ? "The standard output" : name_, what,
                                             std::strerror(reason)));
    }

    std::string name_;
    std::string temporary_;
    int descriptor_ = -1;
};

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
