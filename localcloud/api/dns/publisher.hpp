// The work behind Designate's answers: what is PENDING becomes ACTIVE, or is gone, once the DNS server answers so.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "localcloud/api/cloud.hpp"
#include "localcloud/dns_server/dns_server.hpp"

namespace localcloud::api::dns {

class Publisher {
  public:
    explicit Publisher(Cloud& cloud);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    /// After the commit of a change, and once at the start.
    void submit();
    void stop();

  private:
    void run(const std::stop_token& stop);
    void publish();

    Cloud& cloud_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool wanted_ = false;
    std::jthread thread_;
};

/// The zones that are to be served: all but those that are being deleted.
[[nodiscard]] std::vector<dns_server::Zone> zones_to_serve(const state::View& view);

}  // namespace localcloud::api::dns
