#include "deploy/apply/application.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <openstack/compute.hpp>
#include <optional>
#include <sstream>

#include "common/tty/progress.hpp"
#include "deploy/apply/application_status.hpp"
#include "deploy/apply/probe.hpp"
#include "deploy/plan/invocation.hpp"
#include "deploy/topology/user_data.hpp"

namespace deploy {
namespace {

constexpr auto probe_timeout = std::chrono::seconds(5);
constexpr auto pause = std::chrono::milliseconds(500);
/// The console costs the cloud more than a probe, so it is read in every such-and-such round only.
constexpr int rounds_between_consoles = 4;
constexpr int console_lines = 200;

/// The last line that begins with `mark`, without it.
std::string last_line_with(const std::string& console, std::string_view mark) {
    const auto at = console.rfind(mark);
    if (at == std::string::npos) return {};
    const auto begin = at + mark.size();
    return common::tty::printable(console.substr(begin, console.find_first_of("\r\n", begin) - begin));
}

/// The last lines, indented and safe to print.
std::string tail(const std::string& text, std::size_t lines) {
    std::deque<std::string> last;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        last.push_back("\n  " + common::tty::printable(line));
        if (last.size() > lines) last.pop_front();
    }
    std::string shown;
    for (const auto& line : last)
        shown += line;
    return shown;
}

void sleep(std::chrono::milliseconds duration, const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, duration, [] { return false; });
}

/// Nothing where the cloud keeps none, or not yet.
std::optional<std::string> console_of(const Context& context, const std::string& server_id,
                                      const std::stop_token& stop) {
    try {
        return context.cloud.compute().get_server_console_output(server_id, console_lines,
                                                                 context.call(stop));
    } catch (const openstack::HttpError&) {
        return std::nullopt;
    }
}

struct Inside {
    std::string name;  ///< of the server
    bool has_console = false;
    bool installed = false;
    std::string last_word;  ///< of the user data
};

/// Throws when the instance cannot get there any more; else says where it is.
Inside look_inside(const Context& context, const std::string& server_id, const std::stop_token& stop) {
    const auto compute = context.cloud.compute();
    const auto server = compute.get_server(server_id, context.call(stop));
    const auto said = console_of(context, server_id, stop);
    const auto console = said.value_or("");
    if (const auto failure = last_line_with(console, console_failed); !failure.empty())
        throw InstallationFailed("the installation on '" + server.name + "' failed:" + failure +
                                     "\nThe end of its console:" + tail(console, 15) +
                                     "\nAll of it: " + invocation(context.options, "logs " + server.name) +
                                     ". After mending the cause, " + invocation(context.options, "deploy") +
                                     " makes the instance anew.",
                                 failure.substr(failure.find_first_not_of(' ')));
    if (server.status == openstack::compute::ServerStatus::shutoff ||
        server.status == openstack::compute::ServerStatus::error)
        throw openstack::ResourceFailed(
            "the server '" + server.name + "' went to " + server.status.text() +
            " while the application was starting. The end of its console:" + tail(console, 15));
    return {.name = server.name,
            .has_console = said.has_value(),
            .installed = console.find(console_installed) != std::string::npos,
            .last_word = last_line_with(console, "FRACTALS: ")};
}

void require_time(const Context& context, const std::string& sentence) {
    if (std::chrono::steady_clock::now() >= context.deadline) throw openstack::Timeout(sentence);
}

std::string in_words(const ApplicationStatus& status) {
    if (!status.done) return std::to_string(status.fractals) + " fractals so far";
    return std::to_string(*status.done) + " of " + std::to_string(status.fractals) + " drawn";
}

}  // namespace

std::string failure_on_console(const Context& context, const std::string& server_id,
                               const std::stop_token& stop) {
    const auto failure = last_line_with(console_of(context, server_id, stop).value_or(""), console_failed);
    return failure.empty() ? failure : failure.substr(failure.find_first_not_of(' '));
}

bool wait_for_application(const Context& context, const std::string& server_id, const std::string& url,
                          const std::string& path, const StepReport& report, std::stop_token stop) {
    std::string inside;
    for (int round = 0;; ++round) {
        const auto answer = probe(url + path, probe_timeout, stop);
        if (answer.ok()) return round > 0;
        if (stop.stop_requested()) throw openstack::Cancelled("interrupted while waiting for " + url);
        const auto state =
            answer.status != 0 ? "HTTP status " + std::to_string(answer.status) : answer.reason;
        if (std::chrono::steady_clock::now() >= context.deadline)
            throw openstack::Timeout("the application at " + url + path +
                                     " did not answer before the time of --timeout was over (" + state +
                                     "). " +
                                     (inside.empty() ? "" : "The instance's last word: " + inside + ". ") +
                                     "Run this again to wait longer, or look at its console with " +
                                     invocation(context.options, "logs"));
        if (round % rounds_between_consoles == 0) inside = look_inside(context, server_id, stop).last_word;
        report(inside.empty() ? state : inside);
        sleep(pause, stop);
    }
}

void wait_for_answer(const Context& context, const std::string& url, const std::string& path,
                     const StepReport& report, const std::stop_token& stop) {
    while (true) {
        const auto answer = probe(url + path, probe_timeout, stop);
        if (answer.ok()) return;
        if (stop.stop_requested()) throw openstack::Cancelled("interrupted while waiting for " + url);
        const auto state =
            answer.status != 0 ? "HTTP status " + std::to_string(answer.status) : answer.reason;
        require_time(context, url + path + " did not answer before the time of --timeout was over (" + state +
                                  "). Run this again to wait longer; " +
                                  invocation(context.options, "status") + " says how the instances are");
        report(state);
        sleep(pause, stop);
    }
}

bool wait_for_installation(const Context& context, const std::string& server_id, const StepReport& report,
                           std::stop_token stop) {
    for (int round = 0;; ++round) {
        const auto inside = look_inside(context, server_id, stop);
        if (inside.installed || !inside.has_console) return round > 0;
        if (stop.stop_requested()) throw openstack::Cancelled("interrupted while waiting for an instance");
        require_time(
            context,
            "the installation on '" + inside.name + "' had not ended when the time of --timeout was over. " +
                (inside.last_word.empty() ? std::string() : "Its last word: " + inside.last_word + ". ") +
                "Run this again to wait longer, or look at its console with " +
                invocation(context.options, "logs " + inside.name));
        report(inside.last_word);
        sleep(pause * rounds_between_consoles, stop);
    }
}

std::string wait_for_fractals(const Context& context, const std::string& url, const StepReport& report,
                              std::stop_token stop) {
    while (true) {
        const auto status = application_status(url, stop);
        // An API that met the broker before its user existed says so until it tries again.
        const bool connected = status && status->queue_trouble.empty();
        if (connected && (status->fractals == 0 || status->done.value_or(status->fractals) > 0))
            return in_words(*status);
        if (stop.stop_requested()) throw openstack::Cancelled("interrupted while waiting for fractals");
        require_time(
            context,
            "no fractal was drawn before the time of --timeout was over, though the application at " + url +
                " answers. Look at the workers' consoles with " + invocation(context.options, "logs WORKER") +
                ", and run this again to wait longer");
        report(!status     ? "the application does not answer"
               : connected ? in_words(*status)
                           : status->queue_trouble);
        sleep(pause, stop);
    }
}

}  // namespace deploy
