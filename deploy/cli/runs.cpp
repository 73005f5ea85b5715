#include "deploy/cli/runs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "deploy/apply/deployment.hpp"
#include "deploy/apply/keypair.hpp"
#include "deploy/cli/outage.hpp"
#include "deploy/cli/output.hpp"
#include "deploy/cli/question.hpp"
#include "deploy/operations/access.hpp"
#include "deploy/operations/destroy.hpp"
#include "deploy/operations/rollback.hpp"
#include "deploy/operations/status.hpp"
#include "deploy/operations/upgrade.hpp"
#include "deploy/plan/invocation.hpp"
#include "deploy/plan/quota.hpp"
#include "deploy/plan/recorded.hpp"
#include "deploy/plan/target.hpp"

namespace deploy {
namespace {

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (std::fflush(stdout) != 0) throw openstack::Error("standard output cannot be written");
}

/// After a failure: what is left then, in words. Never throws, as there is an error to tell already; `otherwise` is what
/// to say where there is nothing to take back.
std::string take_back(const Context& context, const Observed& before, const std::string& otherwise) {
    if (!is_first(context, before))
        return "Nothing is rolled back, since the deployment was there before this run. " + otherwise;
    try {
        common::tty::Progress progress;
        progress.note("Rolling back what this run has made");
        roll_back(context, before, progress);
        progress.finish();
        return "Rolled back: nothing of this run is left.";
    } catch (const std::exception& error) {
        return std::string("It was not rolled back completely: ") + error.what() + ". " + otherwise;
    }
}

std::string in_words(const Target& target) {
    return fmt::format("image {}, flavor {}, network {}{}", target.image.name, target.flavor.name,
                       target.network.name,
                       target.external_network ? ", floating IPs of " + target.external_network->name : "");
}

/// What a run has begun with, and done.
struct Course {
    std::string verb;  ///< "Deploying"
    std::optional<Observed> before;
    Plan plan;
    Deployed deployed;
    bool has_begun = false;  ///< to make things
};

/// Anew after an outage, too: what is there by then is looked at again.
void attempt(const Context& context, Course& course, std::string& afterwards) {
    common::tty::Progress progress;
    const auto target = find_target(context);
    const auto observed = observe(context);
    const auto plan = make_plan(context, target, observed);
    if (!course.before) {
        course.before = observed;
        course.plan = plan;
        // What instances are made of says nothing where none is made.
        progress.note(course.verb + " '" + context.topology.deployment + "'" +
                      (plan.makes_servers() ? ": " + in_words(target) : ""));
        for (const auto& warning : plan.warnings)
            progress.note("Note: " + warning + ".");
    }
    require_quota(plan);
    afterwards = "What was made so far stays; run " + invocation(context.options) + " again to go on, or " +
                 invocation(context.options, "destroy") + " to remove it.";
    course.has_begun = true;
    try {
        course.deployed = apply(context, target, observed, plan, progress);
    } catch (const openstack::QuotaExceeded& refusal) {
        throw explained(context, refusal);
    }
    // An earlier attempt may have made it.
    const auto key = private_key_path(context.options.keypair);
    if (course.plan.action("keypair", context.options.keypair) == Action::create &&
        context.options.public_key.empty() && std::filesystem::exists(key))
        course.deployed.private_key = key;
}

/// `afterwards` is what to do should this fail; it changes with what has been done.
int run_deploy(const Context& context, const std::string& verb, std::string& afterwards) {
    const auto begin = std::chrono::steady_clock::now();
    Course course{.verb = verb};
    try {
        through_outages(context, say, [&] { attempt(context, course, afterwards); });
    } catch (...) {
        if (course.has_begun && context.options.rollback)
            afterwards = take_back(context, *course.before, afterwards);
        throw;
    }
    afterwards = "The deployment is complete; " + invocation(context.options, "status") + " shows it.";
    const auto& deployed = course.deployed;
    const auto& plan = course.plan;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto now = status(context);
    if (context.options.json) {
        print(to_json(deployed, plan, now, took.count()));
        return 0;
    }
    std::string text;
    if (deployed.private_key)
        text += fmt::format("The private key for logging in is {}\n", deployed.private_key->string());
    if (!deployed.entrance_url.empty()) {
        text += fmt::format(
            "Fractals is at {}{}, {} in {:.0f} s.\n", deployed.entrance_url,
            now.application ? fmt::format(" ({} fractals so far)", now.application->fractals) : "",
            plan.changes_nothing() ? "unchanged, checked" : "deployed", took.count());
        if (!now.direct_url.empty())
            text += fmt::format("Where no resolver knows that name yet, one of its APIs is at {}\n",
                                now.direct_url);
        text += fmt::format("Look: {} · log in: {} · stop: {}\n", invocation(context.options, "status"),
                            invocation(context.options, "ssh"), invocation(context.options, "destroy"));
    }
    print(text);
    return 0;
}

int run_scale(const Context& context, std::string& afterwards) {
    const auto instances = through_outages(context, say, [&] { return observe_instances(context); });
    if (recorded_in(instances).server_id.empty())
        throw openstack::NotFound("there is no deployment '" + context.topology.deployment +
                                  "' here to scale; " + invocation(context.options, "deploy") + " makes it");
    return run_deploy(context, "Scaling", afterwards);
}

int run_plan(const Context& context) {
    const auto plan = make_plan(context, find_target(context), observe(context));
    print(context.options.json ? to_json(plan) : to_text(plan));
    return plan.changes_nothing() ? 0 : exit_amiss;
}

int run_status(const Context& context) {
    auto now = status(context);
    explain_silence(context, now);
    print(context.options.json ? to_json(now) : to_text(now, context.options));
    return now.healthy() ? 0 : exit_amiss;
}

int run_upgrade(const Context& context, std::string& afterwards) {
    const auto observed = observe(context);
    require_upgradable(context, observed);
    afterwards =
        invocation(context.options, "upgrade") + " can be run again; it goes on where this one ended.";
    common::tty::Progress progress;
    const auto upgraded = upgrade(context, observed, progress);
    progress.finish();
    print(context.options.json ? to_json(upgraded)
          : upgraded.instances.empty()
              ? fmt::format("All instances have the package {} already.\n", upgraded.package)
              : fmt::format("Upgraded {} to the package {}.\n", fmt::join(upgraded.instances, ", "),
                            upgraded.package));
    return 0;
}

int run_destroy(const Context& context, std::string& afterwards) {
    const auto& options = context.options;
    auto observed = through_outages(context, say, [&] { return observe(context, Look::everywhere); });
    const auto list = removable(context, observed);
    if (list.empty()) {
        print(options.json ? to_json(list)
                           : fmt::format("There is nothing of the deployment '{}' here.\n",
                                         context.topology.deployment));
        return 0;
    }
    if (!options.yes && isatty(STDIN_FILENO) == 1) {
        afterwards = "Nothing was done.";
        for (const auto& item : list)
            std::cerr << "  " << item.kind << " " << item.name << "\n";
        const auto answer = ask("Remove all of these, with all fractals? [y/N] ", context.stop);
        if (!is_yes(answer)) {
            if (options.json) print(error_to_json(std::runtime_error(afterwards)));
            std::cerr << afterwards << "\n";
            return exit_failed;
        }
    }
    afterwards = "What is left goes with another " + invocation(options, "destroy") + ".";
    bool again = false;
    through_outages(context, say, [&] {
        if (again) observed = observe(context, Look::everywhere);
        again = true;
        common::tty::Progress progress;
        destroy(context, observed, progress);
        progress.finish();
    });
    if (options.json) {
        print(to_json(list));
        return 0;
    }
    auto text = fmt::format("Removed the deployment '{}'.\n", context.topology.deployment);
    for (const auto& key : private_keys_of(list))
        text += fmt::format(
            "The private key {} stays on this machine; delete it when no deployment on another cloud uses "
            "it.\n",
            key.string());
    print(text);
    return 0;
}

int run_open(const Context& context) {
    const auto now = status(context);
    if (now.url.empty()) throw openstack::NotFound("the deployment has no address yet; deploy first");
    print(context.options.json ? url_to_json(now.url) : now.url + "\n");
    if (!open_in_browser(now.url))
        std::cerr << "There is no desktop here; open the address above in a browser.\n";
    return 0;
}

int run_logs(const CommandLine& line, const Context& context) {
    const auto console = logs(context, line.instance, line.lines);
    print(context.options.json ? to_json(console) : console.text);
    return 0;
}

int run_login(const CommandLine& line, const Context& context) {
    const auto login = ssh_login(context, line.instance, line.arguments);
    if (!login.missing_key.empty()) say(login.missing_key);
    if (!context.options.json) run_ssh(login.words);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline -
                                                                            std::chrono::steady_clock::now());
    const auto result = common::process::run({.arguments = login.words, .timeout = left});
    if (result.timed_out)
        throw openstack::Timeout(
            "the command on the instance had not ended when the time of --timeout was over");
    print(to_json(result));
    return result.exit_status;
}

}  // namespace

void say(const std::string& line, bool replaces_last) {
    constexpr auto over_the_last_line = "\x1b[1A\r\x1b[2K";
    if (replaces_last && common::tty::is_interactive(stderr)) std::cerr << over_the_last_line;
    std::cerr << common::tty::printable(line) << "\n" << std::flush;
}

int run(const CommandLine& line, const Context& context, std::string& afterwards) {
    switch (line.operation) {
        case Operation::deploy:
            return run_deploy(context, "Deploying", afterwards);
        case Operation::scale:
            return run_scale(context, afterwards);
        case Operation::plan:
            return run_plan(context);
        case Operation::status:
            return run_status(context);
        case Operation::logs:
            return run_logs(line, context);
        case Operation::ssh:
            return run_login(line, context);
        case Operation::open:
            return run_open(context);
        case Operation::upgrade:
            return run_upgrade(context, afterwards);
        case Operation::destroy:
            return run_destroy(context, afterwards);
    }
    return exit_failed;
}

}  // namespace deploy
