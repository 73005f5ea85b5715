// What a deployment makes of a cloud that fails: a scripted fault at every API call, then a plain run that completes it,
// always with the same resources, and a `destroy` that leaves nothing.
//
// An undisturbed run is recorded first. A call is a method and a path without its IDs, and which of its kind it is: the
// third `POST …/security-group-rules`. That is the same in every run, while the order of calls that are made side by
// side is not. Against what was recorded are set:
//   - faults that the SDK copes with by itself (401, 429, and connections that break where a request may be sent again):
//     every kind at every call. They are set many in one run, since that run has to end as if there had been none.
//   - faults that end a run (500, 409, connections that break in a POST, before and after the cloud has done its work,
//     kill, ctrl-C): every kind at the first of each sort of call, and one kind in turn at every other call.
// FAULTS=all in the environment sets every kind at every call, one run for each.
// With a load balancer, with a name in a zone, and the other two programs: at those sorts of calls that are new there.
// `scale`, `upgrade` and `destroy` begin with a deployment that is whole, and the run after the fault is the same again.
// There faults are set at the calls that change something: a kill, and one other kind in turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <openstack/connection.hpp>
#include <optional>
#include <regex>
#include <set>
#include <thread>

#include "acceptance/support/embedded_cloud.hpp"
#include "acceptance/support/inventory.hpp"
#include "common/testkit/wait.hpp"
#include "deploy/tests/fake_package.hpp"
#include "localcloud/tests/cloud_control.hpp"

namespace acceptance {
namespace {

using common::process::Child;
using common::process::Result;
using localcloud::testing::CloudControl;
using localcloud::testing::Fault;
using localcloud::testing::SeenRequest;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr auto patience = 60s;
constexpr std::size_t most_at_once = 8;  ///< faults in one run

struct Call {
    std::string method, path;  ///< the path as a regular expression
    std::size_t nth = 1;

    [[nodiscard]] std::string sort() const { return method + " " + path; }
    [[nodiscard]] std::string name() const { return sort() + " number " + std::to_string(nth); }
    [[nodiscard]] bool is_sign_in() const { return path.find("/auth/tokens") != std::string::npos; }
    [[nodiscard]] bool may_be_sent_again() const { return method != "POST" || is_sign_in(); }
    /// How often a run asks for these depends on how fast the cloud is.
    [[nodiscard]] bool is_question() const {
        return method == "GET" &&
               (path.find("/servers") != std::string::npos ||
                path.find("/loadbalancers") != std::string::npos || path.find("/zones") != std::string::npos);
    }
};

enum class Kind { error_500, conflict, unauthorized, too_many, reset, lost_answer, kill, interrupt };
constexpr std::array every_kind{Kind::error_500, Kind::conflict,    Kind::unauthorized, Kind::too_many,
                                Kind::reset,     Kind::lost_answer, Kind::kill,         Kind::interrupt};

std::string to_string(Kind kind) {
    constexpr std::array names{"500", "409", "401", "429", "reset", "lost answer", "kill", "ctrl-C"};
    return names.at(static_cast<std::size_t>(kind));
}

/// Whether the run in which it comes has to end well.
bool is_coped_with(Kind kind, const Call& call) {
    if (kind == Kind::too_many) return true;
    if (kind == Kind::unauthorized) return !call.is_sign_in();
    return (kind == Kind::reset || kind == Kind::lost_answer) && call.may_be_sent_again();
}

Fault fault_of(Kind kind, const Call& call) {
    Fault fault{.method = call.method, .path = call.path, .nth = call.nth};
    if (kind == Kind::error_500) fault.status = 500;
    if (kind == Kind::conflict) fault.status = 409;
    if (kind == Kind::unauthorized) fault.status = 401;
    if (kind == Kind::too_many) {
        fault.status = 429;
        fault.headers = {{"Retry-After", "1"}};
    }
    fault.reset = kind == Kind::reset || kind == Kind::lost_answer;
    fault.hold = kind == Kind::kill || kind == Kind::interrupt;
    fault.after = kind == Kind::lost_answer || fault.hold;
    return fault;
}

/// The path with what differs between runs and programs made a pattern.
std::string pattern_of(const std::string& path) {
    static const std::regex id("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\b[0-9a-f]{32}\\b");
    static const std::regex project("AUTH_[0-9a-f]{32}");
    static const std::regex container("/[a-z_]+-package");
    static const std::regex object("/faafo-[^/]+$");
    auto text = std::regex_replace(path, std::regex("[.]"), "[.]");
    text = std::regex_replace(text, project, "AUTH_[0-9a-f]+");
    text = std::regex_replace(text, id, "[0-9a-f-]+");
    text = std::regex_replace(text, container, "/[a-z_]+-package");
    text = std::regex_replace(text, object, "/faafo-[^/]+");
    return "^" + text + "([?]|$)";
}

std::vector<Call> calls_of(const std::vector<SeenRequest>& requests) {
    std::vector<Call> calls;
    std::map<std::string, std::size_t> counts;
    for (const auto& request : requests) {
        Call call{.method = request.method, .path = pattern_of(request.path)};
        call.nth = ++counts[call.sort()];
        calls.push_back(std::move(call));
    }
    return calls;
}

/// One run and what it meets; more than one fault only if it copes with all of them.
struct Case {
    Kind kind;
    std::vector<Call> calls;

    [[nodiscard]] std::string name() const {
        std::string text = to_string(kind) + " at";
        for (const auto& call : calls)
            text += "\n  " + call.name();
        return text;
    }
};

bool is_exhaustive() {
    const char* wanted = std::getenv("FAULTS");
    return wanted != nullptr && std::string_view(wanted) == "all";
}

enum class Choice { thorough, in_turn };

/// The choice that the beginning of this file explains.
std::vector<Case> cases_for(const std::vector<Call>& calls, Choice choice) {
    constexpr std::array ends_a_run{Kind::error_500, Kind::kill,      Kind::lost_answer,
                                    Kind::conflict,  Kind::interrupt, Kind::reset};
    std::vector<Case> cases;
    std::map<std::pair<Kind, std::size_t>, Case>
        packs;  // of calls with the same number, so that each has its own rule
    std::size_t turn = 0;
    for (const auto& call : calls) {
        const auto whose_turn = ends_a_run.at(turn++ % ends_a_run.size());
        for (const auto kind : every_kind) {
            if (!is_exhaustive() && is_coped_with(kind, call)) {
                auto& pack = packs.try_emplace({kind, call.nth}, Case{kind, {}}).first->second;
                pack.calls.push_back(call);
                if (pack.calls.size() < most_at_once) continue;
                cases.push_back(std::move(pack));
                packs.erase({kind, call.nth});
            } else if (is_exhaustive() || kind == whose_turn ||
                       (choice == Choice::thorough ? call.nth == 1 : kind == Kind::kill)) {
                cases.push_back({kind, {call}});
            }
        }
    }
    for (auto& [key, pack] : packs)
        cases.push_back(std::move(pack));
    return cases;
}

struct Deployment {
    std::string program;
    std::vector<std::string> options;
    /// What is disturbed, and its options; everything else than `deploy` begins with the deployment.
    std::string operation = "deploy";
    std::vector<std::string> more;

    [[nodiscard]] bool is_first() const { return operation == "deploy" && more.empty(); }
    [[nodiscard]] std::string name() const {
        auto text = program + " " + operation;
        for (const auto* words : {&options, &more})
            for (const auto& word : *words)
                text += " " + word;
        return text;
    }
};

/// A cloud of its own, and a program that is disturbed on it.
class Lane {
  public:
    explicit Lane(Deployment deployment) : deployment_(std::move(deployment)) {
        for (const auto* version : {"1.2.3", "1.3.0"})
            deploy::write_fake_package(package(version), version);
        std::filesystem::create_directories(cloud_.home() / "bin");
        // Stands in for what upgrades an instance.
        const auto ssh = cloud_.home() / "bin/ssh";
        std::ofstream(ssh) << "#!/bin/sh\nexec cat >/dev/null\n";
        std::filesystem::permissions(ssh, std::filesystem::perms::owner_all);
    }

    /// What an undisturbed run asks of the cloud; all that it makes is then what every other run is compared with.
    std::vector<Call> record() {
        prepare();
        control_.reset_requests();
        const auto result = run();
        EXPECT_EQ(result.exit_status, 0) << result.error;
        const auto calls = calls_of(control_.requests().recent);
        complete_ = resources_in(connection());
        remove_all();
        return calls;
    }

    void disturb(const Case& disturbance) {
        SCOPED_TRACE(deployment_.name() + ": " + disturbance.name());
        prepare();
        std::vector<Fault> faults;
        for (const auto& call : disturbance.calls)
            faults.push_back(fault_of(disturbance.kind, call));
        control_.set_all(faults);
        control_.reset_requests();
        const auto first = faults.front().hold ? run_and_end(disturbance.kind) : run();
        const bool has_struck = struck(disturbance);
        control_.clear();
        if (!has_struck) {
            EXPECT_EQ(first.exit_status, 0) << first.error;
        } else {
            const bool changed = has_changed_anything();
            judge(disturbance, first, changed);
            if (first.exit_status != 0 && !changed) return;  // the next run is what was recorded
        }
        is_prepared_ = false;
        if (first.exit_status != 0) {
            const auto next = run();
            EXPECT_EQ(next.exit_status, 0) << "the next run: " << next.error;
        }
        EXPECT_THAT(resources_in(connection()), ::testing::ContainerEq(complete_));
        remove_all();
    }

  private:
    [[nodiscard]] std::string package(const std::string& version) const {
        return cloud_.home() / ("faafo-" + version + "-test.tar.gz");
    }
    [[nodiscard]] common::process::Command command(const std::string& operation,
                                                   const std::vector<std::string>& options) const {
        std::vector<std::string> all{program(deployment_.program),
                                     operation,
                                     "--no-wait",
                                     "--package",
                                     package(operation == "upgrade" ? "1.3.0" : "1.2.3"),
                                     "--timeout",
                                     "60s",
                                     "--poll-interval",
                                     "0.1"};
        all.insert(all.end(), options.begin(), options.end());
        auto command = cloud_.command(all);
        command.environment["PATH"] = (cloud_.home() / "bin").string() + ":" + std::getenv("PATH");
        return command;
    }
    /// What is disturbed.
    [[nodiscard]] common::process::Command command() const {
        return command(deployment_.operation,
                       deployment_.is_first() ? deployment_.options : deployment_.more);
    }
    [[nodiscard]] Result run() const { return common::process::run(command()); }
    /// What it begins with: nothing, or the whole deployment.
    void prepare() {
        if (deployment_.is_first() || is_prepared_) return;
        const auto result = common::process::run(command("deploy", deployment_.options));
        EXPECT_EQ(result.exit_status, 0) << result.error;
        is_prepared_ = true;
    }
    openstack::Connection connection() const {
        return openstack::connect(
            {.config = {.cloud = cloud_.cloud_name(), .config_file = cloud_.clouds_yaml()}});
    }

    /// Until a request is held; then the program gets the signal, and the request its answer too late.
    Result run_and_end(Kind kind) {
        const auto output = cloud_.home() / "output";
        std::filesystem::remove(output);
        Child child({.command = command(), .output = output});
        const bool settled = common::testkit::wait_until(
            [&] { return control_.faults().front().held > 0 || child.poll().has_value(); }, patience);
        EXPECT_TRUE(settled) << "neither the call nor the end came";
        if (!child.poll()) child.signal(kind == Kind::kill ? SIGKILL : SIGINT);
        Result result{.exit_status = child.wait(patience).value_or(-1), .output = {}, .error = {}};
        std::ifstream stream(output);
        result.error.assign(std::istreambuf_iterator<char>(stream), {});
        return result;
    }

    bool struck(const Case& disturbance) {
        bool all = true;
        const auto counts = control_.faults();
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (counts[i].struck > 0) continue;
            all = false;
            EXPECT_TRUE(disturbance.calls[i].is_question()) << disturbance.calls[i].name() << " was not made";
        }
        return all || disturbance.calls.size() > 1;
    }

    void judge(const Case& disturbance, const Result& result, bool changed) const {
        const auto& call = disturbance.calls.front();
        if (is_coped_with(disturbance.kind, call)) {
            EXPECT_EQ(result.exit_status, 0) << result.error;
            return;
        }
        if (disturbance.kind == Kind::kill) {
            EXPECT_EQ(result.exit_status, 128 + SIGKILL) << result.error;
            return;
        }
        if (disturbance.kind == Kind::interrupt) {
            EXPECT_EQ(result.exit_status, 130) << result.error;
            EXPECT_THAT(result.error, HasSubstr("interrupted"));
        } else if (result.exit_status == 0) {
            return;  // there was a way around it
        } else {
            EXPECT_EQ(result.exit_status, 1) << result.error;
            const auto* const what = disturbance.kind == Kind::error_500  ? "500 Internal Server Error"
                                     : disturbance.kind == Kind::conflict ? "409 Conflict"
                                     : call.is_sign_in()                  ? "sign in"
                                                         : "may or may not have taken effect";
            EXPECT_THAT(result.error, HasSubstr(what));
            EXPECT_THAT(result.error, HasSubstr(control_.endpoint()));
        }
        const auto& name = deployment_.program;
        const auto to_go_on = AllOf(HasSubstr("What was made so far stays"), HasSubstr(name + "` again"),
                                    HasSubstr(name + " destroy`"));
        const auto to_look = AllOf(HasSubstr("The deployment is complete"), HasSubstr(name + " status`"));
        const auto nothing = HasSubstr("This run has changed nothing");
        const auto to_upgrade =
            HasSubstr(name + " upgrade` can be run again; it goes on where this one ended");
        const auto to_destroy = HasSubstr("What is left goes with another `" + name + " destroy`");
        if (deployment_.operation == "upgrade")
            EXPECT_THAT(result.error, AnyOf(nothing, to_upgrade));
        else if (deployment_.operation == "destroy")
            EXPECT_THAT(result.error, AnyOf(nothing, to_destroy));
        else if (changed)
            EXPECT_THAT(result.error, AnyOf(to_go_on, to_look));
        else
            EXPECT_THAT(result.error, AnyOf(nothing, to_go_on));
    }
    bool has_changed_anything() const {
        return std::ranges::any_of(control_.requests().recent, [](const SeenRequest& request) {
            return request.method != "GET" && request.method != "HEAD" &&
                   !request.path.ends_with("/auth/tokens");
        });
    }

    void remove_all() {
        is_prepared_ = false;
        const auto result = common::process::run(command("destroy", {}));
        EXPECT_EQ(result.exit_status, 0) << "destroy: " << result.error;
        const auto left = resources_in(connection());
        EXPECT_TRUE(left.empty()) << ::testing::PrintToString(left);
    }

    Deployment deployment_;
    bool is_prepared_ = false;
    EmbeddedCloud cloud_{"fake"};
    CloudControl control_{cloud_.state()};
    Resources complete_;
};

/// Several clouds side by side, since a run mostly waits.
void disturb_all(const Deployment& deployment, Lane& first, const std::vector<Case>& cases) {
    std::atomic<std::size_t> next = 0;
    const auto work = [&](Lane& lane) {
        for (auto i = next++; i < cases.size() && !::testing::Test::HasFatalFailure(); i = next++)
            lane.disturb(cases[i]);
    };
    std::vector<std::jthread> others;
    const std::size_t lanes = std::min<std::size_t>(4, cases.size());
    for (std::size_t i = 1; i < lanes; ++i)
        others.emplace_back([&] {
            Lane lane(deployment);
            (void)lane.record();
            work(lane);
        });
    work(first);
}

class Faults : public ::testing::Test {
  protected:
    /// What only this program does; all that it does when nothing is known already.
    static void disturb_what_is_new(const Deployment& deployment, std::set<std::string>& known) {
        Lane lane(deployment);
        std::vector<Call> calls;
        std::set<std::string> sorts;
        for (auto& call : lane.record()) {
            sorts.insert(call.sort());
            const bool asks_only = call.method == "GET" || call.method == "HEAD" || call.is_sign_in();
            if (!known.contains(call.sort()) && (deployment.is_first() || !asks_only))
                calls.push_back(std::move(call));
        }
        EXPECT_GT(sorts.size(), 10U);
        known.merge(sorts);
        const auto cases = cases_for(calls, deployment.is_first() ? Choice::thorough : Choice::in_turn);
        std::printf("%s: %zu calls, %zu runs with faults\n", deployment.name().c_str(), calls.size(),
                    cases.size());
        disturb_all(deployment, lane, cases);
    }
    static void disturb_each(const std::vector<Deployment>& deployments) {
        std::set<std::string> known;
        for (const auto& deployment : deployments)
            disturb_what_is_new(deployment, known);
    }
};

TEST_F(Faults, AtAnyCallTheNextRunCompletesTheDeployment) {
    disturb_each({{"scaling_fractals", {}},
                  {"scaling_fractals", {"--balance", "octavia"}},
                  {"scaling_fractals", {"--balance", "dns", "--zone", "fractals.example.org."}},
                  {"fractals", {}},
                  {"micro_fractals", {}}});
}

TEST_F(Faults, AtAnyChangeTheNextRunCompletesTheScaling) {
    const std::vector<std::string> less{"--api", "1", "--workers", "2"};
    const std::vector<std::string> more{"--api", "2", "--workers", "3"};
    auto balanced_less = less;
    auto balanced_more = more;
    for (auto* options : {&balanced_less, &balanced_more})
        options->insert(options->end(), {"--balance", "octavia"});
    disturb_each({{"scaling_fractals", balanced_less, "scale", more},
                  {"scaling_fractals", balanced_more, "scale", less},
                  {"scaling_fractals", less, "deploy", {"--balance", "octavia"}}});
}

TEST_F(Faults, AtAnyChangeTheNextRunCompletesTheUpgrade) {
    disturb_each({{"scaling_fractals", {"--api", "2", "--workers", "1", "--balance", "octavia"}, "upgrade"}});
}

TEST_F(Faults, AtAnyChangeTheNextRunCompletesTheDestruction) {
    disturb_each({{"scaling_fractals", {"--api", "1", "--workers", "1", "--balance", "octavia"}, "destroy"},
                  {"scaling_fractals",
                   {"--api", "1", "--workers", "0", "--balance", "dns", "--zone", "fractals.example.org."},
                   "destroy"}});
}

}  // namespace
}  // namespace acceptance
