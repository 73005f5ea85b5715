#include "deploy/apply/application.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <openstack/compute.hpp>
#include <sstream>

#include "common/tty/progress.hpp"
#include "deploy/apply/probe.hpp"
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

/// Throws when the instance cannot get there any more; else says where it is.
std::string look_inside(const Context& context, const std::string& server_id, const std::stop_token& stop) {
    const auto compute = context.cloud.compute();
    const auto server = compute.get_server(server_id, context.call(stop));
    std::string console;
    try {
        console = compute.get_server_console_output(server_id, console_lines, context.call(stop));
    } catch (const openstack::HttpError&) {
        // Some clouds keep no console, or not yet; the probe decides alone then.
    }
    if (const auto failure = last_line_with(console, console_failed); !failure.empty())
        throw openstack::ResourceFailed(
            "the installation on '" + server.name + "' failed:" + failure +
            "\nThe end of its console:" + tail(console, 15) +
            "\nAll of it: the command `logs`. After mending the cause, `destroy` and deploy again.");
    if (server.status == openstack::compute::ServerStatus::shutoff ||
        server.status == openstack::compute::ServerStatus::error)
        throw openstack::ResourceFailed(
            "the server '" + server.name + "' went to " + server.status.text() +
            " while the application was starting. The end of its console:" + tail(console, 15));
    return last_line_with(console, "FRACTALS: ");
}

}  // namespace

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
            throw openstack::Timeout(
                "the application at " + url + path + " did not answer in time (" + state + "). " +
                (inside.empty() ? "" : "The instance's last word: " + inside + ". ") +
                "Run this again to wait longer, or look at the console with the command `logs`");
        if (round % rounds_between_consoles == 0) inside = look_inside(context, server_id, stop);
        report(inside.empty() ? state : inside);
        sleep(pause, stop);
    }
}

}  // namespace deploy
