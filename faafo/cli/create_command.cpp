// `faafo create`: random fractals within ranges, or exactly the one that is asked for.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>
#include <thread>

#include "faafo/cli/commands.hpp"
#include "faafo/render/parameters.hpp"

namespace faafo::cli {
namespace {

constexpr std::int64_t most_tasks = 100'000;  // more is a slip of the finger

/// One number of a request: fixed, or anything between least and most, which may be either way round.
template <typename Number>
struct Range {
    std::optional<Number> fixed;
    Number least;
    Number most;

    void add_options(const common::command_line::Command& command, const std::string& name,
                     const std::string& help) {
        command.option("--" + name, fixed, help).type_name("N");
        command.option("--min-" + name, least, "least " + name).type_name("N").show_default();
        command.option("--max-" + name, most, "greatest " + name).type_name("N").show_default();
    }

    [[nodiscard]] Number pick(std::mt19937_64& random) const {
        if (fixed) return *fixed;
        const Number low = std::min(least, most);
        const Number high = std::max(least, most);
        if constexpr (std::is_integral_v<Number>) {
            return std::uniform_int_distribution<Number>(low, high)(random);
        } else {
            if (!std::isfinite(high - low) || low == high) return low;
            return std::uniform_real_distribution<Number>(low, high)(random);
        }
    }
};

struct CreateOptions {
    Range<std::int64_t> width{{}, 256, 1024};
    Range<std::int64_t> height{{}, 256, 1024};
    Range<std::int64_t> iterations{{}, 128, 512};
    Range<double> xa{{}, -1.0, -4.0};
    Range<double> xb{{}, 1.0, 4.0};
    Range<double> ya{{}, -0.5, -3.0};
    Range<double> yb{{}, 0.5, 3.0};
    Range<std::int64_t> tasks{{}, 1, 10};
    bool wait = false;
    double timeout = 3600;
};

store::Fractal pick(const CreateOptions& options, std::mt19937_64& random) {
    return {.uuid = store::new_uuid(),
            .parameters = {.width = options.width.pick(random),
                           .height = options.height.pick(random),
                           .iterations = options.iterations.pick(random),
                           .window = {.xa = options.xa.pick(random),
                                      .xb = options.xb.pick(random),
                                      .ya = options.ya.pick(random),
                                      .yb = options.yb.pick(random)}}};
}

/// All or none: what cannot be drawn is found before anything is created.
std::vector<store::Fractal> pick_all(const CreateOptions& options, std::mt19937_64& random) {
    std::vector<store::Fractal> tasks(static_cast<std::size_t>(options.tasks.pick(random)));
    for (store::Fractal& task : tasks) {
        task = pick(options, random);
        if (const auto errors = render::validate(task.parameters); !errors.empty()) {
            throw Failed("nothing was created, since one of the fractals could not be drawn: " +
                         render::describe(errors));
        }
    }
    return tasks;
}

bool over(const store::Fractal& fractal) {
    return fractal.state == store::State::done || fractal.state == store::State::failed;
}

/// Looks at each fractal until it is done or failed; throws Failed when time is up.
void wait_for(Api& api, std::vector<store::Fractal>& fractals, double timeout) {
    spdlog::info("waiting for {} fractal(s)", fractals.size());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(timeout);
    std::chrono::milliseconds pause{50};
    std::size_t finished = 0;
    while (finished < fractals.size()) {
        store::Fractal& fractal = fractals[finished];
        const auto found = api.find(fractal.uuid);
        if (!found) throw Failed(fmt::format("fractal '{}' was deleted", fractal.uuid));
        fractal = *found;
        if (over(fractal)) {
            ++finished;
            pause = std::chrono::milliseconds{50};
            continue;
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Failed(fmt::format("{} of {} fractals were not finished after {} s",
                                     fractals.size() - finished, fractals.size(), timeout));
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{1000});
    }
}

int create(Api& api, const CreateOptions& options, bool json) {
    std::random_device seed;
    std::mt19937_64 random((std::uint64_t{seed()} << 32) ^ seed());
    const auto tasks = pick_all(options, random);
    spdlog::info("generating {} task(s)", tasks.size());

    std::vector<store::Fractal> fractals;
    try {
        for (const store::Fractal& task : tasks) {
            fractals.push_back(api.create(task));
            if (json) continue;
            fmt::print("{}\n", fractals.back().uuid);
            std::fflush(stdout);
        }
        if (options.wait) wait_for(api, fractals, options.timeout);
    } catch (const Failed&) {
        // They are there, and nobody else knows whose they are.
        if (json) fmt::print("{}", json_list(fractals));
        throw;
    }
    if (json) fmt::print("{}", json_list(fractals));

    int status = 0;
    for (const store::Fractal& fractal : fractals) {
        if (fractal.state != store::State::failed) continue;
        spdlog::error("fractal '{}' failed: {}", fractal.uuid,
                      fractal.failure_reason.value_or("no reason given"));
        status = 1;
    }
    return status;
}

/// The smallest picture that may be picked, or the largest, with the windows' edges as they were given.
render::Parameters corner(const CreateOptions& options, bool largest) {
    const auto end = [largest]<typename Number>(const Range<Number>& range) {
        if (range.fixed) return *range.fixed;
        const bool turned = std::is_integral_v<Number> && range.least > range.most;
        return largest != turned ? range.most : range.least;
    };
    return {.width = end(options.width),
            .height = end(options.height),
            .iterations = end(options.iterations),
            .window = {
                .xa = end(options.xa), .xb = end(options.xb), .ya = end(options.ya), .yb = end(options.yb)}};
}

/// Refused here, before anything is created; the API would refuse it too.
void check(const CreateOptions& options) {
    for (const std::int64_t tasks :
         {options.tasks.fixed.value_or(1), options.tasks.least, options.tasks.most}) {
        if (tasks < 1 || tasks > most_tasks) {
            throw common::command_line::UsageError("--tasks",
                                                   fmt::format("must be from 1 to {}", most_tasks));
        }
    }
    for (const bool largest : {false, true}) {
        for (const auto& error : render::validate(corner(options, largest)))
            throw common::command_line::UsageError("--" + error.field, error.message);
    }
}

}  // namespace

void add_create_command(const common::command_line::Command& program, const Globals& globals,
                        Action& action) {
    auto options = std::make_shared<CreateOptions>();
    const auto command = program.subcommand("create", "Ask for fractals: random ones, unless you say which");
    options->height.add_options(command, "height", "height of the picture in pixels");
    options->width.add_options(command, "width", "width of the picture in pixels");
    options->iterations.add_options(command, "iterations", "iterations per pixel");
    options->xa.add_options(command, "xa", "left edge of the window");
    options->xb.add_options(command, "xb", "right edge of the window");
    options->ya.add_options(command, "ya", "top edge of the window");
    options->yb.add_options(command, "yb", "bottom edge of the window");
    options->tasks.add_options(command, "tasks", "number of fractals");
    command.flag("--wait", options->wait, "return when the fractals are drawn");
    command.option("--timeout", options->timeout, "seconds to --wait at most")
        .type_name("SECONDS")
        .positive()
        .show_default();
    command.on_chosen([&globals, &action, options] {
        check(*options);
        action = [&globals, options](Api& api) { return create(api, *options, globals.json); };
    });
}

}  // namespace faafo::cli
