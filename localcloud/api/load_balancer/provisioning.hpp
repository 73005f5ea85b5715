// The work behind Octavia's answers: what is PENDING becomes ACTIVE (or ERROR, or is gone) once the balancer is so, and
// operating statuses follow what the balancers say. A load balancer's documents say what is to be done, so the next
// process goes on where a killed one was.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "localcloud/api/cloud.hpp"
#include "localcloud/api/compute/workers.hpp"
#include "localcloud/balancer/balancer.hpp"

namespace localcloud::api::load_balancer {

using Transaction = state::Store::Transaction;

class Provisioning {
  public:
    explicit Provisioning(Cloud& cloud);
    ~Provisioning();
    Provisioning(const Provisioning&) = delete;
    Provisioning& operator=(const Provisioning&) = delete;

    /// After the commit of a change.
    void submit(const std::string& load_balancer_id);
    /// Continues what an earlier process began, and starts or adopts the balancers.
    void resume();
    void stop();

  private:
    void work(const std::string& load_balancer_id);
    void finish(const std::string& load_balancer_id, bool failed);
    void remove(const std::string& load_balancer_id);
    void follow(const std::stop_token& stop);
    void take_report(const std::string& load_balancer_id, const balancer::Report& report);
    /// False when the process is to end.
    bool pause();

    Cloud& cloud_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool stopping_ = false;
    compute::Workers workers_;
    std::jthread follower_;
};

/// Marks a load balancer as about to change; throws 409 while it is PENDING anyway.
void begin_change(Transaction& transaction, const std::string& load_balancer_id);
void touch(Document& document);
/// PENDING_UPDATE, with the time.
void mark_changed(Document& document);

/// What the balancer is to be.
[[nodiscard]] balancer::Specification specification(const state::View& view, const Document& load_balancer);
/// Sets the operating statuses of a whole tree from its members'.
void settle_operating_statuses(Transaction& transaction, const std::string& load_balancer_id);

}  // namespace localcloud::api::load_balancer
