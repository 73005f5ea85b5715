#include "deploy/apply/server_watch.hpp"

#include <algorithm>
#include <openstack/compute.hpp>

namespace deploy {

using openstack::compute::Server;
using openstack::compute::ServerStatus;
using std::chrono::steady_clock;

namespace {

/// Counts who waits, however the wait ends.
class Counted {
  public:
    explicit Counted(int& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

  private:
    int& count_;
};

bool is_settled(const Server& server) {
    return server.status == ServerStatus::error || server.status == ServerStatus::deleted ||
           (server.status == ServerStatus::active && server.task_state.empty());
}

/// "BUILD, spawning"
std::string state_of(const Server& server) {
    return server.status.text() + (server.task_state.empty() ? "" : ", " + server.task_state);
}

}  // namespace

bool ServerWatch::time_to_ask() const {
    return !asking_ && steady_clock::now() >= next_;
}

ServerWatch::Servers ServerWatch::fetch(const std::string& id, bool only_one,
                                        const std::stop_token& stop) const {
    const auto compute = context_.cloud.compute();
    Servers servers;
    if (!only_one)
        for (auto& server : compute.servers({}, context_.call(stop)))
            servers.emplace(server.id, std::move(server));
    // A server that was just made may be missing in a list for a moment.
    if (!servers.contains(id)) servers.emplace(id, compute.get_server(id, context_.call(stop)));
    return servers;
}

void ServerWatch::ask(std::unique_lock<std::mutex>& lock, const std::string& id,
                      const std::stop_token& stop) {
    asking_ = true;
    const bool only_one = waiting_ == 1;
    lock.unlock();
    Servers servers;
    std::exception_ptr failure;
    try {
        servers = fetch(id, only_one, stop);
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    asking_ = false;
    next_ = steady_clock::now() + interval_;
    interval_ = std::min(interval_ * 3 / 2, std::chrono::milliseconds(context_.options.poll_interval));
    if (!failure) {
        seen_ = std::move(servers);
        ++round_;
    }
    answered_.notify_all();
    if (failure) std::rethrow_exception(failure);
}

Server ServerWatch::wait_until_settled(const std::string& id, const StepReport& report,
                                       const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const Counted counted(waiting_);
    const auto begin = steady_clock::now();
    std::string name = id;
    std::string state = "in a state not known";
    // An answer to a question that was asked before this wait began may be too old.
    for (int known = round_ + (asking_ ? 1 : 0);;) {
        if (time_to_ask()) ask(lock, id, stop);
        if (round_ > known) {
            known = round_;
            if (const auto found = seen_.find(id); found != seen_.end()) {
                const auto& server = found->second;
                if (is_settled(server)) return server;
                name = "'" + server.name + "' (" + id + ")";
                state = state_of(server);
                report(state);
            }
        }
        if (stop.stop_requested()) throw openstack::Cancelled("interrupted while waiting for a server");
        if (steady_clock::now() >= context_.deadline)
            throw openstack::Timeout(
                "the server " + name + " was still " + state + " after " +
                std::to_string(
                    std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - begin).count()) +
                " s, when the time of --timeout was over. It goes on booting: run this again, with a longer "
                "--timeout, to go on waiting");
        answered_.wait_until(lock, stop, std::min(next_, context_.deadline),
                             [&] { return round_ > known || time_to_ask(); });
    }
}

}  // namespace deploy
