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
    const std::int64_t tasks = options.tasks.pick(random);
    spdlog::info("generating {} task(s)", tasks);

    std::vector<store::Fractal> fractals;
    for (std::int64_t task = 0; task < tasks; ++task) {
        fractals.push_back(api.create(pick(options, random)));
        if (json) continue;
        fmt::print("{}\n", fractals.back().uuid);
        std::fflush(stdout);
    }
    if (options.wait) wait_for(api, fractals, options.timeout);
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

/// Refused here, before anything is created; the API would refuse it too.
void check(const CreateOptions& options) {
    if (options.tasks.fixed.value_or(1) < 1 || options.tasks.least < 1 || options.tasks.most < 1) {
        throw common::command_line::UsageError("--tasks", "must be at least 1");
    }
    const render::Parameters given{.width = options.width.fixed.value_or(options.width.least),
                                   .height = options.height.fixed.value_or(options.height.least),
                                   .iterations = options.iterations.fixed.value_or(options.iterations.least),
                                   .window = {.xa = options.xa.fixed.value_or(options.xa.least),
                                              .xb = options.xb.fixed.value_or(options.xb.least),
                                              .ya = options.ya.fixed.value_or(options.ya.least),
                                              .yb = options.yb.fixed.value_or(options.yb.least)}};
    for (const auto& error : render::validate(given))
        throw common::command_line::UsageError("--" + error.field, error.message);
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
