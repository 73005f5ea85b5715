#include "deploy/cli/program.hpp"

#include <iostream>
#include <stdexcept>

#include "deploy/apply/archive.hpp"
#include "deploy/balance/choice.hpp"
#include "deploy/cli/command_line.hpp"
#include "deploy/cli/embedded_cloud.hpp"
#include "deploy/cli/interrupt.hpp"
#include "deploy/cli/outage.hpp"
#include "deploy/cli/output.hpp"
#include "deploy/cli/reach.hpp"
#include "deploy/cli/runs.hpp"
#include "deploy/plan/recorded.hpp"

namespace deploy {
namespace {

/// What the user leaves out stays as an earlier run recorded it.
void fill_in_recorded(const Program& program, Context& context) {
    auto& options = context.options;
    if (!program.usual_counts) return;
    Recorded recorded;
    if (!options.apis || !options.workers || !options.balance ||
        (options.balance == BalanceMethod::dns && options.zone.empty()))
        recorded = recorded_in(observe_instances(context));
    const auto counts = recorded.counts.value_or(*program.usual_counts);
    if (!options.apis) options.apis = counts.apis;
    if (!options.workers) options.workers = counts.workers;
    fill_in_balance(options, recorded);
}

bool makes_things(Operation operation) {
    return operation == Operation::deploy || operation == Operation::scale || operation == Operation::plan;
}

bool changes_things(Operation operation) {
    return operation == Operation::deploy || operation == Operation::scale ||
           operation == Operation::upgrade || operation == Operation::destroy;
}

int fail(const Options& options, const std::string& program, const std::exception& error,
         const std::string& afterwards, int exit_status) {
    if (options.json) std::cout << error_to_json(error) << std::flush;
    std::cerr << program << ": " << error.what() << "\n";
    if (!afterwards.empty()) std::cerr << afterwards << "\n";
    return exit_status;
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
    int exit_status = 0;
    const auto line = parse_command_line(program, argc, argv, exit_status);
    if (!line) return exit_status;
    const auto& options = line->options;
    const Interrupt interrupt;
    std::string afterwards;
    try {
        if (makes_things(line->operation) || line->operation == Operation::upgrade) require_archives(options);
        Context context{.cloud = connect_or_offer(options, interrupt.token()),
                        .options = options,
                        .stop = interrupt.token(),
                        .deadline = std::chrono::steady_clock::now() + options.timeout};
        if (changes_things(line->operation))
            afterwards = "This run has changed nothing; it can be run again at any time.";
        const auto complete = [&] {
            fill_in_recorded(program, context);
            if (makes_things(line->operation)) require_balance(context);
        };
        // Whoever only asks is better told at once that the cloud does not answer.
        if (changes_things(line->operation)) {
            reach(context, say);
            through_outages(context, say, complete);
        } else
            complete();
        context.topology = program.topology(context.options);
        return run(*line, context, afterwards);
    } catch (const openstack::Cancelled&) {
        if (options.json) std::cout << error_to_json(std::runtime_error("interrupted")) << std::flush;
        std::cerr << program.name << ": interrupted." << (afterwards.empty() ? "" : " ") << afterwards
                  << "\n";
        return exit_interrupted;
    } catch (const openstack::TransportError& error) {
        return fail(options, program.name, explained(error), afterwards, exit_failed);
    } catch (const openstack::ConfigError& error) {
        return fail(options, program.name, error, afterwards, exit_usage);
    } catch (const std::exception& error) {
        return fail(options, program.name, error, afterwards, exit_failed);
    }
}

}  // namespace deploy
