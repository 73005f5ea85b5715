// Waiting for many servers with one question for all of them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <openstack/compute/server.hpp>
#include <stop_token>
#include <string>

#include "deploy/apply/steps.hpp"
#include "deploy/plan/context.hpp"

namespace deploy {

/// Thread-safe. Whoever waits when it is time to ask, asks for all; at first often, then ever more slowly.
class ServerWatch {
  public:
    explicit ServerWatch(const Context& context) : context_(context) {}

    /// Until the server is ACTIVE, in ERROR or DELETED. Throws openstack::Timeout at the deadline, Cancelled when stopped.
    openstack::compute::Server wait_until_settled(const std::string& id, const StepReport& report,
                                                  const std::stop_token& stop);

  private:
    using Servers = std::map<std::string, openstack::compute::Server>;

    /// Both are called with the lock held, which `ask` gives up while it asks.
    bool time_to_ask() const;
    void ask(std::unique_lock<std::mutex>& lock, const std::string& id, const std::stop_token& stop);
    Servers fetch(const std::string& id, bool only_one, const std::stop_token& stop) const;

    const Context& context_;
    std::mutex mutex_;
    std::condition_variable_any answered_;
    Servers seen_;
    int round_ = 0;
    int waiting_ = 0;
    bool asking_ = false;
    std::chrono::steady_clock::time_point next_;
    std::chrono::milliseconds interval_{250};
};

}  // namespace deploy
